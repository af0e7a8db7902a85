// A probe is made of checks: conditions on information_schema that compare the definition.
import type { Probe } from '../../../operations/statement.ts'
import { unqualify } from '../../../schema/names.ts'
import { literal } from '../quote.ts'

/** Two SQL conditions about the same change: it is there; nothing of it is there. */
export interface Check {
  done: string
  absent: string
  /** It may run twice: where it does not look done, running it again does no harm. */
  again?: true
}

/**
 * The probe of a statement that makes several changes at once. The server makes all of them or none: where one of them
 * leaves a thing that was not there, or takes one away, that tells more than what can only be compared.
 */
export function probeOf(checks: readonly Check[]): Probe {
  const decisive = checks.filter(({ again }) => again !== true)
  const all = (list: readonly Check[], side: 'done' | 'absent'): string =>
    list.map((check) => `(${check[side]})`).join(' and ')
  return decisive.length === 0
    ? { sql: `select case when ${all(checks, 'done')} then 'done' else 'absent' end as state` }
    : {
        sql: `select case when ${all(decisive, 'done')} then 'done' when ${all(decisive, 'absent')} then 'absent' else 'half' end as state`,
      }
}

/** A change whose statement may as well run twice: what is not done is absent. */
export const repeatable = (done: string): Check => ({ done, absent: `not (${done})`, again: true })

/** The same change the other way round. */
export const reversed = ({ done, absent }: Check): Check => ({ done: absent, absent: done })

/** Names and texts are compared byte by byte, whatever collation the catalogue has; null compares as different. */
export const bytes = (column: string, value: string): string =>
  `coalesce(cast(${column} as binary) = cast(${literal(value)} as binary), 0)`
/** Like `bytes`, with several spellings. */
export const oneOf = (column: string, values: readonly string[]): string =>
  `coalesce(cast(${column} as binary) in (${values.map((value) => `cast(${literal(value)} as binary)`).join(', ')}), 0)`

/** The database and the name of a table, as SQL. */
export const own = (table: string): { schema: string; name: string } => {
  const { namespace, name } = unqualify(table)
  return { schema: namespace === undefined ? 'database()' : nameLiteral(namespace), name: nameLiteral(name) }
}

/** The dictionary holds no characters of four bytes, and refuses to compare with them: no thing has such a name. */
export const nameLiteral = (name: string): string =>
  /[\u{10000}-\u{10ffff}]/u.test(name) ? `convert(${literal(name)} using utf8mb3)` : literal(name)

/** Whether a view of the catalogue has such a row. */
export const exists = (view: string, where: readonly string[]): string =>
  `exists (select 1 from information_schema.${view} where ${where.join(' and ')})`

/** The rows of one table. */
export const inTable = (table: string): string[] => {
  const { schema, name } = own(table)
  return [`table_schema = ${schema}`, `table_name = ${name}`]
}
