// An operation that looks first where what it makes commits by itself: what it decided is in the journal before anything
// is made, so that a run that goes on after a kill knows what was made here and what had been there.
import { type Alone, alone, ask, books, clear, parts } from './alone.ts'
import { doubt } from './doubt.ts'
import { type EnsureRecord, ensuredOf, keyOf, readEnsured } from './ensured.ts'
import type { Ensured } from './events.ts'
import { type Look, look, lookFailure } from './look.ts'
import { made as changed, type Seen, see, subjectOf } from './seen.ts'
import type { Session } from './session.ts'
import type { Item, Step } from './step.ts'

/** Where it stands in its step, and whether an earlier run may have begun it. */
export interface Place extends Omit<Alone, 'item'> {
  resumed: boolean
  /** What is known of the database; one for the whole step. */
  seen: Seen
  /** Told when something of it has happened, or may have. */
  reached: { touched?: boolean }
}

/** Looks, notes what is missing, and makes it. Throws SendFailure. Errors: ENSURE_DIFFERENT. */
export async function ensureApart(
  session: Session,
  step: Step,
  { ensure, operation }: Extract<Item, { type: 'ensure' }>,
  { head, tail, resumed, seen, reached, ...place }: Place,
): Promise<Ensured[]> {
  const { dialect, connection, ledger } = session
  const { revision } = step
  const known = resumed ? (await readEnsured(dialect, connection, revision.id)).get(keyOf(ensure)) : undefined
  const { record, ensured } = known?.statements === undefined ? await decide() : begun(known)
  const note = record === known ? [] : parts(ledger.ensured(revision.id, operation, record))
  const statements = record.statements ?? []
  if (statements.length === 0) await books(session, revision.id, [...head, ...note, ...tail])
  else await books(session, revision.id, [...head, ...note])
  for (const [at, statement] of statements.entries()) {
    const last = at === statements.length - 1 ? tail : []
    const state = resumed && statement.probe !== undefined ? await ask(session, statement.probe) : 'absent'
    if (state !== 'absent') reached.touched = true
    // Something is there, but not what was asked for, and nobody knows how to take it away.
    if (state === 'half' && statement.probe?.repair === undefined) {
      throw doubt(revision.id, { step: place.index, command: statement.sql }, 'half')
    }
    if (state === 'half') await clear(session, statement.probe)
    if (state === 'done') await books(session, revision.id, last)
    else await alone(session, step, { ...place, item: { type: 'statement', statement }, head: [], tail: last })
    reached.touched = true
  }
  if (statements.length > 0) changed(seen, ensure)
  return [ensured]

  async function decide(): Promise<{ record: EnsureRecord; ensured: Ensured }> {
    const schema = await see(dialect, connection, seen, subjectOf(ensure))
    const found = await look(session.speller, connection, schema, ensure).catch((error: unknown) => {
      throw lookFailure(dialect, error, ensure, { revision, index: place.index })
    })
    const made = found.outcome === 'absent' ? found.operations : []
    const before = dialect.needsSchema(made) ? await see(dialect, connection, seen) : schema
    const rendered = dialect.render(made, { version: connection.version, before })
    const record = { hash: keyOf(ensure), made, statements: rendered.map((each) => ({ ...each, operation })) }
    return { record, ensured: ensuredOf(operation, ensure, found) }
  }

  function begun(known: EnsureRecord): { record: EnsureRecord; ensured: Ensured } {
    const found: Look =
      known.made.length > 0 ? { outcome: 'absent', operations: known.made } : { outcome: 'found', more: [] }
    return { record: known, ensured: ensuredOf(operation, ensure, found) }
  }
}
