// `status`: where the database is beside where the files are, and what it holds.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Folder } from '../revisions/index.ts'
import type { LockHolder, StateReport } from '../runner/index.ts'
import { command } from './command.ts'
import type { Context } from './context.ts'
import { type Named, named } from './files.ts'
import { rowCounts } from './rows.ts'

/** A table as `status` shows it. */
export interface TableStatus {
  name: string
  columns: number
  /** With --columns: each of them. */
  list?: ColumnStatus[]
  /** Absent: it may not be read. */
  rows?: number
  /** From the engine's statistics: there are more than are counted. */
  estimated?: true
  /** Counting stopped here, and the engine keeps no statistics: there are more. */
  atLeast?: true
}

/** A column as `status --columns` shows it. */
export interface ColumnStatus {
  name: string
  type: string
  nullable: boolean
}

/** One of the last revisions that were applied. */
export interface AppliedStatus extends Named {
  appliedAt: string
  appliedBy: string
}

export interface StatusReport {
  /** Host and database, without the password. */
  database: string
  dialect: string
  version: string
  project?: string
  environment?: string
  initialised: boolean
  current: Named[]
  heads: Named[]
  applied: number
  pending: Named[]
  /** The last revisions that were applied, the latest first. */
  history: AppliedStatus[]
  /** Applied, and the file has other content now. */
  edited: Named[]
  /** Applied, and the file is gone. */
  missing: string[]
  incomplete: StateReport['incomplete']
  /** Who is migrating right now, as far as the database tells. */
  lock?: LockHolder
  tables: TableStatus[]
}

// Revisions of the history's tail: what fits on a screen beside everything else.
const TAIL = 5
// Seconds between two looks of --watch: one query each, so that nobody is in the way.
const INTERVAL = 2

/** Reads only; the connection is opened without the right to write where the database can do that. */
export const status = command({
  name: 'status',
  summary: 'where the database is, what is pending, what it holds',
  description: `Compares the database with the revision files, and lists its tables with columns and rows. Nothing is written.
Tables of more than 100,000 rows are not counted: the engine's estimate is shown with a ~, or a + where it keeps none.

\`--watch\` looks again every ${INTERVAL} seconds, on one connection, until Ctrl-C; tables are counted again when the history has changed.
Without a terminal it prints a line for each change, with \`--json\` one report a line.`,
  examples: [
    { line: 'godwit status', does: 'of the configured database' },
    { line: 'godwit status --exit-code', does: 'exit with 3 where revisions are pending' },
    { line: 'godwit status --columns', does: 'with every column of every table' },
    { line: 'godwit status --no-tables', does: 'without looking at the tables' },
    { line: 'godwit status --watch', does: 'during a deployment, until Ctrl-C' },
  ],
  arguments: [],
  flags: {
    tables: { type: 'boolean', default: true, summary: 'leave the tables out' },
    columns: { type: 'boolean', summary: 'list the columns of each table, too' },
    exitCode: { type: 'boolean', summary: 'exit with 3 where something is pending' },
    watch: { type: 'boolean', summary: 'look again and again, until Ctrl-C' },
    interval: { type: 'number', value: 'seconds', summary: `with --watch: between two looks (default: ${INTERVAL})` },
  },
  writes: 'nothing',
  async run(context, { tables, columns, watch, interval = INTERVAL }): Promise<StatusReport> {
    const wanted: Wanted = { tables: tables !== false, columns: columns === true }
    const first = await look(context, wanted)
    if (!watch) return first
    return watching(context, first, { interval: Math.max(1, interval), ...wanted })
  },
  outcome: ({ pending, incomplete, edited, missing }, { exitCode, watch }) =>
    exitCode && !watch && pending.length + incomplete.length + edited.length + missing.length > 0 ? 3 : 0,
})

/** What of the tables is looked at. */
interface Wanted {
  tables: boolean
  columns: boolean
}

