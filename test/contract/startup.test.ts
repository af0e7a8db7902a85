// `startup()` on every engine that answers: policies, failures, steps and seeds, many instances, and the one round trip.
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Connection } from '../../src/dialects/dialect.ts'
import { adminUser, type Logger, type StartupOptions, startup, verifyPassword } from '../../src/index.ts'
import { printSql } from '../../src/revisions/index.ts'
import { downgrade, upgrade } from '../../src/runner/index.ts'
import { everyEngine, failure, type Ground, ground } from './support.ts'

const SECRET = 'correct-horse-battery'
const users = 'create table users (id integer primary key, username varchar(40) not null, password_hash varchar(200))'

function recorder(): Logger & { lines: string[]; text(): string } {
  const lines: string[] = []
  const write = (line: string): void => void lines.push(line)
  return { lines, info: write, warn: write, error: write, text: () => lines.join('\n') }
}

for (const engine of everyEngine) {
  describe.runIf(engine.answers !== false)(engine.name, () => {
    let place: Ground
    let log: ReturnType<typeof recorder>
    let seeds: string
    beforeEach(async () => {
      place = await ground(engine)
      log = recorder()
      seeds = join(place.folder, '..', 'seeds')
      await mkdir(seeds)
      await place.writeSql('one', [], users, 'drop table users')
    })
    afterEach(() => place.drop())

    const start = (options: StartupOptions = {}) =>
      startup({
        config: { url: place.url, revisions: place.folder, seeds },
        cwd: join(place.folder, '..'),
        ...(place.where.connection !== undefined && { connection: place.where.connection }),
        env: {},
        logger: log,
        once: false,
        signals: false,
        ...options,
      })
    const migrate = (options: StartupOptions = {}) => start({ env: { AUTO_MIGRATE_ON_STARTUP: 'true' }, ...options })
    const tables = async () => {
      const schema = await place.on((connection) => place.dialect.inspect(connection))
      return schema.tables.map(({ name }) => name)
    }

    test('true migrates once, and then there is nothing to do', async () => {
      const first = await migrate()
      expect(first).toMatchObject({ status: 'migrated', applied: ['one'], pending: [] })
      expect(log.text()).toContain('📦 Database tables not found. Running migrations...')
      expect(log.text()).toContain('✅ Migrations completed successfully!')
      log.lines.length = 0
      expect(await migrate()).toMatchObject({ status: 'current', applied: [] })
      expect(log.lines).toEqual(['✅ Database tables exist - skipping migrations'])
    })

    test.each([
      ['unset', {}],
      ['false', { AUTO_MIGRATE_ON_STARTUP: 'false' }],
    ])('%s looks only, and says what to set', async (_, env) => {
      expect(await start({ env })).toMatchObject({ status: 'pending', pending: ['one'] })
      expect(log.lines.slice(0, 2)).toEqual([
        '⚠️ Database tables not found.',
        '   To auto-run migrations on startup, set: AUTO_MIGRATE_ON_STARTUP=true',
      ])
      expect(await migrate()).toMatchObject({ status: 'migrated' })
      await place.writeSql('two', ['one'], 'create table pets (id integer primary key)', 'drop table pets')
      log.lines.length = 0
      expect(await start({ env })).toMatchObject({ status: 'pending', pending: ['two'] })
      expect(log.lines[0]).toBe('⚠️ Database is behind by 1 revision: two.')
      expect(await tables()).toEqual(['users'])
    })

    test('SKIP_DB_INIT beats everything; other words are an error that names the variable', async () => {
      const env = { SKIP_DB_INIT: '1', AUTO_MIGRATE_ON_STARTUP: 'true' }
      expect(await start({ env, policy: 'migrate' })).toMatchObject({ status: 'skipped' })
      expect(log.lines).toEqual(['⏭️ SKIP_DB_INIT is set - skipping database set-up'])
      const error = await failure(start({ env: { AUTO_MIGRATE_ON_STARTUP: 'maybe' } }))
      expect(error).toMatchObject({ code: 'CONFIG_INVALID', data: { variable: 'AUTO_MIGRATE_ON_STARTUP' } })
    })

    test('a failed migration stops, or serves loudly', async () => {
      await place.writeSql('two', ['one'], 'create table users (id integer)', 'drop table users')
      const error = await failure(migrate())
      expect(error.code).toBe('OBJECT_EXISTS')
      expect(log.text()).toMatch(/❌ Migration failed: Revision two .*\[OBJECT_EXISTS\]/)
      const report = await migrate({ onFailure: 'serve' })
      expect(report).toMatchObject({ status: 'failed', pending: ['two'], error: { code: 'OBJECT_EXISTS' } })
      expect(log.text()).toContain('⚠️ Starting without migrations')
    })

    test('several heads stop a start that has something to apply, and no other', async () => {
      await place.writeSql('left', ['one'], 'create table pets (id integer primary key)', 'drop table pets')
      await place.writeSql('right', ['one'], 'create table zoos (id integer primary key)', 'drop table zoos')
      expect(await failure(migrate())).toMatchObject({ code: 'HEADS_SEVERAL' })
      await upgrade(place.context(), { target: 'heads' })
      expect(await migrate()).toMatchObject({ status: 'current', applied: [], pending: [] })
      expect(await start()).toMatchObject({ status: 'current' })
    })

    test('keepGoing: a branch that fails is reported, the rest is applied, seeded and served', async () => {
      await place.writeSql('bad', ['one'], 'create table users (id integer)', 'drop table users')
      await place.writeSql('good', ['one'], 'create table pets (id integer primary key)', 'drop table pets')
      await place.writeSql('zoo', ['bad', 'good'], 'create table zoos (id integer primary key)', 'drop table zoos')
      await writeFile(join(seeds, '1.sql'), 'insert into pets (id) values (1);')
      expect(await failure(migrate({ keepGoing: true }))).toMatchObject({
        code: 'REVISIONS_FAILED',
        data: { failed: [{ revision: 'bad' }], waiting: ['zoo'] },
      })
      expect(await place.ask('select id from pets')).toEqual([{ id: 1 }])
      // A seed that needs what failed is one more line of the log, and the failure is still that of the revision.
      await writeFile(join(seeds, '2.sql'), 'insert into zoos (id) values (1);')
      expect(await failure(migrate({ keepGoing: true }))).toMatchObject({ code: 'REVISIONS_FAILED' })
      expect(log.text()).toContain('❌ Database initialization error: The seed 2.sql failed')
      await rm(join(seeds, '2.sql'))
      expect(log.text()).toMatch(/❌ bad make bad failed: .*\(going on\)/)
      expect(log.text()).toContain('⚠️ Migrations completed in part: 2 revisions applied, 1 failed')
      expect(await migrate({ keepGoing: true, onFailure: 'serve' })).toMatchObject({
        status: 'failed',
        failed: [{ revision: 'bad' }],
        error: { code: 'REVISIONS_FAILED' },
        seeds: [{ outcome: 'done' }],
      })
      await place.writeSql('bad', ['one'], 'create table cats (id integer primary key)', 'drop table cats')
      expect(await migrate({ keepGoing: true })).toMatchObject({ status: 'migrated', pending: [] })
      expect(await tables()).toEqual(['cats', 'pets', 'users', 'zoos'])
    })

    test('create-tables: from the models on an empty database, never on another one', async () => {
      const { sql } = await import('../../src/index.ts')
      const schema = join(place.folder, '..', 'schema.sql')
      await writeFile(schema, 'create table notes (id integer primary key, body varchar(20));')
      const config = { url: place.url, revisions: place.folder, seeds, source: sql(schema) }
      await place.writeSql('two', ['one'], 'create table users (id integer)', 'drop table users')
      if (place.dialect.capabilities.transactionalDdl) {
        await writeFile(
          join(place.folder, 'one.sql'),
          printSql({ id: 'one', parents: [], message: 'one' }, 'create nonsense', ''),
        )
        const report = await migrate({ config, onFailure: 'create-tables' })
        expect(report).toMatchObject({ status: 'created', pending: [], applied: ['one', 'two'] })
        // Nobody has run them, and nobody may think so.
        expect(report.unseen?.map(({ revision }) => revision)).toEqual(['one', 'two'])
        expect(log.text()).toMatch(
          /Counted as done, though the models do not hold it: the SQL and code of\n +one {2}one\n +two {2}make two/,
        )
        expect(await tables()).toEqual(['notes'])
        expect(await migrate({ config })).toMatchObject({ status: 'current' })
        return
      }
      const error = await failure(migrate({ config, onFailure: 'create-tables' }))
      expect(error.code).toBe('OBJECT_EXISTS')
      expect(await tables()).toEqual(['users'])
    })

    test('create-tables leaves a database alone that has tables', async () => {
      const { sql } = await import('../../src/index.ts')
      const schema = join(place.folder, '..', 'schema.sql')
      await writeFile(schema, 'create table notes (id integer primary key);')
      await place.on((connection) => connection.execute('create table users (id integer)'))
      const config = { url: place.url, revisions: place.folder, seeds, source: sql(schema) }
      const error = await failure(migrate({ config, onFailure: 'create-tables' }))
      expect(error.code).toBe('OBJECT_EXISTS')
      expect(log.text()).toContain('The database is not empty: nothing was created')
      expect(await tables()).toEqual(['users'])
    })

    test('steps run in order after the migrations; one that fails stops, unless it may', async () => {
      const order: string[] = []
      const step = (name: string, run?: () => void, continueOnError = false) => ({
        name,
        continueOnError,
        run: async (database: { insert(table: string, row: { id: number; username: string }): Promise<void> }) => {
          order.push(name)
          await database.insert('users', { id: order.length, username: name })
          run?.()
        },
      })
      const broken = (): never => {
        throw new Error('no stock')
      }
      const report = await migrate({ steps: [step('a'), step('b', broken, true), step('c')] })
      expect(order).toEqual(['a', 'b', 'c'])
      expect(report.steps.map(({ name, outcome }) => [name, outcome])).toEqual([
        ['a', 'done'],
        ['b', 'failed'],
        ['c', 'done'],
      ])
      expect(log.text()).toMatch(/❌ b failed: .*no stock.*\(going on\)/)
      expect((await place.ask('select username from users order by id')).map((row) => row.username)).toEqual(['a', 'c'])
      expect(await failure(migrate({ steps: [step('d', broken)] }))).toMatchObject({ code: 'STEP_FAILED' })
    })

    test('a coded error that a seed throws keeps its code and its way out', async () => {
      const own =
        "Object.assign(new Error('no password'), { name: 'GodwitError', code: 'PASSWORD_REFUSED', fix: 'Set it.' })"
      await writeFile(join(seeds, '1.mjs'), `export default { run() { throw ${own} } }`)
      expect(await failure(migrate())).toMatchObject({ code: 'PASSWORD_REFUSED', fix: 'Set it.' })
      expect(log.text()).toContain('   → Set it.')
    })

    test('going down to the base forgets the seeds, but only where no table is left that may hold their rows', async () => {
      await place.writeSql('two', ['one'], 'create table pets (id integer primary key)', 'drop table pets')
      await writeFile(join(seeds, '1.sql'), "insert into users (id, username) values (1, 'first');")
      const outcome = async () => (await migrate()).seeds.map(({ outcome }) => outcome)
      expect(await outcome()).toEqual(['ran'])
      await downgrade(place.context(), { target: '-1', confirm: () => true })
      expect(await outcome()).toEqual(['done'])
      await place.on((connection) => connection.execute('create table other (id integer)'))
      await downgrade(place.context(), { target: 'base', confirm: () => true })
      expect(await outcome()).toEqual(['done'])
      await place.on((connection) => connection.execute('drop table other'))
      await downgrade(place.context(), { target: 'base', confirm: () => true })
      expect(await outcome()).toEqual(['ran'])
      expect(await place.ask('select username from users')).toEqual([{ username: 'first' }])
    })

    test('seeds run once in name order, always where they say so, and only in their environments', async () => {
      const body = (id: number, name: string) => `insert into users (id, username) values (${id}, '${name}');\n`
      await writeFile(join(seeds, '2_second.sql'), body(2, 'second'))
      await writeFile(join(seeds, '10_third.sql'), `-- environments: staging\n${body(3, 'third')}`)
      await writeFile(
        join(seeds, '1_first.mjs'),
        `export default { always: true, async run(database) {
  await database.ensure('users', { id: 1, username: "o'first" }, ['id'])
} }`,
      )
      const report = await migrate()
      expect(report.seeds.map(({ name, outcome }) => [name, outcome])).toEqual([
        ['1_first.mjs', 'ran'],
        ['2_second.sql', 'ran'],
        ['10_third.sql', 'elsewhere'],
      ])
      const names = async () => (await place.ask('select username from users order by id')).map((row) => row.username)
      expect(await names()).toEqual(["o'first", 'second'])
      await writeFile(join(seeds, '2_second.sql'), `${body(2, 'second')}-- changed\n`)
      const second = await migrate({ environment: 'staging' })
      expect(second.seeds.map(({ outcome }) => outcome)).toEqual(['ran', 'edited', 'ran'])
      expect(log.text()).toContain('⚠️ Seed 2_second.sql was changed after it ran')
      expect(await names()).toEqual(["o'first", 'second', 'third'])
      // A seed that fails leaves nothing, and is due again.
      await writeFile(join(seeds, '20_bad.sql'), `${body(4, 'fourth')}${body(4, 'again')}`)
      expect(await failure(migrate())).toMatchObject({ code: 'SEED_FAILED', data: { seed: '20_bad.sql' } })
      expect(await names()).toEqual(["o'first", 'second', 'third'])
      expect(await tables()).toEqual(['users'])
    })

    test("'missing' creates what the models have and the database lacks, and drops nothing", async () => {
      const { sql } = await import('../../src/index.ts')
      const schema = join(place.folder, '..', 'schema.sql')
      await writeFile(
        schema,
        `create table users (id integer primary key, username varchar(40) not null, city varchar(30));
create table pets (id integer primary key, owner integer references users (id));
create index users_city on users (city);`,
      )
      const config = { url: place.url, revisions: place.folder, seeds, source: sql(schema) }
      await migrate({ config, steps: ['missing'] })
      const { tables } = await place.on((connection) => place.dialect.inspect(connection))
      const columns = new Map(tables.map((table) => [table.name, table.columns.map(({ name }) => name)]))
      // Where the order of columns can be chosen, the new one stands where the models have it.
      expect([...(columns.get('users') ?? [])].sort()).toEqual(['city', 'id', 'password_hash', 'username'])
      expect(columns.get('pets')).toEqual(['id', 'owner'])
      expect(tables.find(({ name }) => name === 'users')?.indexes.map(({ name }) => name)).toEqual(['users_city'])
      log.lines.length = 0
      await migrate({ config, steps: ['missing'] })
      expect(log.lines).toEqual(['✅ Database tables exist - skipping migrations'])
    })

    test('the administrator is made once, and the password never shown', async () => {
      const env = { ADMIN_PASSWORD: SECRET }
      const admin = adminUser({ row: { id: 1, username: 'admin' }, by: 'username', env })
      await migrate({ steps: [admin], environment: 'production' })
      await migrate({ steps: [admin], environment: 'production' })
      const rows = await place.ask<{ password_hash: string }>('select password_hash from users')
      expect(rows).toHaveLength(1)
      expect(await verifyPassword(SECRET, rows[0]?.password_hash ?? '')).toBe(true)
      expect(await verifyPassword('another', rows[0]?.password_hash ?? '')).toBe(false)
      expect(log.text()).not.toContain(SECRET)
      expect(log.text()).toContain('✅ Admin user "admin" created')
    })

    test('in production an administrator needs a password that nobody knows', async () => {
      for (const password of [undefined, '', 'admin', 'Password123!', 'short-one', 'for-development-only']) {
        const admin = adminUser({
          row: { id: 1, username: 'admin' },
          by: 'username',
          env: { ADMIN_PASSWORD: password },
          developmentPassword: 'for-development-only',
        })
        const error = await failure(migrate({ steps: [admin], environment: 'production' }))
        expect(error.code).toBe('PASSWORD_REFUSED')
        if (password)
          expect(JSON.stringify(error) + log.text()).not.toContain(password === 'admin' ? '"admin"!' : password)
      }
      // Refused before the revisions: nothing was made.
      expect(await tables()).toEqual([])
      expect(log.text()).not.toContain('Running migrations')
      const admin = adminUser({ row: { id: 1, username: 'admin' }, by: 'username', env: { ADMIN_PASSWORD: SECRET } })
      expect(await migrate({ steps: [admin], environment: 'production' })).toMatchObject({ status: 'migrated' })
      // Who is there needs no password, also where there is something to apply.
      await place.writeSql('two', ['one'], 'create table pets (id integer primary key)', 'drop table pets')
      const later = adminUser({ row: { id: 1, username: 'admin' }, by: 'username', env: {} })
      expect(await migrate({ steps: [later], environment: 'production' })).toMatchObject({ applied: ['two'] })
    })

    test('steps and seeds that forbid the start are asked before the revisions', async () => {
      const step = { name: 'Licence', run: () => {}, check: () => Promise.reject(new Error('it has run out')) }
      expect(await failure(migrate({ steps: [step] }))).toMatchObject({
        code: 'STEP_FAILED',
        message: expect.stringContaining('"Licence" refuses the start: it has run out'),
        fix: expect.stringContaining('start again'),
      })
      expect(await tables()).toEqual([])
      await writeFile(
        join(seeds, '1.mjs'),
        "export default { check(database) { if (database.environment === 'staging') throw new Error('not here') }, run() {} }",
      )
      const refused = await failure(migrate({ environment: 'staging' }))
      expect(refused).toMatchObject({ code: 'STEP_FAILED', message: expect.stringContaining('not here') })
      expect(await tables()).toEqual([])
      expect(await migrate()).toMatchObject({ status: 'migrated', seeds: [{ name: '1.mjs', outcome: 'ran' }] })
    })

    test('tables without a history are not called missing', async () => {
      await place.on(async (connection) => {
        await connection.execute('create table one (id integer primary key)')
        await connection.execute('create table two (id integer primary key)')
      })
      await start()
      expect(log.lines[0]).toBe('⚠️ Database has 2 tables, and no history of migrations.')
      expect(log.text()).toContain('godwit adopt')
      log.lines.length = 0
      await migrate()
      expect(log.lines[0]).toBe('📦 Database has 2 tables, and no history of migrations. Running migrations...')
    })

    test('with nothing to do it is one round trip', async () => {
      await writeFile(join(seeds, '1.sql'), "insert into users (id, username) values (1, 'a');")
      await migrate()
      const sent: string[] = []
      await place.on(async (connection) => {
        const counted: Connection = new Proxy(connection, {
          get(target, key) {
            const value: unknown = Reflect.get(target, key)
            if (typeof value !== 'function') return value
            return (...parameters: unknown[]) => {
              if (key === 'query' || key === 'execute' || key === 'executeAll') sent.push(String(parameters[0]))
              return Reflect.apply(value, target, parameters)
            }
          },
        })
        expect(await migrate({ connection: counted })).toMatchObject({ status: 'current' })
      })
      expect(sent).toHaveLength(1)
    })

    test('once per process, however often it is called', async () => {
      const calls = await Promise.all([1, 2, 3].map(() => migrate({ once: true })))
      expect(new Set(calls).size).toBe(1)
      expect(await migrate({ once: true })).toBe(calls[0])
      expect(log.lines.filter((line) => line.includes('Running migrations'))).toHaveLength(1)
    })

    test.runIf(engine.shared)('five at once: one works, all go on', { timeout: 120_000 }, async () => {
      await place.writeSql('two', ['one'], 'create table pets (id integer primary key)', 'drop table pets')
      await writeFile(join(seeds, '1.sql'), "insert into users (id, username) values (1, 'a');")
      const admin = adminUser({ row: { id: 2, username: 'admin' }, by: 'username', env: { ADMIN_PASSWORD: SECRET } })
      const reports = await Promise.all([1, 2, 3, 4, 5].map(() => migrate({ steps: [admin] })))
      expect(reports.every(({ pending }) => pending.length === 0)).toBe(true)
      expect(reports.flatMap(({ applied }) => applied).sort()).toEqual(['one', 'two'])
      expect(reports.flatMap((report) => report.seeds).filter(({ outcome }) => outcome === 'ran')).toHaveLength(1)
      expect(await place.ask('select id from users order by id')).toHaveLength(2)
      // Whoever waits says that, and not that it migrates.
      expect(log.lines.filter((line) => line.includes('Running migrations'))).toHaveLength(1)
    })
  })
}
