// `startup()`: what an application calls before it listens. Every instance may call it at once.
import { since } from '../amount.ts'
import type { Connection } from '../dialects/dialect.ts'
import { GodwitError, isGodwitError } from '../errors.ts'
import { anyDue, decideSeeds } from '../runner/due.ts'
import type { RunnerEvent } from '../runner/events.ts'
import { patience } from '../runner/patience.ts'
import type { RunnerContext, RunReport } from '../runner/reports.ts'
import { version } from '../version.ts'
import { type Found, type Lines, linesFor } from './log.ts'
import { type Look, look } from './look.ts'
import type { StartupOptions, StartupReport } from './options.ts'
import { type Environment, environmentOf, type Policy, policyOf } from './policy.ts'
import { type Project, projectOf } from './project.ts'
import { type Guard, guarded } from './signals.ts'

// One for the process, also where bundlers and hot reloading load this module several times.
const REGISTRY = Symbol.for('godwit.startup')

function registry(): Map<string, Promise<StartupReport>> {
  const place = globalThis as unknown as Record<symbol, Map<string, Promise<StartupReport>> | undefined>
  place[REGISTRY] ??= new Map()
  return place[REGISTRY]
}

/**
 * Prepares the database of this application: migrations, then steps, then seeds. One instance works while the others
 * wait and go on. Called again in the same process for the same project, it gives the same answer; after a failure it
 * tries again. With nothing to do it is one round trip.
 * Errors (unless `onFailure` is `serve`): those of configuration, connecting and running; STEP_FAILED, SEED_FAILED,
 * INTERRUPTED (SIGTERM: where the application does not listen to it, the process ends by it).
 */
export async function startup(options: StartupOptions = {}): Promise<StartupReport> {
  if (options.once === false) return start(options)
  const { cwd, url, config, connection } = options
  const env = options.env ?? process.env
  const where = [cwd ?? process.cwd(), url ?? env.DATABASE_URL, connection?.location.display]
  const key = JSON.stringify([...where, typeof config === 'object' ? [config.url, config.revisions] : config])
  const known = registry().get(key)
  if (known !== undefined) return known
  const report = start(options)
  registry().set(key, report)
  // What failed is tried again by the next call: a serverless function lives on after an error.
  const forget = (): boolean => registry().delete(key)
  report.then(({ status }) => status === 'failed' && forget(), forget)
  return report
}

async function start(options: StartupOptions): Promise<StartupReport> {
  const started = performance.now()
  // The console of the process is what a program without a logger of its own writes to.
  const lines = linesFor(options.logger ?? console)
  const env = options.env === undefined ? process.env : { ...options.env }
  const guard = guarded(options.signal, options.signals !== false)
  const report: StartupReport = { status: 'current', applied: [], pending: [], steps: [], seeds: [], duration: 0 }
  const run: Run = { options, env, lines, guard, report, during: 'initialization' }
  try {
    await work(run)
    // A signal that came when there was nothing left to interrupt.
    guard.pass()
  } catch (cause) {
    await failed(run, cause)
  } finally {
    guard.release()
  }
  report.duration = since(started)
  return report
}

interface Run {
  options: StartupOptions
  env: Environment
  lines: Lines
  guard: Guard
  report: StartupReport
  /** Which kind of failure the log line names. */
  during: 'migration' | 'initialization'
  project?: Project
  policy?: Policy
}

async function work(run: Run): Promise<void> {
  const { options, env, guard } = run
  // Before the configuration, which may be what is broken, and again after it: `.env` adds to the environment.
  if (policyOf(env, options.policy) === 'skip') return skipped(run)
  const project = await projectOf(options, env)
  run.policy = policyOf(env, options.policy)
  if (run.policy === 'skip') return skipped(run)
  run.project = project
  guard.signal.throwIfAborted()
  const connection = options.connection ?? (await open(run, project))
  if (connection === undefined) return
  // A statement that hangs is stopped, so that the process can end.
  const stop = (): void => void connection.cancel?.().catch(() => undefined)
  try {
    guard.signal.addEventListener('abort', stop)
    await onConnection(run, project, connection)
    // Closing may find out that what was done does not count.
    if (options.connection === undefined) await connection.close()
  } catch (cause) {
    if (isGodwitError(cause)) throw cause
    const { coded } = await import('../runner/session.ts')
    throw coded(await project.dialect(), cause)
  } finally {
    guard.signal.removeEventListener('abort', stop)
    if (options.connection === undefined) await connection.close().catch(() => undefined)
  }
}

function skipped({ lines, report }: Run): void {
  lines.skipped()
  report.status = 'skipped'
}

