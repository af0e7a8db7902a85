// A table, from what SHOW CREATE TABLE prints: the one text that the server itself promises to understand again.
import { qualify } from '../../../schema/names.ts'
import type { Constraint, Table } from '../../../schema/schema.ts'
import { nameOf, stringValue } from '../lexer.ts'
import type { Options, PartitionExtra, TableExtra } from '../shapes.ts'
import { type ColumnContext, readColumn } from './column.ts'
import { readLine } from './keys.ts'
import { closing, collapsed, inside, isWord, items, type Part, partOf, slice, source } from './parts.ts'

/** What is true for the whole database. */
export type TableContext = Omit<ColumnContext, 'collation'> & {
  /** Collation of the database. */
  collation: string
}

/** Reads a table. */
export function readTable(text: string, context: TableContext): Table {
  const whole = partOf(text)
  const open = whole.tokens.findIndex(({ kind, text: symbol }) => kind === 'symbol' && symbol === '(')
  const end = closing(whole, open)
  const named = whole.tokens.find(({ kind }) => kind === 'quoted')
  const { extra, comment, collation } = readOptions(slice(whole, end + 1), context)
  const table: Table = {
    name: named === undefined ? '' : qualify(nameOf(named)),
    columns: [],
    constraints: [],
    indexes: [],
  }
  const periods: string[] = []
  const columns = { ...context, collation }
  for (const item of items(inside(whole, open))) {
    if (item.tokens[0]?.kind === 'quoted') {
      table.columns.push(readColumn(item, columns))
      continue
    }
    const line = readLine(item, context.unqualified)
    if ('index' in line) table.indexes.push(line.index)
    else if ('period' in line) periods.push(line.period)
    else table.constraints.push(line.constraint)
  }
  if (periods.length > 0) extra.periods = periods
  table.constraints = table.constraints.map((constraint) => withColumns(constraint, table))
  if (comment !== undefined) table.comment = comment
  if (Object.keys(extra).length > 0) table.extra = extra
  return table
}

/** A condition reads the columns it names. */
function withColumns(constraint: Constraint, table: Table): Constraint {
  if (constraint.type !== 'check') return constraint
  const named = new Set(
    partOf(constraint.expression ?? '')
      .tokens.filter(({ kind }) => kind === 'quoted')
      .map(nameOf),
  )
  return { ...constraint, columns: table.columns.map(({ name }) => name).filter((name) => named.has(name)) }
}

/** Options that are data (the counter) or that stand elsewhere. */
const SKIPPED = new Set(['AUTO_INCREMENT', 'ENGINE', 'CHARSET', 'COLLATE', 'COMMENT'])

function readOptions(part: Part, context: TableContext): { extra: TableExtra; comment?: string; collation: string } {
  const extra: TableExtra = {}
  const options: Options = {}
  const partition = part.tokens.findIndex(
    ({ kind, text }, at) => kind === 'word' && text === 'PARTITION' && isWord(part, at + 1, 'BY'),
  )
  const own = partition < 0 ? part : slice(part, 0, partition)
  const values = new Map<string, string>()
  for (let at = 0; at < own.tokens.length; at++) {
    const token = own.tokens[at]
    if (token === undefined || token.kind === 'versioned' || token.text === 'DEFAULT') continue
    if (isWord(own, at, 'WITH') && isWord(own, at + 1, 'SYSTEM')) {
      extra.versioned = true
      at += 2
    } else if (isWord(own, at, 'TABLESPACE')) {
      options.TABLESPACE = own.tokens[++at]?.text ?? ''
    } else {
      // DATA DIRECTORY and INDEX DIRECTORY are two words.
      const twoWords = isWord(own, at + 1, 'DIRECTORY')
      const name = twoWords
        ? `${token.text} DIRECTORY`
        : token.kind === 'quoted'
          ? token.text
          : token.text.toUpperCase()
      if (twoWords) at++
      if (own.tokens[at + 1]?.text !== '=') continue
      const from = at + 2
      const to = own.tokens[from]?.text === '(' ? closing(own, from) + 1 : from + 1
      const value = source(slice(own, from, to))
      if (SKIPPED.has(name)) values.set(name, value)
      else options[name] = value
      at = to - 1
    }
  }
  const engine = values.get('ENGINE')
  if (engine !== undefined && engine.toLowerCase() !== 'innodb') extra.engine = engine
  const charset = values.get('CHARSET')
  const collation =
    values.get('COLLATE') ??
    (charset === undefined ? context.collation : (context.defaultCollations.get(charset) ?? context.collation))
  if (collation !== context.collation) extra.collation = collation
  if (Object.keys(options).length > 0) extra.options = options
  if (partition >= 0) extra.partitions = readPartitions(slice(part, partition + 2))
  const comment = values.get('COMMENT')
  return { extra, collation, ...(comment !== undefined && { comment: stringValue(comment) }) }
}

function readPartitions(part: Part): PartitionExtra {
  const open = part.tokens.findIndex(({ text }, at) => text === '(' && isWord(part, at + 1, 'PARTITION'))
  const by = collapsed(source(slice(part, 0, open < 0 ? undefined : open)))
  if (open < 0) return { by: withoutVersion(by) }
  const list = items(inside(part, open)).map((item) => {
    const token = item.tokens[1]
    const values = collapsed(source(slice(item, 2))).replaceAll(/ ?\bENGINE = InnoDB\b/g, '')
    return { name: token === undefined ? '' : nameOf(token), values }
  })
  return { by: withoutVersion(by), list }
}

// The end of the executable comment that the clause stands in.
const withoutVersion = (text: string): string => text.replace(/\s*\*\/$/, '')
