// Operations as TypeScript source, laid out as a formatter would: what people review in a revision file.
import { GodwitError } from '../errors.ts'
import type { Operation } from './operation.ts'

const WIDTH = 120

/**
 * The body of an array of operations: `op.addColumn({ … }),` one after the other, each ended by a comma. Evaluated, it
 * gives the same operations, whatever the names hold. `indent` is the number of blanks (or the blanks) before each line.
 * Errors: REVISION_INVALID for `run`, because a function's source does not carry what it refers to.
 */
export function printOperations(operations: readonly Operation[], indent: number | string = 0): string {
  const margin = typeof indent === 'number' ? ' '.repeat(indent) : indent
  return operations.map((operation) => `${margin}${printOperation(operation, margin)},`).join('\n')
}

/** One operation, without a comma. `margin` is what lines after the first begin with. */
export function printOperation(operation: Operation, margin = ''): string {
  if (operation.kind === 'run') {
    throw new GodwitError('REVISION_INVALID', 'An operation that runs code cannot be printed.', {
      fix: 'Keep the revision that holds it as a file of its own.',
    })
  }
  const { kind, ...payload } = operation
  return `op.${kind}(${printValue(payload, margin, margin.length + `op.${kind}(`.length, 2)})`
}

/** A JSON value as TypeScript. `column` is where it starts and `tail` what must still fit behind it. */
function printValue(value: unknown, margin: string, column: number, tail: number): string {
  const flat = mustBreak(value) ? undefined : printFlat(value)
  if (flat !== undefined && !flat.includes('\n') && column + flat.length + tail <= WIDTH) return flat
  const inner = `${margin}  `
  if (Array.isArray(value) && value.length > 0) {
    const items = value.map((item) => `${inner}${printValue(item, inner, inner.length, 1)},\n`)
    return `[\n${items.join('')}${margin}]`
  }
  const fields = fieldsOf(value)
  if (fields === undefined || fields.length === 0) return printFlat(value)
  const lines = fields.map(([key, item]) => {
    const head = `${inner}${printKey(key)}: `
    const printed = printValue(item, inner, head.length, 1)
    // A long text goes on a line of its own, unless the key is so short that nothing is gained; a template begins where it stands.
    const isText = typeof item === 'string' && !printed.startsWith('`') && printKey(key).length > 4
    const isLong = isText && head.length + printed.length + 1 > WIDTH
    return isLong ? `${head.trimEnd()}\n${inner}  ${printed},\n` : `${head}${printed},\n`
  })
  return `{\n${lines.join('')}${margin}}`
}

function printFlat(value: unknown): string {
  if (typeof value === 'string') return printString(value)
  if (Array.isArray(value)) return `[${value.map(printFlat).join(', ')}]`
  const fields = fieldsOf(value)
  if (fields === undefined) return String(value)
  return fields.length === 0
    ? '{}'
    : `{ ${fields.map(([key, item]) => `${printKey(key)}: ${printFlat(item)}`).join(', ')} }`
}

const fieldsOf = (value: unknown): [string, unknown][] | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).filter(([, item]) => item !== undefined)
    : undefined

/** Formatters break a list of several objects (or lists) that hold several things each, however short: so columns stay a table. */
function mustBreak(value: unknown): boolean {
  if (Array.isArray(value)) {
    const isTable =
      value.length > 1 &&
      (value.every((item) => (fieldsOf(item)?.length ?? 0) > 1) ||
        value.every((item) => Array.isArray(item) && item.length > 1))
    return isTable || value.some(mustBreak)
  }
  return fieldsOf(value)?.some(([, item]) => mustBreak(item)) ?? false
}

// A literal key __proto__, quoted or not, would set the prototype; a computed one is a key like any other.
const printKey = (key: string): string =>
  key === '__proto__' ? "['__proto__']" : /^[A-Za-z_$][\w$]*$/.test(key) ? key : printLine(key)

// Control characters, lone surrogates, and what would be invisible or turn the reading direction around in a review.
const HIDDEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g
const SHORT = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])
const escaped = (char: string): string => SHORT.get(char) ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`

/** A string literal; a template where it has several lines. */
function printString(text: string): string {
  if (/\n./s.test(text)) {
    const template = text
      .replaceAll('\\', '\\\\')
      .replaceAll('`', '\\`')
      .replaceAll('${', '\\${')
      .replace(HIDDEN, (char) => (char === '\n' ? char : escaped(char)))
      // Editors cut blanks at the end of lines.
      .replace(/ (?=\n|$)/g, '\\x20')
    return `\`${template}\``
  }
  return printLine(text)
}

/** A literal on one line, in the quotes that need fewer escapes. */
function printLine(text: string): string {
  const singles = text.split("'").length
  const doubles = text.split('"').length
  const quote = singles > doubles ? '"' : "'"
  const body = text.replaceAll('\\', '\\\\')
  return `${quote}${body.replaceAll(quote, `\\${quote}`).replace(HIDDEN, escaped)}${quote}`
}
