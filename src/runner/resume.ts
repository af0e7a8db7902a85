// Settles what an interrupted run left: a probe tells whether the statement happened, and the step goes on from there.
import { since } from '../amount.ts'
import { GodwitError } from '../errors.ts'
import { ask, books, clear, parts } from './alone.ts'
import { doubt } from './doubt.ts'
import { execute } from './execute.ts'
import { attempt } from './going.ts'
import { planOf } from './items.ts'
import { type HistoryRow, readDone, readEntry, readOpen } from './journal.ts'
import { prepare, workFor } from './prepare.ts'
import type { Direction, FailedStep, ResolveOutcome, ResolveReport, StepReport } from './reports.ts'
import type { Session } from './session.ts'
import { halfDone, halfUndone, isTraceless, retract, retraction, stand } from './stand.ts'
import type { State } from './state.ts'

/**
 * Brings these to their end, one after the other; those that fail are kept in `failed` (see attempt). An undoing that is
 * not among `undone`, what this run may undo, is given up. Going down, an unfinished one that is to be undone is given up
 * where nothing of it has happened, and the others are left alone. Errors: HALF_UNDONE, HALF_DONE, those of resume.
 */
export async function finish(
  session: Session,
  state: State,
  ids: readonly string[],
  {
    direction,
    undone,
    failed,
  }: { direction: Direction; undone: ReadonlySet<string>; failed: FailedStep[] | undefined },
): Promise<StepReport[]> {
  const finished: StepReport[] = []
  for (const id of ids) {
    const message = state.graph.nodes.get(id)?.message ?? ''
    const isUndoing = state.books.history.get(id)?.state === 'downgrading'
    if (!isUndoing && direction === 'down') {
      if (undone.has(id)) await withdraw(session, state, id)
      continue
    }
    const isMeant = !isUndoing || undone.has(id)
    const step = await attempt(session, { id, message }, failed, async () =>
      isMeant ? resume(session, state, id) : giveUp(session, state, id),
    )
    if (step !== undefined) finished.push(step)
  }
  return finished
}

/**
 * Brings an incomplete revision to its end, in the direction it was going. The statements are those that were left.
 * Errors: IN_DOUBT, REVISION_EDITED (before the point that is committed), and those of execute.
 */
async function resume(session: Session, state: State, id: string): Promise<StepReport> {
  const started = performance.now()
  const found = await interruptedWork(session, state, id)
  let { progress } = found.row
  if (found.open !== undefined) {
    const { step } = found.open
    const outcome = await outcomeOf(session, found, id)
    await close(session, id, step, outcome)
    if (outcome === 'done') progress = step + 1
  }
  const ensured = await execute(session, found.work, { progress })
  const { revision, direction } = found.work.step
  return {
    revision: id,
    message: revision.message,
    direction,
    duration: since(started),
    statements: found.work.items.length - progress,
    ...(ensured.length > 0 && { ensured }),
  }
}

async function giveUp(session: Session, state: State, id: string): Promise<undefined> {
  const found = await interruptedWork(session, state, id)
  const { items } = found.work
  const outcome = found.open === undefined ? 'absent' : await outcomeOf(session, found, id)
  const done = outcome === 'done' ? (found.open?.step ?? 0) + 1 : found.row.progress
  if (done > 0 || outcome === 'open' || !isTraceless(items)) throw halfUndone(id, done, items.length)
  await books(session, id, stand(session, id))
  session.emit({ type: 'warning', message: `Revision ${id} stays applied: a downgrade was stopped before it began.` })
}

/**
 * Takes a revision that was begun, and of which nothing has happened, out of the history.
 * Errors: HALF_DONE (something has), IN_DOUBT.
 */
export async function withdraw(session: Session, state: State, id: string): Promise<undefined> {
  if (!state.files.has(id)) {
    const open = await readOpen(session.dialect, session.connection, id)
    throw open === undefined ? await halfDone(session, state, id) : doubt(id, open, 'gone')
  }
  // Something has happened, whatever its file says now.
  if ((state.books.history.get(id)?.progress ?? 0) > 0) throw await halfDone(session, state, id)
  const found = await interruptedWork(session, state, id)
  const outcome = found.open === undefined ? 'absent' : await outcomeOf(session, found, id)
  // Code, batches, and operations that look first may have done something that no statement of the plan tells.
  const isFirst = isTraceless(found.work.items)
  if (found.open !== undefined && outcome === 'done') await close(session, id, found.open.step, outcome)
  if (outcome !== 'absent' || !isFirst) {
    throw await halfDone(session, outcome === 'done' ? advanced(state, id, found.open?.step) : state, id)
  }
  await books(session, id, retraction(session, id))
  session.emit({
    type: 'warning',
    message: `Revision ${id} was begun and nothing of it had happened: the history no longer has it.`,
  })
}

