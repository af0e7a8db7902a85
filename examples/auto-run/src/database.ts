// How the application reaches its database: a pool on a server, the embedded engine without one.
import { PGlite } from '@electric-sql/pglite'
import { drizzle as drizzleServer } from 'drizzle-orm/node-postgres'
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import { drizzle as drizzleEmbedded } from 'drizzle-orm/pglite'
import { holdDatabase } from 'godwit'
import pg from 'pg'
import * as models from './models.ts'

/** The same as in godwit.config.ts. */
export const databaseUrl = (): string => process.env.DATABASE_URL || 'pglite:./data'

export interface Database {
  /** Queries, typed by the models. */
  db: PgDatabase<PgQueryResultHKT, typeof models>
  close(): Promise<void>
}

/** Opens it. The pool gives up waiting rather than hanging. */
export async function openDatabase(url = databaseUrl()): Promise<Database> {
  if (url.startsWith('pglite:')) {
    // The embedded engine does not notice a second one at its folder: Godwit's commands are kept out while it is open.
    const release = await holdDatabase(url)
    const client = await PGlite.create(url.slice('pglite:'.length))
    return { db: drizzleEmbedded(client, { schema: models }), close: () => client.close().finally(release) }
  }
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    application_name: 'helpdesk',
  })
  // A connection that breaks while idle is replaced by the pool; unheard, it would end the process.
  pool.on('error', ({ message }) => console.error(`a database connection was lost: ${message}`))
  return { db: drizzleServer(pool, { schema: models }), close: () => pool.end() }
}
