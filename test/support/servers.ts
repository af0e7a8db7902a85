// The servers that tests may use. They are asked once, before all tests; what is left out without them is said before the
// tests, and again behind them.
import { existsSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import mysql from 'mysql2/promise'
import pg from 'pg'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Which servers answer. */
    servers: { postgres: boolean; mysql: boolean }
    /** Which of them have their own programs for backups on the PATH of the tests. */
    programs: { postgres: boolean; mysql: boolean }
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

/** What is known of one server: its version, or why nothing can be run on it. */
interface Asked {
  version?: string
  absent?: string
}

/** What the PATH lacks: each line is one program under its names. */
const lacking = (programs: readonly (readonly string[])[]): string[] =>
  programs
    .filter((names) => {
      const folders = (process.env.PATH ?? '').split(delimiter)
      return !names.some((name) => folders.some((folder) => existsSync(join(folder, name))))
    })
    .map((names) => names.join(' or '))

/** In CI a server has to answer, unless `none` says that there is none. */
async function ask(name: string, variable: string, url: string, version: () => Promise<string>): Promise<Asked> {
  if (url === 'none') return { absent: `${name} (${variable}=none)` }
  try {
    return { version: await version() }
  } catch (error) {
    const why = error instanceof Error ? error.message || String('code' in error && error.code) : String(error)
    const absent = `${name} (${why}; ${variable} names another server, or none)`
    if (process.env.CI) throw new Error(`In CI a server has to answer: ${absent}`, { cause: error })
    return { absent }
  }
}

/** Runs before all tests; what it gives back runs after them. */
export default async function setup({ provide }: TestProject) {
  const postgres = await ask('PostgreSQL', 'GODWIT_TEST_POSTGRES_URL', POSTGRES, () =>
    withPostgres(async (client) => (await client.query('select version()')).rows[0].version),
  )
  const maria = await ask('MySQL or MariaDB', 'GODWIT_TEST_MYSQL_URL', MYSQL, () =>
    withMysql(async (client) => {
      const [[row]] = await client.query<mysql.RowDataPacket[]>('select version() as version')
      return `MySQL or MariaDB ${row?.version}`
    }),
  )
  provide('servers', { postgres: postgres.absent === undefined, mysql: maria.absent === undefined })
  const programs = {
    postgres: postgres.absent === undefined ? lacking([['pg_dump'], ['psql']]) : [],
    mysql:
      maria.absent === undefined
        ? lacking([
            ['mariadb-dump', 'mysqldump'],
            ['mariadb', 'mysql'],
          ])
        : [],
  }
  provide('programs', { postgres: programs.postgres.length === 0, mysql: programs.mysql.length === 0 })
  const bare = [...programs.postgres, ...programs.mysql]
  if (process.env.CI && bare.length > 0)
    throw new Error(`In CI the servers' programs have to be there: ${bare.join(', ')}`)
  const used = [`Node ${process.version}`, postgres.version, maria.version].filter((each) => each !== undefined)
  console.info(used.join('\n'))
  const shared = existsSync(SHARED) ? {} : { absent: '../shared, the schemas and cases of others (it is not here)' }
  const say = (): void => {
    const missing = [...bare, ...lacking([['pgbouncer']])].map((absent) => ({
      absent: `${absent} (it is not on the PATH)`,
    }))
    for (const { absent } of [postgres, maria, ...missing, shared])
      if (absent !== undefined) console.warn(`skipped: what needs ${absent}`)
  }
  say()
  return say
}
