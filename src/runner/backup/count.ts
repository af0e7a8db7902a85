// Rows of all tables, exactly: what a manifest says, and what a restore is held to.
import type { Connection, Dialect } from '../../dialects/dialect.ts'
import { splitName } from '../../schema/names.ts'
import type { TableCount } from './manifest.ts'

/** Tables that are asked about in one query. */
const TOGETHER = 50

/** Counts them. Errors: the driver's. */
export async function countRows(
  dialect: Dialect,
  connection: Connection,
  tables: readonly string[],
): Promise<TableCount[]> {
  const counts: TableCount[] = []
  for (let at = 0; at < tables.length; at += TOGETHER) {
    const some = tables.slice(at, at + TOGETHER)
    const selects = some.map((table, index) => {
      const name = splitName(table)
        .map((part) => dialect.identifier(part))
        .join('.')
      return `select ${index} as position, count(*) as amount from ${name}`
    })
    const rows = await connection.query<{ position: number | string; amount: number | string }>(
      selects.join('\nunion all\n'),
    )
    const amounts = new Map(rows.map(({ position, amount }) => [Number(position), Number(amount)]))
    counts.push(...some.map((name, index) => ({ name, rows: amounts.get(index) ?? 0 })))
  }
  return counts
}

/** Tables that hold another number of rows than they should, in words. */
export function differing(expected: readonly TableCount[], found: readonly TableCount[]): string[] {
  const known = new Map(found.map(({ name, rows }) => [name, rows]))
  return expected.flatMap(({ name, rows }) => {
    const now = known.get(name)
    if (now === rows) return []
    return [`${name}: ${rows} in the backup, ${now === undefined ? 'no such table' : now} in the database`]
  })
}
