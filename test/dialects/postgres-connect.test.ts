// Connecting: URLs as libpq reads them, errors without secrets, and a session that is pinned without a round trip.
import { inspect as show } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Connection } from '../../src/dialects/dialect.ts'
import { dialect } from '../../src/dialects/postgres/index.ts'
import { sessionOf } from '../../src/dialects/postgres/session.ts'
import { locationOf, parseUrl, withDatabase } from '../../src/dialects/postgres/url.ts'
import { GodwitError } from '../../src/errors.ts'
import { postgresAnswers, type ScratchDatabase, scratchPostgres } from '../support/databases.ts'

const server = await postgresAnswers()
const none = {}

describe('URLs', () => {
  it('are read as libpq reads them', () => {
    expect(parseUrl('postgresql://me:p%40ss@db.example:5433/app?sslmode=verify-full&application_name=x', none)).toEqual(
      {
        hosts: [{ host: 'db.example', port: 5433 }],
        user: 'me',
        password: 'p@ss',
        database: 'app',
        ssl: { mode: 'verify-full' },
        applicationName: 'x',
      },
    )
    expect(parseUrl('postgres://a@h1:1,h2:2/d', none).hosts).toEqual([
      { host: 'h1', port: 1 },
      { host: 'h2', port: 2 },
    ])
    expect(parseUrl('postgres://a@[::1]:6000/d', none).hosts).toEqual([{ host: '::1', port: 6000 }])
    expect(parseUrl('postgres://a@%2Fvar%2Frun/d', none).hosts).toEqual([{ host: '/var/run', port: 5432 }])
    expect(parseUrl('postgres:///d?host=/tmp&user=u', none)).toMatchObject({ user: 'u', hosts: [{ host: '/tmp' }] })
  })

  it('take what is missing from the environment', () => {
    const environment = {
      PGHOST: 'e.example',
      PGPORT: '7',
      PGUSER: 'eu',
      PGPASSWORD: 'ep',
      PGDATABASE: 'ed',
      PGSSLMODE: 'require',
    }
    expect(parseUrl('postgres://', environment)).toEqual({
      hosts: [{ host: 'e.example', port: 7 }],
      user: 'eu',
      password: 'ep',
      database: 'ed',
      ssl: { mode: 'require' },
    })
    expect(parseUrl('postgres://u@h/d', environment)).toMatchObject({
      user: 'u',
      database: 'd',
      hosts: [{ host: 'h' }],
    })
  })

  it('may hold a password that nobody encoded', () => {
    expect(parseUrl('postgres://me:a/b?c#d@h:1/x', none)).toMatchObject({
      password: 'a/b?c#d',
      hosts: [{ host: 'h', port: 1 }],
      database: 'x',
    })
    expect(parseUrl('postgres://me:a@b@h/x', none)).toMatchObject({ password: 'a@b', hosts: [{ host: 'h' }] })
  })

  it('never show a password', () => {
    const target = parseUrl('postgres://me:s3cret@h/x?password=s3cret', none)
    expect(locationOf(target).display).toBe('postgresql://me@h/x')
    for (const url of [
      'postgres://me:s3cret%zz@h/x',
      'postgres://me:s3cret@h:port/x',
      'postgres://me:s3cret/h:5432:x/x',
      'postgres://me:s3cret@h/x?sslmode=s3cret',
      'http://me:s3cret@h/x',
    ]) {
      try {
        parseUrl(url, none)
      } catch (error) {
        expect(error).toBeInstanceOf(GodwitError)
        expect(show(error, { depth: 9, showHidden: true })).not.toContain('s3cret@')
        expect(JSON.stringify(error)).not.toContain('s3cret')
      }
    }
  })

  it('are turned to another database', () => {
    expect(withDatabase('postgres://me:p@h:1/x?sslmode=require&dbname=y', 'a b')).toBe(
      'postgresql://me:p@h:1/a%20b?sslmode=require',
    )
  })
})

