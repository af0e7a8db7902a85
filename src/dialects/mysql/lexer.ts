// Tokens of this SQL: enough to split statements and to read what the server prints, linear in the length of the text.

export type TokenKind = 'space' | 'comment' | 'string' | 'quoted' | 'word' | 'symbol' | 'versioned' | 'unterminated'

/**
 * `quoted` is an identifier in backticks. `versioned` is either end of an executable comment: its inside is lexed
 * like any other text. `unterminated` runs to the end of the text and is always the last token.
 */
export interface Token {
  kind: TokenKind
  text: string
  start: number
  end: number
}

// '--' begins a comment only before a blank or the end: 5--1 is arithmetic.
const SPACE = /\s+/y
const LINE_COMMENT = /(?:#|--(?=[\s\p{Cc}]|$))[^\n]*/uy
const WORD = /[\p{L}\p{N}_$@\u0080-\uffff]+/uy
const QUOTED = /`(?:[^`]|``)*`/y
const VERSIONED = /\/\*M?!(\d{5,6})?/y

/** The token at `at`, which must be inside the text. */
export function tokenAt(text: string, at: number): Token {
  const token = (kind: TokenKind, end: number): Token => ({ kind, text: text.slice(at, end), start: at, end })
  const match = (pattern: RegExp): number => {
    pattern.lastIndex = at
    return pattern.test(text) ? pattern.lastIndex : -1
  }
  const first = text[at] ?? ''
  let end = match(SPACE)
  if (end > 0) return token('space', end)
  if (first === '#' || first === '-') {
    end = match(LINE_COMMENT)
    if (end > 0) return token('comment', end)
  }
  if (first === '/' && text[at + 1] === '*') {
    VERSIONED.lastIndex = at
    const versioned = VERSIONED.exec(text)
    // Dump tools hide client commands behind a version that no server will ever have.
    if (versioned !== null && Number(versioned[1] ?? 0) < 990_000) return token('versioned', VERSIONED.lastIndex)
    const close = text.indexOf('*/', at + 2)
    return close < 0 ? token('unterminated', text.length) : token('comment', close + 2)
  }
  if (first === '*' && text[at + 1] === '/') return token('versioned', at + 2)
  if (first === "'" || first === '"') {
    end = stringEnd(text, at)
    return end < 0 ? token('unterminated', text.length) : token('string', end)
  }
  if (first === '`') {
    end = match(QUOTED)
    return end < 0 ? token('unterminated', text.length) : token('quoted', end)
  }
  end = match(WORD)
  return end > 0 ? token('word', end) : token('symbol', at + 1)
}

// By hand: a regular expression with alternatives overflows the stack on strings of some megabytes.
function stringEnd(text: string, at: number): number {
  const quote = text[at]
  for (let index = at + 1; index < text.length; index++) {
    const char = text[index]
    if (char === '\\') index++
    else if (char === quote) {
      if (text[index + 1] !== quote) return index + 1
      index++
    }
  }
  return -1
}

/** All tokens of a text, blanks and comments left out. Meant for texts that the server printed. */
export function tokens(text: string): Token[] {
  const list: Token[] = []
  for (let at = 0; at < text.length; ) {
    const token = tokenAt(text, at)
    if (token.kind !== 'space' && token.kind !== 'comment') list.push(token)
    at = token.end
  }
  return list
}

/** The name in a quoted identifier or a plain word. */
export const nameOf = (token: Token): string =>
  token.kind === 'quoted' ? token.text.slice(1, -1).replaceAll('``', '`') : token.text

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['0', '\0'],
  ['b', '\b'],
  ['Z', '\x1a'],
])

/** What a string literal stands for. */
export function stringValue(literal: string): string {
  // A doubled quote and an escape in one pass: `\\''` is a backslash before the end of nothing.
  return literal
    .slice(1, -1)
    .replaceAll(/\\([\s\S])|(['"])\2/g, (_, char: string | undefined, quote: string) =>
      char === undefined ? quote : (ESCAPES.get(char) ?? char),
    )
}
