// Backups on every database, by every way of copying: what comes back is what was there, bit for bit.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { dialectOf } from '../../src/dialects/index.ts'
import { sessionOf } from '../../src/dialects/postgres/session.ts'
import { copyOut } from '../../src/dialects/sqlite/backup.ts'
import { findDriver } from '../../src/dialects/sqlite/drivers.ts'
import { op } from '../../src/index.ts'
import { dump, emptying, load } from '../../src/runner/backup/own.ts'
import type { BackupReport, Consent, RestorePlan, RunnerContext } from '../../src/runner/index.ts'
import { backup, restore, upgrade } from '../../src/runner/index.ts'
import { RESTORING, readBookkeeping } from '../../src/runner/journal.ts'
import { hasPrograms, randomName, scratchFolder, scratchPglite } from '../support/databases.ts'
import { type Sample, sampleOf } from './backup.samples.ts'
import { describeOn, type Engine, engines, everyEngine, failure, type Ground, ground } from './support.ts'

let open: { drop(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.reverse()) await one.drop()
  open = []
})
const made = async (engine: Engine): Promise<Ground> => {
  const one = await ground(engine)
  open.push(one)
  return one
}
const folder = async (): Promise<string> => {
  const one = await scratchFolder()
  open.push(one)
  return join(one.path, 'backups')
}

/** Everything a look can tell: rows, schema, counters. */
async function fingerprint(at: Ground, sample: Sample): Promise<unknown> {
  return at.on(async (connection) => {
    const rows: unknown[] = []
    for (const query of sample.look) rows.push(await connection.query(query))
    const schema = await at.dialect.inspect(connection)
    const ways = await at.dialect.backup?.()
    return { rows, schema, counters: await ways?.rows?.counters(connection, schema) }
  })
}
const run = (at: Ground, statements: readonly string[]): Promise<void> =>
  at.on(async (connection) => {
    for (const sql of statements) await connection.execute(sql)
  })
const engineNamed = (name: string): Engine => {
  const found = engines.find((engine) => engine.name === name)
  if (found === undefined) throw new Error(`${name} does not answer`)
  return found
}
let tick = 0
const take = (
  context: RunnerContext,
  request: Partial<Parameters<typeof backup>[1]> & { folder: string },
): Promise<BackupReport> => backup(context, { made: new Date(Date.UTC(2026, 10, 21, 15, 30, tick++)), ...request })
const put = (context: RunnerContext, file: string, replace = false) =>
  restore(context, { file, replace, agree: async () => true })

// A database that is always copied by its engine has one way; the embedded server shares the other with the real one.
const ways = (engine: Engine): ('native' | 'godwit')[] =>
  engine.name === 'sqlite' || engine.name === 'pglite' ? ['native'] : ['native', 'godwit']

for (const engine of everyEngine) {
  describe.runIf(engine.answers !== false)(engine.name, () => {
    for (const tool of ways(engine)) {
      test.runIf(tool === 'godwit' || hasPrograms(engine.name))(
        `${tool}: everything comes back exactly, into an empty database and in the place of another`,
        async () => {
          const sample = sampleOf(engine.name, { float: tool === 'godwit' })
          const source = await made(engine)
          await source.write({ id: 'aaa1', operations: [] }, { id: 'aaa2', operations: [] })
          await upgrade(source.context())
          await run(source, sample.setup)
          const before = await fingerprint(source, sample)

          const taken = await take(source.context(), { folder: await folder(), tool })
          expect(taken.head).toEqual(['aaa2'])
          expect(Object.fromEntries(taken.tables.map(({ name, rows }) => [name, rows]))).toMatchObject(sample.tables)
          expect(statSync(taken.file).mode & 0o777).toBe(0o600)
          expect(source.events).toContainEqual(expect.objectContaining({ type: 'progress', unit: expect.any(String) }))

          // Taking it has changed nothing and left nothing open.
          expect(await fingerprint(source, sample)).toEqual(before)
          await run(source, sample.mess)
          expect(await failure(put(source.context(), taken.file))).toMatchObject({
            code: 'DATABASE_NOT_EMPTY',
            fix: expect.stringContaining('--replace'),
          })
          const back = await put(source.context(), taken.file, true)
          expect(back).toMatchObject({ head: ['aaa2'], applied: 2, differing: [] })
          const again = (await fingerprint(source, sample)) as { schema: { objects: { type: string }[] } }
          // What a person has to have more rights for stays: extensions.
          again.schema.objects = again.schema.objects.filter(({ type }) => type !== 'extension')
          expect(again).toEqual(before)
          // The next run goes on from there.
          expect((await upgrade(source.context())).nothing).toBe(true)

          const empty = await made(engine)
          await empty.write(
            { id: 'aaa1', operations: [] },
            { id: 'aaa2', operations: [] },
            { id: 'aaa3', operations: [] },
          )
          await put(empty.context(), taken.file)
          expect(await fingerprint(empty, sample)).toEqual(before)
          expect((await upgrade(empty.context())).steps.map(({ revision }) => revision)).toEqual(['aaa3'])
        },
      )
    }
  })
}