describe('what an error means', () => {
  const { explain } = dialect
  it.each([
    ['3D000', 'database missing'],
    ['28P01', 'access denied'],
    ['42501', 'permission denied'],
    ['25006', 'read only'],
    ['55P03', 'lock timeout'],
    ['40P01', 'deadlock'],
    ['40001', 'deadlock'],
    ['42P01', 'table missing'],
    ['23505', 'duplicate key'],
    ['42P07', 'duplicate object'],
    ['42601', 'syntax'],
    ['53100', 'full'],
    ['57P01', 'connection lost'],
    ['57014', 'canceled'],
    ['ECONNREFUSED', 'connection refused'],
    ['ECONNRESET', 'connection lost'],
    ['ENOTFOUND', 'connection failed'],
    ['XX000', 'other'],
  ])('%s is "%s"', (code, kind) => {
    expect(explain(Object.assign(new Error('x'), { code })).kind).toBe(kind)
  })

  it('keeps rows apart, and places in units of JavaScript', () => {
    const duplicate = Object.assign(new Error('duplicate key value violates unique constraint "u"'), {
      code: '23505',
      detail: 'Key (email)=(alice@example.com) already exists.',
      constraint: 'u',
    })
    expect(explain(duplicate)).toMatchObject({ detail: duplicate.detail, data: { constraint: 'u' } })
    expect(explain(duplicate).message).not.toContain('alice')
    const value = Object.assign(new Error('invalid input syntax for type uuid: "alice"'), { code: '22P02' })
    expect(explain(value).message).toBe('invalid input syntax for type uuid: "…"')
    const sql = `select '😀', x`
    const missing = Object.assign(new Error('column "x" does not exist'), { code: '42703', position: '13' })
    expect(sql.slice(explain(missing, { sql }).offset)).toBe('x')
  })
})

describe.runIf(server)('a session on a server', () => {
  let database: ScratchDatabase
  let connection: Connection
  beforeAll(async () => {
    database = await scratchPostgres()
    connection = await dialect.connect(database.url)
  })
  afterAll(async () => {
    await connection.close()
    await database.drop()
  })

  it('says what a server without TLS said first', async () => {
    const url = new URL(database.url)
    url.username = 'nobody_of_this_name'
    const error: unknown = await dialect.connect(url.href).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(GodwitError)
    const { message, why } = error as GodwitError
    expect(`${message} ${why}`).toMatch(/nobody_of_this_name/)
    expect(`${message} ${why}`).not.toMatch(/SSL/)
  })

  it('knows version and process, and has its settings', async () => {
    expect(connection.version).toMatch(/^\d+/)
    const [row] = await connection.query(`select pg_backend_pid() as pid, current_setting('TimeZone') as zone,
      current_setting('application_name') as name, current_setting('check_function_bodies') as bodies,
      current_setting('statement_timeout') as timeout, current_setting('search_path') as path`)
    expect(row).toMatchObject({ zone: 'UTC', name: 'godwit', bodies: 'off', timeout: '0', path: '"$user", public' })
    expect(row?.pid).toBe(sessionOf(connection).processId)
  })

  it('answers a message of several statements with the rows of the last one that has any', async () => {
    expect(await connection.query('begin; select 1 as a; commit')).toEqual([{ a: 1 }])
    expect(await connection.query('select $1::int8 as a', [5])).toEqual([{ a: '5' }])
    expect(sessionOf(connection).inTransaction()).toBe(false)
  })

  it('may be opened for reading alone', async () => {
    await using reader = await dialect.connect(database.url, { readOnly: true })
    const error = await reader.execute('create table t (a int)').catch((reason: unknown) => reason)
    expect(dialect.explain(error).kind).toBe('read only')
  })

  it('is cancelled from outside, and survives it', async () => {
    const running = connection.query('select pg_sleep(60)').catch((reason: unknown) => reason)
    expect(dialect.explain(await Promise.race([running, cancelUntil(running)])).kind).toBe('canceled')
    expect(await connection.query('select 1 as a')).toEqual([{ a: 1 }])

    async function cancelUntil(done: Promise<unknown>): Promise<unknown> {
      let over = false
      void done.then(() => {
        over = true
      })
      while (!over) await connection.cancel?.()
      return done
    }
  })

  it('says why it could not be opened', async () => {
    const codeOf = (url: string) =>
      dialect.connect(url, { timeout: 3000 }).then(
        () => 'opened',
        (error: GodwitError) => error.code,
      )
    expect(await codeOf(withDatabase(database.url, 'godwit_test_not_there'))).toBe('DATABASE_MISSING')
    expect(await codeOf('postgres://u:p@127.0.0.1:1/x')).toBe('CONNECTION_REFUSED')
    expect(await codeOf('postgres://u:p@/x?host=/nowhere')).toBe('CONNECTION_REFUSED')
  })

  it('falls back to no TLS only where sslmode allows it', async () => {
    const [tls] = await connection.query<{ on: boolean }>(`select current_setting('ssl')::bool as on`)
    if (tls?.on) return
    await using opened = await dialect.connect(`${database.url}?sslmode=prefer`)
    expect(opened.version).toBe(connection.version)
    await expect(dialect.connect(`${database.url}?sslmode=require`)).rejects.toMatchObject({
      code: 'CONNECTION_FAILED',
    })
  })
})
