// One case with rows in it: there and back on a database of its own, and what the rows, the database and its foreign keys say.
import type { Connection, Dialect } from '../../src/dialects/dialect.ts'
import { diff } from '../../src/diff/index.ts'
import { invertAll } from '../../src/operations/index.ts'
import type { Operation } from '../../src/operations/operation.ts'
import type { Column, Schema, Table } from '../../src/schema/schema.ts'
import { fill, tableName } from './fill.ts'
import { reasonOf } from './refusal.ts'
import { everything, foreignKeyList, foreignKeysHold, lost, type Snapshot, snapshot, surviving } from './survivors.ts'
import { run, type Target } from './targets.ts'

/** Two schemas as SQL. `rows` are put in before the other tables are filled; `roles` are named by the texts. */
export interface Item {
  id: string
  before: string
  after: string
  rows?: string
  roles?: string[]
}

/** What one case proved. `up`, `down`: `survived`, `failed`, or the reason for which the rows refused it. */
export interface Outcome {
  up: string
  down?: string
  tables: number
  /** Columns that stay and get another type. */
  converted: number
  foreignKeys: number
  /** A column takes NULLs before and none after. */
  tightens: boolean
  /** The database's words where the rows refused it. */
  refusals: string[]
  failures: string[]
}

/** Where cases run. */
export interface Bench {
  dialect: Dialect
  target: Target
  /** What a text makes on an engine like the target's, and what that says of foreign keys where no row is. */
  schemaOf(sql: string): Promise<{ schema: Schema; broken: string[] }>
}

async function load(dialect: Dialect, connection: Connection, sql: string): Promise<void> {
  for (const statement of await dialect.split(sql)) {
    if (!statement.control) await connection.execute(statement.sql)
  }
  // A script may leave the session otherwise than it found it.
  const forget = dialect.forget(undefined, connection.version)
  if (forget !== undefined) await connection.execute(forget)
}

/** The roles that a case names are there while it runs; those that were missing go again. */
export async function withRoles<Result>(
  { dialect, target }: Bench,
  roles: readonly string[],
  work: () => Promise<Result>,
): Promise<Result> {
  if (roles.length === 0) return work()
  const made: string[] = []
  await target.open(dialect, async (connection) => {
    for (const role of roles) {
      const gone = await attempt(connection.execute(`create role ${dialect.identifier(role)}`))
      if (gone === undefined) made.push(role)
      else if (dialect.explain(gone.error).kind !== 'duplicate object') throw gone.error
    }
  })
  try {
    return await work()
  } finally {
    await target.open(dialect, async (connection) => {
      for (const role of made) await connection.execute(`drop role ${dialect.identifier(role)}`)
    })
  }
}

/** A case that this engine cannot load. */
export class Unloaded extends Error {}

export const loading = <Result>(work: Promise<Result>): Promise<Result> =>
  work.catch((error: unknown) => {
    throw new Unloaded(error instanceof Error ? error.message : String(error))
  })

/** Which columns get a NULL: those that may keep it, or all that may hold it, so that some rows do not fit afterwards. */
export type Nulls = 'kept' | 'all'

/** Undefined: no table of it that stays took a row. Throws Unloaded. */
export async function prove(bench: Bench, item: Item, nulls: Nulls): Promise<Outcome | undefined> {
  const { schema: after, broken } = await bench.schemaOf(item.after)
  let outcome: Outcome | undefined
  await bench.target.open(bench.dialect, async (connection) => {
    await loading(load(bench.dialect, connection, item.before))
    const from = await bench.dialect.inspect(connection)
    const natural = { before: (await foreignKeysHold(bench.dialect, connection, from)).broken, after: broken }
    if (item.rows && nulls === 'kept') await load(bench.dialect, connection, item.rows)
    const strict = (table: Table, column: Column): boolean => {
      const other = after.tables.find(({ name }) => name === table.name)
      return other?.columns.find(({ name }) => name === column.name)?.nullable === false
    }
    const mayBeNull = (table: Table, column: Column): boolean =>
      column.nullable && (nulls === 'all' || !strict(table, column))
    const filled = await fill(bench.dialect, connection, from, mayBeNull)
    const tight = filled.flatMap((table) =>
      table.columns.flatMap((column) => (column.nullable && strict(table, column) ? [{ table, column }] : [])),
    )
    const survivors = surviving(filled, from, after)
    if (survivors.length === 0) return
    if (nulls === 'all' && !(await anyNull(bench.dialect, connection, tight))) return
    outcome = {
      up: '',
      tables: survivors.length,
      converted: survivors.flatMap(({ columns }) => columns.filter(({ by }) => by !== 'exact')).length,
      foreignKeys: 0,
      tightens: tight.length > 0,
      refusals: [],
      failures: [],
    }
    await thereAndBack({ bench, item, connection, from, after, filled, natural, outcome })
  })
  return outcome
}

interface Journey {
  bench: Bench
  item: Item
  connection: Connection
  from: Schema
  after: Schema
  /** The tables that hold rows. */
  filled: readonly Table[]
  /** What the engine says of the foreign keys of either schema where no row is. */
  natural: { before: readonly string[]; after: readonly string[] }
  outcome: Outcome
}

