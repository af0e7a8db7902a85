// Up and down: lock, read again, settle, and one step after the other.
import { since } from '../amount.ts'
import { GodwitError, isGodwitError } from '../errors.ts'
import {
  type Folder,
  headsAmong,
  headsOf,
  pathDown,
  pathUp,
  readFolder,
  rootsOf,
  routeDown,
  routeUp,
} from '../revisions/index.ts'
import { type Agreed, agreedBy, keyOf, MoreThanAgreed } from './agreed.ts'
import { pay } from './alone.ts'
import { editedError } from './edited.ts'
import { forgetSeeds } from './forget.ts'
import { blocked } from './going.ts'
import { bootstrap, checkPlanted, noneOfOthers, own, readBookkeeping, TABLES } from './journal.ts'
import { underLock } from './locked.ts'
import { lossesAhead } from './losing.ts'
import { type Prepared, prepare, tellBroken } from './prepare.ts'
import type { Consent, Direction, FailedStep, Loss, RunnerContext, RunReport, StepReport } from './reports.ts'
import { finish, withdraw } from './resume.ts'
import { withRetry } from './retry.ts'
import { send } from './send.ts'
import { open, type Session, withSession } from './session.ts'
import { checkMissing, checkProject, edited, incomplete, isUnfinished, missing, type State, stateOf } from './state.ts'
import { runSteps } from './steps.ts'
import { checkValues } from './way-back.ts'

/** What the caller decides. */
export interface RunOptions {
  direction: Direction
  target: string
  confirm?: (losses: Loss[], begun: readonly string[]) => Consent | Promise<Consent>
  /** Going up, with what would be thrown away, before the lock is taken. */
  losing?: (losses: Loss[]) => Promise<void>
  /** Values may change although a revision does not agree to it. */
  acceptLoss?: boolean
  /** A revision that fails is reported; what does not come after it is applied all the same. */
  keepGoing?: boolean
  /** Called when there is something to do and it is agreed to, before the lock is taken. */
  before?: () => Promise<void>
}

/** Runs in one direction. See `upgrade` and `downgrade` in index.ts. */
export async function run(context: RunnerContext, options: RunOptions): Promise<RunReport> {
  const started = performance.now()
  const folder = await folderOf(context)
  return withSession(context, options.direction === 'up' ? 'create' : 'write', async (session) => {
    session.acceptLoss = options.acceptLoss === true
    // The only query when there is nothing to do.
    const found = await readState(session, folder)
    const from = headsAmong(found.graph, found.applied)
    const { first, planned } = await withoutBegun(
      session,
      folder,
      found,
      await plannedOf(session, found, options),
      options,
    )
    const begun = incomplete(first)
    const steps: StepReport[] = []
    const finished: StepReport[] = []
    const failed: FailedStep[] | undefined = options.keepGoing ? [] : undefined
    let last = first
    if (planned.length > 0 || begun.length > 0) {
      const known = new Map<string, Prepared>()
      // Whoever has to agree is asked before the lock is taken. Going up, only the one who has the lock need load files.
      if (options.direction === 'down') {
        const prepared = await loaded(session, first, planned, 'down', known)
        await checkValues(session, prepared)
        session.agreed = await agree(
          options,
          await lossesAhead(
            session,
            prepared.map(({ step }) => step),
          ),
          begun,
        )
      } else if (options.losing) {
        const ahead = await lossesAhead(
          session,
          (await loaded(session, first, planned, 'up', known)).map(({ step }) => step),
        )
        // Without a history, SQL that drops finds only what the revisions before it have made.
        const lost = ahead.filter(({ what }) => what !== 'sql' || first.applied.size > 0)
        if (lost.length > 0) await options.losing(lost)
      }
      await options.before?.()
      last = await agreeing(session, folder, options, planned, async () => {
        const state = await runAll(session, folder, { ...options, planned, known, steps, finished, failed })
        if (options.direction === 'down') await forgetSeeds(session, state)
        return state
      })
    }
    return {
      direction: options.direction,
      from,
      to: headsAmong(last.graph, last.applied),
      steps,
      ...(finished.length > 0 && { finished }),
      nothing: steps.length === 0 && begun.length === 0 && first.applied.size === found.applied.size,
      pending: pathUp(last.graph, last.applied, headsOf(last.graph)).length,
      ...failures(last, planned, failed),
      duration: since(started),
    }
  }).catch(async (error: unknown) => {
    throw isGodwitError(error) && error.code === 'CONNECTION_LOST' ? await truth(context, folder, error) : error
  })
}

