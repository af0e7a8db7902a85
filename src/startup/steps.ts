// Steps of the application itself, in its order: each in a transaction, by one instance at a time.

import { since } from '../amount.ts'
import type { Config } from '../config.ts'
import type { Connection, Dialect } from '../dialects/dialect.ts'
import { GodwitError, isGodwitError } from '../errors.ts'
import type { SeedReport } from '../runner/due.ts'
import { helped, runJob } from '../runner/jobs.ts'
import { underLock } from '../runner/locked.ts'
import type { RunnerContext } from '../runner/reports.ts'
import { folderOf, initialise, readState } from '../runner/run.ts'
import type { LoadedSeed, SeedDatabase, SeedFile } from '../runner/seed.ts'
import { seedAll } from '../runner/seeds.ts'
import { innermost, SendFailure } from '../runner/send.ts'
import { type Session, withSession } from '../runner/session.ts'
import type { Lines } from './log.ts'

/** One step. It runs at every start that finds the database at the head, so it has to be idempotent. */
export interface Step {
  /** For log lines and the report: `Default users`. */
  name: string
  run(database: StepDatabase): Promise<void> | void
  /**
   * Before revisions are applied: throws what forbids the start (a password that is missing), so that it does not fail
   * half-way. It only reads, and the tables may not be there yet.
   */
  check?(database: StepDatabase): Promise<void> | void
  /** Its failure is reported, and the start goes on. Default false. */
  continueOnError?: boolean
}

/** What a step may use; lines it writes go to the start's own log. */
export interface StepDatabase extends SeedDatabase {
  log(line: string): void
}

/** What became of one step. */
export interface StepOutcome {
  name: string
  outcome: 'done' | 'failed'
  /** Milliseconds. */
  duration: number
  /** Why it failed, where the start went on. */
  error?: string
}

/** Steps that are there already: `'missing'` creates what the models have and the database lacks; `'seeds'` runs the seeds. */
export type Built = 'missing' | 'seeds'

/** Everything that comes after the migrations; `'seeds'` is the place of the seeds, else they come last. */
export interface Work {
  steps: readonly (Step | Built)[]
  seeds: readonly SeedFile[]
  environment: string
  /** For `'missing'`: where the models are. */
  config?: Config
}

/**
 * Runs steps and seeds in order, under the lock. Errors: STEP_FAILED, SEED_INVALID, SEED_FAILED,
 * INTERRUPTED, and coded errors that a step throws.
 */
export async function runWork(context: RunnerContext, work: Work, lines: Lines): Promise<WorkReport> {
  const folder = await folderOf(context)
  return withSession(context, 'write', (session) =>
    underLock(session, async () => {
      await initialise(session, await readState(session, folder))
      return inOrder(session, context, work, lines)
    }),
  )
}

/** Asks the steps and the seeds that are due whether the start may begin. Errors: coded ones that they throw; STEP_FAILED. */
export async function checkWork(
  dialect: Dialect,
  connection: Connection,
  { steps, seeds, environment }: { steps: Work['steps']; seeds: readonly LoadedSeed[]; environment: string },
  lines: Lines,
): Promise<void> {
  const database = helped(dialect, connection, environment)
  const asked = [...steps.flatMap((step) => (typeof step === 'string' ? [] : [step])), ...seeds]
  for (const one of asked) {
    try {
      await one.check?.({ ...database, log: lines.info })
    } catch (cause) {
      if (isGodwitError(cause)) throw cause
      throw new GodwitError('STEP_FAILED', `"${one.name}" refuses the start: ${messageOf(cause)}`, {
        why: 'It was asked before the migrations: nothing was run.',
        fix: 'Correct what it says, then start again.',
        data: { step: one.name },
        cause,
      })
    }
  }
}

/** What they came to. */
export interface WorkReport {
  steps: StepOutcome[]
  seeds: SeedReport[]
}

async function inOrder(
  session: Session,
  context: RunnerContext,
  { steps, seeds, environment, config }: Work,
  lines: Lines,
): Promise<WorkReport> {
  const outcomes: StepOutcome[] = []
  const seeded: SeedReport[] = []
  const order = steps.includes('seeds') ? steps : [...steps, 'seeds' as const]
  for (const step of order) {
    session.signal?.throwIfAborted()
    if (step === 'seeds') {
      for (const report of await seedAll(session, seeds, { environment })) {
        if (report.outcome === 'ran') lines.seeded(report.name, report.duration ?? 0)
        if (report.outcome === 'edited') lines.seedEdited(report.name)
        seeded.push(report)
      }
    } else if (step === 'missing') {
      const { createMissing } = await import('./create.ts')
      if (config === undefined) throw noModels()
      for (const line of await createMissing(session, context, config)) lines.info(`🔧 ${line}`)
    } else outcomes.push(await runStep(session, step, environment, lines))
  }
  return { steps: outcomes, seeds: seeded }
}

async function runStep(session: Session, step: Step, environment: string, lines: Lines): Promise<StepOutcome> {
  const { name, continueOnError = false } = step
  const started = performance.now()
  const spent = (): number => since(started)
  try {
    await runJob(session, { name, call: (database) => step.run({ ...database, log: lines.info }) }, environment)
    lines.step(name)
    return { name, outcome: 'done', duration: spent() }
  } catch (cause) {
    // A connection that is gone, or a stop that was asked for, ends the start in any case.
    const lost = session.signal?.aborted || (cause instanceof SendFailure && cause.failure.kind === 'connection lost')
    if (!continueOnError || lost) throw stepError(name, cause)
    lines.stepFailed(name, innermost(cause))
    return { name, outcome: 'failed', duration: spent(), error: messageOf(innermost(cause)) }
  }
}

const noModels = (): GodwitError =>
  new GodwitError('SOURCE_MISSING', "A bundle has no models: the step 'missing' cannot run.", {
    fix: 'Leave the step out, or start from the configuration.',
  })

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

function stepError(name: string, cause: unknown): unknown {
  const inner = innermost(cause)
  if (isGodwitError(inner)) return inner
  const failure = cause instanceof SendFailure ? cause.failure : undefined
  if (failure?.kind === 'connection lost') return cause
  return new GodwitError('STEP_FAILED', `The start-up step "${name}" failed: ${messageOf(inner)}`, {
    why: 'What it did was rolled back; the migrations and the steps before it are complete.',
    fix: failure?.hint ?? 'Correct it, or let the start go on without it: `continueOnError: true`.',
    data: { step: name, ...(failure?.state !== undefined && { state: failure.state }) },
    cause,
  })
}
