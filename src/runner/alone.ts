// One statement that commits by itself, with the journal written around it; and our own books in a transaction of theirs.
import { since } from '../amount.ts'
import { isGodwitError } from '../errors.ts'
import type { Probe, ProbeState } from '../operations/statement.ts'
import { MoreThanAgreed } from './agreed.ts'
import { type Guard, guardOf, lookAgain } from './guard.ts'
import { withRetry } from './retry.ts'
import { type Part, SendFailure, send, sendAnyOf } from './send.ts'
import type { Session } from './session.ts'
import type { Item, Step } from './step.ts'
import { transact, transactThen } from './transaction.ts'

/** Statements without more. */
export const parts = (...statements: string[]): Part[] => statements.map((sql) => ({ sql }))

/** Our own statements, in a transaction of their own. */
export async function books(session: Session, revision: string, statements: readonly Part[]): Promise<void> {
  await withRetry(session, revision, () =>
    transact(session, { items: [], first: 0, head: statements, tail: [], statements: [] }),
  )
}

/** A statement and its place in the plan; `head` and `tail` are our own statements before and after it. */
export interface Alone {
  item: Extract<Item, { type: 'statement' }>
  index: number
  of: number
  head: readonly Part[]
  tail: readonly Part[]
  /** The operations that it carries out: what they throw away is looked at once more. */
  reach?: readonly [from: number, to: number]
}

/** A statement that commits by itself: the intent before it, the outcome after it, a probe where that is unclear. */
export async function alone(
  session: Session,
  step: Step,
  { item, index, of, head, tail, reach }: Alone,
): Promise<void> {
  const { ledger, emit } = session
  const { id } = step.revision
  const { sql, probe, note, otherwise = [] } = item.statement
  // Asked for in another way, it is the same statement to the journal.
  const ways: Part[] = [sql, ...otherwise].map((way) => ({ sql: way, item, index }))
  const intent = parts(ledger.intend(id, step.direction, index, sql))
  let before = [...head, ...intent]
  emit({ type: 'statement started', revision: id, statement: index, of, sql, ...(note !== undefined && { note }) })
  const started = performance.now()
  let left: string | undefined
  const tidy = async (): Promise<void> => {
    if (left === undefined) return
    await clear(session, probe)
    await books(session, id, parts(ledger.settle(id, 'failed', left)))
    left = undefined
  }
  await withRetry(session, id, async () => {
    // The last try may have been cut off while it cleared away.
    await tidy()
    const guard = reach === undefined ? undefined : await guardOf(session, step, ...reach)
    try {
      const last = (error: unknown): Promise<void> => lastResort(session, item, index, error)
      if (guard === undefined) await intended(session, before, ways).catch(last)
      else await guarded(session, before, ways, { guard, last, written: item.source !== undefined })
    } catch (error) {
      // The intent was written, and nothing has come of it.
      if (error instanceof MoreThanAgreed || (isGodwitError(error) && error.code === 'DATA_LOSS')) {
        await books(session, id, parts(ledger.settle(id, 'failed', error.message)))
      }
      if (!(error instanceof SendFailure) || error.failure.kind === 'connection lost') throw error
      // Nothing of it is written where our own part failed.
      if (error.part?.item !== item) throw error
      // It may have left half of its work (an invalid index): that has to go before anything else.
      // The claim is written: the next try must not send it again, whatever becomes of what follows.
      before = intent
      left = error.failure.message
      await tidy()
      throw error
    }
  })
  session.owed.push(...parts(ledger.settle(id, 'done')), ...tail)
  // Where no probe could tell, the outcome is written before anything else is done.
  if (probe === undefined) await pay(session)
  emit({ type: 'statement finished', revision: id, statement: index, of, duration: since(started) })
}

/** Writes what is owed, where something is. */
export async function pay(session: Session): Promise<void> {
  if (session.owed.length > 0) await books(session, 'history', [])
}

/**
 * Writes the intent, then tries the ways. Where structure is not transactional anyway, intent and first way are one
 * message: the server stops at the first error, so that the way is tried only behind its committed intent.
 */
async function intended(session: Session, before: readonly Part[], ways: readonly Part[]): Promise<void> {
  const { dialect, connection } = session
  const together = !dialect.capabilities.transactionalDdl
  if (!together) await transact(session, { items: [], first: 0, head: before, tail: [], statements: [] })
  await sendAnyOf(ways, (way, at) =>
    at === 0 && together ? transactThen(session, before, way) : send(dialect, connection, [way]),
  )
}

interface Guarded {
  guard: Guard
  last: (error: unknown) => Promise<void>
  /** It is hand-written: it may name tables that nobody has taken, so that none are. */
  written: boolean
}

/** The same for what throws data away: the tables are taken and looked at, and given back behind it. */
async function guarded(
  session: Session,
  before: readonly Part[],
  ways: readonly Part[],
  { guard, last, written }: Guarded,
): Promise<void> {
  const { dialect, connection } = session
  await transact(session, { items: [], first: 0, head: before, tail: [], statements: [] })
  const [first] = ways
  const release = written ? undefined : await lookAgain(session, guard, first)
  try {
    await sendAnyOf(ways, (way) => send(dialect, connection, [way])).catch(last)
  } finally {
    await release?.()
  }
}

/** The way that is left where all others were refused and this table has no other; the refusal is thrown on anywhere else. */
async function lastResort(session: Session, item: Alone['item'], index: number, error: unknown): Promise<void> {
  const { dialect, connection, emit } = session
  const { resort } = item.statement
  const refused = error instanceof SendFailure && error.part?.item === item && error.failure.kind === 'unsupported'
  if (!refused || resort === undefined || (await connection.query(resort.only)).length === 0) throw error
  emit({ type: 'warning', message: resort.note })
  await send(dialect, connection, [{ sql: resort.sql, item, index }])
}

/** Asks the database whether a statement has happened. */
export async function ask({ dialect, connection }: Session, probe: Probe): Promise<ProbeState> {
  const [row] = await connection.query<{ state: string }>(dialect.own?.(probe.sql) ?? probe.sql)
  if (row?.state === 'done' || row?.state === 'half') return row.state
  return 'absent'
}

/** Turns half-done work into nothing. */
export async function clear(session: Session, probe: Probe | undefined): Promise<void> {
  if (probe === undefined || (await ask(session, probe)) !== 'half') return
  for (const sql of probe.repair ?? []) await send(session.dialect, session.connection, [{ sql }])
}
