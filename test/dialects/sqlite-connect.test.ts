import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { satisfies } from '../../src/dialects/sqlite/engines.ts'
import { parseUrl } from '../../src/dialects/sqlite/url.ts'
import { isGodwitError } from '../../src/errors.ts'
import { scratchFolder, scratchSqlite } from '../support/databases.ts'
import { dialect, memory } from './sqlite-support.ts'

async function folder() {
  const scratch = await scratchFolder()
  onTestFinished(() => scratch.drop())
  return scratch.path
}

const failure = async (work: Promise<unknown>) => {
  const error = await work.catch((caught: unknown) => caught)
  if (!isGodwitError(error)) throw error
  return error
}

describe('URLs', () => {
  const here = process.cwd()
  test.for([
    ['sqlite::memory:', { memory: true, file: ':memory:' }],
    ['sqlite://:memory:', { memory: true }],
    ['file::memory:', { memory: true }],
    ['file:x?mode=memory', { memory: true }],
    ['sqlite:dev.db', { file: join(here, 'dev.db'), display: 'sqlite:dev.db' }],
    ['sqlite:./a/dev.db', { file: join(here, 'a/dev.db') }],
    ['sqlite:/tmp/dev.db', { file: '/tmp/dev.db' }],
    ['sqlite:///tmp/dev.db', { file: '/tmp/dev.db' }],
    ['sqlite://dev.db', { file: join(here, 'dev.db') }],
    ['file:./dev.db', { file: join(here, 'dev.db') }],
    ['file:///tmp/with%20blank.db', { file: '/tmp/with blank.db' }],
    ['sqlite:/tmp/100%.db', { file: '/tmp/100%.db' }],
    ['file:/tmp/dev.db?mode=ro&cache=shared', { file: '/tmp/dev.db', readOnly: true, display: 'file:/tmp/dev.db' }],
    ['SQLITE:/tmp/what?.db', { file: '/tmp/what?.db' }],
  ] as const)('%s', ([url, expected]) => {
    expect(parseUrl(url)).toMatchObject(expected)
  })
  test.for(['sqlite:', 'sqlite://', 'postgres://x', 'file:\0'])('%j is not valid', (url) => {
    expect(() => parseUrl(url)).toThrow(expect.objectContaining({ code: 'URL_INVALID' }))
  })
})

test('engine ranges', () => {
  const yes: [string, string | undefined][] = [
    ['20.20.2', '>=20'],
    ['20.20.2', '20.x || 22.x || 23.x'],
    ['22.5.1', '>= 22.5'],
    ['24.1.0', '^24.0.0'],
    ['20.20.2', undefined],
    ['20.20.2', '*'],
    ['20.20.2', '>=18.12.0 <21'],
  ]
  const no: [string, string][] = [
    ['20.20.2', '>=22'],
    ['20.20.2', '>= 22.12.0'],
    ['20.20.2', '22.x || 24.x'],
    ['22.4.0', '>=22.5'],
    ['20.20.2', '^22.0.0'],
  ]
  for (const [version, range] of yes) expect(satisfies(version, range), range).toBe(true)
  for (const [version, range] of no) expect(satisfies(version, range), range).toBe(false)
})

describe('opening', () => {
  test('a missing file is not made up', async () => {
    const path = join(await folder(), 'missing.db')
    expect(await failure(dialect.connect(`sqlite:${path}`))).toMatchObject({ code: 'DATABASE_MISSING' })
  })
  test('`create` makes the file and its folders', async () => {
    const path = join(await folder(), 'a/b/new.db')
    await using connection = await dialect.connect(`sqlite:${path}`, { create: true })
    await connection.execute('create table t (a)')
    expect(connection.location).toEqual({ display: `sqlite:${path}`, database: path })
    expect(connection.version).toMatch(/^3\.\d+\.\d+/)
  })
  test('a folder, and a file that is something else', async () => {
    const path = await folder()
    await mkdir(join(path, 'sub'))
    await writeFile(
      join(path, 'text.db'),
      'this is no database, only text that is long enough to be taken for one'.repeat(20),
    )
    expect(await failure(dialect.connect(`sqlite:${join(path, 'sub')}`))).toMatchObject({ code: 'CONNECTION_FAILED' })
    const error = await failure(dialect.connect(`sqlite:${join(path, 'text.db')}`))
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', message: expect.stringContaining('not a database') })
  })
  test('a file that somebody holds exclusively is in use', async () => {
    const { url, drop } = await scratchSqlite()
    onTestFinished(drop)
    await using holder = await dialect.connect(url, { create: true })
    await holder.execute('create table t (a); begin exclusive')
    expect(await failure(dialect.connect(url, { timeout: 50 }))).toMatchObject({ code: 'DATABASE_IN_USE' })
    await holder.execute('rollback')
  })
  test('read only is read only', async () => {
    const { url, drop } = await scratchSqlite()
    onTestFinished(drop)
    await using writer = await dialect.connect(url, { create: true })
    await writer.execute('create table t (a)')
    await using reader = await dialect.connect(url, { readOnly: true })
    expect(await reader.query('select * from t')).toEqual([])
    const error = await reader.execute('insert into t values (1)').catch((caught: unknown) => caught)
    expect(dialect.explain(error).kind).toBe('read only')
  })
})

