// Where the database is, and how the application reaches it: a pool on a server, the embedded one without.
import { PGlite } from '@electric-sql/pglite'
import { drizzle as drizzleServer } from 'drizzle-orm/node-postgres'
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import { drizzle as drizzleEmbedded } from 'drizzle-orm/pglite'
import { holdDatabase } from 'godwit'
import pg from 'pg'

/** The same as in godwit.config.ts. */
export const databaseUrl = (): string => process.env.DATABASE_URL ?? 'pglite:./data'

export interface Database {
  db: PgDatabase<PgQueryResultHKT>
  close(): Promise<void>
}

/** Opens it. `max` is the size of the pool: a function that serves one request at a time needs one connection. */
export async function openDatabase({ max = 10 } = {}): Promise<Database> {
  const url = databaseUrl()
  if (url.startsWith('pglite:')) {
    // The embedded engine does not notice a second one at its folder: Godwit's commands are kept out while it is open.
    const release = await holdDatabase(url)
    const client = await PGlite.create(url.slice('pglite:'.length))
    return { db: drizzleEmbedded(client), close: () => client.close().finally(release) }
  }
  const pool = new pg.Pool({ connectionString: url, max, connectionTimeoutMillis: 5_000, application_name: 'toolkit' })
  return { db: drizzleServer(pool), close: () => pool.end() }
}
