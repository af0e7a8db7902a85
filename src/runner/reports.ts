// What the runner takes and gives back: plain values, the same for the terminal, the library and the web page.
import type { Connection, Dialect, LockHolder } from '../dialects/dialect.ts'
import type { GodwitError } from '../errors.ts'
import type { Finding } from '../lint/rule.ts'
import type { Among } from '../operations/narrowing.ts'
import type { Sign } from '../operations/operation.ts'
import type { Folder } from '../revisions/index.ts'
import type { Ensured, RunnerEvent } from './events.ts'

/** Where to work and how. */
export interface RunnerContext {
  dialect: Dialect
  /** Opened for the run and closed afterwards; not needed with `connection`. */
  url?: string
  /** An open connection to work on; it stays open. */
  connection?: Connection
  /** The folder of revisions, or the revisions themselves (a bundle, or a folder that was read already). */
  folder: string | Folder
  emit?: (event: RunnerEvent) => void
  /** Aborting finishes or rolls back the step under way, releases the lock, and throws REVISION_FAILED (interrupted). */
  signal?: AbortSignal
  /** Milliseconds to wait for another runner; default 60,000; 0: one try. */
  lockWait?: number
  /** Milliseconds a statement may wait for the locks of others (default 300), and how often it is tried (default 30). */
  lockTimeout?: number
  lockTries?: number
  /** A server for scratch databases instead of the embedded engine, and the folder for what was found out. */
  shadow?: string
  cache?: string
  /** Who runs, for the history; default user@host of this process. */
  by?: string
  /** Version of this tool, for the history. */
  version?: string
}

export type Direction = 'up' | 'down'

/** A table, column or object whose data a step throws away. */
export interface Loss {
  revision: string
  /** Index of the operation in the way that is run; absent for what its code did. */
  operation?: number
  /** A ref of schema/names.ts: `table users`, `column users.email`. */
  what: string
  /** One line for people. */
  message: string
  /** Where not all of it goes: statements, the last a query of one row with one column `rows`, the number of what goes. */
  probe?: readonly string[]
  /** The same rows as a table and a condition, both in SQL. */
  among?: Among
}

/**
 * What was agreed to: `true` all of it, however much there is; or for each loss, in order, the most rows (values, for a
 * column) that may go, undefined for all there are.
 */
export type Consent = boolean | { most: readonly (number | undefined)[] }

/** One revision as it was carried out. */
export interface StepReport {
  revision: string
  message: string
  direction: Direction
  /** Milliseconds. */
  duration: number
  statements: number
  /** What the operations that look first came to; absent where there are none. */
  ensured?: Ensured[]
}

/** A revision that failed while the run kept going. */
export interface FailedStep {
  revision: string
  message: string
  error: GodwitError
}

/** What `upgrade` and `downgrade` did. `from` and `to` are the heads of what is applied, before and after. */
export interface RunReport {
  direction: Direction
  from: string[]
  to: string[]
  steps: StepReport[]
  /** Where any: revisions that an earlier run had left half done, brought to their end in the direction they were going. */
  finished?: StepReport[]
  /** True: nothing was to be done, and nothing was written. */
  nothing: boolean
  /** Revisions of the folder that are still not applied. */
  pending: number
  /** With `keepGoing`, where any: the revisions that failed, and those that come after them and were not tried. */
  failed?: FailedStep[]
  waiting?: string[]
  duration: number
}

/** What `plan` shows for one step; nothing was run. */
export interface PlannedStep {
  revision: string
  parents: string[]
  message: string
  file: string
  direction: Direction
  statements: PlannedStatement[]
  /** Operations in words (describe of operations/). */
  operations: { sign: Sign; text: string }[]
  findings: Finding[]
  losses: Loss[]
  /** False: the revision is carried out in several transactions, and a crash is settled by probes. */
  transactional: boolean
}

export interface PlannedStatement {
  sql: string
  transactional: boolean
  lock?: string
  rewrites?: boolean
  note?: string
}

export interface PlanReport {
  direction: Direction
  from: string[]
  to: string[]
  steps: PlannedStep[]
  /** Interrupted half-way: the run finishes them before its own steps. */
  incomplete: Incomplete[]
}

/** A row of the history, without the texts. */
export interface AppliedRevision {
  revision: string
  parents: string[]
  message: string
  file: string
  checksum: string
  /** `done`, or which way it was going when it was interrupted. */
  state: 'done' | 'upgrading' | 'downgrading'
  /** ISO 8601, by the database's clock. */
  appliedAt: string
  appliedBy: string
  /** Milliseconds; absent when it was stamped. */
  duration?: number
  version: string
}

/** A revision that was interrupted half-way, and which way it was going. */
export interface Incomplete {
  revision: string
  state: 'upgrading' | 'downgrading'
  /** So many of its statements have happened. */
  done: number
  /** Nobody has asked yet whether the statement that it was cut off at has happened. */
  inDoubt: boolean
}

/** Where the database is, beside where the files are. One query; nothing is written. */
export interface StateReport {
  /** False: our tables are not there yet. */
  initialised: boolean
  project?: string
  environment?: string
  /** Heads of what is applied. */
  current: string[]
  heads: string[]
  applied: string[]
  /** In the order in which they would run. */
  pending: string[]
  /** Applied, and the file has other content now. */
  edited: string[]
  /** Applied, and the file is gone. */
  missing: string[]
  /** Interrupted half-way: the next run settles them, or `resolve`. */
  incomplete: Incomplete[]
}

/** One line of the journal: what ran, when, and how it ended. */
export interface JournalEntry {
  id: number
  revision: string
  action: 'up' | 'down' | 'stamp' | 'resolve' | 'seed' | 'ensure' | 'backfill'
  /** -1: the revision as a whole. The statements of its transactions stand before that line, with its `id`. */
  statement: number
  /** The statement; of `ensure` and `backfill` the record as it is kept, which `words` says in words. */
  sql: string
  words?: string
  state: 'open' | 'done' | 'failed'
  startedAt: string
  finishedAt: string
  by: string
  version: string
  error: string
}

/** What `stamp` changed in the history; no statement of a revision ran. */
export interface StampReport {
  from: string[]
  to: string[]
  added: string[]
  removed: string[]
  /** Already there; checksum and text were taken from the files again. */
  refreshed: string[]
}

/** What `resolve` found and did. */
export interface ResolveReport {
  settled: {
    revision: string
    /** The statement that was in doubt; absent where the whole revision was taken out (`undone`). */
    statement?: number
    sql?: string
    outcome: ResolveOutcome | 'open'
  }[]
  /** Still unfinished. */
  incomplete: Incomplete[]
}

/** What somebody says of an unfinished revision: its statement in doubt has happened or not, or all of it is undone by hand. */
export type ResolveOutcome = 'done' | 'absent' | 'undone'

export type { Ensured, LockHolder }