const advanced = (state: State, id: string, step = 0): State => {
  const row = state.books.history.get(id)
  if (row === undefined) return state
  const history = new Map(state.books.history).set(id, { ...row, progress: step + 1 })
  return { ...state, books: { ...state.books, history } }
}

/** Settles the open statement of a revision as told, or by its probe, and runs nothing else. Errors: IN_DOUBT, USAGE. */
export async function settle(
  session: Session,
  state: State,
  id: string,
  told: ResolveOutcome | undefined,
): Promise<ResolveReport['settled']> {
  if (told === 'undone') {
    if (state.books.history.get(id)?.state === 'downgrading') throw notUndone(id)
    await books(session, id, [
      ...parts(session.ledger.note(id, 'resolve', { command: 'undone' })),
      ...retraction(session, id),
    ])
    return [{ revision: id, outcome: told }]
  }
  const open = await readOpen(session.dialect, session.connection, id)
  if (open === undefined) return []
  const outcome = told ?? (await outcomeOf(session, await interruptedWork(session, state, id), id))
  const isFirst = outcome === 'absent' && open.action === 'up' && open.step === 0
  if (isFirst && (await readDone(session.dialect, session.connection, id)).length === 0) await retract(session, id)
  else await close(session, id, open.step, outcome)
  return [{ revision: id, statement: open.step, sql: open.command, outcome }]
}

const notUndone = (id: string): GodwitError =>
  new GodwitError(
    'USAGE',
    `Revision ${id} was stopped while it was undone: --undone is for one that was stopped going up.`,
    {
      fix: '`godwit downgrade` finishes it.',
    },
  )

async function interruptedWork(session: Session, state: State, id: string) {
  const { dialect, connection } = session
  const row: HistoryRow | undefined = state.books.history.get(id)
  if (row === undefined) throw new GodwitError('BUG', `Revision ${id} is not in the history.`)
  const direction = row.state === 'downgrading' ? 'down' : 'up'
  const [prepared] = await prepare(dialect, state, [id], direction, connection)
  if (prepared === undefined) throw new GodwitError('BUG', `Revision ${id} could not be prepared.`)
  const work = await workFor(dialect, connection, prepared, { isBegun: true })
  const entry = await readEntry(dialect, connection, id)
  const plan = planOf(work.items)
  if (entry?.plan.slice(0, row.progress).join() !== plan.slice(0, row.progress).join()) {
    throw new GodwitError(
      'REVISION_EDITED',
      `Revision ${id} was interrupted, and what it had done already was edited since.`,
      {
        why: `Its first ${row.progress} statements are committed in the database; the file has others there now.`,
        fix: 'Put those statements back as they were; what comes after them may be corrected. Or `godwit downgrade` says how to take back what has happened.',
        place: { file: prepared.step.revision.file },
        data: { revision: id, committed: row.progress },
      },
    )
  }
  return { row, work, open: await readOpen(dialect, connection, id) }
}

/** `open`: what it has come to is seen when it looks again. */
type Outcome = 'done' | 'absent' | 'open'

type Found = Awaited<ReturnType<typeof interruptedWork>>

async function outcomeOf(session: Session, { open, work }: Found, id: string): Promise<Outcome> {
  if (open === undefined) return 'absent'
  const item = work.items[open.step]
  // It looks again, and probes each of its statements.
  if (item?.type === 'ensure') return 'open'
  const statement = item?.type === 'statement' ? item.statement : undefined
  const written = item?.type === 'statement' && item.source !== undefined
  if (statement?.sql !== open.command) throw doubt(id, open, written ? 'edited' : 'other')
  if (statement.probe === undefined) throw doubt(id, open, written ? 'written' : 'unseen')
  const answer = await ask(session, statement.probe)
  // Something is there, but not what was asked for, and nobody knows how to take it away.
  if (answer === 'half' && statement.probe.repair === undefined) throw doubt(id, open, 'half')
  if (answer === 'half') await clear(session, statement.probe)
  session.emit({
    type: 'settled',
    revision: id,
    statement: open.step,
    outcome: answer === 'half' ? 'repaired' : answer,
  })
  return answer === 'done' ? 'done' : 'absent'
}

async function close(session: Session, id: string, step: number, outcome: Outcome): Promise<void> {
  const { ledger } = session
  const lines =
    outcome === 'done'
      ? [ledger.settle(id, 'done', 'settled after an interruption'), ledger.progress(id, step + 1)]
      : [
          ledger.settle(
            id,
            'failed',
            outcome === 'open' ? 'interrupted; it looks again' : 'interrupted before it had happened',
          ),
        ]
  await books(
    session,
    id,
    lines.map((sql) => ({ sql })),
  )
}
