// Carries out one step: in one transaction where it can be, otherwise in units with the journal written around each.
import type { Dialect } from '../dialects/dialect.ts'
import { GodwitError, isGodwitError } from '../errors.ts'
import { alone, books, parts } from './alone.ts'
import { ensureApart } from './apart.ts'
import { fillApart } from './backfill.ts'
import type { Ensured } from './events.ts'
import { guardOf } from './guard.ts'
import { foretold, planOf, ranOf } from './items.ts'
import type { HistoryEntry, HistoryState, Ran } from './journal.ts'
import { Overtaken, type Reached, toldOf } from './outcome.ts'
import { withRetry } from './retry.ts'
import { made, nothingSeen } from './seen.ts'
import { type Part, SendFailure } from './send.ts'
import type { Session } from './session.ts'
import { isTraceless, retract, standAgain } from './stand.ts'
import type { Item, Step, Work } from './step.ts'
import { type Transaction, transact } from './transaction.ts'
import { undoOf } from './undo.ts'

/** Where an interrupted step goes on. */
export interface Resume {
  progress: number
}

/** Whether an item can share a transaction with others. A backfill has one for each batch. */
function transactional({ capabilities }: Dialect, item: Item): boolean {
  if (item.type === 'statement') return item.statement.transactional
  if (item.type !== 'ensure') return item.type !== 'backfill'
  return capabilities.transactionalDdl && !(item.ensure.kind === 'ensureIndex' && item.ensure.concurrently === true)
}

/** Whether all of it is one transaction. */
export const isWhole = (dialect: Dialect, items: readonly Item[]): boolean =>
  items.every((item) => transactional(dialect, item) && frameOf(item) === frameOf(items[0]))

const frameOf = (item: Item | undefined): string | undefined =>
  item?.type === 'statement' ? item.statement.frame : undefined

/**
 * Runs the step, and says what the operations that look first came to. Throws Overtaken.
 * Errors: those of statementError, ENSURE_DIFFERENT, CONNECTION_LOST, INTERRUPTED.
 */
export async function execute(session: Session, work: Work, resume?: Resume): Promise<Ensured[]> {
  const { step, items } = work
  const { kept = [], revision } = step
  session.signal?.throwIfAborted()
  const asOne = resume === undefined && isWhole(session.dialect, items)
  const ensured: Ensured[] = []
  const reached: Reached = { committed: resume?.progress ?? 0 }
  // Told when it is committed, and only then.
  const tell = (found: readonly Ensured[]): void => {
    for (const each of found) session.emit({ type: 'ensured', revision: revision.id, ...each })
    for (const one of found) ensured.push(one)
  }
  try {
    if (asOne) tell(await whole(session, work))
    else await inUnits(session, work, resume, reached, tell)
    tell(kept)
    return ensured
  } catch (error) {
    const told = await toldOf(session, work, error, asOne ? undefined : reached)
    const isOurs = !asOne && !(told instanceof Overtaken) && !isLost(error)
    if (isOurs && reached.committed === 0 && reached.touched !== true) {
      if (step.direction === 'down' && isTraceless(items)) await standAgain(session, revision.id)
      if (step.direction === 'up' && isRefused(error)) await retract(session, revision.id)
    }
    throw told
  } finally {
    await forget(session, items)
  }
}

const isLost = (error: unknown): boolean =>
  error instanceof SendFailure
    ? error.failure.kind === 'connection lost'
    : isGodwitError(error) && error.code === 'CONNECTION_LOST'

/** Whether the server itself refused a statement of the revision: then it is known that it has done nothing. */
const isRefused = (error: unknown): boolean =>
  error instanceof SendFailure && (error.part?.item?.type === 'statement' || error.part?.item?.type === 'group')

// Each revision is proved in a session of its own: what one of them has set, the next must not meet, even after a failure.
async function forget({ dialect, connection }: Session, items: readonly Item[]): Promise<void> {
  const written = items.flatMap((item) => (item.type === 'statement' ? [item.statement.sql] : []))
  const code = items.some(({ type }) => type === 'run')
  const sql = dialect.forget(code ? undefined : written, connection.version)
  // Where the session may be another one by now, the transaction has given it back as it was.
  if ((connection.settings?.() ?? []).length > 0) return
  // A connection that is lost has forgotten; the next statement says that it is.
  if (sql !== undefined) await connection.execute(sql).catch(unlessLost(dialect))
}

const unlessLost = (dialect: Dialect) => (cause: unknown) => {
  const { kind, message } = dialect.explain(cause)
  if (kind === 'connection lost') return
  throw new GodwitError('CONNECTION_FAILED', 'The session could not be given back the settings it began with.', {
    why: message,
    fix: 'Run the command again: it goes on from here, in a new session.',
    cause,
  })
}

/** Takes the revision for this runner. */
export const claimOf = ({ ledger }: Session, step: Step, state: HistoryState, plan: readonly string[] = []): Part => ({
  sql: ledger.claim(entryOf(step), state, plan),
  claim: true,
})

