// Fills NULLs in batches along the primary key. Each batch is a transaction of its own that also notes how far it came:
// a run that was cut off goes on behind it, and no writer waits for more than one batch.
import type { Dialect } from '../dialects/dialect.ts'
import { GodwitError } from '../errors.ts'
import { fillCondition, fillText, pathOf } from '../operations/fill.ts'
import { BATCH, describe } from '../operations/index.ts'
import type { Table } from '../schema/schema.ts'
import { books, parts } from './alone.ts'
import type { Place } from './apart.ts'
import { type FillRecord, keyOf, readFill } from './ensured.ts'
import type { Ensured } from './events.ts'
import { inRevision } from './look.ts'
import { withRetry } from './retry.ts'
import type { Session } from './session.ts'
import type { Item, Step } from './step.ts'
import { transact } from './transaction.ts'

/** What tells rows apart: SQL expressions in order, and for each the text of its literal. */
interface Key {
  expressions: string[]
  literals: string[]
  by: string
}

/** Fills what is left. Throws SendFailure. Errors: REVISION_INVALID where table or column are missing. */
export async function fillApart(
  session: Session,
  step: Step,
  { backfill, operation }: Extract<Item, { type: 'backfill' }>,
  { head, tail, resumed, index }: Place,
): Promise<Ensured[]> {
  const { dialect, connection, ledger, emit, signal } = session
  const { revision } = step
  const { table, column } = backfill
  const key = keyFor(dialect, await tableFor())
  const known = resumed ? await readFill(dialect, connection, revision.id, backfill) : undefined
  const note = (record: FillRecord): string[] => ledger.filled(revision.id, operation, record)
  const begun = { hash: keyOf(backfill), done: 0, total: await count(), after: [], finished: false }
  let record: FillRecord = known === undefined ? begun : { ...known, total: known.done + begun.total }
  await books(session, revision.id, [...head, ...parts(...note(record))])
  for (let more = true; more; ) {
    signal?.throwIfAborted()
    const batch = await nextBatch(record.after)
    more = key !== undefined && batch.rows > 0
    if (batch.rows === 0) break
    const next: FillRecord = { ...record, done: record.done + batch.rows, after: batch.last }
    const items: Item[] = [{ type: 'statement', statement: { sql: batch.sql, operation, transactional: true } }]
    const transaction = { items, first: index, head: [], tail: parts(...note(next)), statements: [] }
    await withRetry(session, revision.id, () => transact(session, transaction))
    record = next
    emit({ type: 'backfill', revision: revision.id, table, column, done: next.done, total: next.total })
  }
  const left = await count()
  // Rows of a batch whose value came to NULL were looked at, and are not filled.
  const rows = Math.max(0, record.done - left)
  await books(session, revision.id, [...parts(...note({ ...record, finished: true })), ...tail])
  const by = key === undefined ? 'one statement: the table has no key' : key.by
  return [{ operation, outcome: 'filled', text: describe(backfill), rows, left, by }]

  async function tableFor(): Promise<Table> {
    const { tables } = await dialect.inspect(connection)
    const found = tables.find(({ name }) => name === table)
    if (found?.columns.some(({ name }) => name === column)) return found
    const what = found === undefined ? `table ${table}` : `column ${table}.${column}`
    throw inRevision(
      new GodwitError('REVISION_INVALID', `There is no ${what} to fill.`, {
        fix: 'Correct the operation, or put op.ensureTable or op.ensureColumn before it.',
      }),
      revision,
    )
  }

  async function count(): Promise<number> {
    const [row] = await connection.query<{ rows: number | string }>(
      `select count(*) as ${dialect.identifier('rows')} from ${pathOf(dialect.identifier, table)} where ${fillCondition(dialect.identifier, backfill)}`,
    )
    return Number(row?.rows ?? 0)
  }

  async function nextBatch(after: readonly string[]): Promise<{ sql: string; rows: number; last: string[] }> {
    const { identifier } = dialect
    if (key === undefined) return { sql: fillText(identifier, backfill), rows: begun.total, last: [] }
    const beyond = after.length === 0 ? undefined : compared(key.expressions, '>', after)
    const names = key.literals.map((_, at) => `k${at}`)
    const rows = await connection.query<Record<string, string>>(
      `select ${key.literals.map((literal, at) => `${literal} as k${at}`).join(', ')} from ${pathOf(identifier, table)} where ${fillCondition(identifier, backfill, beyond)} order by ${key.expressions.join(', ')} limit ${backfill.batch ?? BATCH}`,
    )
    const last = rows.at(-1)
    if (last === undefined) return { sql: '', rows: 0, last: [] }
    const bound = names.map((name) => String(last[name]))
    const range = [...(beyond === undefined ? [] : [beyond]), compared(key.expressions, '<=', bound)].join(' and ')
    return { sql: fillText(identifier, backfill, range), rows: rows.length, last: bound }
  }
}

/** The primary key; else what the engine itself tells rows apart by. */
function keyFor(dialect: Dialect, table: Table): Key | undefined {
  const names = table.constraints.find(({ type }) => type === 'primary key')?.columns ?? []
  if (names.length === 0) {
    const own = dialect.rowKey?.(table)
    return own === undefined
      ? undefined
      : { expressions: [own], literals: [dialect.literalOf(own, 'integer')], by: `batches along ${own}` }
  }
  const expressions = names.map(dialect.identifier)
  const typeOf = (name: string): string => table.columns.find((each) => each.name === name)?.type ?? ''
  return {
    expressions,
    literals: names.map((name) => dialect.literalOf(dialect.identifier(name), typeOf(name))),
    by: `batches along (${names.join(', ')})`,
  }
}

/** Rows before or behind a key of several columns, in words that every optimizer turns into a range. */
function compared(expressions: readonly string[], sign: '>' | '<=', bound: readonly string[]): string {
  const [first = '', ...rest] = expressions
  const [value = '', ...values] = bound
  if (rest.length === 0) return `${first} ${sign} ${value}`
  const strict = sign === '>' ? '>' : '<'
  return `(${first} ${strict}= ${value} and (${first} ${strict} ${value} or ${compared(rest, sign, values)}))`
}
