// What has done nothing is given up, in either direction. An undoing: nobody who goes up later, for other reasons, is to drop what it would have
// dropped. One that has done something is left to a downgrade, which says what goes, and asks.
import { amount } from '../amount.ts'
import { GodwitError } from '../errors.ts'
import { books, parts } from './alone.ts'
import { excerpt } from './failure.ts'
import { readDone } from './journal.ts'
import type { Session } from './session.ts'
import type { State } from './state.ts'
import type { Item } from './step.ts'

/** Whether it is known that nothing has happened before the first statement did: what code has done, nobody can tell. */
export const isTraceless = ([first]: readonly Item[]): boolean => first === undefined || first.type === 'statement'

/** Writes that the revision is applied, whole. */
export const stand = ({ ledger }: Session, id: string) =>
  parts(ledger.settle(id, 'failed', 'given up'), ledger.stand(id))

/** After a failure that is told anyway; where this cannot be written, whoever goes up next finds the same. */
export async function standAgain(session: Session, id: string): Promise<void> {
  await books(session, id, stand(session, id)).catch(() => undefined)
}

/** A revision of which nothing has happened is not applied: what failed is in the journal. */
export async function retract(session: Session, id: string): Promise<void> {
  await books(session, id, retraction(session, id)).catch(() => undefined)
}

/** Takes a revision that was never finished out of the history. */
export const retraction = ({ ledger }: Session, id: string) =>
  parts(ledger.settle(id, 'failed', 'given up'), ledger.forget(id))

/** Why going up does not touch a revision that is half undone. */
export const halfUndone = (id: string, done: number, of: number): GodwitError =>
  new GodwitError('HALF_UNDONE', `Revision ${id} is half undone: a downgrade was interrupted. Nothing was run.`, {
    why: `${done} of ${of} statements of its way down have happened. What is left may drop rows, so nothing but a downgrade goes on with it.`,
    fix: '`godwit downgrade` finishes it, and says before what goes; `godwit upgrade` then applies it again.',
    data: { revision: id, done, of },
  })

/** Why a revision that is half applied is not taken back: nobody has written the way back from the middle of it. */
export async function halfDone({ dialect, connection }: Session, state: State, id: string): Promise<GodwitError> {
  const done = state.books.history.get(id)?.progress ?? 0
  const gone = !state.files.has(id)
  const happened = await readDone(dialect, connection, id)
  const list = happened.map((sql) => `\n  ${excerpt(sql, 120).replace(/\s+/g, ' ')}`).join('')
  const goOn = gone
    ? 'Bring its file back and `godwit upgrade` finishes it.'
    : '`godwit upgrade` finishes it: what comes after those statements may be corrected in its file first.'
  return new GodwitError('HALF_DONE', `Revision ${id} is half applied: an upgrade was stopped. Nothing was run.`, {
    why: `${done === 0 ? 'What it had done is not known' : `${amount(done, 'statement')} of it ${done === 1 ? 'has' : 'have'} happened`}, and ${gone ? 'its file is gone' : 'its way down begins where it ends'}.${list}`,
    fix: `${goOn}\nOr take back by hand what has happened, then run \`godwit resolve ${id} --undone\`: the history forgets it.`,
    data: { revision: id, done, statements: happened },
  })
}
