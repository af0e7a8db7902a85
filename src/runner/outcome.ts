// What a step that failed has come to: in words for whoever asked for it, and in the journal.
import { GodwitError, isGodwitError } from '../errors.ts'
import { parts } from './alone.ts'
import { statementError } from './failure.ts'
import { names, own } from './journal.ts'
import { withRights } from './rights.ts'
import { SendFailure } from './send.ts'
import { interrupted, type Session } from './session.ts'
import type { Item, Step, Work } from './step.ts'
import { transact } from './transaction.ts'

/** Another runner has done it in the meantime: read the history again. */
export class Overtaken extends Error {
  readonly revision: string

  constructor(revision: string) {
    super(`revision ${revision} was overtaken`)
    this.revision = revision
  }
}

/** How far a step in units has come: the items before this one are committed. */
export interface Reached {
  committed: number
  /** Something of the item after those has happened, or may have. */
  touched?: boolean
}

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
    own(dialect, `select revision from ${history} where revision = ${dialect.literal(revision.id)}`),
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
