// Several revisions in one message. The server carries out one after the other, each with its own transactions and journal
// lines as if it had been sent alone, and stops at the first failure: a long history costs few round trips.
import { since } from '../amount.ts'
import { books, clear, parts } from './alone.ts'
import { mayConvert } from './conversions.ts'
import { claimOf, isWhole, type Resume } from './execute.ts'
import { asksSchema, liveFor, planOf, ranOf } from './items.ts'
import { toldOf } from './outcome.ts'
import { type Prepared, workFor } from './prepare.ts'
import { isReason, pauseFor } from './retry.ts'
import { type Part, SendFailure, send } from './send.ts'
import { framing, type Session } from './session.ts'
import { retract } from './stand.ts'
import type { Work } from './step.ts'

// A server goes on with a message when its sender is killed, so one holds few revisions. Ten take what twenty would
// (measured beside the bare SQL: 1.11 times one by one, 1.03 by five, 1.01 by ten and by twenty; docs/decisions/0019).
const MOST = 10
const LONGEST = 64 * 1024

/** Told while the server works. */
export interface Report {
  started(work: Work): void
  finished(work: Work): void
}

/** How far a message came: so many revisions are complete. Where it is not all, the next one has to be run by itself. */
export interface Sent {
  done: number
  alone?: { resume?: Resume }
}

/** The next revisions that need nothing but to be sent, as many as one message should hold. */
export async function plainFrom(session: Session, prepared: readonly Prepared[], from: number): Promise<Work[]> {
  const { dialect, connection } = session
  const works: Work[] = []
  // Whoever tries only once does not want to be impatient for the sake of a neighbour.
  if (connection.answersEach !== true || session.lockTries <= 1) return works
  let length = 0
  for (const each of prepared.slice(from, from + MOST)) {
    if (each.items.some(({ type }) => type !== 'statement' && type !== 'group')) break
    if (asksSchema(dialect, each.items) || (!session.acceptLoss && (await mayConvert(dialect, each.step)))) break
    // What the ones before it make is not there to be asked yet.
    if (works.length > 0 && (await liveFor(dialect, connection, each.items)).live !== undefined) break
    let work: Work
    try {
      work = await workFor(dialect, connection, each)
    } catch (error) {
      // Said when it is its turn.
      if (works.length === 0) throw error
      break
    }
    length += work.items.reduce((sum, item) => sum + (item.type === 'statement' ? item.statement.sql.length : 0), 0)
    length += each.step.revision.text.length
    if (!isPlain(session, work) || (length > LONGEST && works.length > 0)) break
    works.push(work)
  }
  return works
}

// Nothing to look at in between, no other way to try, no setting to take back, and a probe where it commits by itself.
function isPlain(session: Session, { step, items }: Work): boolean {
  const { dialect, connection } = session
  const statements = items.flatMap((item) => (item.type === 'statement' ? [item.statement] : []))
  if (step.direction === 'down' || statements.length < items.length) return false
  const written = statements.map(({ sql }) => sql)
  // With a delimiter of its own one text may be several statements, each with an answer: then nobody could count.
  if (written.some((sql) => sql.includes(';'))) return false
  if (dialect.forget(written, connection.version) !== undefined) return false
  const { before, verify, after } = dialect.bracket(statements, framing(session))
  if (before.length + verify.length + after.length > 0) return false
  if (statements.some((each) => (each.verify?.length ?? 0) > 0)) return false
  if (isWhole(dialect, items)) return true
  return (
    !dialect.capabilities.transactionalDdl &&
    statements.every(
      ({ transactional, probe, otherwise = [], resort }) =>
        !transactional && probe !== undefined && otherwise.length === 0 && resort === undefined,
    )
  )
}

/** One transaction, and the statement behind it that commits by itself, where it is such. */
interface Leg {
  work: Work
  parts: Part[]
  /** Parts of the message before it. */
  start: number
  /** The transaction is committed behind so many of its parts. */
  commit: number
  /** What the books owed before it. */
  owed: readonly Part[]
  /** The statement that commits by itself: its place in the plan. */
  index?: number
}

function legsOf(session: Session, works: readonly Work[]): { legs: Leg[]; owed: Part[] } {
  const { dialect, ledger } = session
  const legs: Leg[] = []
  let { owed } = session
  let start = 0
  const add = (leg: Omit<Leg, 'start' | 'owed'>, owes: Part[]): void => {
    legs.push({ ...leg, start, owed })
    start += leg.parts.length
    owed = owes
  }
  for (const work of works) {
    const { step, items } = work
    const { id } = step.revision
    const sent = items.flatMap((item, index) => (item.type === 'statement' ? [{ item, index }] : []))
    const whole = isWhole(dialect, items)
    const together = whole ? sent.map(({ item }) => item.statement) : []
    const { begin, commit } = dialect.bracket(together, framing(session))
    if (whole) {
      const head = [...parts(...begin), ...owed, claimOf(session, step, 'done')]
      const body = sent.map(({ item, index }): Part => ({ sql: item.statement.sql, item, index }))
      const all = [...head, ...body, ...parts(ledger.done(id, 'up', ranOf(items)), commit)]
      add({ work, parts: all, commit: all.length }, [])
      continue
    }
    const plan = planOf(items)
    for (const { item, index } of sent) {
      const { sql } = item.statement
      const claim = index === 0 ? [claimOf(session, step, 'upgrading', plan)] : []
      const intent = parts(ledger.intend(id, 'up', index, sql), commit)
      const ours = [...parts(...begin), ...owed, ...claim, ...intent]
      const end =
        index === items.length - 1 ? [ledger.finish(id), ledger.done(id, 'up')] : [ledger.progress(id, index + 1)]
      add(
        { work, parts: [...ours, { sql, item, index }], commit: ours.length, index },
        parts(ledger.settle(id, 'done'), ...end),
      )
    }
  }
  return { legs, owed }
}

