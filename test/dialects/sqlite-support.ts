// Short ways for the tests of this dialect.
import type { Connection } from '../../src/dialects/dialect.ts'
import { dialect } from '../../src/dialects/sqlite/index.ts'
import { diff } from '../../src/diff/index.ts'
import { describe as words } from '../../src/operations/index.ts'
import type { Operation } from '../../src/operations/operation.ts'
import type { Schema } from '../../src/schema/schema.ts'

export { dialect }
export const { traits } = dialect

/** A database in memory that closes itself. */
export const memory = (): Promise<Connection> => dialect.connect('sqlite::memory:')

/** The schema that this SQL makes. */
export async function schemaOf(sql: string): Promise<Schema> {
  await using connection = await memory()
  await connection.execute('pragma foreign_keys = off')
  for (const statement of await dialect.split(sql)) if (!statement.control) await connection.execute(statement.sql)
  return await dialect.inspect(connection)
}

/** Renders for this connection as the runner does. */
export async function rendered(connection: Connection, operations: readonly Operation[], version = connection.version) {
  const before = dialect.needsSchema(operations) ? { before: await dialect.inspect(connection) } : {}
  return dialect.render(operations, { version, ...before })
}

/** Carries operations out in one transaction, as the runner does; rolls back and throws when a statement fails. */
export async function carryOut(
  connection: Connection,
  operations: readonly Operation[],
  version?: string,
): Promise<void> {
  const statements = await rendered(connection, operations, version)
  const { before, begin, commit, rollback, after } = dialect.bracket(statements, { lockTimeout: 0 })
  for (const sql of [...before, ...begin]) await connection.execute(sql)
  try {
    for (const { sql } of statements) await connection.execute(sql)
    await connection.execute(commit)
  } catch (error) {
    await connection.execute(rollback)
    throw error
  } finally {
    for (const sql of after) await connection.execute(sql)
  }
}

/** Leads the database to the schema, and answers with what is left to do in words: nothing, if all is well. */
export async function migrate(connection: Connection, to: Schema, version?: string): Promise<string[]> {
  const operations = diff(await dialect.inspect(connection), to, { traits })
  await carryOut(connection, operations, version)
  return diff(await dialect.inspect(connection), to, { traits }).map(words)
}
