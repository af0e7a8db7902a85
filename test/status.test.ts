// `status` writes nothing: it runs as a role that may only read. `--watch` is one session, and ends on Ctrl-C without a failure.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, expect, test } from 'vitest'
import { createUi } from '../src/cli/text/ui.ts'
import { screenOn } from '../src/cli/watch.ts'
import { godwit } from '../src/commands/library.ts'
import type { StatusReport } from '../src/commands/status.ts'
import { dialectOf } from '../src/dialects/index.ts'
import { lockKey } from '../src/runner/locked.ts'
import { built } from './support/built.ts'
import { type Project, project, sqlRevision } from './support/cli.ts'
import {
  describeEach,
  mysqlAnswers,
  postgresAnswers,
  scratchMysql,
  scratchPostgres,
  scratchSqlite,
} from './support/databases.ts'
import { asStranger } from './support/strangers.ts'

const open: { drop(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.drop()
})

const second = sqlRevision('b1', ['a1'], 'create table posts (id integer primary key);', 'drop table posts;')
const make = async (): Promise<Project> => {
  const made = await project({
    'godwit.config.json': '{}',
    'migrations/1.sql': sqlRevision(
      'a1',
      [],
      'create table users (id integer primary key);\ninsert into users (id) values (1), (2);',
      'drop table users;',
    ),
  })
  open.push(made)
  return made
}

const servers = [
  { name: 'postgres', scratch: scratchPostgres, answers: await postgresAnswers() },
  { name: 'mysql', scratch: scratchMysql, answers: await mysqlAnswers() },
]

describeEach(servers)('on $name, as a role that may only read', ({ name, scratch }) => {
  test('everything is shown, and nothing can have been written', async () => {
    const [{ cli, path, write }, database] = [await make(), await scratch()]
    open.push(database)
    expect((await cli(['upgrade', '--url', database.url])).code).toBe(0)
    write('migrations/2.sql', second)
    await asStranger(database.url, { read: true }, async (url) => {
      const dialect = await dialectOf(url)
      await using stranger = await dialect.connect(url)
      await expect(stranger.execute('create table x (id integer)')).rejects.toThrow()
      await expect(stranger.execute("insert into godwit_meta values ('x', 'y')")).rejects.toThrow()
      const { code, stdout } = await cli(['status', '--json', '--url', url])
      expect(code).toBe(0)
      expect(JSON.parse(stdout)).toMatchObject({
        current: [{ revision: 'a1' }],
        heads: [{ revision: 'b1' }],
        pending: [{ revision: 'b1', message: 'b1' }],
        history: [{ revision: 'a1', message: 'a1', appliedBy: expect.any(String) }],
        tables: [{ name: 'users', columns: 1, rows: 2 }],
      })
      await watched(path, url, async (next) => {
        expect(await next()).toMatchObject({ applied: 1, pending: [{ revision: 'b1' }] })
        await using admin = await dialect.connect(database.url)
        const role = new URL(url).username
        const sessions =
          name === 'postgres'
            ? `select 1 from pg_stat_activity where usename = '${role}'`
            : `select 1 from information_schema.processlist where user = '${role}'`
        // One of them is our own, from above.
        expect(await admin.query(sessions)).toHaveLength(2)
        expect((await cli(['upgrade', '--url', database.url])).code).toBe(0)
        // The lock may be seen on the way.
        let last = await next()
        while (last.applied < 2) last = await next()
        expect(last).toMatchObject({ applied: 2, pending: [] })
      })
    })
  })
})

/** Watches with the real program while the work runs; Ctrl-C has to end it with 0. */
async function watched(
  cwd: string,
  url: string,
  work: (next: () => Promise<StatusReport>) => Promise<void>,
): Promise<void> {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(
    process.execPath,
    [await built(), 'status', '--watch', '--json', '--interval', '1', '--url', url],
    {
      cwd,
      env: { PATH, HOME },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<StatusReport> => JSON.parse(String((await lines.next()).value)) as StatusReport
  try {
    await work(next)
  } finally {
    child.kill('SIGINT')
  }
  expect(await ended).toBe(0)
}

test('a file that is opened for reading is the same afterwards', async () => {
  const [{ cli }, database] = [await make(), await scratchSqlite()]
  open.push(database)
  expect((await cli(['upgrade', '--url', database.url])).code).toBe(0)
  const file = database.url.slice('sqlite:'.length)
  const look = () => [createHash('sha256').update(readFileSync(file)).digest('hex'), readdirSync(dirname(file))]
  const before = look()
  const { code, stdout } = await cli(['status', '--json', '--url', `${database.url}?mode=ro`])
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ tables: [{ name: 'users', rows: 2 }], history: [{ revision: 'a1' }] })
  expect(look()).toEqual(before)
})

