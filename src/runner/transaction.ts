// One transaction of a step: the claim, the work and the journal together, in as few messages as possible.
import type { Bracket, BracketOptions } from '../dialects/dialect.ts'
import type { Operation } from '../operations/operation.ts'
import type { Statement } from '../operations/statement.ts'
import type { Revision } from '../revisions/index.ts'
import { equalData } from '../schema/json.ts'
import type { Schema } from '../schema/schema.ts'
import { ensuredOf, keyOf } from './ensured.ts'
import type { Ensured } from './events.ts'
import { type Guard, lookAgain } from './guard.ts'
import { renderGroup } from './items.ts'
import { look, lookFailure } from './look.ts'
import { isNews, made, nothingSeen, see, subjectOf } from './seen.ts'
import { type Part, SendFailure, send } from './send.ts'
import { framing, type Session } from './session.ts'
import type { Item, Step } from './step.ts'
import { watch, watched } from './watch.ts'

/** What one transaction does. `first` is the index of the first item in the plan. */
export interface Transaction {
  items: readonly Item[]
  first: number
  /** Our own statements before and after the work. */
  head: readonly Part[]
  tail: readonly Part[]
  /** The statements as far as they are known beforehand: they choose the frame. */
  statements: readonly Statement[]
  /** Looked at before the work. */
  guard?: Guard | undefined
  /** The operations that it carries out, where something watches what they do. */
  reach?: { step: Step; range: readonly [from: number, to: number] }
  /** Whose it is; operations that look first are noted in the journal under it. */
  revision?: Revision
}

/** The statements need another frame than was foretold: it is chosen again, for these. */
class OtherFrame extends Error {
  readonly statements: readonly Statement[]

  constructor(statements: readonly Statement[]) {
    super('another frame is needed')
    this.statements = statements
  }
}

/**
 * Runs it; nothing is left behind when it fails. One message if there is no code to call, nothing to look at and nothing
 * to verify. Gives back what the operations that look first came to. Throws SendFailure.
 */
export async function transact(session: Session, transaction: Transaction): Promise<Ensured[]> {
  try {
    return await attempt(session, transaction)
  } catch (error) {
    if (error instanceof OtherFrame) return transact(session, { ...transaction, statements: error.statements })
    const cause = error instanceof SendFailure ? error.cause : error
    if ((await session.connection.remedy?.(cause)) === true) return transact(session, transaction)
    throw error
  }
}

async function attempt(session: Session, transaction: Transaction): Promise<Ensured[]> {
  const { dialect, connection } = session
  const bracket = dialect.bracket(transaction.statements, optionsOf(session, transaction))
  try {
    await send(dialect, connection, own(bracket.before))
    return await inside(session, transaction, bracket)
  } catch (error) {
    // A lost connection has rolled back by itself; any other failure to roll back would hide the first one.
    await connection.execute(bracket.rollback).catch(() => undefined)
    throw error
  } finally {
    for (const sql of bracket.after) await connection.execute(sql).catch(() => undefined)
  }
}

// Code waits for others, and so may the look at a definition that the shadow has to spell.
const optionsOf = (session: Session, { items }: Transaction): BracketOptions => ({
  ...framing(session),
  pauses: items.some(({ type }) => type === 'run' || type === 'ensure'),
})

const own = (statements: readonly string[]): Part[] => statements.map((sql) => ({ sql }))

