// Splits a text into statements: DELIMITER as the command-line client has it, and without it by the nesting of blocks.
import { GodwitError } from '../../errors.ts'
import type { TextStatement } from '../dialect.ts'
import { type Nesting, nesting } from './blocks.ts'
import { evidenceOf } from './evidence.ts'
import { type Token, tokenAt } from './lexer.ts'

/** Errors: SQL_SYNTAX for a string, name or comment that never ends. */
export function splitText(text: string, file?: string): TextStatement[] {
  const found: TextStatement[] = []
  const lines = lineCounter(text)
  let delimiter = ';'
  let current: Current | undefined

  const finish = (end: number): void => {
    if (current !== undefined) {
      const sql = text.slice(current.start, end).trimEnd()
      const kind = classify(current.words)
      const probe = kind.transactional || kind.control ? undefined : evidenceOf(sql)
      found.push({
        sql,
        offset: current.start,
        ...lines(current.start),
        ...kind,
        ...(kind.control && markOf(current.words)),
        ...(probe !== undefined && { probe }),
      })
    }
    current = undefined
  }

  for (let at = 0; at < text.length; ) {
    const command = delimiterCommand(text, at)
    if (command !== undefined) {
      finish(at)
      delimiter = command.delimiter
      at = command.end
      continue
    }
    if (text.startsWith(delimiter, at)) {
      const ends = delimiter !== ';' || current === undefined || current.blocks.semicolon()
      if (ends) finish(at)
      at += delimiter.length
      continue
    }
    const token = clipped(tokenAt(text, at), delimiter)
    at = token.end
    if (token.kind === 'space' || token.kind === 'comment') continue
    if (token.kind === 'unterminated') throw unterminated(token, text, lines(token.start), file)
    current ??= { start: token.start, words: [], blocks: nesting() }
    current.blocks.take(token)
    if (token.kind === 'word' && current.words.length < 8) current.words.push(token.text.toUpperCase())
    else if (token.kind !== 'versioned' && current.words.length < 8) current.words.push('')
  }
  finish(text.length)
  return found
}

/** A statement under way: its first words, upper case; anything else than a word is an empty one. */
interface Current {
  start: number
  words: string[]
  blocks: Nesting
}

const COMMAND = /[ \t]*delimiter[ \t]+([^\s]+)[^\n]*/iy

// The client heeds it only at the beginning of a line.
function delimiterCommand(text: string, at: number): { delimiter: string; end: number } | undefined {
  if (at > 0 && text[at - 1] !== '\n') return undefined
  COMMAND.lastIndex = at
  const match = COMMAND.exec(text)
  return match === null ? undefined : { delimiter: match[1] ?? ';', end: COMMAND.lastIndex }
}

// `END$$` is one word to the lexer, and an end to whoever set the delimiter.
function clipped(token: Token, delimiter: string): Token {
  if (delimiter === ';' || token.kind !== 'word') return token
  const at = token.text.indexOf(delimiter)
  return at <= 0 ? token : { ...token, text: token.text.slice(0, at), end: token.start + at }
}

const CONTROL = new Set(['COMMIT', 'ROLLBACK', 'SAVEPOINT', 'RELEASE', 'USE', 'XA'])
// All others commit by themselves before they run: "Statements That Cause an Implicit Commit" of the manual.
const TRANSACTIONAL = new Set(
  'INSERT REPLACE UPDATE DELETE SELECT WITH VALUES SET DO TABLE HANDLER PREPARE EXECUTE DEALLOCATE SHOW EXPLAIN DESCRIBE DESC KILL'.split(
    ' ',
  ),
)

function classify(words: readonly string[]): { transactional: boolean; control: boolean } {
  const [first = '', second = '', third = ''] = words
  const control =
    CONTROL.has(first) ||
    (first === 'START' && second === 'TRANSACTION') ||
    (first === 'BEGIN' && second !== 'NOT') ||
    (first === 'SET' && (second === 'AUTOCOMMIT' || second === 'TRANSACTION' || third === 'TRANSACTION')) ||
    (first === 'SET' && second === 'SESSION' && third === 'AUTOCOMMIT')
  const temporary = (first === 'CREATE' || first === 'DROP') && second === 'TEMPORARY'
  const loads = first === 'LOAD' && (second === 'DATA' || second === 'XML')
  return { transactional: TRANSACTIONAL.has(first) || temporary || loads || first === '', control }
}

function markOf(words: readonly string[]): { mark?: 'begin' | 'commit' } {
  const text = words.join(' ')
  if (/^(?:BEGIN(?: WORK)?|START TRANSACTION)$/.test(text)) return { mark: 'begin' }
  return /^COMMIT(?: WORK)?$/.test(text) ? { mark: 'commit' } : {}
}

function lineCounter(text: string): (offset: number) => { line: number; column: number } {
  let line = 1
  let start = 0
  // Kept from call to call: a text without line breaks would be searched to its end for every statement.
  let next = text.indexOf('\n')
  return (offset) => {
    if (offset < start) {
      line = 1
      start = 0
      next = text.indexOf('\n')
    }
    for (; next >= 0 && next < offset; next = text.indexOf('\n', start)) {
      line++
      start = next + 1
    }
    return { line, column: offset - start + 1 }
  }
}

function unterminated(token: Token, text: string, at: { line: number; column: number }, file?: string): GodwitError {
  const first = token.text[0]
  const what = first === '`' ? 'A quoted name' : first === '/' ? 'A comment' : 'A string'
  const begin = text.lastIndexOf('\n', token.start - 1) + 1
  const end = text.indexOf('\n', token.start)
  return new GodwitError('SQL_SYNTAX', `${what} that begins here never ends.`, {
    place: { ...(file !== undefined && { file }), ...at, text: text.slice(begin, end < 0 ? undefined : end) },
    fix: 'Close it, or double the quote where it belongs to the text.',
  })
}
