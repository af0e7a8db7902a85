// A small lexer for expression and definition texts: tells identifiers from strings and comments, nothing more.

/** `word` and `quoted` are identifiers or keywords; `value` is the name without its quotes. */
export interface Token {
  kind: 'word' | 'quoted' | 'string' | 'comment' | 'space' | 'symbol'
  text: string
  value: string
}

const WORD_START = /[\p{L}_]/u
const WORD = /[\p{L}\p{N}_$]*/uy
const DOLLAR_TAG = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy
const NUMBER = /\d[\p{L}\p{N}_.]*/uy
const SPACE = /\s+/uy

/**
 * Splits a text into tokens; joined again they give the text. Knows standard strings, E'' escapes, dollar quotes,
 * identifiers in double quotes and backticks, line comments and nested block comments. What is never closed runs to the end.
 */
export function tokens(text: string): Token[] {
  const found: Token[] = []
  let at = 0
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0]
  }
  const take = (kind: Token['kind'], end: number, value?: string): void => {
    const part = text.slice(at, end)
    found.push({ kind, text: part, value: value ?? part })
    at = end
  }
  while (at < text.length) {
    const char = String.fromCodePoint(text.codePointAt(at) ?? 0)
    const space = match(SPACE)
    const dollar = char === '$' ? match(DOLLAR_TAG) : undefined
    if (space !== undefined) take('space', at + space.length)
    else if (text.startsWith('--', at)) {
      const end = text.indexOf('\n', at)
      take('comment', end < 0 ? text.length : end)
    } else if (text.startsWith('/*', at)) take('comment', endOfComment(text, at))
    else if (char === "'") {
      const before = found.at(-1)
      const escapes = before?.kind === 'word' && /^e$/i.test(before.value)
      take('string', endOfQuote(text, at, "'", escapes))
    } else if (char === '"' || char === '`') {
      const end = endOfQuote(text, at, char, false)
      take('quoted', end, text.slice(at + 1, end - 1).replaceAll(char + char, char))
    } else if (dollar !== undefined) {
      const close = text.indexOf(dollar, at + dollar.length)
      take('string', close < 0 ? text.length : close + dollar.length)
    } else if (WORD_START.test(char)) {
      const rest = match(WORD) ?? char
      take('word', at + Math.max(rest.length, char.length))
    } else take('symbol', at + (match(NUMBER)?.length ?? char.length))
  }
  return found
}

function endOfQuote(text: string, start: number, quote: string, escapes: boolean): number {
  for (let at = start + 1; at < text.length; at++) {
    if (escapes && text[at] === '\\') at++
    else if (text[at] === quote) {
      if (text[at + 1] !== quote) return at + 1
      at++
    }
  }
  return text.length
}

function endOfComment(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    if (text.startsWith('/*', at)) {
      depth++
      at++
    } else if (text.startsWith('*/', at)) {
      depth--
      at++
      if (depth === 0) return at + 1
    }
  }
  return text.length
}

/** The names a text may refer to: every identifier as written, and plain ones in lower case too. */
export function identifiersOf(text: string): Set<string> {
  const names = new Set<string>()
  for (const { kind, value } of tokens(text)) {
    if (kind === 'quoted') names.add(value)
    else if (kind === 'word') names.add(value).add(value.toLowerCase())
  }
  return names
}