async function inside(session: Session, transaction: Transaction, bracket: Bracket): Promise<Ensured[]> {
  const { dialect, connection } = session
  const { owed } = session
  const { items, first, head, tail } = transaction
  const ensured: Ensured[] = []
  const seen = nothingSeen()
  let queue: Part[] = [...own(bracket.begin), ...owed, ...head]
  const flush = async (): Promise<void> => {
    const parts = queue
    queue = []
    await send(dialect, connection, parts)
  }
  if (transaction.guard !== undefined) {
    await flush()
    await lookAgain(session, transaction.guard)
  }
  const { reach } = transaction
  if (reach !== undefined) await flush()
  const seenBy = reach === undefined ? undefined : await watch(session, reach.step, items, reach.range)
  const done: Statement[] = []
  for (const [at, item] of items.entries()) {
    const index = first + at
    if (item.type === 'statement') {
      queue.push({ sql: item.statement.sql, item, index })
      done.push(item.statement)
    } else if (item.type === 'run') {
      await flush()
      await call(session, item, index, transaction.revision?.id ?? '')
    } else if (item.type !== 'backfill') {
      const subject = item.type === 'ensure' ? subjectOf(item.ensure) : undefined
      // What is looked at, and what a definition may name, has to be there.
      if (isNews(seen)) await flush()
      const schema = await see(dialect, connection, seen, subject)
      const group: Looked = item.type === 'ensure' ? await looked(session, transaction, index, item, schema) : item
      if (group.ensured !== undefined) ensured.push(group.ensured)
      const before = dialect.needsSchema(group.operations) ? await see(dialect, connection, seen) : schema
      const context = { version: connection.version, before }
      const statements = renderGroup(
        dialect,
        {
          type: 'group',
          operation: group.operation,
          operations: group.operations,
          ...(group.around !== undefined && { around: group.around }),
        },
        context,
      )
      for (const each of statements) {
        if (each.type !== 'statement') continue
        queue.push({ sql: each.statement.sql, item: each, index })
        done.push(each.statement)
      }
      for (const one of group.note ?? []) queue.push(one)
      if (statements.length > 0) made(seen, item.type === 'ensure' ? item.ensure : undefined)
      checkFrame(session, transaction, bracket, done)
    }
    if (item.type === 'statement' || item.type === 'run') made(seen)
  }
  // Groups may have come to other statements than foretold: the frame's own checks are asked for again.
  const frame = dialect.bracket(done, optionsOf(session, transaction))
  const verify = new Set([...frame.verify, ...done.flatMap((statement) => statement.verify ?? [])])
  if (seenBy !== undefined) {
    await flush()
    await seenBy()
  }
  for (const one of tail) queue.push(one)
  if (verify.size > 0) await flush()
  for (const sql of verify) await verifyNone(session, sql)
  for (const sql of frame.end ?? []) queue.push({ sql })
  queue.push({ sql: bracket.commit })
  await flush()
  paid(session, owed)
  return ensured
}

interface Looked {
  operation: number
  operations: Operation[]
  around?: Operation[]
  ensured?: Ensured
  /** The line of the journal. */
  note?: Part[]
}

async function looked(
  { dialect, connection, speller, ledger }: Session,
  { revision }: Transaction,
  index: number,
  { operation, ensure }: Extract<Item, { type: 'ensure' }>,
  schema: Schema,
): Promise<Looked> {
  const found = await look(speller, connection, schema, ensure).catch((error: unknown) => {
    throw revision === undefined ? error : lookFailure(dialect, error, ensure, { revision, index })
  })
  const operations = found.outcome === 'absent' ? found.operations : []
  const record = { hash: keyOf(ensure), made: operations }
  return {
    operation,
    operations,
    ensured: ensuredOf(operation, ensure, found),
    ...(revision !== undefined && { note: [{ sql: ledger.ensured(revision.id, operation, record) }] }),
  }
}

// Where more has to stand around the transaction than was foretold, it begins again with that.
function checkFrame(session: Session, transaction: Transaction, bracket: Bracket, done: readonly Statement[]): void {
  const all = [...transaction.statements, ...done]
  const { before, begin } = session.dialect.bracket(all, optionsOf(session, transaction))
  if (!equalData([before, begin], [bracket.before, bracket.begin])) throw new OtherFrame(all)
}

// Only what was in the transaction: it is written now.
function paid(session: Session, owed: readonly Part[]): void {
  session.owed = session.owed.slice(owed.length)
}

/**
 * Our own statements in a transaction, and behind it, in the same message, one that commits by itself: where the server
 * refuses that one (its part is the failure's), the transaction is committed. Throws SendFailure.
 */
export async function transactThen(session: Session, head: readonly Part[], then: Part): Promise<void> {
  const { dialect, connection, owed } = session
  const { begin, commit, rollback } = dialect.bracket([], framing(session))
  try {
    await send(dialect, connection, [...own(begin), ...owed, ...head, { sql: commit }, then])
  } catch (error) {
    if (error instanceof SendFailure && error.part === then) paid(session, owed)
    else await connection.execute(rollback).catch(() => undefined)
    throw error
  }
  paid(session, owed)
}

async function verifyNone({ dialect, connection }: Session, sql: string): Promise<void> {
  let rows: unknown[]
  try {
    rows = await connection.query(sql)
  } catch (error) {
    throw new SendFailure(dialect.explain(error, { sql }), { sql }, error)
  }
  if (rows.length === 0) return
  const message = `a check at the end found ${rows.length === 1 ? 'a problem' : `${rows.length} problems`}: ${JSON.stringify(rows[0])} (${sql})`
  throw new SendFailure({ kind: 'other', message }, { sql }, undefined)
}

async function call(
  session: Session,
  item: Extract<Item, { type: 'run' }>,
  index: number,
  revision: string,
): Promise<void> {
  const { dialect } = session
  const { database, refused } = watched(session, revision)
  try {
    await item.call(database)
  } catch (error) {
    if (refused() !== undefined) throw refused()
    const failure = dialect.explain(error)
    throw new SendFailure(
      { ...failure, message: `its code threw: ${failure.message}` },
      { sql: '', item, index },
      error,
    )
  }
  if (refused() !== undefined) throw refused()
}