describeOn(({ name }) => name !== 'pglite')('consent to replacing on $name', (engine) => {
  const tool = engine.name === 'sqlite' ? 'native' : 'godwit'
  const filled = async (): Promise<{ at: Ground; file: string }> => {
    const at = await made(engine)
    const id = { name: 'id', type: engine.name === 'mysql' ? 'int(11)' : 'integer', nullable: true }
    const table = { name: 'orders', columns: [id], constraints: [], indexes: [] }
    await at.write({ id: 'aaa1', operations: [op.createTable({ table })] })
    await upgrade(at.context())
    return { at, file: (await take(at.context(), { folder: await folder(), tool })).file }
  }

  test('rows that are written while somebody is asked are asked about once more', async () => {
    const { at, file } = await filled()
    const asked: number[] = []
    const agree = async ({ replaced }: RestorePlan): Promise<Consent> => {
      asked.push(replaced[0]?.rows ?? -1)
      if (asked.length === 1) await at.on((connection) => connection.execute('insert into orders values (1), (2)'))
      return asked.length === 3 ? false : { most: [asked.length === 1 ? 0 : 1] }
    }
    expect((await failure(restore(at.context(), { file, replace: true, agree }))).code).toBe('DECISION_NEEDED')
    expect(asked).toEqual([0, 2, 2])
    expect(await at.ask('select id from orders')).toHaveLength(2)
    await restore(at.context(), { file, replace: true, agree: async () => true })
    expect(await at.ask('select id from orders')).toEqual([])
  })

  test.runIf(engine.name === 'postgres')('and so are those of a transaction that was open then', async () => {
    const { at, file } = await filled()
    const writer = await at.dialect.connect(at.url)
    await writer.execute('begin; insert into orders values (1)')
    const agree = async (): Promise<Consent> => {
      // Committed when the restore waits for its lock.
      void at.on(async (connection) => {
        const waiting = "select 1 from pg_locks where not granted and relation = 'public.orders'::regclass"
        while ((await connection.query(waiting)).length === 0) await connection.query('select pg_sleep(0.01)')
        await writer.execute('commit')
      })
      return { most: [0] }
    }
    const refused = await failure(restore(at.context(), { file, replace: true, agree }))
    await writer.close()
    expect(refused).toMatchObject({ code: 'RESTORE_FAILED', data: { state: 'unchanged' } })
    expect(refused.why).toContain('more rows by now than was agreed to')
    expect(await at.ask('select id from orders')).toEqual([{ id: 1 }])
  })
})

// The file and the folder know nothing of the database: the quickest one stands for all.
describe('the file', () => {
  const sqlite = engineNamed('sqlite')
  test('a file that was changed or cut off is refused before anything is touched', async () => {
    const at = await made(sqlite)
    await at.write({
      id: 'aaa1',
      operations: [
        op.createTable({
          table: {
            name: 't',
            columns: [{ name: 'id', type: 'integer', nullable: true }],
            constraints: [],
            indexes: [],
          },
        }),
      ],
    })
    await upgrade(at.context())
    const { file } = await take(at.context(), { folder: await folder() })
    const whole = readFileSync(file)
    for (const broken of [
      whole.subarray(0, whole.length - 2000),
      whole.subarray(0, 700),
      Buffer.concat([whole.subarray(0, 600), Buffer.from([(whole[600] ?? 0) ^ 1]), whole.subarray(601)]),
      Buffer.from(whole.toString('latin1').replace('"applied": 1', '"applied": 2'), 'latin1'),
      Buffer.from('no archive at all'),
    ]) {
      writeFileSync(file, broken)
      let asked = false
      const request = { file, replace: true, agree: async () => (asked = true) }
      expect(await failure(restore(at.context(), request))).toMatchObject({ code: 'BACKUP_INVALID' })
      expect(asked).toBe(false)
    }
    expect(await failure(put(at.context(), `${file}.gone`, true))).toMatchObject({ code: 'BACKUP_INVALID' })
    expect(await at.ask('select count(*) as n from t')).toHaveLength(1)
  })

  test('--keep deletes older ones of the same database only', async () => {
    const [one, other] = [await made(sqlite), await made(sqlite)]
    await run(one, ['create table t (id integer)'])
    await run(other, ['create table t (id integer)'])
    const out = await folder()
    const context = other.context()
    const foreign = await take(context, { folder: out })
    const files: string[] = []
    for (let count = 0; count < 4; count++) files.push((await take(one.context(), { folder: out })).file)
    writeFileSync(join(out, 'notes.txt'), 'mine')
    const last = await take(one.context(), { folder: out, keep: 2 })
    expect(last.deleted.sort()).toEqual(files.slice(0, 3).sort())
    expect(readdirSync(out).sort()).toEqual(
      [
        '.gitignore',
        'notes.txt',
        ...[foreign.file, files[3] ?? '', last.file].map((file) => file.slice(out.length + 1)),
      ].sort(),
    )
    expect(existsSync(last.file)).toBe(true)
    // Two in one second are two.
    const second = { folder: out, made: new Date(Date.UTC(2026, 10, 21)) }
    const twins = [await take(one.context(), second), await take(one.context(), second)]
    expect(twins[0]?.file).not.toBe(twins[1]?.file)
    expect(twins.every(({ file }) => existsSync(file))).toBe(true)
  })
})

