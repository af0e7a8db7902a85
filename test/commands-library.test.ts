// The verbs as methods: reports, events, questions, and one connection for all calls.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Event, type Godwit, GodwitError, type GodwitOptions, godwit, sql } from '../src/index.ts'
import { scratchFolder } from './support/databases.ts'

let folder: Awaited<ReturnType<typeof scratchFolder>>
let open: Godwit[] = []
beforeEach(async () => {
  folder = await scratchFolder()
})
afterEach(async () => {
  for (const one of open) await one.close()
  open = []
  await folder.drop()
})

const V1 = 'create table users (id integer primary key, name text not null);'
const V2 =
  'create table users (id integer primary key, full_name text not null);\ncreate table posts (id integer primary key);'
const models = (text: string): void => writeFileSync(join(folder.path, 'schema.sql'), text)
const start = async (options: GodwitOptions = {}): Promise<Godwit> => {
  const made = await godwit({
    cwd: folder.path,
    config: { url: `sqlite:${join(folder.path, 'app.db')}`, source: sql('schema.sql') },
    ...options,
  })
  open.push(made)
  return made
}
const failure = async (promise: Promise<unknown>): Promise<GodwitError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof GodwitError)) throw new Error(`expected a coded error, got ${String(error)}`)
  return error
}

describe('godwit()', () => {
  test('the whole journey, as values', async () => {
    models(V1)
    const events: Event[] = []
    const migrations = await start({ onEvent: (event) => events.push(event) })
    const first = await migrations.migrate({ message: 'first' })
    expect(first).toMatchObject({ nothing: false, changes: [{ sign: '+' }], written: { parents: [] } })
    expect(await migrations.migrate({ message: 'again' })).toMatchObject({ nothing: true })
    // An embedded database that is not there yet is an empty one for whoever only looks; looking makes nothing.
    expect(await migrations.plan()).toMatchObject({ from: [], steps: [{ message: 'first' }] })
    expect(await migrations.status()).toMatchObject({ initialised: false, pending: [{ message: 'first' }], tables: [] })
    expect(await migrations.check()).toMatchObject({ ok: false, database: [], pending: [{ message: 'first' }] })
    expect(existsSync(join(folder.path, 'app.db'))).toBe(false)
    expect(events).toContainEqual({
      type: 'warning',
      message: expect.stringContaining('does not exist. It is read as'),
    })
    expect((await migrations.upgrade({ sql: true, from: 'base' })).script).toContain('create table users')
    const run = await migrations.upgrade()
    expect(run).toMatchObject({ nothing: false, steps: [{ message: 'first' }] })
    expect([run, ...('steps' in run ? run.steps : [])].map(({ duration }) => Number.isInteger(duration))).toEqual([
      true,
      true,
    ])
    expect(await migrations.upgrade()).toMatchObject({ nothing: true, steps: [] })
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['working', 'step started', 'step finished']))

    models(V2)
    expect(await migrations.check()).toMatchObject({ ok: false, database: [], pending: [] })
    const undecided = await failure(migrations.migrate({ message: 'second' }))
    expect(undecided).toMatchObject({ code: 'DECISION_NEEDED', exitCode: 2 })
    expect(undecided.fix).toContain('--rename users.name=users.full_name')
    expect(undecided.fix).toContain('--no-renames')
    expect(readdirSync(join(folder.path, 'migrations'))).toHaveLength(1)
    await migrations.migrate({ message: 'second', rename: ['users.name=users.full_name'] })
    await migrations.upgrade()
    expect(await migrations.check()).toMatchObject({ ok: true })
    expect(await migrations.status()).toMatchObject({
      applied: 2,
      pending: [],
      tables: [
        { name: 'posts', rows: 0 },
        { name: 'users', columns: 2 },
      ],
    })
    const { entries } = await migrations.history()
    expect(entries.map(({ state, head }) => [state, head])).toEqual([
      ['done', false],
      ['done', true],
    ])
    expect(await migrations.current()).toMatchObject({ latest: true, pending: 0 })
    expect(await migrations.heads()).toMatchObject({ heads: [{ message: 'second' }] })
    expect(await migrations.show({ revision: 'head' })).toMatchObject({
      message: 'second',
      parents: [{ message: 'first' }],
    })
    expect(await migrations.downgrade({ target: 'base' })).toMatchObject({
      direction: 'down',
      to: [],
      losses: expect.any(Array),
    })
    expect(await migrations.stamp({ target: 'head' })).toMatchObject({ added: expect.any(Array) })
    expect(await migrations.check()).toMatchObject({ ok: false })
    expect(await migrations.resolve()).toMatchObject({ settled: [] })
  })

  test('a way down that the inverses do not say stands in the file', async () => {
    const mood = (labels: string): string =>
      `create type mood as enum (${labels});\ncreate table t (m mood, sad boolean generated always as (m = 'sad') stored);`
    models(mood("'sad'"))
    const url = `pglite:${join(folder.path, 'data')}`
    const migrations = await start({ config: { url, source: sql('schema.sql') } })
    const texts = async (message: string): Promise<string> => {
      const { written } = await migrations.migrate({ message })
      return readFileSync(join(folder.path, written?.file ?? ''), 'utf8')
    }
    expect(await texts('first')).not.toContain('down:')
    models(mood("'sad', 'happy'"))
    expect(await texts('second')).toMatch(
      /\bdown: \[[\s\S]*op\.dropColumn\(\{\s*table: 't',\s*column: \{\s*name: 'sad'/,
    )
  })

  test('questions go to `ask`', async () => {
    models(V1)
    const asked: string[] = []
    const said: string[] = []
    let answer = 0
    const migrations = await start({
      onEvent: (event) => event.type === 'warning' && said.push(event.message),
      ask: {
        select: async ({ message, options }) => {
          asked.push(message, ...options.map(({ label }) => label))
          return answer
        },
        confirm: async ({ message, details = [] }) => {
          asked.push(message, ...details)
          return answer === 0
        },
      },
    })
    await migrations.migrate({ message: 'first' })
    await migrations.upgrade()
    models(V2)
    const { changes } = await migrations.migrate({ message: 'second' })
    expect(asked[0]).toBe('Was the column users.name renamed?')
    expect(asked[1]).toContain('users.full_name')
    expect(changes.map(({ text }) => text)).toContain('rename column users.name to full_name')
    await migrations.upgrade()
    const { DatabaseSync } = (await import('@photostructure/sqlite')) as {
      DatabaseSync: new (path: string) => { exec(sql: string): void; close(): void }
    }
    const database = new DatabaseSync(join(folder.path, 'app.db'))
    database.exec('insert into posts (id) values (1), (2)')
    database.close()
    asked.length = 0
    answer = 1
    expect(await failure(migrations.downgrade())).toMatchObject({ code: 'DATA_LOSS', exitCode: 4 })
    expect(asked.join('\n')).toMatch(/table posts.*\(2 rows\)/)
    expect(await migrations.current()).toMatchObject({ latest: true })
    answer = 0
    expect(await migrations.downgrade()).toMatchObject({ losses: [{ what: 'table posts', rows: 2 }] })

    // Going up, the reviewed file is the consent: it is said, with the rows, and not asked.
    await migrations.upgrade()
    const again = new DatabaseSync(join(folder.path, 'app.db'))
    again.exec('insert into posts (id) values (1), (2), (3)')
    again.close()
    models('create table users (id integer primary key, full_name text not null);')
    await migrations.migrate({ message: 'third' })
    asked.length = 0
    said.length = 0
    await migrations.upgrade()
    expect(asked).toEqual([])
    expect(said.join()).toContain('This throws data away: table posts with all its rows (3 rows). No backup is taken')

    // SQL is read, so that what goes is named and counted as well.
    const once = new DatabaseSync(join(folder.path, 'app.db'))
    once.exec("insert into users (full_name) values ('Ada')")
    once.close()
    models('create table users (id integer primary key);')
    await migrations.migrate({ message: 'fourth', sql: true })
    said.length = 0
    await migrations.upgrade()
    expect(said.join()).toContain(
      'This throws data away: column users.full_name with all its values (1 value). No backup',
    )
  })

  test('a rename that is declined drops and adds', async () => {
    models(V1)
    const migrations = await start()
    await migrations.migrate({ message: 'first' })
    models(V2)
    const { changes, losses, findings } = await migrations.migrate({
      message: 'second',
      renames: false,
      dryRun: true,
    })
    expect(changes.map(({ sign }) => sign)).toContain('-')
    expect(losses.join()).toContain('users.name')
    expect(findings.map(({ code, severity }) => `${severity} ${code}`)).toContain('error DL102')
    expect(findings.find(({ code }) => code === 'DL102')?.instead).toContain('deploy that')
    expect(readdirSync(join(folder.path, 'migrations'))).toHaveLength(1)
    expect(await migrations.migrate({ message: 'second', yes: true, dryRun: true })).toMatchObject({
      losses: [],
      sql: expect.stringContaining('rename'),
    })
  })

  test('what is dangerous in it is said when it is written, as `plan` says it', async () => {
    models(V1)
    const migrations = await start()
    await migrations.migrate({ message: 'first' })
    await migrations.upgrade()
    models('create table users (id integer primary key, name text not null unique, age integer not null);')
    const { findings } = await migrations.migrate({ message: 'second' })
    const { steps } = await migrations.plan()
    expect(findings.length).toBeGreaterThan(1)
    expect(steps[0]?.findings.map(({ revision: _, ...finding }) => finding)).toEqual(findings)
  })

  test('a column with another name and another type is asked about, and keeps its values', async () => {
    models('create table users (id integer primary key, phone integer, name text, age text);')
    const migrations = await start()
    await migrations.migrate({ message: 'first' })
    await migrations.upgrade()
    const { DatabaseSync } = (await import('@photostructure/sqlite')) as {
      DatabaseSync: new (
        path: string,
      ) => { exec(sql: string): void; prepare(sql: string): { all(): unknown }; close(): void }
    }
    const database = new DatabaseSync(join(folder.path, 'app.db'))
    database.exec("insert into users values (1, 555, 'Ada', '42')")
    models('create table users (id integer primary key, phone_number text, name text, years integer);')
    const undecided = await failure(migrations.migrate({ message: 'second' }))
    expect(undecided.code).toBe('DECISION_NEEDED')
    const rename = ['users.phone=users.phone_number', 'users.age=users.years']
    for (const flag of rename) expect(undecided.fix).toContain(`--rename ${flag}`)
    expect(await migrations.migrate({ message: 'second', rename })).toMatchObject({ losses: [] })
    await migrations.upgrade()
    expect(database.prepare('select * from users').all()).toEqual([
      { id: 1, phone_number: '555', name: 'Ada', years: 42 },
    ])
    database.close()
  })

  test('SQL files, and mixed folders', async () => {
    models(V1)
    const migrations = await start()
    const { written } = await migrations.migrate({ message: 'first', format: 'sql' })
    expect(written?.file).toMatch(/_first\.sql$/)
    models(V2)
    await migrations.migrate({ message: 'second', renames: false })
    await migrations.upgrade()
    expect(await migrations.check()).toMatchObject({ ok: true })
    await migrations.downgrade({ target: 'base', yes: true })
    expect(await migrations.status()).toMatchObject({ applied: 0, tables: [] })
  })

  test('diff there and back is empty', async () => {
    models(V2)
    const migrations = await start()
    const there = await migrations.diff({ from: 'empty', to: 'models' })
    expect(there).toMatchObject({ equal: false, script: expect.stringMatching(/create table users/) })
    expect(await migrations.diff({ from: 'models', to: 'schema.sql' })).toMatchObject({ equal: true, script: '' })
    expect((await migrations.diff({ from: 'models', to: 'empty', format: 'ts' })).script).toContain('op.dropTable(')
    const json = await migrations.diff({ from: 'models', to: 'empty', format: 'json' })
    expect(JSON.parse(json.script)).toEqual(json.operations)
  })

  test('calls at once run one after the other', async () => {
    models(V1)
    const migrations = await start()
    await migrations.migrate({ message: 'first' })
    const [one, two, state] = await Promise.all([migrations.upgrade(), migrations.upgrade(), migrations.current()])
    expect([one.nothing, two.nothing, state.latest]).toEqual([false, true, true])
  })

  test('an in-memory database lives as long as the object', async () => {
    models(V1)
    const migrations = await start({ url: 'sqlite::memory:' })
    await migrations.migrate({ message: 'first' })
    await migrations.upgrade()
    expect(await migrations.current()).toMatchObject({ latest: true })
  })

  test('`await using` closes; afterwards it says so', async () => {
    models(V1)
    let kept: Godwit
    {
      await using migrations = await start()
      kept = migrations
      await migrations.heads()
    }
    expect(await failure(kept.heads())).toMatchObject({ code: 'USAGE' })
  })

  test('a broken configuration is known at once', async () => {
    expect(await failure(godwit({ cwd: folder.path, config: { url: 5 } as never }))).toMatchObject({
      code: 'CONFIG_INVALID',
    })
    expect(await failure(godwit({ cwd: folder.path, config: 'nowhere.ts' }))).toMatchObject({
      code: 'CONFIG_NOT_FOUND',
    })
  })

  test('an open connection without a URL will do', async () => {
    const { dialect } = await import('../src/dialects/sqlite/index.ts')
    await using connection = await dialect.connect(`sqlite:${join(folder.path, 'app.db')}`, { create: true })
    const url = process.env.DATABASE_URL
    delete process.env.DATABASE_URL
    try {
      models(V1)
      const migrations = await start({ connection, config: { dialect: 'sqlite', source: sql('schema.sql') } })
      await migrations.migrate({ message: 'first' })
      expect(await migrations.upgrade()).toMatchObject({ steps: [{ message: 'first' }] })
      expect(await migrations.backup({ out: 'copies' })).toMatchObject({ tables: [{ name: 'users', rows: 0 }] })
    } finally {
      if (url !== undefined) process.env.DATABASE_URL = url
    }
  })

  test('no models, no URL: what to do is said', async () => {
    const migrations = await start({ config: {} })
    process.env.DATABASE_URL ??= ''
    expect(await failure(migrations.upgrade())).toMatchObject({ code: 'URL_MISSING' })
    const other = await start({ config: { dialect: 'sqlite' } })
    expect(await failure(other.migrate({ message: 'x' }))).toMatchObject({ code: 'SOURCE_MISSING' })
    mkdirSync(join(folder.path, 'empty'))
    expect(await failure(other.diff({ from: 'empty', to: 'nowhere' }))).toMatchObject({ code: 'STATE_INVALID' })
  })
})
