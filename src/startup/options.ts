// What a start is told, and what it tells.
import type { GodwitError } from '../errors.ts'
import type { SeedReport } from '../runner/due.ts'
import type { FailedStep } from '../runner/reports.ts'
import type { Logger } from './log.ts'
import type { Environment, Policy } from './policy.ts'
import type { Where } from './project.ts'
import type { Built, Step, StepOutcome } from './steps.ts'

/** How to start. Everything is optional. */
export interface StartupOptions extends Where {
  /** Default: by AUTO_MIGRATE_ON_STARTUP (true: `migrate`; false or unset: `check`). SKIP_DB_INIT=1 beats it. */
  policy?: Policy
  /**
   * When the database cannot be brought to the head, or a step fails: `stop` (default) throws; `serve` says so loudly and
   * goes on; `create-tables` creates them from the models where the database is empty, and otherwise stops.
   */
  onFailure?: 'stop' | 'serve' | 'create-tables'
  /**
   * A revision that fails is reported, the branches of the history beside it are applied all the same, steps and seeds run, and only
   * then the failure counts (`onFailure`). For modules that do not need each other. Default false: the first failure ends it.
   */
  keepGoing?: boolean
  /**
   * Values may change (rounded, cut) although a revision does not agree to it (`using`, `accept`). Default false: such a
   * revision fails with DATA_LOSS.
   */
  acceptLoss?: boolean
  /**
   * The application's own steps, in order, when the database is at the head; `'missing'` creates what the models have and the database
   * lacks, `'seeds'` is the place of the seeds, else they come last.
   */
  steps?: readonly (Step | Built)[]
  /** False: seeds are left to `godwit seed`. */
  seeds?: boolean
  /** For seeds and steps. Default: GODWIT_ENV, NODE_ENV, `development`. */
  environment?: string
  /** Default `console`. */
  logger?: Logger
  /** Seconds to wait for another instance. Default: as configured, else 60. */
  lockWait?: number
  /** Aborting finishes or rolls back the step under way and releases the lock. */
  signal?: AbortSignal
  /** False: SIGTERM and SIGINT are the application's business alone (it passes `signal`). */
  signals?: boolean
  /** Default `process.env`. */
  env?: Environment
  /** False: do it again although this process has done it. */
  once?: boolean
}

/** How the start went. */
export interface StartupReport {
  /**
   * `current`: nothing had to be migrated; `migrated`; `created`: from the models, after a failure; `pending`: revisions
   * are not applied, and the policy is to look only; `skipped`; `failed`: with `onFailure: 'serve'`, see `error`.
   */
  status: 'current' | 'migrated' | 'created' | 'pending' | 'skipped' | 'failed'
  /** Ids that this start applied. */
  applied: string[]
  /** Ids that are not applied. */
  pending: string[]
  steps: StepOutcome[]
  seeds: SeedReport[]
  /** With status `created`: revisions that count as applied although their own SQL or code was not run. */
  unseen?: { revision: string; message: string }[]
  /** With `keepGoing`: the revisions that failed. */
  failed?: FailedStep[]
  error?: GodwitError
  /** Milliseconds. */
  duration: number
}