// A database that is not there yet has no tables: where nothing may be made, that is what is said.
async function open(run: Run, project: Project): Promise<Connection | undefined> {
  const { url, connector, folder } = project
  const create = run.policy === 'migrate'
  const { event } = run.lines
  try {
    return await connector.connect(url, {
      create,
      applicationName: 'godwit',
      ...(create && patience(waitOf(run, project), event, run.guard.signal)),
    })
  } catch (cause) {
    if (create || !isGodwitError(cause) || cause.code !== 'DATABASE_MISSING') throw cause
    run.report.status = 'pending'
    run.report.pending = folder.files.map(({ id }) => id)
    run.lines.manual({ applied: false, tables: 0 }, run.report.pending)
    return undefined
  }
}

async function onConnection(run: Run, project: Project, connection: Connection): Promise<void> {
  const { lines, report, policy } = run
  // The only round trip when there is nothing to do.
  const seen = await look(project, connection)
  report.pending = seen.pending
  if (seen.clear && seen.pending.length === 0) lines.current()
  else if (policy === 'migrate') await migrate(run, project, connection, seen)
  else if (!seen.clear) await complain(run, project, connection)
  else {
    report.status = 'pending'
    lines.manual(await foundBy(seen, project, connection), seen.pending)
    return
  }
  run.during = 'initialization'
  try {
    await afterwards(run, project, connection, seen)
  } catch (cause) {
    // It may be in want of what failed before it.
    const follows = isGodwitError(cause) && (cause.code === 'SEED_FAILED' || cause.code === 'STEP_FAILED')
    if (report.failed === undefined || !follows) throw cause
    lines.failed(cause, 'initialization')
  }
  if (report.failed === undefined) return
  run.during = 'migration'
  const { revisionsFailed } = await import('../runner/index.ts')
  throw revisionsFailed({ failed: report.failed, waiting: report.pending })
}

async function migrate(run: Run, project: Project, connection: Connection, seen: Look): Promise<void> {
  const { lines, report } = run
  run.during = 'migration'
  await mayBegin(run, project, connection, seen)
  const found = await foundBy(seen, project, connection)
  // Said by the one that has the lock and something to do: the others wait, and say that.
  let said = false
  const done = await upgradeOrWait(run, project, connection, (event) => {
    if (!said && WORK.has(event.type)) {
      said = true
      const left = event.type === 'plan' ? event.revisions.length : seen.pending.length
      // Whoever takes over from one that was killed finds what that one has made.
      lines.running({ ...found, applied: found.applied || left < seen.pending.length }, left)
    }
    lines.event(event)
  })
  const ran = [...(done.finished ?? []), ...done.steps]
  report.applied = ran.map(({ revision }) => revision)
  report.pending = done.waiting ?? []
  if (done.failed !== undefined) {
    report.failed = done.failed
    return lines.partly(ran.length, done.failed.length)
  }
  if (ran.length === 0) return lines.others()
  report.status = 'migrated'
  lines.done(ran.length, done.duration)
}

/** A start that cannot come to its end does not begin. */
async function mayBegin(run: Run, project: Project, connection: Connection, seen: Look): Promise<void> {
  const { options, env, lines } = run
  if (seen.pending.length === 0) return
  const environment = environmentOf(env, options.environment)
  const files = options.seeds === false ? [] : project.seeds
  const decisions = await decideSeeds(files, seen.state.books.meta, environment)
  const seeds = decisions.flatMap((decision) => ('seed' in decision ? [decision.seed] : []))
  const { steps = [] } = options
  if (![...steps, ...seeds].some((each) => typeof each !== 'string' && each.check !== undefined)) return
  run.during = 'initialization'
  const { checkWork } = await import('./steps.ts')
  await checkWork(await project.dialect(), connection, { steps, seeds, environment }, lines)
  run.during = 'migration'
}

const WORK: ReadonlySet<RunnerEvent['type']> = new Set(['plan', 'settled', 'step started', 'ensured', 'backfill'])

// No history says nothing about tables: they are counted, where somebody is going to be told.
async function foundBy({ fresh }: Look, project: Project, connection: Connection): Promise<Found> {
  if (!fresh) return { applied: true, tables: 0 }
  return { applied: false, tables: (await (await project.dialect()).inspect(connection)).tables.length }
}

/** Upgrades; where the wait for another instance was too short, what counts is whether it has come to the end. */
async function upgradeOrWait(
  run: Run,
  project: Project,
  connection: Connection,
  emit: (event: RunnerEvent) => void,
): Promise<RunReport> {
  const context = { ...(await contextOf(run, project, connection)), emit }
  const { upgrade } = await import('../runner/index.ts')
  try {
    const { keepGoing = false, acceptLoss = false } = run.options
    return await upgrade(context, { keepGoing, acceptLoss })
  } catch (cause) {
    if (!isGodwitError(cause) || cause.code !== 'LOCK_TIMEOUT') throw cause
    const { clear, pending } = await look(project, connection)
    if (!clear || pending.length > 0) throw cause
    return { direction: 'up', from: [], to: [], steps: [], nothing: true, pending: 0, duration: 0 }
  }
}

