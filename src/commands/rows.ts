// How many rows there are: exactly, or as the database estimates where counting would take long.
import type { Connection, Dialect } from '../dialects/dialect.ts'
import { isGodwitError } from '../errors.ts'
import { splitName } from '../schema/names.ts'

/** A count. `atLeast`: counting stopped there, and the engine keeps no statistics. */
export interface RowCount {
  rows: number
  atLeast?: true
  /** From the engine's statistics, because counting would take long. */
  estimated?: true
}

/** Rows that are counted at most, so that looking at a large table stays cheap. */
const LIMIT = 100_000
/** Tables that are asked about in one query. */
const TOGETHER = 50

const quoted = (parts: readonly string[], dialect: Dialect): string =>
  parts.map((part) => dialect.identifier(part)).join('.')

/** The rows of each table, counted up to a limit; tables that may not be read are left out. */
export async function rowCounts(
  tables: readonly string[],
  connection: Connection,
  dialect: Dialect,
): Promise<Map<string, RowCount>> {
  const counts = new Map<string, RowCount>()
  for (let at = 0; at < tables.length; at += TOGETHER) {
    await countSome(tables.slice(at, at + TOGETHER), connection, dialect, counts)
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

async function countSome(
  tables: readonly string[],
  connection: Connection,
  dialect: Dialect,
  counts: Map<string, RowCount>,
): Promise<void> {
  const selects = tables.map(
    (table, index) =>
      `select ${index} as position, (select count(*) from (select 1 from ${quoted(splitName(table), dialect)} limit ${LIMIT + 1}) counted) as amount`,
  )
  try {
    const rows = await connection.query<{ position: number | string; amount: number | string }>(
      selects.join('\nunion all\n'),
    )
    for (const { position, amount } of rows) {
      const table = tables[Number(position)]
      if (table === undefined) continue
      const found = Number(amount)
      counts.set(table, found > LIMIT ? { rows: LIMIT, atLeast: true } : { rows: found })
    }
  } catch (error) {
    // One table that may not be read must not hide the others.
    if (tables.length === 1) return
    if (isGodwitError(error) && error.code.startsWith('CONNECTION')) throw error
    const half = Math.ceil(tables.length / 2)
    await countSome(tables.slice(0, half), connection, dialect, counts)
    await countSome(tables.slice(half), connection, dialect, counts)
  }
}

/** Rows of `table t`, or values that are not null of `column t.c`; undefined for anything else, or what cannot be read. */
export async function countOf(ref: string, connection: Connection, dialect: Dialect): Promise<number | undefined> {
  const blank = ref.indexOf(' ')
  const kind = ref.slice(0, blank)
  const parts = splitName(ref.slice(blank + 1))
  if (kind !== 'table' && kind !== 'column') return undefined
  const column = kind === 'column' ? parts.pop() : undefined
  const what = column === undefined ? '*' : dialect.identifier(column)
  try {
    const [row] = await connection.query<{ amount: number | string }>(
      `select count(${what}) as amount from ${quoted(parts, dialect)}`,
    )
    return row === undefined ? undefined : Number(row.amount)
  } catch (error) {
    if (isGodwitError(error) && error.code.startsWith('CONNECTION')) throw error
    return undefined
  }
}
