// Writing names and values so that no name or value can become SQL.
import { GodwitError } from '../../errors.ts'
import { unqualify } from '../../schema/names.ts'

/** A name in backticks. Errors: SQL_UNSUPPORTED for a NUL, which no identifier may hold. */
export function identifier(name: string): string {
  if (name.includes('\0')) {
    throw new GodwitError('SQL_UNSUPPORTED', 'A name holds a NUL character.', {
      why: 'The server has no way to write such a name.',
      fix: 'Give it another name.',
    })
  }
  return `\`${name.replaceAll('`', '``')}\``
}

/** A qualified name of schema/names.ts as SQL; the database is written only where the name has one. */
export function path(qualified: string): string {
  const { namespace, name } = unqualify(qualified)
  return namespace === undefined ? identifier(name) : `${identifier(namespace)}.${identifier(name)}`
}

/**
 * A value as an SQL expression. Text that a session's NO_BACKSLASH_ESCAPES would change, or whose bytes a session's
 * character set could, is written as hexadecimal digits: right under every setting.
 */
export function literal(value: string | number | boolean | null): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (typeof value === 'number') return String(value)
  if (/[\\\0]/.test(value)) return `convert(x'${Buffer.from(value, 'utf8').toString('hex')}' using utf8mb4)`
  return `'${value.replaceAll("'", "''")}'`
}

/** Text where the grammar wants a string literal and takes no expression: comments. Our sessions have backslash escapes. */
export const textLiteral = (value: string): string =>
  `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll('\0', '\\0')}'`

// Types whose bytes are no text.
const BYTES = /^(?:var)?binary\b|blob\b|^(?:geometry|point|linestring|polygon|multi\w+)\b/i

/** An SQL expression of text: a value as a literal. Text goes as its bytes, so that no session's mode reads it otherwise. */
export function literalOf(expression: string, type: string): string {
  if (/^bit\b/i.test(type)) return `concat('0x', hex((${expression}) + 0))`
  if (BYTES.test(type)) return `concat('x''', hex(${expression}), '''')`
  return `concat('convert(x''', hex(cast((${expression}) as char character set utf8mb4)), ''' using utf8mb4)')`
}