// Not to be migrated, and something is wrong with the history: the runner's own plan says what.
async function complain(run: Run, project: Project, connection: Connection): Promise<never> {
  const { plan } = await import('../runner/index.ts')
  await plan(await contextOf(run, project, connection))
  throw new GodwitError('NOT_UP_TO_DATE', 'The database is not as the revisions say: a migration was interrupted.', {
    fix: 'Look at `godwit status`, then run `godwit upgrade`.',
  })
}

const waitOf = ({ options }: Run, project: Project): number | undefined =>
  options.lockWait === undefined ? project.lockWait : options.lockWait * 1000

async function contextOf(run: Run, project: Project, connection: Connection): Promise<RunnerContext> {
  const { lines, guard } = run
  const lockWait = waitOf(run, project)
  return {
    dialect: await project.dialect(),
    url: project.url,
    connection,
    folder: project.folder,
    emit: lines.event,
    signal: guard.signal,
    version,
    ...(lockWait !== undefined && { lockWait }),
    ...(project.lockTimeout !== undefined && { lockTimeout: project.lockTimeout }),
  }
}

/** Steps and seeds. Nothing is asked of the database where there are none to run. */
async function afterwards(run: Run, project: Project, connection: Connection, seen: Look): Promise<void> {
  const { options, env, lines, report } = run
  const environment = environmentOf(env, options.environment)
  const steps = options.steps ?? []
  const seeds = options.seeds === false ? [] : project.seeds
  const decisions = await decideSeeds(seeds, seen.state.books.meta, environment)
  if (steps.every((step) => step === 'seeds') && !anyDue(decisions)) {
    report.seeds = decisions.flatMap((decision) => ('seed' in decision ? [] : [decision]))
    for (const { name, outcome } of report.seeds) if (outcome === 'edited') lines.seedEdited(name)
    return
  }
  const { runWork } = await import('./steps.ts')
  const context = await contextOf(run, project, connection)
  Object.assign(
    report,
    await runWork(
      context,
      { steps, seeds, environment, ...(project.config !== undefined && { config: project.config }) },
      lines,
    ),
  )
}

/** Says what failed, and does what `onFailure` asks for: returns where the start goes on, throws where it does not. */
async function failed(run: Run, cause: unknown): Promise<void> {
  const { options, lines, guard, report } = run
  const aborted = guard.signal.aborted && !isGodwitError(cause)
  const error = aborted ? stopped(cause) : cause
  lines.failed(error, run.during)
  if (guard.signal.aborted) {
    guard.pass()
    throw error
  }
  if (!isGodwitError(error)) throw error
  if (options.onFailure === 'create-tables' && run.during === 'migration' && (await created(run, error))) return
  if (options.onFailure !== 'serve') throw error
  lines.serving()
  report.status = 'failed'
  report.error = error
}

const stopped = (cause: unknown): GodwitError =>
  new GodwitError('INTERRUPTED', 'The start was interrupted.', {
    why: 'What was under way was rolled back; what was complete stays.',
    fix: 'Start again: it goes on from there.',
    cause,
  })

// Another instance at work, or a server that is gone, is no reason to make tables.
const HOPELESS: ReadonlySet<string> = new Set([
  'LOCK_TIMEOUT',
  'POOL_TOO_SMALL',
  'DATABASE_IN_USE',
  'CONNECTION_LOST',
  'CONNECTION_REFUSED',
  'INTERRUPTED',
])

async function created(run: Run, error: GodwitError): Promise<boolean> {
  const { project, options, lines, report } = run
  if (project?.config === undefined || HOPELESS.has(error.code)) return false
  const connection = options.connection ?? (await project.connector.connect(project.url, { create: true }))
  try {
    lines.creating()
    const { createTables } = await import('./create.ts')
    const unseen = await createTables(await contextOf(run, project, connection), project.config)
    if (unseen === undefined) {
      lines.warn('⚠️ The database is not empty: nothing was created')
      return false
    }
    lines.created(unseen)
    if (unseen.length > 0) report.unseen = unseen
    report.status = 'created'
    report.applied = project.folder.files.map(({ id }) => id)
    report.pending = []
    run.during = 'initialization'
    await afterwards(run, project, connection, await look(project, connection))
    if (options.connection === undefined) await connection.close()
    return true
  } catch (cause) {
    // The first failure is what the caller has to know; this one is in the log.
    lines.failed(cause, 'initialization')
    return false
  } finally {
    if (options.connection === undefined) await connection.close().catch(() => undefined)
  }
}
