// Consent to losing data rests on a count, and rows are written while a person reads it: before anything goes, it is
// looked once more, while nobody else can write, whether there is more than was agreed to.
import { GodwitError } from '../errors.ts'
import { keyOf, MoreThanAgreed } from './agreed.ts'
import { tableName } from './count.ts'
import { lossesNow } from './losing.ts'
import { targetOf } from './losses.ts'
import type { Loss } from './reports.ts'
import { type Part, SendFailure, send } from './send.ts'
import type { Session } from './session.ts'
import type { Step } from './step.ts'

/** How long one look may hold up writers, in milliseconds. */
const LONGEST_LOOK = 2000

/** What a transaction (or a statement that commits by itself) looks at before it goes on. */
export interface Guard {
  tables: string[]
  looks: { query: string; loss: Loss }[]
}

/**
 * The looks that the operations from `from` up to `to` need, or undefined. It is looked once before, without keeping
 * anybody out: mostly that is enough to know. Throws MoreThanAgreed.
 */
export async function guardOf(
  session: Session,
  { revision, direction, operations }: Step,
  from: number,
  to: number,
): Promise<Guard | undefined> {
  const { agreed, dialect, connection } = session
  if (agreed === undefined || direction === 'up') return undefined
  const found = (await lossesNow(session, operations, from)).filter(({ operation = 0 }) => operation < to)
  const guard: Guard = { tables: [], looks: [] }
  const more: Loss[] = []
  for (const each of found) {
    const loss: Loss = { revision: revision.id, ...each }
    const most = agreed.get(keyOf(loss))
    if (most === 'all') continue
    if (most === undefined) {
      more.push(loss)
      continue
    }
    const query = moreThan(session, loss, most)
    const [table] = targetOf(loss.what)
    if (query === undefined || table === undefined) continue
    const rows = await connection.query(query).catch((error: unknown) => {
      // Hand-written SQL may drop what is not there.
      if (dialect.explain(error).kind === 'table missing') return undefined
      throw error
    })
    if (rows === undefined) continue
    if (rows.length > 0) more.push(loss)
    if (!guard.tables.includes(table)) guard.tables.push(table)
    guard.looks.push({ query, loss })
  }
  if (more.length > 0) throw new MoreThanAgreed(more)
  return guard.looks.length === 0 ? undefined : guard
}

/** A query that gives a row where more than so many would go; undefined where that cannot be asked. */
function moreThan({ dialect }: Session, { what, among }: Loss, most: number): string | undefined {
  const limit = `limit 1 offset ${most}`
  if (among !== undefined) return `select 1 as more from ${among.from} where ${among.where} ${limit}`
  const [table, column] = targetOf(what)
  if (table === undefined) return undefined
  const where = column === undefined ? '' : ` where ${dialect.identifier(column)} is not null`
  return `select 1 as more from ${tableName(dialect, table)}${where} ${limit}`
}

/** What is to be sent when the tables are not needed any more. */
export type Release = () => Promise<void>

/**
 * Takes the tables and looks, in the transaction that is open where the database has such. `part` is what is told of a
 * failure to take them. Throws MoreThanAgreed, SendFailure. Errors: DATA_LOSS where it could not be seen in time.
 */
export async function lookAgain(session: Session, guard: Guard, part: Omit<Part, 'sql'> = {}): Promise<Release> {
  const { dialect, connection } = session
  const lock = dialect.lockTables(guard.tables, { timeout: LONGEST_LOOK, version: connection.version })
  const release = async (): Promise<void> => {
    for (const sql of lock.release) await connection.execute(sql)
  }
  try {
    await send(
      dialect,
      connection,
      lock.before.map((sql) => ({ ...part, sql })),
    )
  } catch (error) {
    // Inside of a transaction there is no going on behind an error.
    const isDenied = error instanceof SendFailure && error.failure.kind === 'permission denied'
    if (!isDenied || dialect.capabilities.transactionalDdl) throw error
    const tables = guard.tables.join(', ')
    session.emit({
      type: 'warning',
      message: `Rows that are written to ${tables} at this very moment go unnoticed: ${error.failure.message}`,
    })
  }
  try {
    await looked(session, guard, lock.look)
    if (lock.after.length > 0)
      await send(
        dialect,
        connection,
        lock.after.map((sql) => ({ sql })),
      )
  } catch (error) {
    await release().catch(() => undefined)
    throw error
  }
  return release
}

async function looked({ dialect, connection, signal }: Session, { looks }: Guard, bounded: (query: string) => string) {
  const more: Loss[] = []
  for (const { query, loss } of looks) {
    try {
      if ((await connection.query(bounded(query))).length > 0) more.push(loss)
    } catch (error) {
      const failure = dialect.explain(error, { sql: query })
      if (failure.kind !== 'canceled' || signal?.aborted) throw new SendFailure(failure, { sql: query }, error)
      throw unseen(loss)
    }
  }
  if (more.length > 0) throw new MoreThanAgreed(more)
}

const unseen = (loss: Loss): GodwitError =>
  new GodwitError(
    'DATA_LOSS',
    `It could not be seen in time whether more than was agreed to would go: ${loss.message}.`,
    {
      why: `The table is locked for that, so that nobody writes meanwhile, and it is given up after ${LONGEST_LOOK / 1000} seconds. Nothing of it is lost.`,
      fix: 'Pass --yes to agree to all that is there (in the library: `confirm` that answers true).',
      data: { losses: [loss] },
    },
  )
