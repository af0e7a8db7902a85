// The checksum of a revision's text: it changes when what runs could change, and stays when only the layout did.
import { hash } from 'node:crypto'
import { type Token, tokenize } from './tokens.ts'

/**
 * SHA-256, in hex, of the normalised text.
 *
 * TypeScript: of its tokens, so that a formatter may do its work. Not part of it: a byte order mark, blanks and line
 * breaks between tokens, comments, the kind of quotes, trailing commas, semicolons at the end of a line. Strings and
 * templates are taken to the letter (line endings inside a template are \n, as in the language).
 *
 * SQL: blanks between words count as one, and comments as none. Strings, quoted names, dollar-quoted bodies and the
 * comments that some engines obey are taken to the letter. Where a backslash stands before a quote, where a string
 * ends depends on the engine: such a file is hashed line by line with only line endings and trailing blank lines set right.
 * `tokens` are those of the text, where they are at hand already.
 */
export function checksum(text: string, kind: 'typescript' | 'sql', tokens?: readonly Token[]): string {
  const normal = kind === 'typescript' ? normalTypescript(tokens ?? tokenize(text)) : normalSql(text)
  return hash('sha256', normal, 'hex')
}

// After these words a line break ends the statement, so it is part of the meaning.
const RESTRICTED = new Set(['return', 'throw', 'break', 'continue', 'yield', 'async', 'type'])

const CLOSES = new Set([')', ']', '}'])
const EMPTY_BEFORE = new Set([',', '[', '('])
const STEPS = new Set(['++', '--'])
// A line that begins with one of these goes on with the statement before it.
const GOES_ON = new Set(['(', '[', '/', '+', '-', ...STEPS])

/** The tokens as text, each on a line of its own. */
export function normalTypescript(tokens: readonly Token[]): string {
  const parts: string[] = []
  let before = ''
  for (const [index, { type, text, value, newline }] of tokens.entries()) {
    const next = tokens[index + 1]
    const last = before
    before = text
    if (text === ',' && CLOSES.has(next?.text ?? '') && !EMPTY_BEFORE.has(last)) continue
    if (text === ';' && (next === undefined || (next.newline && !goesOn(next)))) continue
    if (newline && (RESTRICTED.has(last) || STEPS.has(text))) parts.push('')
    if (type === 'string') parts.push(JSON.stringify(value))
    else parts.push(type === 'template' ? text.replace(/\r\n?/g, '\n') : text)
  }
  return parts.join('\n')
}

const goesOn = ({ type, text }: Token): boolean => type === 'template' || type === 'regex' || GOES_ON.has(text)

const SQL_PART =
  /(?<blank>[\s\uFEFF]+)|(?<line>--[^\n]*)|(?<block>\/\*[\s\S]*?\*\/)|(?<exact>'[^']*'|"[^"]*"|`[^`]*`|\$(?<tag>[\p{L}_][\p{L}\p{N}_]*|)\$[\s\S]*?\$\k<tag>\$)|[\p{L}\p{N}_][\p{L}\p{N}_$]*|[\s\S]/gu
// The header and the section marks are comments, and they mean something.
const DIRECTIVE = /^--\s*(?:(?:id|parents|message)\s*:|(?:up|down|irreversible|no transaction)\s*$)/i

/** See `checksum`. */
export function normalSql(text: string): string {
  const unix = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')
  if (/\\['"`]/.test(unix) || /\/\*(?:(?!\*\/)[\s\S])*\/\*/.test(unix)) return unix.trimEnd()
  const parts: string[] = []
  let gap = false
  for (const { 0: part, groups } of unix.matchAll(SQL_PART)) {
    if (groups?.blank !== undefined) gap = true
    else if (groups?.line !== undefined && DIRECTIVE.test(part)) {
      parts.push(`\n${part.trimEnd().replace(/\s+/g, ' ')}\n`)
      gap = false
    } else if (groups?.line !== undefined && /^--(?:\s|-|$)/.test(part)) gap = true
    else if (groups?.block !== undefined && !/^\/\*[!+]/.test(part)) gap = true
    else {
      if (gap && parts.at(-1)?.endsWith('\n') === false) parts.push(' ')
      gap = false
      parts.push(part)
    }
  }
  return parts.join('')
}
