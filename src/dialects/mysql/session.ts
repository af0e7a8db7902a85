// What our own code may ask of a session beyond the shared interface: several results of one message.
import type { Connection } from '../dialect.ts'

export type Row = Record<string, unknown>

/** A session of this dialect. */
export interface Session {
  /** The rows of every statement of one message, in order; statements without rows give an empty list. */
  many(sql: string): Promise<Row[][]>
  /** The rows of one query as they arrive, every value as the bytes the server sent. */
  stream(sql: string): AsyncIterable<(Buffer | null)[]>
  /** Number of the session on the server. */
  threadId: number
  /** Opens a second session like this one. */
  another(): Promise<Connection>
}

// A symbol property, so that a wrapper made by spreading a connection keeps it.
const SESSION = Symbol('session')

/** Attaches the inside to a connection. */
export function withSession(connection: Connection, session: Session): Connection {
  Object.defineProperty(connection, SESSION, { value: session, enumerable: true })
  return connection
}

/** The inside of a connection; absent where somebody has wrapped it. */
export function sessionOf(connection: Connection): Session | undefined {
  const session: unknown = Reflect.get(connection, SESSION)
  return isSession(session) ? session : undefined
}

const isSession = (value: unknown): value is Session => typeof value === 'object' && value !== null && 'many' in value

/** Several queries: one message where the connection is ours, one after the other where somebody has wrapped it. */
export async function queryMany(connection: Connection, statements: readonly string[]): Promise<Row[][]> {
  const session = sessionOf(connection)
  if (session !== undefined) return statements.length === 0 ? [] : session.many(statements.join(';\n'))
  const results: Row[][] = []
  for (const statement of statements) results.push(await connection.query<Row>(statement))
  return results
}

/** A cell as text; NULL is undefined. */
export const text = (row: Row | undefined, column: string): string | undefined => {
  const value = row?.[column]
  if (value === null || value === undefined) return undefined
  return Buffer.isBuffer(value) ? value.toString('utf8') : String(value)
}