test('a revision that was interrupted is said by every command, with what finishes it', async () => {
  const [{ cli, write }, database] = [await make(), await scratchSqlite()]
  open.push(database)
  const on = ['--url', database.url]
  expect((await cli(['upgrade', ...on])).code).toBe(0)
  await using connection = await (await dialectOf(database.url)).connect(database.url)
  // In the way here, and nowhere else.
  await connection.execute('insert into users values (9)')
  const text =
    'create table posts (id integer);\nvacuum;\ncreate table tags (id integer);\ninsert into users values (9);'
  write('migrations/2.sql', sqlRevision('b1', ['a1'], text, 'drop table tags;\ndrop table posts;'))
  expect((await cli(['upgrade', ...on])).stderr).toContain('Its first 2 of 4 statements have happened and stay')
  const incomplete = [{ revision: 'b1', state: 'upgrading', done: 2, inDoubt: false }]
  const codes = { status: 3, check: 3, plan: 3, current: 0 }
  for (const [verb, code] of Object.entries(codes)) {
    const exit = verb === 'status' || verb === 'plan' ? ['--exit-code'] : []
    const said = await cli([verb, ...exit, ...on])
    expect(said.stdout, said.stderr).toMatch(
      /✗ b1 was stopped while upgrading, after 2 statements\n *→ `godwit upgrade` finishes it; `godwit downgrade` says/,
    )
    expect(said.stdout).not.toMatch(/✓ (Up to date|Nothing|all revisions)|the latest\n|0 revisions|by hand/)
    const told = await cli([verb, ...exit, '--json', ...on])
    expect(JSON.parse(told.stdout)).toMatchObject({ incomplete })
    expect([verb, said.code, told.code]).toEqual([verb, code, code])
  }
  await connection.execute('delete from users where id = 9')
  const finished = await cli(['upgrade', ...on])
  expect(finished.stdout).toMatch(
    /^✓ b1 +b1 .*\nFinished 1 revision that had been interrupted in .*; the database is at b1\.\n$/,
  )
  expect((await cli(['status', ...on])).stdout).toContain('✓ Up to date.')
})

test.runIf(await postgresAnswers())('large tables are estimated, and marked', async () => {
  const database = await scratchPostgres()
  open.push(database)
  await using connection = await (await dialectOf(database.url)).connect(database.url)
  await connection.execute('create table large as select generate_series(1, 100500) as id')
  await using migrations = await godwit({ config: { url: database.url, revisions: (await make()).path } })
  const [unknown] = (await migrations.status()).tables
  expect(unknown).toMatchObject({ name: 'large', rows: 100_000, atLeast: true })
  await connection.execute('analyze large')
  const [known] = (await migrations.status()).tables
  expect(known).toMatchObject({ name: 'large', rows: 100_500, estimated: true })
})

describeEach([...servers, { name: 'sqlite', scratch: scratchSqlite }])('on $name', ({ scratch }) => {
  test('the holder of the lock is named, for as long as it is held', async () => {
    const database = await scratch()
    open.push(database)
    const dialect = await dialectOf(database.url)
    await using runner = await dialect.connect(database.url, { create: true })
    await using migrations = await godwit({ config: { url: database.url, revisions: (await make()).path } })
    const lock = await dialect.lock(runner, { key: lockKey(runner), wait: 0 })
    expect((await migrations.status({ tables: false })).lock).toMatchObject({ pid: expect.any(Number) })
    await lock.release()
    expect((await migrations.status({ tables: false })).lock).toBeUndefined()
  })
})

test('on a screen it is redrawn; elsewhere a line is a change', () => {
  const report: StatusReport = {
    database: 'sqlite:app.db',
    dialect: 'sqlite',
    version: '3',
    initialised: true,
    current: [{ revision: 'a1', message: 'first' }],
    heads: [{ revision: 'b1', message: 'second' }],
    applied: 1,
    pending: [{ revision: 'b1', message: 'second' }],
    history: [],
    edited: [],
    missing: [],
    incomplete: [],
    tables: [{ name: 'large', columns: 1, rows: 100_500, estimated: true }],
  }
  const written = (isTTY: boolean): string => {
    let output = ''
    const stream = {
      isTTY,
      write: (text: string | Uint8Array) => {
        output += String(text)
        return true
      },
    }
    const ui = () => createUi(false, new Date('2026-11-21T12:00:00Z'))
    const screen = screenOn(stream, { json: false, quiet: false, color: false }, ui)
    screen(report, true)
    screen(report, false)
    return output
  }
  expect(written(false)).toBe('2026-11-21T12:00:00.000Z  a1  pending: b1  1 table\n')
  const frames = written(true)
  expect(frames.split('\u001b[H')).toHaveLength(3)
  expect(frames).toContain('~100,500')
  expect(frames).toContain('Ctrl-C')
})