// A failed revision may be half applied; what waits is not.
function failures({ graph, applied }: State, planned: readonly string[], failed: FailedStep[] = []) {
  if (failed.length === 0) return {}
  const stopped = blocked(graph, failed)
  const tried = new Set(failed.map(({ revision }) => revision))
  return { failed, waiting: planned.filter((id) => stopped.has(id) && !tried.has(id) && !applied.has(id)) }
}

/** The folder of the context. Errors: FOLDER_MISSING, and those of readFolder. */
export async function folderOf({ folder }: RunnerContext): Promise<Folder> {
  const read = typeof folder === 'string' ? await readFolder(folder) : folder
  if (read.exists) return read
  throw new GodwitError('FOLDER_MISSING', `There is no folder of revisions at ${read.path}.`, {
    why: 'Without it nobody can say what the database should be.',
    fix: 'Check `revisions` in godwit.config.ts, or make it with `godwit init`.',
  })
}

/** History and folder together, in one query; what the run owes the history is written first. */
export async function readState(session: Session, folder: Folder): Promise<State> {
  await pay(session)
  return stateOf(folder, await readBookkeeping(session.dialect, session.connection))
}

// Going down, what was begun and has done nothing is no more than a line of the history: nobody need be asked for it.
async function withoutBegun(
  session: Session,
  folder: Folder,
  found: State,
  planned: readonly string[],
  { direction }: RunOptions,
): Promise<{ first: State; planned: readonly string[] }> {
  if (direction === 'up' || !planned.some((id) => isUnfinished(found, id))) return { first: found, planned }
  const first = await underLock(session, async () => {
    const state = await readState(session, folder)
    await finish(session, state, incomplete(state), { direction, undone: new Set(planned), failed: undefined })
    return readState(session, folder)
  })
  return { first, planned: planned.filter((id) => first.applied.has(id)) }
}

/** The revisions to run, checked against everything that forbids it. */
export async function plannedOf(session: Session, state: State, { direction, target }: RunOptions): Promise<string[]> {
  checkProject(state)
  const up = direction === 'up'
  if (up) {
    checkMissing(state)
    for (const id of missing(state)) if (isUnfinished(state, id)) await withdraw(session, state, id)
  }
  const planned = up ? routeUp(state.graph, state.applied, target) : routeDown(state.graph, state.applied, target)
  const wrong = edited(state).filter((id) => up || planned.includes(id))
  if (wrong.length > 0) {
    const files = wrong.map((id) => state.files.get(id)).filter((file) => file !== undefined)
    throw await editedError(session.dialect, session.connection, files, headsAmong(state.graph, state.applied))
  }
  return planned
}

/** Runs under the lock; where there is more to lose than was agreed to, it lets go of the lock, and asks again. */
async function agreeing(
  session: Session,
  folder: Folder,
  options: RunOptions,
  planned: readonly string[],
  work: () => Promise<State>,
): Promise<State> {
  const discovered = new Map<string, Loss>()
  for (;;) {
    try {
      return await underLock(session, work)
    } catch (error) {
      if (!(error instanceof MoreThanAgreed)) throw error
      for (const loss of error.losses) discovered.set(keyOf(loss), loss)
    }
    const state = await readState(session, folder)
    const remaining = planned.filter((id) => state.applied.has(id))
    const prepared = await prepare(session.dialect, state, remaining, 'down', session.connection)
    const lost = await lossesAhead(
      session,
      prepared.map(({ step }) => step),
    )
    const known = new Set(lost.map(keyOf))
    const more = [...discovered.values()].filter((loss) => remaining.includes(loss.revision) && !known.has(keyOf(loss)))
    session.agreed = await agree(options, [...lost, ...more], incomplete(state))
  }
}

async function agree({ confirm }: RunOptions, lost: Loss[], begun: readonly string[]): Promise<Agreed> {
  const agreed = lost.length === 0 ? new Map() : agreedBy(await confirm?.(lost, begun), lost)
  if (agreed !== undefined) return agreed
  throw new GodwitError(
    'DATA_LOSS',
    `Going down would throw data away: ${lost.map(({ message }) => message).join('; ')}.`,
    {
      why: begun.length === 0 ? 'Nothing was run.' : halfWay(begun),
      fix:
        confirm === undefined
          ? 'Say that this is meant: --yes (in the library: `confirm`).'
          : 'Nothing to do: it was declined.',
      data: { losses: lost },
    },
  )
}

/** What stands when going on was declined. */
const halfWay = (begun: readonly string[]): string =>
  `Nothing more was run. Revision ${begun.join(', ')} stands half-way: \`godwit downgrade\` goes on from there.`

interface Run extends RunOptions {
  planned: readonly string[]
  /** Filled as files are loaded. */
  known: Map<string, Prepared>
  steps: StepReport[]
  finished: StepReport[]
  failed: FailedStep[] | undefined
}

