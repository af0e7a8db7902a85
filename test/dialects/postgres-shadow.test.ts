// The shadow: empty each time, provided with what a schema names, and gone afterwards.
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Shadow } from '../../src/dialects/dialect.ts'
import { dialect } from '../../src/dialects/postgres/index.ts'
import { withDatabase } from '../../src/dialects/postgres/url.ts'
import {
  describeEach,
  postgresAnswers,
  type ScratchDatabase,
  scratchFolder,
  scratchPostgres,
} from '../support/databases.ts'

const server = await postgresAnswers()
let database: ScratchDatabase | undefined
let folder: Awaited<ReturnType<typeof scratchFolder>>
let embedded: Shadow
let remote: Shadow

beforeAll(async () => {
  folder = await scratchFolder()
  embedded = await dialect.openShadow({ cache: folder.path })
  if (server) {
    database = await scratchPostgres()
    remote = await dialect.openShadow({ url: database.url })
  }
})
afterAll(async () => {
  await embedded.close()
  await remote?.close()
  await database?.drop()
  await folder.drop()
})
const shadows = [
  { name: 'embedded', get: () => embedded },
  { name: 'a server', get: () => remote, answers: server },
]

describeEach(shadows)('$name', ({ get }) => {
  const load = (statements: string[]) =>
    get().scratch(async (connection) => {
      await get().load(connection, statements)
      return dialect.inspect(connection)
    })

  it('is empty each time', async () => {
    expect((await load(['create table t (a int)', 'create role godwit_test_gone'])).tables).toHaveLength(1)
    expect((await load([])).tables).toEqual([])
    expect((await load(['create role godwit_test_gone', 'create table t (a int)'])).tables).toHaveLength(1)
  })

  it('runs what cannot run in a transaction, and leaves out what is not ours to run', async () => {
    const schema = await load([
      'begin',
      'create table t (a int)',
      '-- slowly\ncreate index concurrently i on t (a)',
      'vacuum t',
      'commit',
      'alter system set work_mem = 1',
    ])
    expect(schema.tables[0]?.indexes.map(({ name }) => name)).toEqual(['i'])
  })

  it('provides roles, in plain sight and inside of blocks', async () => {
    const schema = await load([
      'create table t (a int)',
      'alter table t enable row level security',
      'create policy p on t to "godwit_test_A b" using (true)',
      "do $$ begin execute 'grant select on t to godwit_test_hidden'; end $$",
      'create role godwit_test_made',
      'grant select on t to godwit_test_made',
    ])
    expect(schema.objects).toMatchObject([{ type: 'policy', extra: { roles: ['godwit_test_A b'] } }])
  })

  it('provides extensions', async () => {
    const schema = await load(['create extension citext', 'create table t (a citext)'])
    expect(schema.tables[0]?.columns[0]?.type).toBe('public.citext')
  })

  it('uses a new value of an enum at once', async () => {
    const schema = await load([
      "create type mood as enum ('sad')",
      "alter type mood add value 'blue'",
      "create table t (m mood default 'blue')",
    ])
    expect(schema.tables[0]?.columns[0]?.default).toBe("'blue'::public.mood")
    expect((await load([])).objects).toEqual([])
  })

  it('stands as before after a dump that sets things', async () => {
    await get().scratch(async (connection) => {
      await get().load(connection, ["select pg_catalog.set_config('search_path', '', false)", 'set row_security = off'])
      await get().load(connection, ['create table t (a int)'])
      expect((await dialect.inspect(connection)).tables).toHaveLength(1)
    })
  })

  it('shows the statement that fails, and goes on', async () => {
    await get().scratch(async (connection) => {
      await expect(
        get().load(connection, ['create table t (a int)', 'create table u (\n  a nothing\n)']),
      ).rejects.toMatchObject({
        code: 'STATEMENT_FAILED',
        place: { line: 2, column: 5, text: '  a nothing' },
        data: { statement: 'create table u (\n  a nothing\n)', state: '42704' },
      })
      await get().load(connection, ['create table v (a int)'])
    })
  })

  it('says what to do about an extension that nobody has', async () => {
    await expect(load(['create extension godwit_not_there'])).rejects.toMatchObject({
      code: 'SHADOW_FAILED',
      message: expect.stringContaining('godwit_not_there'),
    })
  })
})

