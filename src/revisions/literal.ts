// Reads the literals of a revision file from its tokens, so that most files never have to be run.
import type { Token } from './tokens.ts'

/** Calls a builder such as `op.addColumn` by name; undefined: there is none of that name. */
export type Call = (object: string, method: string, parameters: unknown[]) => unknown

/** Thrown inside this module and by its callers' `Call`: the text is more than literals and has to be run. */
export class NotLiteral extends Error {}

/** Where a revision begins: the index of the brace that opens its object, or undefined. */
export function objectStart(tokens: readonly Token[]): number | undefined {
  for (let at = 0; at < tokens.length; at++) {
    if (tokens[at]?.text !== 'export' || tokens[at + 1]?.text !== 'default') continue
    if (tokens[at + 2]?.text === '{') return at + 2
    if (tokens[at + 2]?.text === 'revision' && tokens[at + 3]?.text === '(' && tokens[at + 4]?.text === '{')
      return at + 4
  }
  return undefined
}

/** The tokens of each property of the object that opens at `start`, by name; values are not looked at. */
export function properties(tokens: readonly Token[], start: number): Map<string, { from: number; to: number }> {
  const found = new Map<string, { from: number; to: number }>()
  let at = start + 1
  while (at < tokens.length && tokens[at]?.text !== '}') {
    const key = tokens[at]
    const name = key?.type === 'string' ? key.value : key?.type === 'name' ? key.text : undefined
    const from = tokens[at + 1]?.text === ':' ? at + 2 : undefined
    let depth = 0
    for (at++; at < tokens.length; at++) {
      const { text, type } = tokens[at] ?? { text: '', type: 'unknown' }
      if (type !== 'punctuation') continue
      if (depth === 0 && (text === ',' || text === '}')) break
      if (/^[([{]$/.test(text)) depth++
      else if (/^[)\]}]$/.test(text)) depth--
    }
    if (name !== undefined && from !== undefined) found.set(name, { from, to: at })
    if (tokens[at]?.text === ',') at++
  }
  return found
}

/** The value that starts at `start`, and the index after it. Throws NotLiteral where it is more than a literal. */
export function readLiteral(tokens: readonly Token[], start: number, call?: Call): { value: unknown; next: number } {
  let at = start
  const peek = (): string => (tokens[at]?.type === 'punctuation' ? (tokens[at]?.text ?? '') : '')
  const expect = (text: string): void => {
    if (peek() !== text) throw new NotLiteral()
    at++
  }
  const list = (close: string): unknown[] => {
    const values: unknown[] = []
    while (peek() !== close) {
      values.push(sum())
      if (peek() !== close) expect(',')
    }
    at++
    return values
  }
  const key = (): string => {
    const token = tokens[at++]
    if (token?.type === 'name') return token.text
    if (token?.type === 'string') return token.value ?? ''
    if (token?.text !== '[') throw new NotLiteral()
    const inner = tokens[at++]
    expect(']')
    if (inner?.value === undefined) throw new NotLiteral()
    return inner.value
  }
  const object = (): Record<string, unknown> => {
    const entries: [string, unknown][] = []
    while (peek() !== '}') {
      const computed = peek() === '['
      const name = key()
      // Outside of brackets this name sets a prototype.
      if (name === '__proto__' && !computed) throw new NotLiteral()
      expect(':')
      const value = sum()
      if (value !== undefined) entries.push([name, value])
      if (peek() !== '}') expect(',')
    }
    at++
    return Object.fromEntries(entries)
  }
  const builder = (name: string): unknown => {
    if (call === undefined || peek() !== '.') throw new NotLiteral()
    const method = tokens[at + 1]
    if (method?.type !== 'name' || tokens[at + 2]?.text !== '(') throw new NotLiteral()
    at += 3
    return call(name, method.text, list(')'))
  }
  const one = (): unknown => {
    const token = tokens[at++]
    if (token === undefined) throw new NotLiteral()
    if (token.value !== undefined) return token.value
    if (token.type === 'number') return Number(numeral(token))
    if (token.type === 'name') {
      if (token.text === 'true') return true
      if (token.text === 'false') return false
      if (token.text === 'null') return null
      if (token.text === 'undefined') return undefined
      return builder(token.text)
    }
    if (token.text === '-' && tokens[at]?.type === 'number') return -Number(numeral(tokens[at++]))
    if (token.text === '[') return list(']')
    if (token.text === '{') return object()
    throw new NotLiteral()
  }
  // Long SQL is often written as 'a' + 'b'.
  const sum = (): unknown => {
    let value = one()
    while (peek() === '+') {
      at++
      const right = one()
      if (typeof value !== 'string' || typeof right !== 'string') throw new NotLiteral()
      value += right
    }
    return value
  }
  return { value: sum(), next: at }
}

function numeral(token: Token | undefined): string {
  if (token === undefined || token.text.endsWith('n')) throw new NotLiteral()
  return token.text.replaceAll('_', '')
}

/**
 * The whole file as a value, if it is nothing but `import … from 'godwit'` and one `export default` of literals.
 * Undefined: it has code of its own.
 */
export function readModule(tokens: readonly Token[], call: Call): unknown {
  const start = objectStart(tokens)
  if (start === undefined || !onlyImports(tokens, start)) return undefined
  try {
    const { value, next } = readLiteral(tokens, start, call)
    const rest = tokens.slice(next).map(({ text }) => text)
    const wrapped = tokens[start - 1]?.text === '('
    if (wrapped && rest[0] === ',') rest.shift()
    if (wrapped && rest.shift() !== ')') return undefined
    return rest.every((text) => text === ';') ? value : undefined
  } catch (error) {
    if (error instanceof NotLiteral) return undefined
    throw error
  }
}

// Names may be imported from our own package under their own names, and types from anywhere.
function onlyImports(tokens: readonly Token[], start: number): boolean {
  let at = 0
  while (tokens[at]?.text === 'import') {
    const types = tokens[at + 1]?.text === 'type'
    let from = at + 1
    while (from < start && tokens[from]?.type !== 'string') from++
    const names = tokens.slice(at + 1, from)
    if (!types && (tokens[from]?.value !== 'godwit' || names.some(({ text }) => text === 'as' || text === '*')))
      return false
    at = from + 1
    if (tokens[at]?.text === ';') at++
  }
  return tokens[at]?.text === 'export'
}
