// SQL and code as people bring them along: transactions of their own, broken ways down, long pauses, long lists.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Connection } from '../../src/dialects/dialect.ts'
import { op } from '../../src/index.ts'
import { downgrade, plan, readState, script, stamp, upgrade } from '../../src/runner/index.ts'
import { readSeeds } from '../../src/runner/seed.ts'
import { runSeeds } from '../../src/runner/seeds.ts'
import { describeOn, failure, type Ground, ground } from './support.ts'

describeOn()('$name', (engine) => {
  let at: Ground
  let shared: Connection | undefined
  beforeAll(async () => {
    if (engine.shared) return
    const { dialectOf } = await import('../../src/dialects/index.ts')
    shared = await (await dialectOf('pglite:')).connect('pglite:')
  })
  afterAll(async () => {
    await shared?.close()
  })
  beforeEach(async () => {
    await shared?.execute('drop schema public cascade; create schema public')
    at = await ground(engine, shared)
    return () => at.drop()
  })

  const warnings = (): string[] => at.events.flatMap((event) => (event.type === 'warning' ? [event.message] : []))
  const count = async (table: string): Promise<number> =>
    Number((await at.ask<{ n: unknown }>(`select count(*) as n from ${table}`))[0]?.n)

  describe('a broken way down', () => {
    it('does not stop a revision that is only going up; going down is refused, and the way out works', async () => {
      const file = await at.writeSql('a1', [], 'create table users (id integer)', 'drop tabel users')
      // A file that is not there yet has nothing to plan on.
      await at.ask('select 1 as one')
      await plan(at.context())
      expect(warnings()).toEqual([expect.stringMatching(/^Revision a1 can be applied, but not undone: .*a1\.sql/)])
      await upgrade(at.context())
      expect(warnings()).toHaveLength(2)
      const refused = await failure(downgrade(at.context()))
      expect(refused).toMatchObject({ code: 'SQL_SYNTAX', fix: expect.stringContaining('`godwit stamp a1`') })
      expect(await count('users')).toBe(0)
      await writeFile(file, (await readFile(file, 'utf8')).replace('tabel', 'table'))
      await stamp(at.context(), { target: 'a1' })
      await downgrade(at.context(), { confirm: () => true })
      expect(await readState(at.context())).toMatchObject({ current: [] })
    })

    it('of one operation, below one that is right: the one above goes down', async () => {
      await at.write(
        { id: 'a1', operations: [op.sql({ up: 'create table users (id integer)', down: 'drop (' })] },
        { id: 'b2', operations: [op.sql({ up: 'create table posts (id integer)', down: 'drop table posts' })] },
      )
      await upgrade(at.context())
      expect(warnings()).toEqual([expect.stringContaining('Revision a1')])
      await downgrade(at.context(), { confirm: () => true })
      expect(await readState(at.context())).toMatchObject({ current: ['a1'] })
      // Down to the base both are read before either is run.
      await upgrade(at.context())
      expect((await failure(downgrade(at.context(), { target: 'base', confirm: () => true }))).code).toBe('SQL_SYNTAX')
      expect(await readState(at.context())).toMatchObject({ current: ['b2'] })
    })
  })

  describe('BEGIN and COMMIT', () => {
    const pairs: [string, string][] = [
      ['begin', 'commit'],
      ['BEGIN WORK', 'COMMIT WORK'],
      ['start transaction', 'commit'],
      ['begin immediate transaction', 'end transaction'],
    ]
    it('around the whole text are what the runner does anyway', async () => {
      const [begin, commit] = pairs[engine.name === 'sqlite' ? 3 : engine.name === 'mysql' ? 2 : 1] ?? ['', '']
      await at.writeSql(
        'a1',
        [],
        `${begin};\ncreate table users (id integer);\ninsert into users values (1);\n${commit};`,
        'begin;\ndrop table users;\ncommit;',
      )
      await upgrade(at.context())
      expect(await count('users')).toBe(1)
      await downgrade(at.context(), { confirm: () => true })
      await upgrade(at.context())
      expect(await count('users')).toBe(1)
    })

    it('in the middle keep apart what they commit: what failed is rolled back to there, and goes on from there', async () => {
      const text = [
        ['create table users (id integer)'],
        ['begin', 'insert into users values (1)', 'insert into users values (2)', 'commit'],
        ['begin', 'insert into users values (3)', 'insert into nowhere values (1)', 'commit'],
      ].flatMap((lines) => lines.map((line) => `${line};`))
      const file = await at.writeSql('a1', [], text.join('\n'), 'drop table users')
      expect((await failure(upgrade(at.context()))).why).toContain('stay')
      expect(await at.ask('select id from users order by id')).toEqual([{ id: 1 }, { id: 2 }])
      await writeFile(file, (await readFile(file, 'utf8')).replace('nowhere', 'users'))
      await upgrade(at.context())
      expect(await count('users')).toBe(4)
      expect(await readState(at.context())).toMatchObject({ current: ['a1'] })
      expect(await script(at.context(), { from: 'base' })).toContain('insert into users values (3)')
    })

    it('are one transaction in a revision that has none', async () => {
      await at.writeSql(
        'a1',
        [],
        'create table users (id integer);\nbegin;\ninsert into users values (1);\ninsert into nowhere values (1);\ncommit;',
        'drop table users',
        '-- no transaction\n',
      )
      await failure(upgrade(at.context()))
      expect(await count('users')).toBe(0)
    })

    it('in a seed are understood as well; a ROLLBACK, and one without the other, are not', async () => {
      await at.writeSql('a1', [], 'create table users (id integer)', 'drop table users')
      await upgrade(at.context())
      const seeds = join(dirname(at.folder), 'seeds')
      await mkdir(seeds)
      const seed = join(seeds, 'users.sql')
      await writeFile(seed, 'begin;\ninsert into users values (1);\ncommit;\n')
      await runSeeds(at.context(), readSeeds(seeds), { environment: 'test' })
      expect(await count('users')).toBe(1)
      for (const [at_, text] of [
        'begin;\ninsert into users values (2);\nrollback;',
        'insert into users values (2);\ncommit;',
        'begin;\ninsert into users values (2);',
      ].entries()) {
        await writeFile(join(seeds, `more${at_}.sql`), text)
        const error = await failure(runSeeds(at.context(), readSeeds(seeds), { environment: 'test' }))
        expect(error.code).toBe('SEED_INVALID')
        await writeFile(join(seeds, `more${at_}.sql`), 'select 1;')
        await at.writeSql(`b${at_}`, [at_ === 0 ? 'a1' : `b${at_ - 1}`], text, '')
        expect((await failure(upgrade(at.context()))).code).toBe('SQL_UNSUPPORTED')
        await at.writeSql(`b${at_}`, [at_ === 0 ? 'a1' : `b${at_ - 1}`], 'select 1', '')
        await upgrade(at.context())
      }
      expect(await count('users')).toBe(1)
    })
  })

  it.runIf(engine.name === 'postgres' || engine.name === 'pglite')(
    'a new enum value is used behind the COMMIT that it needs',
    async () => {
      const lines = ["create type mood as enum ('sad')", 'create table people (mood mood)']
      await at.writeSql('a1', [], `${lines.join(';\n')};`, 'drop table people; drop type mood')
      await at.writeSql(
        'b2',
        ['a1'],
        "begin;\nalter type mood add value 'glad';\ncommit;\nbegin;\ninsert into people values ('glad');\ncommit;",
        '',
      )
      await upgrade(at.context())
      expect(await at.ask('select mood::text from people')).toEqual([{ mood: 'glad' }])
    },
  )

  it.runIf(engine.name === 'postgres')('code may pause longer than a client that hangs', async () => {
    const code = (id: string, parents: string[], wait: boolean): string =>
      `import { op, revision } from 'godwit'
export default revision({ id: '${id}', parents: ${JSON.stringify(parents)}, message: '${id}', operations: [op.run({
  async up(database) {
    await database.execute('create table ${id} (id integer)')
    ${wait ? 'await new Promise((resolve) => setTimeout(resolve, 1500))' : ''}
    await database.execute('insert into ${id} values (1)')
  },
  down() {},
})] })`
    await writeFile(join(at.folder, 'a1.ts'), code('a1', [], true))
    const seeds = join(dirname(at.folder), 'seeds')
    await mkdir(seeds)
    await writeFile(
      join(seeds, 'slow.ts'),
      `import { seed } from 'godwit'
export default seed({ async run(database) {
  await database.execute('insert into a1 values (2)')
  await new Promise((resolve) => setTimeout(resolve, 1500))
  await database.execute('insert into a1 values (3)')
} })`,
    )
    await at.on(async (connection) => {
      const impatient = 'set idle_in_transaction_session_timeout = 500'
      await connection.execute(impatient)
      await upgrade(at.context({ connection }))
      await connection.execute(impatient)
      await runSeeds(at.context({ connection }), readSeeds(seeds), { environment: 'test' })
    })
    expect(await count('a1')).toBe(3)
  })

  it.runIf(engine.name === 'sqlite')(
    'a quarter of a million statements are one revision',
    { timeout: 120_000 },
    async () => {
      const rows = Array.from({ length: 250_000 }, (_, at) => `insert into t values (${at});`)
      await at.writeSql('a1', [], `create table t (i integer);\n${rows.join('\n')}`, 'drop table t')
      await upgrade(at.context())
      expect(await count('t')).toBe(250_000)
      await downgrade(at.context(), { confirm: () => true })
    },
  )

  it.runIf(engine.name === 'mysql')('a list longer than the longest message is several messages', async () => {
    await at.on(async (connection) => {
      const [row] = await connection.query<{ longest: number }>('select @@max_allowed_packet as longest')
      await connection.execute('create table t (i integer)')
      const wide = `insert into t values (length('${'x'.repeat(60_000)}'))`
      const list = Array.from({ length: Math.ceil(Number(row?.longest) / 60_000) + 20 }, () => wide)
      expect(await connection.executeAll?.(list)).toEqual({ completed: list.length })
      const far = list.length - 5
      const { completed, error } = (await connection.executeAll?.(list.with(far, 'insert into t valuez (1)'))) ?? {}
      expect(completed).toBe(far)
      const offset = at.dialect.explain(error, { sql: list.join('\n;\n') }).offset ?? 0
      expect(offset).toBeGreaterThanOrEqual(far * (wide.length + 3))
    })
    expect(await count('t')).toBeGreaterThan(250)
  })
})