async function runAll(session: Session, folder: Folder, plan: Run): Promise<State> {
  let state = await readState(session, folder)
  checkProject(state)
  for (;;) {
    const begun = incomplete(state).filter((id) => !blocked(state.graph, plan.failed).has(id))
    const undone = new Set(plan.direction === 'down' ? plan.planned : [])
    const settled = await finish(session, state, begun, { direction: plan.direction, undone, failed: plan.failed })
    for (const one of settled) plan.finished.push(one)
    if (begun.length > 0) state = await readState(session, folder)
    const stopped = blocked(state.graph, plan.failed)
    const remaining = remainingOf(state, plan).filter((id) => !stopped.has(id))
    if (remaining.length === 0) return state
    // All files before the first statement: a broken one stops the run while nothing has happened.
    const prepared = await loaded(session, state, remaining, plan.direction, plan.known)
    await initialise(session, state)
    session.emit({ type: 'plan', direction: plan.direction, revisions: remaining })
    await remember(session, state)
    await runSteps(session, state, prepared, plan)
    state = await readState(session, folder)
  }
}

/** Loads what is not known yet. */
async function loaded(
  { dialect, connection, emit }: Session,
  state: State,
  ids: readonly string[],
  direction: Direction,
  known: Map<string, Prepared>,
): Promise<Prepared[]> {
  const missing = ids.filter((id) => !known.has(id))
  const prepared = await prepare(dialect, state, missing, direction, connection)
  tellBroken(emit, prepared)
  for (const each of prepared) {
    known.set(each.step.revision.id, each)
  }
  return ids.map((id) => known.get(id)).filter((each) => each !== undefined)
}

// What was planned and is still to be done: other runners may have done some of it while we waited.
function remainingOf(state: State, { direction, planned }: Run): string[] {
  if (direction === 'up') return pathUp(state.graph, state.applied, planned)
  const remaining = planned.filter((id) => state.applied.has(id))
  const above = remaining
    .flatMap((id) => pathDown(state.graph, state.applied, id))
    .filter((id) => !remaining.includes(id))
  if (above.length === 0) return remaining
  throw new GodwitError(
    'STATE_INVALID',
    `Another runner has applied ${[...new Set(above)].join(', ')} in the meantime.`,
    {
      why: 'They come after what was to be undone.',
      fix: 'Run the command again.',
    },
  )
}

/** Makes our tables, and notes whose database it is. */
export async function initialise(session: Session, state: State): Promise<void> {
  if (state.books.initialised) return
  const project = rootsOf(state.graph)[0] ?? ''
  const { dialect, connection } = session
  const { books } = dialect
  if (books.beside !== undefined) await noneOfOthers(dialect, connection)
  const statements = bootstrap(dialect, project)
  // Some of them may have been there: what was made by others is seen before the first row goes in.
  const guard = books.first?.(TABLES)
  if (guard !== undefined) statements.splice(TABLES.length, 0, own(dialect, guard))
  try {
    await withRetry(session, 'history', () =>
      send(
        dialect,
        connection,
        statements.map((sql) => ({ sql })),
      ),
    )
  } catch (error) {
    checkPlanted(dialect, error)
    throw error
  }
}

// The project is known by its first revision; an empty history belongs to whoever uses it next.
async function remember(session: Session, state: State): Promise<void> {
  const root = rootsOf(state.graph)[0]
  if (state.applied.size > 0 || root === undefined || state.books.meta.get('project') === root) return
  await send(session.dialect, session.connection, [{ sql: session.ledger.setMeta('project', root) }])
}

/** After a lost connection: asks again and says how far it really came. */
async function truth(context: RunnerContext, folder: Folder, error: GodwitError): Promise<GodwitError> {
  if (context.url === undefined) return error
  try {
    await using connection = await open(context, 'read')
    const state = stateOf(folder, await readBookkeeping(context.dialect, connection))
    const revision = error.data?.revision
    const row = typeof revision === 'string' ? state.books.history.get(revision) : undefined
    // Between two revisions the connection was at none of them.
    const is =
      typeof revision !== 'string'
        ? ''
        : row === undefined
          ? `Revision ${revision} is not applied, unless the server is still at work on it. `
          : row.state === 'done'
            ? `Revision ${revision} is applied. `
            : `Revision ${revision} is under way (${row.progress} statements are done). `
    const current = headsAmong(state.graph, state.applied)
    return new GodwitError('CONNECTION_LOST', error.message, {
      why: `${error.why ?? ''}\nAsked again: ${is}The database is at ${current.join(', ') || 'the base'}.`,
      ...(error.fix !== undefined && { fix: error.fix }),
      data: { ...error.data, current },
      cause: error.underlying,
    })
  } catch {
    // The server does not answer: the first error says all there is to say.
    return error
  }
}