/** Looks until it is told to stop, and gives back what it saw last. */
async function watching(
  context: Context,
  first: StatusReport,
  { interval, ...wanted }: Wanted & { interval: number },
): Promise<StatusReport> {
  const { signal, emit } = context
  let last = first
  emit({ type: 'looked', report: first, changed: true })
  try {
    for (;;) {
      await sleep(interval * 1000, undefined, signal === undefined ? {} : { signal })
      const next = await look(context, wanted, last.tables)
      // Counting is the dear part: rows are looked at again when the history has moved.
      const moved = JSON.stringify([next.applied, next.history]) !== JSON.stringify([last.applied, last.history])
      if (moved && wanted.tables) next.tables = await tablesOf(context, wanted)
      const changed = newsOf(next) !== newsOf(last)
      last = next
      emit({ type: 'looked', report: next, changed })
    }
  } catch (error) {
    // Whoever watches ends it by Ctrl-C: that is no failure.
    if (signal?.aborted) return last
    throw error
  }
}

// What the holder of the lock is at just now is no news by itself.
const newsOf = ({ lock, ...rest }: StatusReport): string =>
  JSON.stringify([rest, lock && { ...lock, since: undefined, query: undefined }])

/** One look; `tables` where they are known already. */
async function look(context: Context, wanted: Wanted, tables?: TableStatus[]): Promise<StatusReport> {
  const { lockHolder, readHistory, readState } = await import('../runner/index.ts')
  const { readFolder } = await import('../revisions/folder.ts')
  const dialect = await context.dialect()
  const connection = await context.connection({ readOnly: true })
  const folder = await readFolder((await context.config()).folder)
  const runner = { ...(await context.runner({ readOnly: true })), folder }
  const state = await readState(runner)
  const lock = await lockHolder(runner)
  const names = (ids: readonly string[]): Promise<Named[]> => named(context, ids, folder)
  return {
    database: connection.location.display,
    dialect: dialect.name,
    version: connection.version,
    ...(state.project !== undefined && { project: state.project }),
    ...(state.environment !== undefined && { environment: state.environment }),
    initialised: state.initialised,
    current: await names(state.current),
    heads: await names(state.heads),
    applied: state.applied.length,
    pending: await names(state.pending),
    history: state.initialised ? await tail(context, folder, (await readHistory(runner)).applied) : [],
    edited: await names(state.edited),
    missing: state.missing,
    incomplete: state.incomplete,
    ...(lock !== undefined && { lock }),
    tables: tables ?? (wanted.tables ? await tablesOf(context, wanted) : []),
  }
}

async function tail(
  context: Context,
  folder: Folder,
  applied: readonly { revision: string; message: string; appliedAt: string; appliedBy: string }[],
): Promise<AppliedStatus[]> {
  const last = [...applied].sort((a, b) => (a.appliedAt < b.appliedAt ? 1 : -1)).slice(0, TAIL)
  const found = await named(
    context,
    last.map(({ revision }) => revision),
    folder,
  )
  return last.map(({ message, appliedAt, appliedBy }, index) => {
    const known = found[index]
    return { revision: '', ...known, message: known?.message || message, appliedAt, appliedBy }
  })
}

async function tablesOf(context: Context, wanted: Wanted): Promise<TableStatus[]> {
  const dialect = await context.dialect()
  const connection = await context.connection({ readOnly: true })
  const { ignoring } = await import('../runner/ignored.ts')
  const ignored = ignoring((await context.config()).ignore, { namespaces: dialect.namespaces })
  const { tables } = ignored.without(await dialect.inspect(connection))
  const counts = await rowCounts(
    tables.map(({ name }) => name),
    connection,
    dialect,
  )
  return tables.map(({ name, columns }) => ({
    name,
    columns: columns.length,
    ...(wanted.columns && { list: columns.map(({ name, type, nullable }) => ({ name, type, nullable })) }),
    ...counts.get(name),
  }))
}
