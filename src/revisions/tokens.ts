// Reads TypeScript as a list of tokens: enough to find a header, to read literals and to hash text, without running it.

/** One token. `value` is what a string (or a template without substitutions) stands for. */
export interface Token {
  type: 'name' | 'string' | 'template' | 'number' | 'punctuation' | 'regex' | 'unknown'
  text: string
  value: string | undefined
  start: number
  /** A line break lies between this token and the one before. */
  newline: boolean
}

const BLANK = /[\s\uFEFF]+|\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\//uy
const NAME = /[\p{ID_Start}$_#@][\p{ID_Continue}$\u200c\u200d]*/uy
const NUMBER = /(?:0[xXbBoO][\da-fA-F_]+|\d[\d_]*\.?[\d_]*(?:[eE][+-]?\d+)?|\.\d[\d_]*(?:[eE][+-]?\d+)?)n?/y
const STRING = /'(?:[^'\\\n\r]|\\[\s\S])*'|"(?:[^"\\\n\r]|\\[\s\S])*"/y
const REGEX = /\/(?:[^/\\[\n\r]|\\.|\[(?:[^\]\\\n\r]|\\.)*\])+\/[a-z]*/y
const LONG_PUNCTUATION = /=>|\.\.\.|\?\.|\+\+|--/y
// After these words a slash begins a regular expression; after any other name it divides.
const BEFORE_REGEX = new Set(
  'return typeof case in of void delete throw new do else await yield instanceof extends default'.split(' '),
)

const match = (pattern: RegExp, text: string, at: number): string | undefined => {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

// What an ASCII character can begin. A thousand files are read at every run, so the first look is a table's.
type Start = 'blank' | 'name' | 'digit' | 'quote' | 'template' | 'slash' | 'dot' | 'long' | 'other'
const STARTS: readonly Start[] = Array.from({ length: 128 }, (_, code): Start => {
  const character = String.fromCharCode(code)
  if (/\s/.test(character)) return 'blank'
  if (/[\w$#@]/.test(character)) return /\d/.test(character) ? 'digit' : 'name'
  if (/['"]/.test(character)) return 'quote'
  if (/[=?+-]/.test(character)) return 'long'
  if (character === '.') return 'dot'
  return character === '`' ? 'template' : character === '/' ? 'slash' : 'other'
})

/** All tokens of a text. Never fails: what it cannot read becomes `unknown` and is for the compiler to complain about. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let last: Token | undefined
  let newline = false
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at)
    if (code === 0x20 || code === 0x0a) {
      if (code === 0x0a) newline = true
      at++
      continue
    }
    const start = STARTS[code]
    if (start === undefined || start === 'blank' || start === 'slash') {
      const blank = match(BLANK, text, at)
      if (blank !== undefined) {
        newline ||= /[\n\r\u2028\u2029]/.test(blank)
        at += blank.length
        continue
      }
    }
    last = start === 'name' ? token('name', nameAt(text, at), at, newline) : read(text, at, start, last, newline)
    tokens.push(last)
    newline = false
    at += last.text.length
  }
  return tokens
}

// Always the same shape: that is what makes engines fast.
function token(type: Token['type'], text: string, start: number, newline: boolean, value?: string): Token {
  return { type, text, value, start, newline }
}

function read(text: string, at: number, start: Start | undefined, before: Token | undefined, newline: boolean): Token {
  const make = (type: Token['type'], found: string, value?: string): Token => token(type, found, at, newline, value)
  switch (start) {
    case 'quote': {
      const string = match(STRING, text, at)
      return string === undefined
        ? make('unknown', text.charAt(at))
        : make('string', string, cooked(string.slice(1, -1)))
    }
    case 'digit':
      return make('number', match(NUMBER, text, at) ?? text.charAt(at))
    case 'dot': {
      const number = match(NUMBER, text, at)
      return number === undefined
        ? make('punctuation', match(LONG_PUNCTUATION, text, at) ?? '.')
        : make('number', number)
    }
    case 'long':
      return make('punctuation', match(LONG_PUNCTUATION, text, at) ?? text.charAt(at))
    case 'template': {
      const end = templateEnd(text, at)
      if (end === undefined) return make('unknown', text.slice(at))
      const raw = text.slice(at, end.at)
      // A template is one token, whatever its substitutions hold.
      return make('template', raw, end.substitutions ? undefined : cooked(raw.slice(1, -1).replace(/\r\n?/g, '\n')))
    }
    case 'slash': {
      // A comment that is never closed: nothing behind it can be told.
      if (text.startsWith('/*', at)) return make('unknown', text.slice(at))
      const regex = regexMayFollow(before) ? match(REGEX, text, at) : undefined
      return regex === undefined ? make('punctuation', '/') : make('regex', regex)
    }
    case undefined: {
      const name = match(NAME, text, at)
      return name === undefined ? make('unknown', String.fromCodePoint(text.codePointAt(at) ?? 0)) : make('name', name)
    }
    default:
      return make(text[at] === '\\' ? 'unknown' : 'punctuation', text.charAt(at))
  }
}

function nameAt(text: string, start: number): string {
  let at = start + 1
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= 128) return match(NAME, text, start) ?? text.slice(start, at)
    const next = STARTS[code]
    if (!(next === 'digit' || (next === 'name' && code !== 0x23 && code !== 0x40))) break
  }
  return text.slice(start, at)
}

function regexMayFollow(before: Token | undefined): boolean {
  if (before === undefined) return true
  if (before.type === 'name') return BEFORE_REGEX.has(before.text)
  return before.type === 'punctuation' && !/^(?:[)\]}]|\+\+|--)$/.test(before.text)
}

function templateEnd(text: string, start: number, level = 0): { at: number; substitutions: boolean } | undefined {
  let substitutions = false
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at]
    if (character === '\\') at++
    else if (character === '`') return { at: at + 1, substitutions }
    else if (character === '$' && text[at + 1] === '{') {
      substitutions = true
      const end = substitutionEnd(text, at + 2, level)
      if (end === undefined) return undefined
      at = end
    }
  }
  return undefined
}

// The index of the brace that closes a substitution.
function substitutionEnd(text: string, start: number, level: number): number | undefined {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const skipped = match(BLANK, text, at) ?? match(STRING, text, at)
    if (skipped !== undefined) at += skipped.length - 1
    else if (text[at] === '`') {
      const end = level < 100 ? templateEnd(text, at, level + 1) : undefined
      if (end === undefined) return undefined
      at = end.at - 1
    } else if (text[at] === '{') depth++
    else if (text[at] === '}' && depth-- === 0) return at
  }
  return undefined
}

const ESCAPES = new Map(Object.entries({ n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v', 0: '\0' }))

/** What the inside of a string literal stands for. */
function cooked(inner: string): string {
  if (!inner.includes('\\')) return inner
  return inner.replace(
    /\\(?:u\{([\da-fA-F]+)\}|u([\da-fA-F]{4})|x([\da-fA-F]{2})|(\r\n|[\s\S]))/gu,
    (_, point?: string, unit?: string, byte?: string, other?: string) => {
      if (point !== undefined) return String.fromCodePoint(Number.parseInt(point, 16))
      const hex = unit ?? byte
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
      if (other === undefined || /^[\r\n\u2028\u2029]/.test(other)) return ''
      return ESCAPES.get(other) ?? other
    },
  )
}
