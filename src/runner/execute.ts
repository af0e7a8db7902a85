// Carries out one step: in one transaction where it can be, otherwise in units with the journal written around each.
import type { Dialect } from '../dialects/dialect.ts'
import { GodwitError, isGodwitError } from '../errors.ts'
import type { Statement } from '../operations/statement.ts'
import { alone, books, parts } from './alone.ts'
import { ensureApart } from './apart.ts'
import { fillApart } from './backfill.ts'
import type { Ensured } from './events.ts'
import { statementError } from './failure.ts'
import { guardOf } from './guard.ts'
import { foretold, planOf, ranOf } from './items.ts'
import { type HistoryEntry, type HistoryState, names, type Ran } from './journal.ts'
import { withRetry } from './retry.ts'
import { withRights } from './rights.ts'
import { made, nothingSeen } from './seen.ts'
import { type Part, SendFailure } from './send.ts'
import { interrupted, type Session } from './session.ts'
import { isTraceless, standAgain } from './stand.ts'
import type { Item, Step } from './step.ts'
import { type Transaction, transact } from './transaction.ts'
import { undoOf } from './undo.ts'

/** A step with its statements. */
export interface Work {
  step: Step
  items: readonly Item[]
  /** As far as they can be told beforehand: they choose the transaction's frame. */
  statements: readonly Statement[]
  /** Ahead of a run: the operations that look first and will find what they ask for. */
  there?: ReadonlySet<number>
}

/** Where an interrupted step goes on. */
export interface Resume {
  progress: number
}

/** Another runner has done it in the meantime: read the history again. */
export class Overtaken extends Error {
  readonly revision: string

