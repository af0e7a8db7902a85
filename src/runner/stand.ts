// An undoing that has done nothing is given up: nobody who goes up later, for other reasons, is to drop what it would have
// dropped. One that has done something is left to a downgrade, which says what goes, and asks.
import { GodwitError } from '../errors.ts'
import { books, parts } from './alone.ts'
import type { Session } from './session.ts'
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

/** Why going up does not touch a revision that is half undone. */
export const halfUndone = (id: string, done: number, of: number): GodwitError =>
  new GodwitError('HALF_UNDONE', `Revision ${id} is half undone: a downgrade was interrupted. Nothing was run.`, {
    why: `${done} of ${of} statements of its way down have happened. What is left may drop rows, so nothing but a downgrade goes on with it.`,
    fix: '`godwit downgrade` finishes it, and says before what goes; `godwit upgrade` then applies it again.',
    data: { revision: id, done, of },
  })
