// Cuts a text into statements, after the rules of sqlite3_complete(): a semicolon ends a statement, except inside
// CREATE TRIGGER, which ends with `; END ;` (so that the END of a CASE is no end).
import { GodwitError } from '../../errors.ts'
import type { TextStatement } from '../dialect.ts'
import { isWord, lex, type Token } from './lexer.ts'

const CONTROL = new Set(['begin', 'commit', 'end', 'rollback', 'savepoint', 'release'])
// Pragmas that do nothing, or fail, inside a transaction (sqlite.org/pragma.html).
const OUTSIDE = new Set([
  'foreign_keys',
  'journal_mode',
  'synchronous',
  'auto_vacuum',
  'page_size',
  'encoding',
  'wal_checkpoint',
  'locking_mode',
])

/** The statements of a text, comments around them left out. Errors: SQL_SYNTAX with the place of an open quote, comment or trigger. */
export function splitText(text: string, file?: string): TextStatement[] {
  const { tokens, problem } = lex(text)
  if (problem !== undefined) throw syntaxError(text, problem.offset, problem.message, file)
  const statements: TextStatement[] = []
  const place = placer(text)
  for (const part of parts(tokens)) {
    const [first] = part
    const last = part.at(-1)
    if (first === undefined || last === undefined) continue
    if (isTrigger(part) && !isWord(last, 'end')) {
      throw syntaxError(text, first.start, 'A trigger is not closed: END and a semicolon are missing.', file)
    }
    const control = first.kind === 'word' && CONTROL.has(first.text.toLowerCase())
    statements.push({
      sql: text.slice(first.start, last.end),
      offset: first.start,
      ...place(first.start),
      transactional: !runsOutside(part),
      control,
      ...(control && markOf(part)),
    })
  }
  return statements
}

function markOf(tokens: readonly Token[]): { mark?: 'begin' | 'commit' } {
  const text = tokens.map((token) => token.text.toLowerCase()).join(' ')
  if (/^begin(?: (?:deferred|immediate|exclusive))?(?: transaction)?$/.test(text)) return { mark: 'begin' }
  return /^(?:commit|end)(?: transaction)?$/.test(text) ? { mark: 'commit' } : {}
}

function parts(tokens: readonly Token[]): Token[][] {
  const list: Token[][] = []
  let current: Token[] = []
  for (const token of tokens) {
    if (token.kind === 'semicolon' && !(isTrigger(current) && !closesTrigger(current))) {
      if (current.length > 0) list.push(current)
      current = []
    } else current.push(token)
  }
  if (current.length > 0) list.push(current)
  return list
}

// [EXPLAIN [QUERY PLAN]] CREATE [TEMP | TEMPORARY] TRIGGER, as sqlite3_complete sees it.
function isTrigger(tokens: readonly Token[]): boolean {
  let at = 0
  if (isWord(tokens[at], 'explain')) at += isWord(tokens[1], 'query') ? 3 : 1
  if (!isWord(tokens[at], 'create')) return false
  at++
  if (isWord(tokens[at], 'temp') || isWord(tokens[at], 'temporary')) at++
  return isWord(tokens[at], 'trigger')
}

function closesTrigger(tokens: readonly Token[]): boolean {
  return isWord(tokens.at(-1), 'end') && tokens.at(-2)?.kind === 'semicolon'
}

function runsOutside(tokens: readonly Token[]): boolean {
  const [first, second, third] = tokens
  if (isWord(first, 'vacuum') || isWord(first, 'attach') || isWord(first, 'detach')) return true
  if (!isWord(first, 'pragma') || second === undefined) return false
  // `main.journal_mode` names the database first. Without a value a pragma only asks.
  const qualified = third?.text === '.'
  const name = qualified ? tokens[3] : second
  const value = qualified ? tokens[4] : third
  return name !== undefined && value !== undefined && OUTSIDE.has(name.text.toLowerCase())
}

/** An SQL_SYNTAX error with its place in the text. */
export function syntaxError(text: string, offset: number, message: string, file?: string): GodwitError {
  const { line, column } = placer(text)(offset)
  const shown = text.split('\n')[line - 1]?.replace(/\r$/, '') ?? ''
  return new GodwitError('SQL_SYNTAX', message, {
    fix: 'Correct the SQL at this place.',
    place: { ...(file === undefined ? {} : { file }), line, column, text: shown },
  })
}

// Line and column of ascending offsets, in one pass over the text.
function placer(text: string): (offset: number) => { line: number; column: number } {
  let line = 1
  let lineStart = 0
  let next = text.indexOf('\n')
  return (offset) => {
    while (next >= 0 && next < offset) {
      line++
      lineStart = next + 1
      next = text.indexOf('\n', lineStart)
    }
    return { line, column: offset - lineStart + 1 }
  }
}
