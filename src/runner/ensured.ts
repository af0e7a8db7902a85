// What the operations that look first found and made, in the journal: going down takes back what was made here, and
// nothing else.
import type { Connection, Dialect } from '../dialects/dialect.ts'
import { describe, invertAll } from '../operations/index.ts'
import type { Backfill, Ensure, Operation } from '../operations/operation.ts'
import type { Statement } from '../operations/statement.ts'
import { hashOf } from '../schema/canonical.ts'
import { names, own } from './journal.ts'
import type { Look } from './look.ts'
import type { Ensured } from './reports.ts'

/** One line of the journal about an operation that looked first. */
export interface EnsureRecord {
  /** Of the operation: the file may be corrected while a revision is not complete. */
  hash: string
  made: Operation[]
  /** Where each statement commits by itself: those that make it, to be probed after an interruption. */
  statements?: Statement[]
}

/** How far a backfill has come. */
export interface FillRecord {
  hash: string
  done: number
  total: number
  /** Literals of the last key that was filled; empty before the first. */
  after: string[]
  finished: boolean
}

/** Identifies an operation in the journal. */
export const keyOf = (operation: Ensure | Backfill): string => hashOf(operation).slice(0, 16)

/** What is told of an operation that looked. */
export const ensuredOf = (operation: number, ensure: Ensure, found: Look): Ensured => ({
  operation,
  outcome: found.outcome === 'found' ? 'found' : ensure.kind === 'ensureColumnType' ? 'converted' : 'made',
  text: describe(ensure),
  ...(found.outcome === 'found' && found.more.length > 0 && { more: found.more }),
})

/** The records of a revision since it was last undone or stamped, by `keyOf`; what was made counts before what was found. */
export async function readEnsured(
  dialect: Dialect,
  connection: Connection,
  revision: string,
): Promise<Map<string, EnsureRecord>> {
  const rows = await recordsOf(dialect, connection, revision, 'ensure')
  const records = new Map<string, EnsureRecord>()
  for (const { action, command, step, state } of rows) {
    if (action !== 'ensure') {
      if (Number(step) === -1 && state === 'done') records.clear()
      continue
    }
    const record = JSON.parse(command) as EnsureRecord
    if (record.made.length > 0 || !records.has(record.hash)) records.set(record.hash, record)
  }
  return records
}

/** These records of a revision in order, and between them where it was taken back or stamped: what was before counts no more. */
const recordsOf = (
  dialect: Dialect,
  connection: Connection,
  revision: string,
  action: 'ensure' | 'backfill',
): Promise<{ action: string; command: string; step: number | string; state: string }[]> =>
  connection.query(
    own(
      dialect,
      `select action, command, step, state from ${names(dialect).journal} where revision = ${dialect.literal(revision)} and action in (${dialect.literal(action)}, 'down', 'stamp') order by id`,
    ),
  )

/** A record of the journal in words: what an operation found or made, how far a backfill came. */
export function recordWords(action: string, command: string): string | undefined {
  if (action === 'ensure') {
    const { made } = JSON.parse(command) as EnsureRecord
    return made.length === 0 ? 'was there already' : made.map(describe).join('; ')
  }
  if (action !== 'backfill') return undefined
  const { done, total, finished } = JSON.parse(command) as FillRecord
  return `filled ${done} of about ${total} rows${finished ? '' : ', not finished'}`
}

/** How far a backfill came before it was interrupted; undefined where it has not begun, or has ended. */
export async function readFill(
  dialect: Dialect,
  connection: Connection,
  revision: string,
  operation: Backfill,
): Promise<FillRecord | undefined> {
  const hash = keyOf(operation)
  let last: FillRecord | undefined
  for (const { action, command, step, state } of await recordsOf(dialect, connection, revision, 'backfill')) {
    if (action !== 'backfill') {
      if (Number(step) === -1 && state === 'done') last = undefined
      continue
    }
    const record = JSON.parse(command) as FillRecord
    if (record.hash === hash) last = record
  }
  return last?.finished === true ? undefined : last
}

/** The way down with each `takeBack` replaced by what was made in this database. `kept`: what is left alone. */
export async function takenBack(
  operations: readonly Operation[],
  records: () => Promise<ReadonlyMap<string, EnsureRecord>>,
): Promise<{ operations: Operation[]; kept: Ensured[] }> {
  if (!operations.some(({ kind }) => kind === 'takeBack')) return { operations: [...operations], kept: [] }
  const known = await records()
  // Asked for twice, it was made by the first, which is the last on the way down.
  const isLast = (hash: string, from: number): boolean =>
    !operations.some((each, at) => at > from && each.kind === 'takeBack' && keyOf(each.operation) === hash)
  const left: { ensured: Ensured; what: Ensure | Backfill; at: number }[] = []
  const list: Operation[] = []
  for (const [operation, each] of operations.entries()) {
    if (each.kind !== 'takeBack') {
      list.push(each)
      continue
    }
    const hash = keyOf(each.operation)
    const made = isLast(hash, operation) ? (known.get(hash)?.made ?? []) : []
    const ensured: Ensured = { operation, outcome: 'kept', text: describe(each) }
    if (made.length === 0) left.push({ ensured, what: each.operation, at: list.length })
    for (const one of invertAll(made) ?? []) list.push(one)
  }
  // What goes with its column or table is not left as it is.
  const kept = left.filter(({ what, at }) => !goes(what, list.slice(at))).map(({ ensured }) => ensured)
  return { operations: list, kept }
}

/** Whether these operations drop the table, or the column, that it is about. */
function goes(what: Ensure | Backfill, operations: readonly Operation[]): boolean {
  if (what.kind === 'ensureObject') return false
  let table = what.kind === 'ensureTable' ? what.table.name : what.table
  let column = 'column' in what ? (typeof what.column === 'string' ? what.column : what.column.name) : undefined
  for (const each of operations) {
    if (each.kind === 'renameTable' && each.from === table) table = each.to
    if (each.kind === 'renameColumn' && each.table === table && each.from === column) column = each.to
    if (each.kind === 'dropTable' && each.table.name === table) return true
    if (each.kind === 'dropColumn' && each.table === table && each.column.name === column) return true
  }
  return false
}