/** Sends the revisions. Errors: those of execute; Overtaken. */
export async function together(session: Session, works: readonly Work[], report: Report): Promise<Sent> {
  const { dialect, connection, signal } = session
  signal?.throwIfAborted()
  const { legs, owed } = legsOf(session, works)
  const all = legs.flatMap((leg) => leg.parts)
  const follow = follower(session, legs, report)
  follow.check()
  const failure = await send(dialect, connection, all, follow.to).catch((error: unknown) => error)
  if (failure === undefined) session.owed = owed
  else if (!(failure instanceof SendFailure)) throw failure
  follow.to(failure?.completed ?? all.length)
  const sent = failure === undefined ? { done: works.length } : await stopped(session, works, legs, failure)
  follow.check()
  return sent
}

async function stopped(
  session: Session,
  works: readonly Work[],
  legs: readonly Leg[],
  error: SendFailure,
): Promise<Sent> {
  const { dialect, connection, ledger } = session
  const { completed, failure, part } = error
  const leg = legs.find(({ start, parts: { length } }) => completed < start + length) ?? legs.at(-1)
  if (leg === undefined) throw error
  const { work, index } = leg
  const isCommitted = completed - leg.start >= leg.commit
  session.owed = isCommitted ? [] : [...leg.owed]
  if (failure.kind !== 'connection lost') {
    const item = index === undefined ? undefined : work.items[index]
    if (!isCommitted) await connection.execute(dialect.bracket([], framing(session)).rollback).catch(() => undefined)
    else if (item?.type === 'statement') {
      await clear(session, item.statement.probe)
      await books(
        session,
        work.step.revision.id,
        parts(ledger.settle(work.step.revision.id, 'failed', failure.message)),
      )
    }
  }
  // What cannot be told from here is told by running it alone.
  const isHere = part !== undefined && leg.parts.includes(part)
  if (isHere) {
    const { kind } = failure
    if (!isReason(kind)) {
      const told = await toldOf(session, work, error, index === undefined ? undefined : { committed: index })
      if (index === 0 && isCommitted) await retract(session, work.step.revision.id)
      throw told
    }
    await pauseFor(session, work.step.revision.id, kind, 1)
    session.tried = 1
  }
  const isBegun = index !== undefined && (index > 0 || isCommitted)
  return { done: works.indexOf(work), alone: isBegun ? { resume: { progress: index } } : {} }
}

/** Says what has happened as the answers come in. What a listener throws must not reach the driver: `check` throws it. */
function follower(session: Session, legs: readonly Leg[], report: Report) {
  const { emit, signal } = session
  let at = 0
  let began = 0
  let thrown: { error: unknown } | undefined
  const begin = (): void => {
    const leg = legs[at]
    began = performance.now()
    if (leg === undefined) return
    const { work, index } = leg
    if (legs[at - 1]?.work !== work) report.started(work)
    const item = index === undefined ? undefined : work.items[index]
    if (index === undefined || item?.type !== 'statement') return
    const { sql, note } = item.statement
    const { id } = work.step.revision
    const of = work.items.length
    emit({ type: 'statement started', revision: id, statement: index, of, sql, ...(note !== undefined && { note }) })
  }
  const end = ({ work, index }: Leg): void => {
    const { id } = work.step.revision
    const of = work.items.length
    if (index !== undefined) {
      emit({ type: 'statement finished', revision: id, statement: index, of, duration: since(began) })
    }
    if (legs[at]?.work !== work) report.finished(work)
    // It was asked to stop between two statements, where there was nothing to be stopped: it is asked again.
    if (signal?.aborted) session.stop()
  }
  const to = (completed: number): void => {
    if (thrown !== undefined) return
    try {
      for (let leg = legs[at]; leg !== undefined && completed >= leg.start + leg.parts.length; leg = legs[at]) {
        at++
        end(leg)
        begin()
      }
    } catch (error) {
      thrown ??= { error }
    }
  }
  try {
    begin()
  } catch (error) {
    thrown = { error }
  }
  const check = (): void => {
    if (thrown !== undefined) throw thrown.error
  }
  return { to, check }
}
