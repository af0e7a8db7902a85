// Scratch databases for tests: random names, always dropped. Servers come from the environment or from loopback (servers.ts).
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, inject } from 'vitest'
import { MYSQL, POSTGRES, withMysql, withPostgres } from './servers.ts'

export interface ScratchDatabase {
  url: string
  drop(): Promise<void>
}

/** The server's URL. */
export const postgresServer = POSTGRES

export const randomName = (): string => `godwit_test_${randomBytes(6).toString('hex')}`

/** Whether a PostgreSQL server answers. */
export const postgresAnswers = async (): Promise<boolean> => inject('servers').postgres

/** Whether a MySQL or MariaDB server answers. */
export const mysqlAnswers = async (): Promise<boolean> => inject('servers').mysql

/** Whether the server's own programs for backups are there; the other engines need none. */
export const hasPrograms = (name: string): boolean =>
  name === 'postgres' || name === 'mysql' ? inject('programs')[name] : true

/**
 * As `describe.each`, for databases that may not be there: where `answers` is false the tests are skipped, and counted as
 * such. A list that only holds what answers would leave them out in silence.
 */
export function describeEach<Each extends { name: string; answers?: boolean }>(all: readonly Each[]) {
  return (title: string, body: (each: Each) => void): void => {
    for (const each of all) describe.runIf(each.answers ?? true)(title.replace('$name', each.name), () => body(each))
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

/** The server's URL, without a database. */
export const mysqlServer = MYSQL

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