  constructor(revision: string) {
    super(`revision ${revision} was overtaken`)
    this.revision = revision
  }
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
    if (step.direction === 'down' && isOurs && reached.committed === 0 && isTraceless(items)) {
      await standAgain(session, revision.id)
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

/** What became of a failed step, in words for whoever asked for it; Overtaken where another runner did it. */
export async function toldOf(
  session: Session,
  work: Work,
  error: unknown,
  reached: Reached | undefined,
): Promise<unknown> {
  const { step } = work
  if (!(error instanceof SendFailure)) return reached === undefined ? error : stopped(session, step, error)
  if (await overtaken(session, error, step)) return new Overtaken(step.revision.id)
  return failed(session, work, error, reached)
}

// Each revision is proved in a session of its own: what one of them has set, the next must not meet, even after a failure.
async function forget({ dialect, connection }: Session, items: readonly Item[]): Promise<void> {
  const written = items.flatMap((item) => (item.type === 'statement' ? [item.statement.sql] : []))
  const code = items.some(({ type }) => type === 'run')
  const sql = dialect.forget(code ? undefined : written, connection.version)
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

/** How far a step in units has come: the items before this one are committed. */
export interface Reached {
  committed: number
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
    session.signal?.throwIfAborted()
    const next = unit.first + unit.items.length
    const tail = at === units.length - 1 ? finish : parts(ledger.progress(id, next))
    const [only] = unit.items
    const place = { index: unit.first, of: items.length, head, tail, resumed: resume !== undefined, seen }
    if (only?.type !== 'ensure' && only?.type !== 'backfill') made(seen)
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

// The claim failed because the row is there (or gone): somebody else has done the same step.
async function overtaken(
  session: Session,
  { failure, part }: SendFailure,
  { revision, direction }: Step,
): Promise<boolean> {
  if (part?.claim !== true || failure.kind === 'connection lost') return false
  if (direction === 'up') return failure.kind === 'duplicate key'
  const { dialect, connection } = session
  const { history } = names(dialect)
  const rows = await connection.query(
    `select revision from ${history} where revision = ${dialect.literal(revision.id)}`,
  )
  return rows.length === 0
}

async function failed(
  session: Session,
  { step, items }: Work,
  error: SendFailure,
  reached: Reached | undefined,
): Promise<GodwitError> {
  const { failure, part, cause } = error
  const { revision, direction } = step
  if (failure.kind === 'connection lost') {
    // Where a server does not answer to being stopped, the session is ended: that is what was asked for.
    return session.signal?.aborted ? interrupted(cause) : lost(step, failure.message, cause)
  }
  if (failure.kind === 'canceled' && session.signal?.aborted) {
    await record(session, step, 'interrupted')
    return interrupted(cause)
  }
  const outcome = reached
    ? outcomeInUnits(reached.committed, part?.index, items, direction)
    : direction === 'up'
      ? 'The revision was rolled back: nothing of it is left in the database. The revisions before it are complete.'
      : 'Undoing it was rolled back: the revision is still applied, whole. What was undone before it stays undone.'
  const said = isGodwitError(cause)
    ? cause
    : statementError(failure, { revision, direction, outcome, item: part?.item, index: part?.index }, cause)
  const coded = await withRights(session.dialect, session.connection, said)
  await record(session, step, `${coded.code}: ${coded.message}`)
  return coded
}

// What shares the failed statement's transaction is rolled back with it: only what was committed before that stays.
function outcomeInUnits(
  committed: number,
  index: number | undefined,
  items: readonly Item[],
  direction: Step['direction'],
): string {
  const again = `godwit ${direction === 'up' ? 'upgrade' : 'downgrade'}`
  const from = index === committed ? 'this one' : `statement ${committed + 1}`
  const goesOn = `the next \`${again}\` goes on from ${from}.`
  if (items[committed]?.type === 'backfill') return `The batches before it are filled and stay; ${goesOn}`
  if (committed === 0)
    return index === 0
      ? 'It was its first statement: nothing of the revision has happened.'
      : 'The statements before it were rolled back with it: nothing of the revision has happened.'
  const stays =
    committed === 1
      ? `The first of its ${items.length} statements has happened and stays;`
      : `Its first ${committed} of ${items.length} statements have happened and stay;`
  return `${stays}${index === committed ? '' : ' what came after was rolled back;'} ${goesOn}`
}

/** Not a statement that failed: an operation that looked first, or code. What committed before it stays, and that is said. */
async function stopped(session: Session, step: Step, error: unknown): Promise<unknown> {
  if (!isGodwitError(error) || error.code === 'INTERRUPTED' || error.code === 'CONNECTION_LOST') return error
  await record(session, step, `${error.code}: ${error.message}`)
  const { code, message, why, fix, place, data, underlying: cause } = error
  const stays = `What the revision did before this stays; the next \`godwit ${step.direction === 'up' ? 'upgrade' : 'downgrade'}\` goes on from here.`
  return new GodwitError(code, message, {
    why: why === undefined ? stays : `${why}\n${stays}`,
    ...(fix !== undefined && { fix }),
    ...(place !== undefined && { place }),
    ...(data !== undefined && { data }),
    cause,
  })
}

/** A failure is news for the journal; where even that cannot be written, the error itself is what counts. */
async function record(session: Session, { revision, direction }: Step, error: string): Promise<void> {
  const { ledger } = session
  try {
    const note = parts(ledger.note(revision.id, direction, { error }))
    await transact(session, { items: [], first: 0, head: note, tail: [], statements: [] })
  } catch {
    // Read-only, full or lost: said already.
  }
}

/** The connection went away: what happened is known only after asking again (run.ts does). */
const lost = ({ revision, direction }: Step, message: string, cause: unknown): GodwitError =>
  new GodwitError(
    'CONNECTION_LOST',
    `The connection to the database was lost while ${direction === 'up' ? 'applying' : 'undoing'} revision ${revision.id}.`,
    {
      why: message,
      fix: 'Run the command again when the database answers: it finds out what has happened, and goes on from there.',
      data: { revision: revision.id, direction },
      cause,
    },
  )
