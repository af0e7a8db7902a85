// Scratch databases for tests: random names, always dropped. Servers come from the environment or from loopback.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mysql from 'mysql2/promise'
import pg from 'pg'

export interface ScratchDatabase {
  url: string
  drop(): Promise<void>
}

const POSTGRES = process.env.GODWIT_TEST_POSTGRES_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres'
/** The server's URL. */
export const postgresServer = POSTGRES

export const randomName = (): string => `godwit_test_${randomBytes(6).toString('hex')}`

async function withPostgres<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: POSTGRES, connectionTimeoutMillis: 3000 })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Whether a PostgreSQL server answers. In CI it has to: then an unreachable server is an error, not false. */
export async function postgresAnswers(): Promise<boolean> {
  try {
    await withPostgres((client) => client.query('select 1'))
    return true
  } catch (error) {
    if (process.env.CI) throw error
    console.warn(`skipped: no PostgreSQL server answers (set GODWIT_TEST_POSTGRES_URL): ${(error as Error).message}`)
    return false
  }
}

/** A new, empty database on the PostgreSQL server. */
export async function scratchPostgres(): Promise<ScratchDatabase> {
  const name = randomName()
  await withPostgres((client) =>
    client
      .query(`create database ${name} template template0 strategy file_copy`)
      .catch(() => client.query(`create database ${name} template template0`)),
  )
  const url = new URL(POSTGRES)
  url.pathname = `/${name}`
  return {
    url: url.href,
    drop: () =>
      withPostgres(async (client) => void (await client.query(`drop database if exists ${name} with (force)`))),
  }
}

/** A new folder, removed with everything in it by `drop`. */
export async function scratchFolder(): Promise<{ path: string; drop(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'godwit-test-'))
  return { path, drop: () => rm(path, { recursive: true, force: true }) }
}

/** The URL of an SQLite file that does not exist yet. */
export async function scratchSqlite(): Promise<ScratchDatabase> {
  const folder = await scratchFolder()
  return { url: `sqlite:${join(folder.path, 'scratch.db')}`, drop: folder.drop }
}

/** The URL of an embedded PostgreSQL folder that does not exist yet. */
export async function scratchPglite(): Promise<ScratchDatabase> {
  const folder = await scratchFolder()
  return { url: `pglite:${join(folder.path, 'data')}`, drop: folder.drop }
}

const MYSQL = process.env.GODWIT_TEST_MYSQL_URL ?? 'mysql://root@127.0.0.1:3306'

/** The server's URL, without a database. */
export const mysqlServer = MYSQL

async function withMysql<Result>(work: (client: mysql.Connection) => Promise<Result>): Promise<Result> {
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

/** Whether a MySQL or MariaDB server answers. In CI it has to: then an unreachable server is an error, not false. */
export async function mysqlAnswers(): Promise<boolean> {
  try {
    await withMysql((client) => client.query('select 1'))
    return true
  } catch (error) {
    if (process.env.CI) throw error
    console.warn(`skipped: no MySQL or MariaDB server answers (set GODWIT_TEST_MYSQL_URL): ${(error as Error).message}`)
    return false
  }
}

/** A new, empty database on the MySQL or MariaDB server. */
export async function scratchMysql(): Promise<ScratchDatabase> {
  const name = randomName()
  await withMysql((client) => client.query(`create database ${name}`))
  const url = new URL(MYSQL)
  url.pathname = `/${name}`
  return {
    url: url.href,
    drop: () => withMysql(async (client) => void (await client.query(`drop database if exists ${name}`))),
  }
}