/** Fills in the outcome. */
async function thereAndBack(journey: Journey): Promise<void> {
  const { bench, connection, from, after, filled, natural, outcome } = journey
  const { dialect } = bench
  const { traits } = dialect
  const { failures } = outcome
  const start = await snapshot(dialect, connection, surviving(filled, from, after), from)
  await keysHold(journey, from, from, natural.before, 'before')
  const up = diff(from, after, { traits })
  outcome.up = await way(journey, 'up', [up], from)
  if (outcome.up !== 'survived') return
  const top = await dialect.inspect(connection)
  failures.push(...(await gone(journey, start, top, 'after up')))
  await keysHold(journey, top, after, natural.after, 'after up')
  if (failures.length > 0) outcome.up = 'failed'

  outcome.down = await way(journey, 'down', [up, invertAll(up) ?? []], top, diff(after, from, { traits }))
  if (outcome.down !== 'survived') return
  const count = failures.length
  const bottom = await dialect.inspect(connection)
  failures.push(...(await gone(journey, start, bottom, 'after down')))
  await keysHold(journey, bottom, from, natural.before, 'after down')
  if (failures.length > count) outcome.down = 'failed'
}

/**
 * Goes one way, the last of `ways`. Where the database refuses it, that is for the rows alone, and they are all there.
 * `otherwise` is what `migrate` writes where the engine does not take the inverses, rows or not.
 */
async function way(
  journey: Journey,
  name: 'up' | 'down',
  ways: readonly (readonly Operation[])[],
  now: Schema,
  otherwise?: readonly Operation[],
): Promise<string> {
  const { bench, item, connection, from, after, filled, outcome } = journey
  const { dialect } = bench
  // Where structure is part of the transaction, nothing at all has happened; elsewhere the statements before have.
  const held = isWhole(dialect)
    ? everything(now.tables.filter((table) => filled.some((each) => each.name === table.name)))
    : surviving(filled, from, after)
  const before = await snapshot(dialect, connection, held, now)
  const result = await attempt(run(dialect, connection, ways.at(-1) ?? []))
  if (result === undefined) return 'survived'
  const reason = reasonOf(dialect, result.error)
  const left = await dialect.inspect(connection)
  const rest = await snapshot(dialect, connection, held, left).catch((error: unknown) => [String(error)])
  const missing = Array.isArray(rest) ? rest : lost(before, rest)
  outcome.failures.push(...missing.map((text) => `after ${name} was refused: ${text}`))
  const without = await withoutRows(bench, item, ways)
  if (reason === undefined && without !== undefined && otherwise !== undefined && isWhole(dialect)) {
    return way(journey, name, [...ways.slice(0, -1), otherwise], now)
  }
  if (reason === undefined) outcome.failures.push(`${name} failed: ${result.error}`)
  else outcome.refusals.push(`${name}: ${reason}: ${result.error}`)
  if (without !== undefined) outcome.failures.push(`${name} fails without rows as well: ${without}`)
  return reason ?? 'failed'
}

const isWhole = ({ capabilities }: Dialect): boolean => capabilities.transactionalDdl

async function gone({ bench, connection, from, after, filled }: Journey, start: Snapshot, now: Schema, when: string) {
  try {
    const rows = await snapshot(bench.dialect, connection, surviving(filled, from, after), now)
    return lost(start, rows).map((text) => `${when}: ${text}`)
  } catch (error) {
    return [`${when}: ${error}`]
  }
}

/** The foreign keys are those that the schema wants, and no row breaks one that it does not break by itself. */
async function keysHold(
  { bench, connection, outcome }: Journey,
  now: Schema,
  wanted: Schema,
  natural: readonly string[],
  when: string,
): Promise<void> {
  const { asked, broken } = await foreignKeysHold(bench.dialect, connection, now)
  outcome.foreignKeys += asked
  outcome.failures.push(...broken.filter((each) => !natural.includes(each)).map((each) => `${when}: ${each}`))
  const [have, want] = [foreignKeyList(now), foreignKeyList(wanted)]
  if (JSON.stringify(have) !== JSON.stringify(want)) outcome.failures.push(`${when}: foreign keys ${have}, not ${want}`)
}

async function anyNull(
  dialect: Dialect,
  connection: Connection,
  columns: readonly { table: Table; column: Column }[],
): Promise<boolean> {
  for (const { table, column } of columns) {
    const sql = `select 1 as one from ${tableName(dialect, table.name)} where ${dialect.identifier(column.name)} is null`
    if ((await connection.query(sql)).length > 0) return true
  }
  return false
}

const attempt = (work: Promise<unknown>): Promise<{ error: unknown } | undefined> =>
  work.then(
    () => undefined,
    (error: unknown) => ({ error }),
  )

/** The same changes on empty tables. Undefined: they go through. */
async function withoutRows(
  { dialect, target }: Bench,
  { before }: Item,
  ways: readonly (readonly Operation[])[],
): Promise<string | undefined> {
  let failure: string | undefined
  await target.open(dialect, async (connection) => {
    await load(dialect, connection, before)
    for (const way of ways) {
      const result = await attempt(run(dialect, connection, way))
      if (result !== undefined) failure ??= String(result.error)
    }
  })
  return failure
}