describe('sessions', () => {
  test('rows are plain, numbers exact, names hostile', async () => {
    await using connection = await memory()
    const [row] = await connection.query('select 1 as a, 9007199254740993 as b, null as c, ? as "__proto__", ? as d', [
      'x',
      2.5,
    ])
    expect(Object.entries(row ?? {})).toEqual([
      ['a', 1],
      ['b', 9007199254740993n],
      ['c', null],
      ['__proto__', 'x'],
      ['d', 2.5],
    ])
    expect(await connection.query('create table t (a)')).toEqual([])
    expect(await connection.query('insert into t values (1) returning a')).toEqual([{ a: 1 }])
  })
  test('foreign keys are on', async () => {
    await using connection = await memory()
    expect(await connection.query('pragma foreign_keys')).toEqual([{ foreign_keys: 1 }])
  })
  test('a rollback that the engine has done already is fine', async () => {
    await using connection = await memory()
    await connection.execute('rollback')
    await expect(connection.execute('commit')).rejects.toThrow()
  })
})

describe('errors', () => {
  const explained = async (sql: string, before = '') => {
    await using connection = await memory()
    await connection.execute(before)
    const error = await connection.execute(sql).catch((caught: unknown) => caught)
    return dialect.explain(error, { sql })
  }
  const unique = 'create table t (a unique); insert into t values (1)'
  test.for([
    ['insert into t values (1)', unique, { kind: 'duplicate key', state: 'SQLITE_CONSTRAINT' }],
    ['select * from gone', '', { kind: 'table missing', offset: 14 }],
    ['create table t (a)', 'create table t (a)', { kind: 'duplicate object' }],
    ['creat table t (a)', '', { kind: 'syntax', offset: 0 }],
    ['select 1; select frm from; select 2', '', { kind: 'syntax', offset: 25 }],
    ['create table t (a from b) -- from', '', { kind: 'syntax', offset: 18 }],
    ['select (1', '', { kind: 'syntax', offset: 9 }],
    [
      'insert into t values (null)',
      'create table t (a not null)',
      { kind: 'other', hint: expect.stringContaining('fill') },
    ],
  ] as const)('%s', async ([sql, before, expected]) => {
    expect(await explained(sql, before)).toMatchObject(expected)
  })
  test('a full disk', async () => {
    const said = await explained(
      'begin; insert into t select zeroblob(9999) from (values (1), (2), (3), (4), (5))',
      'create table t (a); pragma max_page_count = 3',
    )
    expect(said.kind).toBe('full')
  })
  test('a locked database', async () => {
    const { url, drop } = await scratchSqlite()
    onTestFinished(drop)
    await using one = await dialect.connect(url, { create: true })
    await using two = await dialect.connect(url, { timeout: 20 })
    await one.execute('begin immediate')
    const error = await two.execute('begin immediate').catch((caught: unknown) => caught)
    expect(dialect.explain(error)).toMatchObject({ kind: 'lock timeout', state: 'SQLITE_BUSY' })
    await one.execute('rollback')
  })
  test('better-sqlite3 says it in its own way', () => {
    const error = Object.assign(new Error('UNIQUE constraint failed: t.a'), { code: 'SQLITE_CONSTRAINT_UNIQUE' })
    expect(dialect.explain(error)).toMatchObject({ kind: 'duplicate key', state: 'SQLITE_CONSTRAINT' })
    const busy = Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY_SNAPSHOT' })
    expect(dialect.explain(busy)).toMatchObject({ kind: 'lock timeout', state: 'SQLITE_BUSY' })
  })
})

test('our tables, the clock, values and names', async () => {
  await using connection = await memory()
  const sql = dialect.bookkeeping({
    name: 'godwit_journal',
    columns: [
      { name: 'id', type: 'integer', primaryKey: true, autoIncrement: true },
      { name: 'order', type: 'text', notNull: true },
    ],
  })
  await connection.execute(sql)
  await connection.execute(sql)
  const strange = "it's \0 \\ 🐦 \n"
  const [row] = await connection.query(
    `select ${dialect.now} as now, hex(${dialect.literal(strange)}) as text, ${dialect.literal(-1.5)} as number, ${dialect.literal(true)} as yes, ${dialect.literal(null)} as none`,
  )
  expect(row).toMatchObject({
    text: Buffer.from(strange).toString('hex').toUpperCase(),
    number: -1.5,
    yes: 1,
    none: null,
  })
  expect(String(row?.now)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  expect(dialect.identifier('a"b')).toBe('"a""b"')
  expect(() => dialect.identifier('a\0b')).toThrow(expect.objectContaining({ code: 'SQL_UNSUPPORTED' }))
})
