// How many rows tables hold: many tables in one query.
import type { Connection, Dialect } from '../dialects/dialect.ts'
import { splitName } from '../schema/names.ts'

/** A table with its rows. */
export interface TableCount {
  name: string
  rows: number
}

/** Tables that are asked about in one query. */
export const TOGETHER = 50

/** A table's qualified name in SQL. */
export const tableName = (dialect: Dialect, table: string): string =>
  splitName(table)
    .map((part) => dialect.identifier(part))
    .join('.')

/** Counts them, with `most` no further than that. Errors: the driver's. */
export async function countRows(
  dialect: Dialect,
  connection: Connection,
  tables: readonly string[],
  most?: number,
): Promise<TableCount[]> {
  const counts: TableCount[] = []
  for (let at = 0; at < tables.length; at += TOGETHER) {
    const some = tables.slice(at, at + TOGETHER)
    const selects = some.map((table, index) => {
      const from = `from ${tableName(dialect, table)}`
      const counted = most === undefined ? from : `from (select 1 ${from} limit ${most}) counted`
      return `select ${index} as position, (select count(*) ${counted}) as amount`
    })
    const rows = await connection.query<{ position: number | string; amount: number | string }>(
      selects.join('\nunion all\n'),
    )
    const amounts = new Map(rows.map(({ position, amount }) => [Number(position), Number(amount)]))
    for (const one of some.map((name, index) => ({ name, rows: amounts.get(index) ?? 0 }))) counts.push(one)
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
