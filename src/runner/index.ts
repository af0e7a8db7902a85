// Doing it safely: the verbs of the runner. Each takes a context and gives back a report of plain data.
import type { Dialect, LockHolder } from '../dialects/dialect.ts'
import type { Revision } from '../revisions/index.ts'
import { type BackupReport, type BackupRequest, takeBackup } from './backup/backup.ts'
import { type RestoreReport, type RestoreRequest, restoreBackup } from './backup/restore.ts'
import { itemsOf } from './items.ts'
import { lockKey } from './locked.ts'
import { planRun } from './plan.ts'
import { checkWayDown } from './prepare.ts'
import { appliedNow, checkNow, historyNow, stateNow } from './read.ts'
import type {
  AppliedRevision,
  Consent,
  Direction,
  JournalEntry,
  Loss,
  PlanReport,
  ResolveOutcome,
  ResolveReport,
  RunnerContext,
  RunReport,
  StampReport,
  StateReport,
} from './reports.ts'
import { resolveStep } from './resolve.ts'
import { run } from './run.ts'
import { scriptFor } from './script.ts'
import { coded } from './session.ts'
import { stampTo } from './stamp.ts'

export type { BackupReport } from './backup/backup.ts'
export { namesOf, type RestorePlan, type RestoreReport } from './backup/restore.ts'
export { unaccepted } from './conversions.ts'
export { ensuredWords } from './ensured-words.ts'
export type { RunnerEvent } from './events.ts'
export { revisionsFailed } from './going.ts'
export { destroyedBy, losses } from './losses.ts'
export type * from './reports.ts'
export { DEFAULTS } from './session.ts'
export { isUnseen } from './unseen.ts'

/**
 * Applies what is not applied of the target (default `head`). Nothing to do: one query.
 * With `keepGoing` a revision that fails is in the report, and the branches beside it are applied all the same.
 * Where values would change and neither the revision nor `acceptLoss` agrees: DATA_LOSS.
 * Errors: FOLDER_MISSING, REVISION_…, HEADS_SEVERAL, PROJECT_MISMATCH, LOCK_TIMEOUT, IN_DOUBT, and what statements fail with.
 */
export const upgrade = (
  context: RunnerContext,
  options: {
    target?: string
    keepGoing?: boolean
    acceptLoss?: boolean
    before?: () => Promise<void>
    losing?: (losses: Loss[]) => Promise<void>
  } = {},
): Promise<RunReport> => run(context, { ...options, direction: 'up', target: options.target ?? 'head' })

/**
 * Undoes down to the target (default `-1`). Where data would go, `confirm` is asked with the losses (and with the
 * revisions that stand half-way); without it, or when it answers false: DATA_LOSS. It is asked again where there is more
 * by the time the tables are locked than it agreed to.
 */
export const downgrade = (
  context: RunnerContext,
  options: {
    target?: string
    confirm?: (losses: Loss[], begun: readonly string[]) => Consent | Promise<Consent>
    before?: () => Promise<void>
  } = {},
): Promise<RunReport> => run(context, { ...options, direction: 'down', target: options.target ?? '-1' })

/** What `upgrade` or `downgrade` would do: statements, findings and losses. Nothing is written. */
export const plan = (
  context: RunnerContext,
  options: { target?: string; direction?: Direction } = {},
): Promise<PlanReport> => planRun(context, withDefaults(options))

/** The plan as one SQL text with all bookkeeping in it, for the database's own client (`--sql`). */
export const script = (
  context: RunnerContext,
  options: { target?: string; direction?: Direction; from?: string } = {},
): Promise<string> => scriptFor(context, { ...options, ...withDefaults(options) })

const withDefaults = ({ target, direction = 'up' }: { target?: string; direction?: Direction }) => ({
  direction,
  target: target ?? (direction === 'up' ? 'head' : '-1'),
})

/** Copies the whole database into one file. Nothing in it is changed. */
export const backup = (context: RunnerContext, request: BackupRequest): Promise<BackupReport> =>
  takeBackup(context, request)

/** Puts such a file back, in the place of everything the database holds. */
export const restore = (context: RunnerContext, request: RestoreRequest): Promise<RestoreReport> =>
  restoreBackup(context, request)

/** Sets the history to the target (and its ancestors) without running anything; `base` empties it. */
export const stamp = (context: RunnerContext, options: { target: string }): Promise<StampReport> =>
  stampTo(context, options.target)

/** Settles what an interrupted run left in doubt: by the statement's probe, or as told by `outcome`. */
export const resolve = (
  context: RunnerContext,
  options: { revision?: string; outcome?: ResolveOutcome } = {},
): Promise<ResolveReport> => resolveStep(context, options)

/** Who is migrating this database right now, where that can be seen; nothing is written. */
export const lockHolder = async ({ dialect, connection }: RunnerContext): Promise<LockHolder | undefined> =>
  connection === undefined ? undefined : dialect.lockHolder?.(connection, lockKey(connection))

/** Where the database is and where the files are: one query, nothing is written. */
export const readState = (context: RunnerContext): Promise<StateReport> => stateNow(context)

/** Refuses a database that a restore has left half done, or that a newer Godwit has worked on. Nothing is written. */
export const checkWhole = (context: RunnerContext): Promise<void> => checkNow(context)

/** Who applied what, when, how long, in the order of the graph; and the journal. */
export const readHistory = (context: RunnerContext): Promise<{ applied: AppliedRevision[]; journal: JournalEntry[] }> =>
  historyNow(context)

/** What is applied, in order, as the database got it: see `appliedNow`. */
export const readApplied = (context: RunnerContext): Promise<Revision[]> => appliedNow(context)

/** Reads the SQL of a revision, up and down, as its run would. Errors: SQL_SYNTAX, SQL_UNSUPPORTED. */
export async function readable(dialect: Dialect, revision: Revision): Promise<void> {
  await itemsOf(dialect, { revision, direction: 'up', operations: revision.operations })
  await checkWayDown(dialect, revision)
}

/** What a driver's error means, as a coded one; ours pass as they are. */
export const meaningOf = (dialect: Dialect, error: unknown): unknown => coded(dialect, error)
