// Where the database is, and how the application reaches it: a pool on a server, the embedded one without.
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
  /** Runs a script of several statements. */
  script(sql: string): Promise<void>
  close(): Promise<void>
}

/** Opens the database. The pool gives up waiting rather than hanging, and retires old connections. */
export async function openDatabase(url = databaseUrl()): Promise<Database> {
  if (url.startsWith('pglite:')) {
    // The embedded engine does not notice a second one at its folder: Godwit's commands are kept out while it is open.
    const release = await holdDatabase(url)
    const client = await PGlite.create(url.slice('pglite:'.length))
    return {
      db: drizzleEmbedded(client, { schema: models }),
      script: async (sql) => void (await client.exec(sql)),
      close: () => client.close().finally(release),
    }
  }
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    maxLifetimeSeconds: 1_800,
    application_name: 'hrms',
  })
  return {
    db: drizzleServer(pool, { schema: models }),
    script: async (sql) => void (await pool.query(sql)),
    close: () => pool.end(),
  }
}