describe.runIf(engines.some(({ name }) => name === 'postgres') && hasPrograms('postgres'))('one transaction', () => {
  test('a restore that fails leaves everything as it was, and says so', async () => {
    const at = await made(engineNamed('postgres'))
    const role = randomName()
    await run(at, [
      'create table t (id integer); insert into t values (1)',
      `create role ${role}; grant select on t to ${role}`,
    ])
    const { file } = await take(at.context(), { folder: await folder(), tool: 'native' })
    await run(at, [`revoke all on t from ${role}; drop role ${role}; insert into t values (2)`])
    expect(await failure(put(at.context(), file, true))).toMatchObject({
      code: 'RESTORE_FAILED',
      message: expect.stringContaining('as it was before'),
      why: expect.stringContaining(role),
      fix: expect.stringContaining(`godwit restore ${file} --replace`),
      data: { state: 'unchanged' },
    })
    expect(await at.ask('select id from t order by id')).toEqual([{ id: 1 }, { id: 2 }])
  })
})

describe.runIf(engines.some(({ name }) => name === 'postgres') && hasPrograms('postgres'))(
  'a dump that cannot be read on',
  () => {
    test('nothing of it is kept', async () => {
      const at = await made(engineNamed('postgres'))
      const out = await scratchFolder()
      open.push(out)
      await run(at, ['create table t (id integer); insert into t values (1)'])
      const ways = await at.dialect.backup?.()
      const content = async function* (): AsyncGenerator<Uint8Array> {
        yield Buffer.from('create table half (id integer);\n')
        throw new Error('the disk does not answer')
      }
      const options = { kind: 'postgres sql', url: at.url, folder: out.path, before: ['drop table t'], version: '' }
      await expect(at.on(async (connection) => ways?.restore(connection, content(), options))).rejects.toThrow(
        'the disk',
      )
      expect(await at.ask('select * from t')).toEqual([{ id: 1 }])
      expect(await at.ask("select to_regclass('half') as half")).toEqual([{ half: null }])
    })
  },
)

describeOn(({ name }) => name === 'postgres' || name === 'mysql')(
  '$name: a connection that was handed in',
  (engine) => {
    test.runIf(hasPrograms(engine.name))('is what is copied and restored, whatever the URL says', async () => {
      const [named, given] = [await made(engine), await made(engine)]
      await run(named, ['create table wrong (id integer)'])
      await run(given, ['create table t (id integer)', 'insert into t values (1)'])
      const native = await take(given.context(), { folder: await folder(), tool: 'native' })
      await given.on(async (connection) => {
        const context = given.context({ connection, url: named.url })
        const taken = await take(context, { folder: await folder() })
        expect(taken).toMatchObject({
          tables: [{ name: 't', rows: 1 }],
          by: expect.stringContaining('godwit'),
          note: expect.stringContaining('handed in'),
        })
        expect(await failure(put(context, native.file, true))).toMatchObject({
          code: 'BACKUP_MISMATCH',
          fix: expect.stringContaining('--tool godwit'),
        })
        await connection.execute('insert into t values (2)')
        expect(await put(context, taken.file, true)).toMatchObject({ tables: [{ name: 't', rows: 1 }] })
        // Without a URL no program can be told where to go.
        const { url: _, ...bare } = context
        expect(await take(bare, { folder: await folder() })).toMatchObject({ by: expect.stringContaining('godwit') })
      })
      expect((await named.on((connection) => named.dialect.inspect(connection))).tables).toMatchObject([
        { name: 'wrong' },
      ])
    })
  },
)

