// Structure made outside of revisions, from the models: all or nothing where the database can, else one by one.
import type { Operation } from '../operations/operation.ts'
import type { Schema } from '../schema/schema.ts'
import { withRetry } from './retry.ts'
import { send, sendAnyOf } from './send.ts'
import type { Session } from './session.ts'
import type { Item } from './step.ts'
import { transact } from './transaction.ts'

/** Carries out the operations, and `tail` in the transaction that ends it. Throws SendFailure. */
export async function construct(
  session: Session,
  operations: readonly Operation[],
  { before, tail = [] }: { before: Schema; tail?: readonly string[] },
): Promise<void> {
  const { dialect, connection } = session
  const statements = dialect.render(operations, { version: connection.version, before })
  const books = tail.map((sql) => ({ sql }))
  const transaction = { items: [], first: 0, head: [], tail: books, statements: [] }
  if (dialect.capabilities.transactionalDdl) {
    const items: Item[] = operations.length === 0 ? [] : [{ type: 'group', operation: 0, operations: [...operations] }]
    await withRetry(session, 'models', () => transact(session, { ...transaction, items, statements }))
    return
  }
  for (const { sql, otherwise = [] } of statements) {
    const ways = [sql, ...otherwise].map((way) => ({ sql: way }))
    await withRetry(session, 'models', () => sendAnyOf(ways, (way) => send(dialect, connection, [way])))
  }
  if (books.length > 0) await withRetry(session, 'models', () => transact(session, transaction))
}
