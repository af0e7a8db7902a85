// Splits SQL text with the server's own parser, loaded when it is first needed.
import { GodwitError, isGodwitError, type Place } from '../../errors.ts'
import type { TextStatement } from '../dialect.ts'
import { mask, skipBlank } from './lexer.ts'
import { writtenProbe } from './written.ts'

/** A node of the parser's tree: one property, named after its type. */
export type Tree = Readonly<Record<string, unknown>>

/** The statements of a text in order. Errors: SQL_SYNTAX, SQL_UNSUPPORTED (psql commands, data of COPY). */
export async function split(text: string, file?: string): Promise<TextStatement[]> {
  const clean = withoutMetaCommands(text, file)
  const statements: TextStatement[] = []
  const place = places(clean)
  const bytes = Buffer.from(clean)
  for (const { node, start, end } of await parse(clean, bytes, file)) {
    const raw = clean.slice(start, end)
    const skipped = skipBlank(raw)
    const offset = start + skipped
    if (isCopyFromStdin(node)) throw copyRefused(clean, offset, file)
    statements.push({
      sql: raw.slice(skipped).trimEnd(),
      offset,
      ...place(offset),
      transactional: isTransactional(node),
      control: 'TransactionStmt' in node,
      ...markOf(record(node.TransactionStmt)),
      ...writtenProbe(node),
    })
  }
  return statements
}

/** The statements of a text with their trees; none where it cannot be read. */
export async function parsed(text: string): Promise<{ node: Tree; sql: string; offset: number }[]> {
  try {
    const clean = withoutMetaCommands(text, undefined)
    return (await parse(clean, Buffer.from(clean), undefined)).map(({ node, start, end }) => {
      const raw = clean.slice(start, end)
      const skipped = skipBlank(raw)
      return { node, sql: raw.slice(skipped).trimEnd(), offset: start + skipped }
    })
  } catch (error) {
    if (isGodwitError(error)) return []
    throw error
  }
}

/** The parser's tree of one statement, or undefined where it does not understand it. */
export async function treeOf(sql: string): Promise<Tree | undefined> {
  const { parse: parseTree } = await parser()
  try {
    const { stmts } = await parseTree(sql)
    return record(record(stmts?.[0])?.stmt)
  } catch {
    return undefined
  }
}

/**
 * The statement as it can run inside a transaction on a scratch database: without CONCURRENTLY; undefined for one that
 * cannot run there and leaves no trace in the schema (VACUUM, REINDEX, ALTER SYSTEM, databases, tablespaces).
 */
export function withoutConcurrently(sql: string): string | undefined {
  const code = mask(sql)
  if (/^\s*(vacuum|reindex|cluster\s*$|alter\s+system|(create|drop|alter)\s+(database|tablespace))\b/i.test(code)) {
    return undefined
  }
  if (!/^\s*(create|drop|alter|refresh)\b/i.test(code)) return sql
  const found = /\bconcurrently\b/i.exec(code)
  if (found === null) return sql
  return sql.slice(0, found.index) + sql.slice(found.index + found[0].length).replace(/^ /, '')
}

type Parser = typeof import('libpg-query')
const parser = (): Promise<Parser> => import('libpg-query')

interface Parsed {
  node: Tree
  start: number
  end: number
}

async function parse(text: string, bytes: Buffer, file: string | undefined): Promise<Parsed[]> {
  if (skipBlank(text) === text.length) return []
  const { parse: parseTree } = await parser()
  let statements: readonly unknown[]
  try {
    statements = (await parseTree(text)).stmts ?? []
  } catch (error) {
    throw syntaxError(error, text, file)
  }
  // The parser counts bytes of UTF-8: only in a plain ASCII text are these JavaScript's offsets too.
  const ascii = bytes.length === text.length
  let byte = 0
  let unit = 0
  const unitAt = (wanted: number): number => {
    if (ascii) return wanted
    if (wanted < byte) [byte, unit] = [0, 0]
    unit += bytes.toString('utf8', byte, wanted).length
    byte = wanted
    return unit
  }
  return statements.map((statement) => {
    const { stmt, stmt_location: location, stmt_len: length } = record(statement) ?? {}
    const start = Number(location ?? 0)
    const end = length === undefined || length === 0 ? bytes.length : start + Number(length)
    return { node: record(stmt) ?? {}, start: unitAt(start), end: unitAt(end) }
  })
}

const record = (value: unknown): Tree | undefined =>
  typeof value === 'object' && value !== null ? (value as Tree) : undefined

function places(text: string): (offset: number) => { line: number; column: number } {
  let line = 1
  let lineStart = 0
  // Kept from call to call: a text without line breaks would be searched to its end for every statement.
  let next = text.indexOf('\n')
  return (offset) => {
    for (; next >= 0 && next < offset; next = text.indexOf('\n', lineStart)) {
      line++
      lineStart = next + 1
    }
    return { line, column: offset - lineStart + 1 }
  }
}