describe('the snapshot of the embedded engine', () => {
  it('is one file, and a damaged one is made again', async () => {
    await embedded.scratch(async () => undefined)
    const files = readdirSync(folder.path).filter((name) => name.endsWith('.tar'))
    expect(files).toEqual([expect.stringMatching(/^embedded-[\d.]+\.tar$/)])
    const other = await scratchFolder()
    writeFileSync(join(other.path, files[0] ?? ''), 'no archive')
    await using broken = await dialect.openShadow({ cache: other.path })
    await broken.scratch(async (connection) => {
      expect(await connection.query('select 1 as a')).toEqual([{ a: 1 }])
    })
    expect(existsSync(join(other.path, files[0] ?? ''))).toBe(true)
    await other.drop()
  })
})

describe('extensions of the embedded engine', () => {
  it('are at hand in an open scratch, once a schema has used them', async () => {
    await using shadow = await dialect.openShadow({ cache: folder.path })
    await shadow.scratch((connection) => shadow.load(connection, ['create extension seg']))
    await using later = await dialect.openShadow({ cache: folder.path })
    let tries = 0
    await later.scratch(async (connection) => {
      tries++
      await later.load(connection, ['create extension seg'])
    })
    expect(tries).toBe(1)
  })
})

describe.runIf(server)('scratch databases on a server', () => {
  const left = async (url: string): Promise<string[]> => {
    await using connection = await dialect.connect(url)
    const rows = await connection.query<{ name: string }>(
      `select datname::text as name from pg_database where datname like 'godwit\\_shadow\\_%'`,
    )
    return rows.map(({ name }) => name)
  }

  it('are gone with the shadow, and stale ones are swept', async () => {
    const url = database?.url ?? ''
    const stale = 'godwit_shadow_00000000000000aa'
    const unmarked = 'godwit_shadow_00000000000000bb'
    await using connection = await dialect.connect(withDatabase(url, 'postgres'))
    for (const name of [stale, unmarked]) await connection.execute(`drop database if exists ${name}`)
    for (const name of [stale, unmarked]) await connection.execute(`create database ${name}`)
    await connection.execute(`comment on database ${stale} is 'godwit shadow 2020-01-01T00:00:00.000Z'`)
    const before = await left(url)
    const shadow = await dialect.openShadow({ url })
    await shadow.scratch(async (inside) => {
      expect(before).not.toContain(inside.location.database)
      expect(await left(url)).toContain(inside.location.database)
    })
    await shadow.close()
    const after = await left(url)
    expect(after).not.toContain(stale)
    expect(after).toContain(unmarked)
    await connection.execute(`drop database ${unmarked}`)
  })
})

describe('extensions that are published beside the embedded engine', () => {
  it('are there where their package is installed', async () => {
    const read = await embedded.scratch(async (connection) => {
      await embedded.load(connection, [
        'create extension vector',
        "create table docs (id int primary key, v vector(3) default '[1,2,3]', h halfvec(3))",
        'create index docs_v on docs using hnsw (v vector_l2_ops)',
      ])
      await connection.execute("insert into docs (id) values (1); insert into docs values (2, '[9,9,9]')")
      const [near] = await connection.query<{ id: number }>("select id from docs order by v <-> '[1,1,1]' limit 1")
      return { near, schema: await dialect.inspect(connection) }
    })
    expect(read.near).toEqual({ id: 1 })
    const [docs] = read.schema.tables
    expect(docs?.columns.map(({ type }) => type)).toEqual(['integer', 'public.vector(3)', 'public.halfvec(3)'])
    expect(docs?.indexes.map(({ name }) => name)).toEqual(['docs_v'])
  })

  it('are named with the versions that npm takes together where it is not', async () => {
    const loading = embedded.scratch((connection) => embedded.load(connection, ['create extension postgis']))
    await expect(loading).rejects.toMatchObject({
      code: 'SHADOW_FAILED',
      fix: expect.stringMatching(
        /^npm install --save-dev @electric-sql\/pglite@\d\S+ @electric-sql\/pglite-postgis@\d/,
      ),
    })
  })

  it('that nobody publishes are only to be had on a server', async () => {
    const loading = embedded.scratch((connection) => embedded.load(connection, ['create extension timescaledb']))
    await expect(loading).rejects.toMatchObject({ code: 'SHADOW_FAILED', fix: expect.stringMatching(/^Set `shadow`/) })
  })
})
