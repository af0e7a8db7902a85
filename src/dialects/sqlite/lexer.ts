// The tokens of SQLite's language, after the rules of its own tokenizer (sqlite3's tokenize.c).

export type TokenKind =
  | 'word' // a bare name or keyword
  | 'quoted' // a name in "…", `…` or […]
  | 'string'
  | 'blob'
  | 'number'
  | 'parameter'
  | 'operator' // also ( ) , .
  | 'semicolon'

export interface Token {
  kind: TokenKind
  /** As it stands in the text. */
  text: string
  /** UTF-16 offsets. */
  start: number
  end: number
}

/** Where a text stops making sense: an open quote or comment, or a character no token begins with. */
export interface LexProblem {
  offset: number
  message: string
}

/** What `lex` answers; blanks and comments are left out. */
export interface Lexed {
  tokens: Token[]
  problem?: LexProblem
}

const SPACE = /[\t\n\f\r \uFEFF]/
const WORD_START = /[A-Za-z_\u0080-\uffff]/
const WORD = /[A-Za-z0-9_$\u0080-\uffff]*/y
const NUMBER = /0[xX][0-9A-Fa-f_]+|(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9][0-9_]*)?/y
const BLOB = /[xX]'[0-9A-Fa-f]*'/y
const PARAMETER = /\?[0-9]*|[:@$#][A-Za-z0-9_$\u0080-\uffff]+(?:::[A-Za-z0-9_$]+)*(?:\([^)\s]*\))?/y
const OPERATOR = /->>|->|\|\||<<|>>|<=|>=|<>|==|!=|[-+*/%=<>&|~(),.]/y

const CLOSING = new Map([
  ["'", "'"],
  ['"', '"'],
  ['`', '`'],
  ['[', ']'],
])

/** Cuts a text into tokens, in one pass; stops at the first problem and keeps what it has. */
export function lex(text: string): Lexed {
  const tokens: Token[] = []
  let at = 0
  const push = (kind: TokenKind, end: number) => {
    tokens.push({ kind, text: text.slice(at, end), start: at, end })
    at = end
  }
  const match = (pattern: RegExp): number | undefined => {
    pattern.lastIndex = at
    return pattern.test(text) && pattern.lastIndex > at ? pattern.lastIndex : undefined
  }
  while (at < text.length) {
    const character = text.charAt(at)
    if (SPACE.test(character)) {
      at++
      continue
    }
    if (character === '-' && text[at + 1] === '-') {
      const end = text.indexOf('\n', at)
      at = end < 0 ? text.length : end + 1
      continue
    }
    if (character === '/' && text[at + 1] === '*') {
      const end = text.indexOf('*/', at + 2)
      if (end < 0) return { tokens, problem: { offset: at, message: 'A comment is not closed.' } }
      at = end + 2
      continue
    }
    if (character === ';') {
      push('semicolon', at + 1)
      continue
    }
    const closing = CLOSING.get(character)
    if (closing !== undefined) {
      const end = quotedEnd(text, at + 1, closing)
      if (end < 0) {
        return { tokens, problem: { offset: at, message: `A quote opened with ${character} is not closed.` } }
      }
      push(character === "'" ? 'string' : 'quoted', end)
      continue
    }
    const blob = match(BLOB)
    if (blob !== undefined) {
      push('blob', blob)
      continue
    }
    if (WORD_START.test(character)) {
      push('word', match(WORD) ?? at + 1)
      continue
    }
    const number = match(NUMBER)
    if (number !== undefined) {
      push('number', number)
      continue
    }
    const parameter = match(PARAMETER)
    if (parameter !== undefined) {
      push('parameter', parameter)
      continue
    }
    const operator = match(OPERATOR)
    if (operator === undefined) {
      return {
        tokens,
        problem: { offset: at, message: `The character ${JSON.stringify(character)} has no meaning here.` },
      }
    }
    push('operator', operator)
  }
  return { tokens }
}

// A doubled closing quote stands for itself, except inside […], which knows no escape.
function quotedEnd(text: string, from: number, closing: string): number {
  for (let at = text.indexOf(closing, from); at >= 0; at = text.indexOf(closing, at + 1)) {
    if (closing === ']' || text[at + 1] !== closing) return at + 1
    at++
  }
  return -1
}

/** The name a token stands for: quotes removed, doubled quotes undone. */
export function nameOf(token: Token): string {
  const { text } = token
  const open = text.charAt(0)
  if (token.kind !== 'quoted' && token.kind !== 'string') return text
  const inner = text.slice(1, -1)
  return open === '[' ? inner : inner.replaceAll(open + open, open)
}

/** Whether the token is this bare keyword (given in lower case). */
export const isWord = (token: Token | undefined, word: string): boolean =>
  token?.kind === 'word' && token.text.length === word.length && token.text.toLowerCase() === word

/** Whether the token is this operator. */
export const isOperator = (token: Token | undefined, operator: string): boolean =>
  token?.kind === 'operator' && token.text === operator
