// Names and values as SQL text. Names from databases are hostile: this is the only place that quotes them.
import { GodwitError } from '../../errors.ts'
import { unqualify } from '../../schema/names.ts'
import { isKeyword } from './keywords.ts'

const PLAIN = /^[A-Za-z_][A-Za-z0-9_]*$/

/** A name, quoted where it has to be. Errors: SQL_UNSUPPORTED for a name with a NUL character, which no statement can hold. */
export function identifier(name: string): string {
  if (PLAIN.test(name) && !isKeyword(name.toLowerCase())) return name
  if (name.includes('\0')) {
    throw new GodwitError('SQL_UNSUPPORTED', 'A name with a NUL character cannot be used.', {
      why: 'SQL text ends at the first NUL character.',
      fix: 'Choose another name.',
    })
  }
  return `"${name.replaceAll('"', '""')}"`
}

/** A list of names, ready for brackets. */
export const identifiers = (names: readonly string[]): string => names.map(identifier).join(', ')

/** The bare name behind a qualified one: this engine has one namespace. */
export const bare = (qualified: string): string => unqualify(qualified).name

/** A qualified name as SQL. */
export const tableName = (qualified: string): string => identifier(bare(qualified))

/** A value as an SQL literal; booleans are 1 and 0. */
export function literal(value: string | number | boolean | null): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (typeof value === 'number') {
    if (Number.isNaN(value)) return 'null'
    if (!Number.isFinite(value)) return value > 0 ? '9e999' : '-9e999'
    return String(value)
  }
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`
  // Text ends at a NUL inside a literal, so it is put together around it.
  return value.includes('\0') ? `(${value.split('\0').map(quoted).join(' || char(0) || ')})` : quoted(value)
}