function placeOf(text: string, offset: number, file: string | undefined): Place {
  const { line, column } = places(text)(offset)
  const source = text.split('\n', line)[line - 1] ?? ''
  return { ...(file !== undefined && { file }), line, column, text: source }
}

function syntaxError(error: unknown, text: string, file: string | undefined): GodwitError {
  const details = record(Reflect.get(Object(error), 'sqlDetails'))
  const message = error instanceof Error ? error.message : 'syntax error'
  const position = Number(details?.cursorPosition ?? 0)
  // Counted in characters, while JavaScript counts a character beyond U+FFFF twice.
  let offset = 0
  for (let n = 0; n < position && offset < text.length; n++) offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1
  const copy = /^[ \t]*copy\b[^;]*\bfrom\s+stdin\b/im.exec(mask(text))
  if (copy !== null && copy.index <= offset) return copyRefused(text, copy.index, file)
  return new GodwitError('SQL_SYNTAX', `The SQL cannot be read: ${message}.`, {
    place: placeOf(text, offset, file),
    fix: 'Correct the text at this place.',
    cause: error,
  })
}

function copyRefused(text: string, offset: number, file: string | undefined): GodwitError {
  return new GodwitError('SQL_UNSUPPORTED', 'COPY … FROM stdin and its data cannot be run from a text.', {
    why: 'Only psql sends the lines that follow it.',
    fix: 'Make the dump with --schema-only, or with --inserts if the rows are needed.',
    place: placeOf(text, offset, file),
  })
}

// pg_dump writes \restrict and \unrestrict around its output: they mean nothing to a driver. Any other command of psql
// would do something that we do not do, or is an attack on those who restore a dump.
function withoutMetaCommands(text: string, file: string | undefined): string {
  if (!/^[ \t]*\\/m.test(text)) return text
  const code = mask(text)
  let clean = text
  for (const match of code.matchAll(/^[ \t]*\\([^\s;]*)[^\n]*/gm)) {
    if (match[1] === 'restrict' || match[1] === 'unrestrict') {
      clean = clean.slice(0, match.index) + ' '.repeat(match[0].length) + clean.slice(match.index + match[0].length)
      continue
    }
    const copy = /^[ \t]*copy\b[^;]*\bfrom\s+stdin\b/im.exec(code)
    if (copy !== null && copy.index < match.index) throw copyRefused(text, copy.index, file)
    throw new GodwitError('SQL_UNSUPPORTED', `\\${match[1] ?? ''} is a command of psql, not SQL.`, {
      fix: 'Remove the line: Godwit sends statements to the server and never runs commands of psql.',
      place: placeOf(text, match.index, file),
    })
  }
  return clean
}

function markOf(transaction: Tree | undefined): { mark?: 'begin' | 'commit' } {
  const { kind, options, chain } = transaction ?? {}
  // A level of isolation, or a chain of transactions, is more than the runner's own can stand for.
  if (options !== undefined || chain === true) return {}
  if (kind === 'TRANS_STMT_BEGIN' || kind === 'TRANS_STMT_START') return { mark: 'begin' }
  return kind === 'TRANS_STMT_COMMIT' ? { mark: 'commit' } : {}
}

function isCopyFromStdin(node: Tree): boolean {
  const copy = record(node.CopyStmt)
  return copy !== undefined && copy.is_from === true && copy.filename === undefined && copy.is_program !== true
}

// Everything that the server refuses inside a transaction block (PreventInTransactionBlock in its source).
function isTransactional(node: Tree): boolean {
  const is = (type: string): Tree | undefined => record(node[type])
  if (is('IndexStmt')?.concurrent === true || is('DropStmt')?.concurrent === true) return false
  if (is('VacuumStmt')?.is_vacuumcmd === true) return false
  const reindex = is('ReindexStmt')
  if (reindex !== undefined) {
    return (
      !/CONCURRENTLY/i.test(JSON.stringify(reindex.params ?? '')) && !/SCHEMA|SYSTEM|DATABASE/.test(`${reindex.kind}`)
    )
  }
  const cluster = is('ClusterStmt')
  if (cluster !== undefined) return cluster.relation !== undefined
  if (/"concurrent":true/.test(JSON.stringify(is('AlterTableStmt')?.cmds ?? ''))) return false
  const discard = is('DiscardStmt')
  if (discard !== undefined) return discard.target !== 'DISCARD_ALL'
  return !NEVER.some((type) => type in node)
}

const NEVER = [
  'CreatedbStmt',
  'DropdbStmt',
  'CreateTableSpaceStmt',
  'DropTableSpaceStmt',
  'AlterSystemStmt',
  'CreateSubscriptionStmt',
  'DropSubscriptionStmt',
]