/** What the history keeps of the revision. */
export function entryOf({ revision }: Step): HistoryEntry {
  const { id, parents, message, file, checksum, text } = revision
  // The folder may lie elsewhere on the next machine: the name is what matters.
  const name = file.split(/[\\/]/).at(-1) ?? file
  return { revision: id, parents, message, file: name, checksum, source: text, undo: undoOf(revision) }
}

const undone = ({ ledger }: Session, id: string, ran: readonly Ran[]): Part[] =>
  parts(ledger.done(id, 'down', ran), ledger.forget(id))

async function whole(session: Session, { step, items, statements }: Work): Promise<Ensured[]> {
  const { ledger } = session
  const { id } = step.revision
  const up = step.direction === 'up'
  const head: Part[] = [up ? claimOf(session, step, 'done') : { sql: ledger.claimUndo(id), claim: true }]
  const ran = ranOf(items)
  const tail = up ? parts(ledger.done(id, 'up', ran)) : undone(session, id, ran)
  const { revision } = step
  return withRetry(session, id, async () => {
    const guard = await guardOf(session, step, 0, step.operations.length)
    return transact(session, { items, first: 0, head, tail, statements, revision, guard, ...watching(session, step) })
  })
}

interface Unit {
  first: number
  items: Item[]
  /** They are one transaction. */
  shares: boolean
}

/** Neighbouring items that can share a transaction, or one statement that commits by itself. */
function unitsOf(dialect: Dialect, items: readonly Item[], from: number): Unit[] {
  const units: Unit[] = []
  for (const [index, item] of items.entries()) {
    if (index < from) continue
    const last = units.at(-1)
    const shares = transactional(dialect, item)
    if (last?.shares === true && shares && frameOf(last.items[0]) === frameOf(item)) last.items.push(item)
    else units.push({ first: index, items: [item], shares })
  }
  return units
}

async function inUnits(
  session: Session,
  { step, items }: Work,
  resume: Resume | undefined,
  reached: Reached,
  tell: (found: readonly Ensured[]) => void,
): Promise<void> {
  const { ledger, dialect } = session
  const { id } = step.revision
  const up = step.direction === 'up'
  const plan = planOf(items)
  const units = unitsOf(dialect, items, resume?.progress ?? 0)
  let head: Part[] =
    resume !== undefined
      ? parts(...(up ? [ledger.refresh(entryOf(step))] : []), ledger.replan(id, plan))
      : up
        ? [claimOf(session, step, 'upgrading', plan)]
        : [{ sql: ledger.claimUndo(id), claim: true }, ...parts(ledger.start(id, 'downgrading', plan))]
  // What commits by itself has a line of its own, written before it.
  const ran = unitsOf(dialect, items, 0).flatMap(({ shares, items: own, first }) =>
    shares || own[0]?.type !== 'statement' ? ranOf(own, first) : [],
  )
  const finish = up ? parts(ledger.finish(id), ledger.done(id, 'up', ran)) : undone(session, id, ran)
  if (units.length === 0) await books(session, id, [...head, ...finish])
  const seen = nothingSeen()
  for (const [at, unit] of units.entries()) {
    reached.committed = unit.first
    delete reached.touched
    session.signal?.throwIfAborted()
    const next = unit.first + unit.items.length
    const tail = at === units.length - 1 ? finish : parts(ledger.progress(id, next))
    const [only] = unit.items
    const place = { index: unit.first, of: items.length, head, tail, resumed: resume !== undefined, seen, reached }
    if (only?.type !== 'ensure' && only?.type !== 'backfill') made(seen)
    // What code has done before it failed, nobody can tell, nor what a batch has filled.
    if (unit.items.some(({ type }) => type === 'run' || type === 'backfill')) reached.touched = true
    if (unit.shares || only === undefined || only.type === 'run' || only.type === 'group') {
      const { statements } = foretold(dialect, unit.items, { version: session.connection.version })
      const { revision } = step
      const range = reach(step, items, unit)
      const transaction = { items: unit.items, first: unit.first, head, tail, statements, revision }
      const guarded = async (): Promise<Ensured[]> =>
        transact(session, {
          ...transaction,
          guard: await guardOf(session, step, ...range),
          ...watching(session, step, range),
        })
      tell(await withRetry(session, id, guarded))
    } else if (only.type === 'ensure') tell(await ensureApart(session, step, only, place))
    else if (only.type === 'backfill') tell(await fillApart(session, step, only, place))
    else await alone(session, step, { item: only, ...place, reach: reach(step, items, unit) })
    head = []
  }
}

/** Going down, what cannot be foreseen is watched. */
const watching = (
  { agreed }: Session,
  step: Step,
  range: readonly [from: number, to: number] = [0, step.operations.length],
): Pick<Transaction, 'reach'> => (agreed === undefined || step.direction === 'up' ? {} : { reach: { step, range } })

/** The operations that a unit carries out: from its first one up to the first one of the next. */
function reach({ operations }: Step, items: readonly Item[], { first, items: own }: Unit): [from: number, to: number] {
  const from = Math.min(...own.map(operationOf))
  const later = items.slice(first + own.length).map(operationOf)
  // One statement for neighbours stands under the first of them.
  return [from, Math.min(operations.length, ...later.filter((operation) => operation > from))]
}

const operationOf = (item: Item): number => (item.type === 'statement' ? item.statement.operation : item.operation)