describe.runIf(engines.some(({ name }) => name === 'postgres'))('from the embedded server to a real one', () => {
  test('rows as statements go; files are refused', async () => {
    const [from, to] = [await made(engineNamed('pglite')), await made(engineNamed('postgres'))]
    await run(from, [
      "create table t (id serial primary key, tags text[]); insert into t (tags) values (array['a', null])",
    ])
    const files = await take(from.context(), { folder: await folder() })
    expect(await failure(put(to.context(), files.file))).toMatchObject({
      code: 'BACKUP_MISMATCH',
      fix: expect.stringContaining('--tool godwit'),
    })
    const rows = await take(from.context(), { folder: await folder(), tool: 'godwit' })
    await put(to.context(), rows.file)
    expect(await to.ask("insert into t (tags) values ('{}') returning id")).toEqual([{ id: 2 }])
  })
})

describe.runIf(engines.some(({ name }) => name === 'mysql'))('without a transaction', () => {
  test.for(['native', 'godwit'] as const)(
    '%s: a restore that is cut off says what is left, and nothing goes on with it',
    async (tool, { skip }) => {
      skip(tool === 'native' && !hasPrograms('mysql'), 'its own programs are not here')
      const at = await made(engineNamed('mysql'))
      await at.write({ id: 'aaa1', operations: [] })
      await upgrade(at.context())
      await run(at, ['create table t (id integer)', 'insert into t values (1)'])
      const { file } = await take(at.context(), { folder: await folder(), tool })
      const stop = new AbortController()
      const context = at.context({
        signal: stop.signal,
        emit: (event) => {
          if (event.type === 'progress' && event.message.startsWith('Restoring')) stop.abort()
        },
      })
      expect(await failure(put(context, file, true))).toMatchObject({
        code: 'RESTORE_FAILED',
        message: expect.stringContaining('holds a part of it'),
        fix: expect.stringContaining(`godwit restore ${file} --replace`),
        data: { state: 'partial' },
      })
      expect(await failure(upgrade(at.context()))).toMatchObject({
        code: 'RESTORE_FAILED',
        fix: `godwit restore ${file} --replace`,
      })
      expect(await put(at.context(), file, true)).toMatchObject({ head: ['aaa1'], tables: [{ name: 't', rows: 1 }] })
      expect((await upgrade(at.context())).nothing).toBe(true)
      // A database that had no history has none afterwards, and no mark.
      await run(at, ['drop table godwit_meta, godwit_history, godwit_journal'])
      const bare = await take(at.context(), { folder: await folder(), tool })
      await put(at.context(), bare.file, true)
      expect(
        await at.ask('select table_name as name from information_schema.tables where table_schema = database()'),
      ).toEqual([{ name: 't' }])
    },
  )

  test('rows: the mark of the restore stays until foreign keys and triggers are there', async () => {
    const at = await made(engineNamed('mysql'))
    await at.write({ id: 'aaa1', operations: [] })
    await upgrade(at.context())
    await run(at, [
      'create table p (id integer primary key)',
      'create table t (p integer, foreign key (p) references p (id))',
      'insert into p values (1)',
      'insert into t values (1)',
    ])
    const { rows } = (await at.dialect.backup?.()) ?? {}
    if (rows === undefined) throw new Error('no rows')
    const { dialect } = at
    await at.on(async (connection) => {
      const current = await dialect.inspect(connection)
      const chunks: Uint8Array[] = []
      const request = { dialect, rows, view: connection, schema: current, books: true }
      for await (const chunk of dump(request, () => undefined)) chunks.push(chunk)
      // A foreign key that cannot be made: the column it looks at is of another type.
      const [first = '', ...others] = Buffer.concat(chunks).toString('utf8').split('\n')
      const line = JSON.parse(first) as { schema: { tables: { name: string; columns: { type: string }[] }[] } }
      for (const { name, columns } of line.schema.tables) if (name === 'p' && columns[0]) columns[0].type = 'bigint'
      const content = async function* (): AsyncGenerator<Uint8Array> {
        yield Buffer.from([JSON.stringify(line), ...others].join('\n'))
      }
      await expect(
        load({ dialect, rows, connection, current, content: content(), path: '/kept/x.backup.tar', guard: [] }),
      ).rejects.toThrow(/foreign key/i)
    })
    expect(await failure(upgrade(at.context()))).toMatchObject({
      code: 'RESTORE_FAILED',
      fix: 'godwit restore /kept/x.backup.tar --replace',
    })
  })

  test('whatever statement it is cut off after, the database is whole or marked', async () => {
    const at = await made(engineNamed('mysql'))
    await at.write({ id: 'aaa1', operations: [] })
    await upgrade(at.context())
    await run(at, ['create table t (id integer)'])
    const { rows } = (await at.dialect.backup?.()) ?? {}
    if (rows === undefined) throw new Error('no rows')
    const { dialect } = at
    await at.on(async (connection) => {
      const current = await dialect.inspect(connection)
      const seen: string[] = []
      for (const sql of emptying({ dialect, rows, connection, current, path: 'x' })) {
        await connection.execute(sql)
        const { meta, history } = await readBookkeeping(dialect, connection)
        const { tables } = await dialect.inspect(connection)
        const whole = tables.length === 1 && history.has('aaa1') && meta.get('format') !== RESTORING
        seen.push(whole ? 'whole' : (meta.get('format') ?? 'neither'))
      }
      expect(seen.join(' ')).toMatch(/^(whole )+(restoring ?)+$/)
      expect((await dialect.inspect(connection)).tables).toEqual([])
    })
  })

  test.runIf(hasPrograms('mysql'))('a column that the dump program would round is copied by Godwit', async () => {
    const at = await made(engineNamed('mysql'))
    await run(at, ['create table t (f float)'])
    const taken = await take(at.context(), { folder: await folder() })
    expect(taken).toMatchObject({ by: expect.stringContaining('godwit'), note: expect.stringContaining('rounds') })
    expect(await failure(take(at.context(), { folder: await folder(), tool: 'native' }))).toMatchObject({
      code: 'TOOL_MISSING',
    })
  })
})

