// The servers that tests may use. They are asked once, before all tests; what is left out without them is said before the
// tests, and again behind them.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import mysql from 'mysql2/promise'
import pg from 'pg'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Which servers answer. */
    servers: { postgres: boolean; mysql: boolean }
  }
}

/** Where PostgreSQL is looked for. The word `none` says that there is none. */
export const POSTGRES = process.env.GODWIT_TEST_POSTGRES_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres'
/** Where MySQL or MariaDB is looked for. */
export const MYSQL = process.env.GODWIT_TEST_MYSQL_URL ?? 'mysql://root@127.0.0.1:3306'

/** A folder beside the checkout that only some have, with schemas and cases that others wrote (test/support/shared.ts). */
export const SHARED = resolve(import.meta.dirname, '../../../shared')

/** Works on the PostgreSQL server, in its first database. */
export async function withPostgres<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: POSTGRES, connectionTimeoutMillis: 3000 })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Works on the MySQL or MariaDB server, in no database. */
export async function withMysql<Result>(work: (client: mysql.Connection) => Promise<Result>): Promise<Result> {
  const url = new URL(MYSQL)
  const client = await mysql.createConnection({
    host: url.hostname,
    port: Number(url.port || 3306),
    user: decodeURIComponent(url.username || 'root'),
    password: decodeURIComponent(url.password),
    connectTimeout: 3000,
  })
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Undefined: it answers. Otherwise why it does not. In CI a server has to answer, unless `none` says that there is none. */
async function absence(name: string, variable: string, url: string, ask: () => Promise<unknown>) {
  if (url === 'none') return `${name} (${variable}=none)`
  try {
    await ask()
    return undefined
  } catch (error) {
    const why = error instanceof Error ? error.message || String('code' in error && error.code) : String(error)
    const text = `${name} (${new URL(url).host} does not answer: ${why}; ${variable} names another, or none)`
    if (process.env.CI) throw new Error(`In CI a server has to answer: ${text}`, { cause: error })
    return text
  }
}

/** Runs before all tests; what it gives back runs after them. */
export default async function setup({ provide }: TestProject) {
  const postgres = await absence('PostgreSQL', 'GODWIT_TEST_POSTGRES_URL', POSTGRES, () =>
    withPostgres((client) => client.query('select 1')),
  )
  const maria = await absence('MySQL or MariaDB', 'GODWIT_TEST_MYSQL_URL', MYSQL, () =>
    withMysql((client) => client.query('select 1')),
  )
  provide('servers', { postgres: postgres === undefined, mysql: maria === undefined })
  const shared = existsSync(SHARED) ? undefined : 'the schemas and cases of others (../shared is not here)'
  const say = (): void => {
    for (const text of [postgres, maria, shared]) if (text !== undefined) console.warn(`skipped: what needs ${text}`)
  }
  say()
  return say
}
