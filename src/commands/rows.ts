// How many rows there are: exactly, or as the database estimates where counting would take long.
import type { Connection, Dialect } from '../dialects/dialect.ts'
import { isGodwitError } from '../errors.ts'
import { countRows, type TableCount, TOGETHER, tableName } from '../runner/count.ts'
import { qualify, splitName } from '../schema/names.ts'

/** A count. `atLeast`: counting stopped there, and the engine keeps no statistics. */
export interface RowCount {
  rows: number
  atLeast?: true
  /** From the engine's statistics, because counting would take long. */
  estimated?: true
}

/** Rows that are counted at most, so that looking at a large table stays cheap. */
const LIMIT = 100_000

/** The rows of each table, counted up to a limit; tables that may not be read are left out. */
export async function rowCounts(
  tables: readonly string[],
  connection: Connection,
  dialect: Dialect,
): Promise<Map<string, RowCount>> {
  const counts = new Map<string, RowCount>()
  for (let at = 0; at < tables.length; at += TOGETHER) {
    for (const { name, rows } of await countReadable(tables.slice(at, at + TOGETHER), connection, dialect)) {
      counts.set(name, rows > LIMIT ? { rows: LIMIT, atLeast: true } : { rows })
    }
  }
  if ([...counts.values()].some(({ atLeast }) => atLeast)) await estimate(counts, connection, dialect)
  return counts
}

/** What is too much to count takes the engine's own figure, where that is not plainly out of date. */
async function estimate(counts: Map<string, RowCount>, connection: Connection, dialect: Dialect): Promise<void> {
  const estimates = await dialect.rowEstimates?.(connection)
  for (const [table, { atLeast }] of counts) {
    const rows = estimates?.get(table) ?? 0
    if (atLeast && rows > LIMIT) counts.set(table, { rows, estimated: true })
  }
}

/** One table that may not be read must not hide the others. */
async function countReadable(
  tables: readonly string[],
  connection: Connection,
  dialect: Dialect,
): Promise<TableCount[]> {
  try {
    return await countRows(dialect, connection, tables, LIMIT + 1)
  } catch (error) {
    if (isGodwitError(error) && error.code.startsWith('CONNECTION')) throw error
    if (tables.length <= 1) return []
    const half = Math.ceil(tables.length / 2)
    return [
      ...(await countReadable(tables.slice(0, half), connection, dialect)),
      ...(await countReadable(tables.slice(half), connection, dialect)),
    ]
  }
}

/** Rows of `table t`, or values that are not null of `column t.c`; undefined for anything else, or what cannot be read. */
export async function countOf(ref: string, connection: Connection, dialect: Dialect): Promise<number | undefined> {
  const blank = ref.indexOf(' ')
  const kind = ref.slice(0, blank)
  const parts = splitName(ref.slice(blank + 1))
  if (kind !== 'table' && kind !== 'column') return undefined
  const column = kind === 'column' ? parts.pop() : undefined
  const owner = qualify(parts.at(-1) ?? '', parts.at(-2))
  const what = column === undefined ? '*' : dialect.identifier(column)
  try {
    const [row] = await connection.query<{ amount: number | string }>(
      `select count(${what}) as amount from ${tableName(dialect, owner)}`,
    )
    return row === undefined ? undefined : Number(row.amount)
  } catch (error) {
    if (isGodwitError(error) && error.code.startsWith('CONNECTION')) throw error
    return undefined
  }
}

/** What a probe counts: statements, the last a query of one row with one column `rows`. Undefined where it may not or cannot. */
export async function countBy(probe: readonly string[], connection: Connection): Promise<number | undefined> {
  try {
    for (const statement of probe.slice(0, -1)) await connection.execute(statement)
    const [row] = await connection.query<{ rows: number | string }>(probe.at(-1) ?? '')
    return row === undefined ? undefined : Number(row.rows)
  } catch (error) {
    if (isGodwitError(error) && error.code.startsWith('CONNECTION')) throw error
    return undefined
  }
}
