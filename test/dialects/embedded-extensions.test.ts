// Extensions of the embedded engine: taken only when it starts, and named anywhere in what a revision runs.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Shadow } from '../../src/dialects/dialect.ts'
import { dialect } from '../../src/dialects/postgres/index.ts'
import { downgrade, upgrade } from '../../src/runner/index.ts'
import { failure, type Ground, ground } from '../contract/support.ts'
import { scratchPglite } from '../support/databases.ts'

// The name is put together, so that no reading of the text finds it.
const dynamic = (name: string): string =>
  `do $$ begin execute format('create extension %I', ${[...name].map((letter) => `'${letter}'`).join(' || ')}); end $$`
// As dumps and other tools write it: where the engine does not offer it, nothing happens, and nobody notices.
const guarded = (name: string): string =>
  `do $$ begin
     if exists (select from pg_available_extensions where name = '${name}') then create extension if not exists ${name}; end if;
   end $$`

describe('a revision on the embedded engine makes an extension', () => {
  let at: Ground
  beforeAll(async () => {
    at = await ground({ name: 'pglite', scratch: scratchPglite, shared: true })
    return () => at.drop()
  })

  it('among other statements, in its one transaction', async () => {
    await at.writeSql(
      'a1',
      [],
      'create extension citext;\ncreate table people (email citext primary key);',
      'drop table people; drop extension citext',
    )
    await upgrade(at.context())
    await at.on((connection) => connection.execute("insert into people values ('Ada@example.org')"))
    expect(await at.ask("select count(*)::int as n from people where email = 'ADA@EXAMPLE.ORG'")).toEqual([{ n: 1 }])
    await downgrade(at.context(), { confirm: () => true })
    await upgrade(at.context())
  }, 60_000)

  it('in a block, behind a question, from code, and by a name that nobody reads beforehand', async () => {
    await at.writeSql(
      'b2',
      ['a1'],
      `${guarded('pg_trgm')};\ncreate index on people using gin ((email::text) gin_trgm_ops);`,
      '',
    )
    await at.writeSql(
      'c3',
      ['b2'],
      `create table first (i int);\n${dynamic('ltree')};\ncreate table trees (path ltree);`,
      '',
    )
    await writeFile(
      join(at.folder, 'd4.ts'),
      `import { op, revision } from 'godwit'
export default revision({ id: 'd4', parents: ['c3'], message: 'code', operations: [op.run({
  async up(database) {
    await database.execute('create table before (i int)')
    await database.execute('create extension hstore')
    await database.execute('create table bags (bag hstore)')
  },
  down() {},
})] })`,
    )
    await upgrade(at.context())
    expect(await at.ask('select extname::text as name from pg_extension where oid >= 16384 order by 1')).toEqual(
      ['citext', 'hstore', 'ltree', 'pg_trgm'].map((name) => ({ name })),
    )
  }, 60_000)

  it('and an error in the statement behind it has its place in the file', async () => {
    const file = await at.writeSql('e5', ['d4'], 'create extension cube;\ncreate table äö (c cube, d nonsense);', '')
    const error = await failure(upgrade(at.context()))
    expect(error.place).toMatchObject({ file, line: 8, column: 'create table äö (c cube, d '.length + 1 })
    expect(await at.ask("select 1 as one from pg_extension where extname = 'cube'")).toEqual([])
  }, 60_000)

  it('that the engine does not have: said, and nothing is left', async () => {
    await at.writeSql('e5', ['d4'], 'create table gone (i int);\ncreate extension timescaledb;', '')
    expect((await failure(upgrade(at.context()))).message).toContain('timescaledb')
    expect(await at.ask("select to_regclass('gone')::text as found")).toEqual([{ found: null }])
  }, 60_000)
})

describe('on the shadow', () => {
  let shadow: Shadow
  beforeAll(async () => {
    shadow = await dialect.openShadow({})
  })
  afterAll(() => shadow.close())

  it.each([
    ['a block', 'pgcrypto', 'do $$ begin create extension if not exists "pgcrypto"; end $$'],
    ['a block that asks first', 'unaccent', guarded('unaccent')],
    ['a name that is put together', 'seg', dynamic('seg')],
    ['a function', 'isn', "create function make() returns void language sql as 'create extension isn'; select make()"],
  ])(
    '%s makes one',
    async (_, name, sql) => {
      const made = await shadow.scratch(async (connection) => {
        await shadow.load(connection, [...(await dialect.split(sql)).map((each) => each.sql), 'create table t (i int)'])
        return connection.query("select extname::text as name from pg_extension where extname <> 'plpgsql'")
      })
      expect(made).toEqual([{ name }])
    },
    60_000,
  )
})
