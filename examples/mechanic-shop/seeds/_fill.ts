// What the seeds share. A file that begins with an underscore is none itself.
import type { SeedDatabase } from 'godwit'

type Value = string | number | null

/** One table: its columns, then its rows. */
export const rows = (columns: readonly string[], ...values: readonly Value[][]) => ({ columns, values })

/** Fills the tables in this order; where one of them has rows already, the shop has data of its own, and nothing is added. */
export async function fill(
  database: SeedDatabase,
  tables: Readonly<Record<string, ReturnType<typeof rows>>>,
): Promise<void> {
  for (const table of Object.keys(tables)) {
    if ((await database.query(`select 1 from ${table} limit 1`)).length > 0) return
  }
  for (const [table, { columns, values }] of Object.entries(tables)) {
    for (const row of values) {
      await database.insert(table, Object.fromEntries(columns.map((column, at) => [column, row[at] ?? null])))
    }
  }
}