test('a folder of the embedded engine changes places with the restored one', async () => {
  const database = await scratchPglite()
  open.push(database)
  const dialect = await dialectOf(database.url)
  const context = { dialect, url: database.url, folder: await folder() }
  const on = async (sql: string): Promise<unknown[]> => {
    const connection = await dialect.connect(database.url, { create: true })
    try {
      return await connection.query(sql)
    } finally {
      await connection.close()
    }
  }
  await on("create extension citext; create table t (id serial, name citext); insert into t (name) values ('One')")
  const { file } = await take(context, { folder: await folder() })
  await on("insert into t (name) values ('two')")
  await put(context, file, true)
  expect(await on("insert into t (name) values ('next') returning id, name = 'NEXT' as same")).toEqual([
    { id: 2, same: true },
  ])
  expect(readdirSync(join(database.url.replace('pglite:', ''), '..'))).toEqual(['data'])
})

test('a folder of the embedded engine is as it was where the restored one does not start', async () => {
  const [broken, database] = [await scratchPglite(), await scratchPglite()]
  open.push(broken, database)
  const dialect = await dialectOf(database.url)
  const from = await dialect.connect(broken.url, { create: true })
  // It starts, and cannot say which extensions it has.
  await from.execute(
    'set allow_system_table_mods = on; alter table pg_catalog.pg_extension rename to pg_extension_gone',
  )
  const files = await sessionOf(from).dumpFiles?.()
  await from.close()
  const connection = await dialect.connect(database.url, { create: true })
  try {
    await connection.execute('create table t (id integer); insert into t values (1)')
    const content = async function* (): AsyncGenerator<Uint8Array> {
      yield new Uint8Array((await files?.arrayBuffer()) ?? new ArrayBuffer(0))
    }
    await expect(sessionOf(connection).loadFiles?.(content())).rejects.toThrow('pg_extension')
    expect(await connection.query('select id from t')).toEqual([{ id: 1 }])
  } finally {
    await connection.close()
  }
  expect(readdirSync(join(database.url.replace('pglite:', ''), '..'))).toEqual(['data'])
})

test('a driver without a backup of its own copies by the engine', async () => {
  const at = await made(engineNamed('sqlite'))
  const out = await scratchFolder()
  open.push(out)
  const sample = sampleOf('sqlite', { float: false })
  await run(at, sample.setup)
  const copy = join(out.path, 'copy.db')
  const driver = findDriver()
  const without: typeof driver = {
    ...driver,
    open: (path, readOnly) => {
      const { copyTo: _, ...rest } = driver.open(path, readOnly)
      return rest
    },
  }
  await at.on((connection) => copyOut(connection, copy, without))
  const other = await at.dialect.connect(`sqlite:${copy}`)
  try {
    // Rows without a number of their own may get another one.
    for (const query of sample.look.filter((each) => !each.includes('rowid'))) {
      expect(await other.query(query)).toEqual(await at.ask(query))
    }
  } finally {
    await other.close()
  }
})
