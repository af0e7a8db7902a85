// Drizzle models become the same database that drizzle-kit makes of them, and defaults hold the very value they name.

import { cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { DatabaseSync } from '@photostructure/sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { drizzle } from '../src/sources/index.ts'
import { scratchFolder } from './support/databases.ts'

const fixtures = resolve(import.meta.dirname, 'fixtures/drizzle')
const kit: typeof import('drizzle-kit/api') = createRequire(import.meta.url)('drizzle-kit/api')

let database: PGlite
beforeAll(async () => {
  database = await PGlite.create()
})
afterAll(() => database.close())

/** Everything the catalog says about the objects of the models, as text. */
const FINGERPRINT = `
  select 'column', c.oid::regclass || '.' || attname as name, format_type(atttypid, atttypmod), concat_ws(' ', attnotnull, attidentity, attgenerated, pg_get_expr(adbin, adrelid)) as def
    from pg_attribute join pg_class c on c.oid = attrelid left join pg_attrdef on adrelid = attrelid and adnum = attnum
    where attnum > 0 and relkind in ('r', 'v', 'm') and relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
  union all select 'order', attrelid::regclass::text, '', string_agg(attname, ',' order by attnum) from pg_attribute join pg_class c on c.oid = attrelid
    where attnum > 0 and relkind = 'r' and relnamespace::regnamespace::text !~ '^(pg_|information_schema)' group by 2
  union all select 'constraint', conrelid::regclass || ' ' || conname, contype::text, pg_get_constraintdef(oid) from pg_constraint where conrelid <> 0 and contype <> 'n'
    and connamespace::regnamespace::text !~ '^(pg_|information_schema)'
  union all select 'index', indexname, '', indexdef from pg_indexes where schemaname !~ '^(pg_|information_schema)'
  union all select 'sequence', schemaname || '.' || sequencename, data_type::text, concat_ws(' ', start_value, min_value, max_value, increment_by, cycle, cache_size) from pg_sequences
  union all select 'enum', enumtypid::regtype::text, '', string_agg(enumlabel, '|' order by enumsortorder) from pg_enum group by 2
  union all select 'view', viewname, '', definition from pg_views where schemaname !~ '^(pg_|information_schema)'
  union all select 'matview', matviewname, ispopulated::text, definition from pg_matviews
  union all select 'class', oid::regclass::text, relkind::text, concat_ws(' ', relrowsecurity, reloptions) from pg_class where relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
  union all select 'policy', tablename || policyname, cmd, concat_ws(' ', permissive, roles, qual, with_check) from pg_policies
  order by 1, 2, 3, 4`

/** The catalog after these statements, which are thrown away again. */
async function catalogAfter(statements: readonly string[]): Promise<string[]> {
  let rows: string[] = []
  await database
    .transaction(async (transaction) => {
      for (const statement of statements) await transaction.exec(statement)
      await transaction.exec("set local search_path = ''")
      const result = await transaction.query<Record<string, string>>(FINGERPRINT)
      rows = result.rows.map((row) => Object.values(row).join(' · '))
      await transaction.rollback()
    })
    .catch((error) => {
      throw new Error(`${error.message}\n${error.query ?? ''}`)
    })
  return rows
}

/** What an SQLite database says of itself: the pragmas, not the text, which is ours to write. */
function sqliteCatalog(statements: readonly string[]): unknown {
  const open = new DatabaseSync(':memory:')
  for (const statement of statements) open.exec(statement)
  const all = (sql: string): unknown[] => open.prepare(sql).all()
  const catalog = {
    columns: all(
      `select m.name as t, c.* from sqlite_schema m, pragma_table_xinfo(m.name) c where m.type in ('table', 'view') order by 1, 2`,
    ),
    indexes: all(
      `select m.name as t, i.name, i."unique", i.origin, i.partial, x.* from sqlite_schema m, pragma_index_list(m.name) i, pragma_index_xinfo(i.name) x where m.type = 'table' order by 1, 2, x.seqno`,
    ),
    keys: all(
      `select m.name as t, f.* from sqlite_schema m, pragma_foreign_key_list(m.name) f where m.type = 'table' order by 1, 2, 3`,
    ),
    texts: all(`select name, type from sqlite_schema order by name`),
  }
  open.close()
  return JSON.parse(JSON.stringify(catalog))
}

const ddl = (file: string, dialect: string, directory = fixtures, options = {}): Promise<string[]> =>
  drizzle(file, options).ddl({ dialect, directory })

describe('on PostgreSQL', () => {
  test('rich models make the database that drizzle-kit makes', async () => {
    const models = await import('./fixtures/drizzle/postgres.ts')
    const theirs = await kit.generateMigration(kit.generateDrizzleJson({}), kit.generateDrizzleJson({ ...models }))
    const role = 'create role godwit_reader'
    const ours = await catalogAfter(await ddl('postgres.ts', 'postgres'))
    const kits = await catalogAfter([role, ...theirs.map((statement) => statement.replace('CONCURRENTLY ', ''))])
    expect(ours.length).toBeGreaterThan(140)
    expect(ours).toEqual(kits)
  })

  test('casing renames columns and constraints as drizzle-kit does', async () => {
    const models = await import('./fixtures/drizzle/casing.ts')
    for (const casing of ['snake_case', 'camelCase'] as const) {
      const theirs = await kit.generateMigration(
        kit.generateDrizzleJson({}, undefined, undefined, casing),
        kit.generateDrizzleJson({ ...models }, undefined, undefined, casing),
      )
      const ours = await catalogAfter(await ddl('casing.ts', 'postgres', fixtures, { casing }))
      expect(ours).toEqual(await catalogAfter(theirs))
    }
  })

  test('defaults are the very values of the models, where drizzle-kit breaks too', async () => {
    const statements = await ddl('exact.ts', 'postgres')
    let row: unknown
    await database.transaction(async (transaction) => {
      for (const statement of statements) await transaction.exec(statement)
      await transaction.exec('insert into exact (id) values (1)')
      const cells = `quote, tags, json, jsons, "bigInt"::text, "bigInts"::text, "jsonText", "jsonTexts"::text, point::text, line::text,
        bytes::text, moment::text, moments::text, nothing, flag, flags::text, nan, uuids::text`
      row = (await transaction.query(`select ${cells} from exact`)).rows[0]
      await expect(transaction.exec('insert into exact (id) values (11)')).rejects.toThrow(/small_id/)
      await transaction.rollback()
    })
    expect(row).toEqual({
      quote: `it's a "test" \\ of; -- $1 'quotes'`,
      tags: ["it's", 'a "b"', 'back\\slash', 'a,b', '{}', 'NULL', ''],
      json: { "it's": ["a'b", { deep: '"' }] },
      jsons: "it's",
      bigInt: '9007199254740993',
      bigInts: '{9007199254740993,-1}',
      jsonText: { already: 'json' },
      jsonTexts: `{"{\\"a\\": \\"it's\\"}"}`,
      point: '(1.5,-2)',
      line: '{1,2,3}',
      bytes: '\\x00ff27',
      moment: '2020-01-02 03:04:05.678',
      moments: '{"2020-01-02 03:04:05.678",NULL}',
      nothing: null,
      flag: false,
      flags: '{t,f}',
      nan: 0,
      uuids: '{00000000-0000-0000-0000-000000000001}',
    })
  })

  test('a table that is referred to but not exported is named', async () => {
    await expect(ddl('dangling.ts', 'postgres')).rejects.toMatchObject({
      code: 'SOURCE_FAILED',
      message: '"orders" refers to "customers", which is not among the models.',
    })
  })

  test('models of another database are refused', async () => {
    await expect(ddl('sqlite.ts', 'postgres')).rejects.toMatchObject({ code: 'SOURCE_FAILED' })
    await expect(ddl('postgres.ts', 'sqlite')).rejects.toMatchObject({ code: 'SOURCE_FAILED' })
  })
})

describe('on SQLite', () => {
  test('rich models make the database that drizzle-kit makes', async () => {
    const models = await import('./fixtures/drizzle/sqlite.ts')
    const theirs = await kit.generateSQLiteMigration(
      await kit.generateSQLiteDrizzleJson({}),
      await kit.generateSQLiteDrizzleJson({ ...models }),
    )
    expect(sqliteCatalog(await ddl('sqlite.ts', 'sqlite'))).toEqual(sqliteCatalog(theirs))
  })

  test('defaults are the very values of the models', async () => {
    const open = new DatabaseSync(':memory:')
    for (const statement of await ddl('exact-sqlite.ts', 'sqlite')) open.exec(statement)
    open.exec('insert into exact (id) values (1)')
    expect({
      ...open
        .prepare(
          'select id, quote, json, seconds, milliseconds, flag, cast(big as text) as "bigText", hex(bytes) as hex, bare, two from exact',
        )
        .get(),
    }).toMatchObject({
      id: 1,
      quote: "it's",
      json: `{"it's":[1]}`,
      seconds: 1577934245,
      milliseconds: 1577934245678,
      flag: 0,
      bigText: '9007199254740993',
      hex: '00FF27',
      bare: 'a',
      two: 'ab',
    })
    open.close()
  })
})

describe('the 1.0 line', () => {
  let folder: Awaited<ReturnType<typeof scratchFolder>>
  beforeAll(async () => {
    folder = await scratchFolder()
    await mkdir(join(folder.path, 'node_modules'))
    await symlink(resolve('node_modules/drizzle-orm-rc'), join(folder.path, 'node_modules/drizzle-orm'))
    for (const file of ['postgres.ts', 'sqlite.ts', 'exact.ts']) await cp(join(fixtures, file), join(folder.path, file))
    await writeFile(join(folder.path, 'package.json'), '{ "type": "module" }')
  })
  afterAll(() => folder.drop())

  test('is the same database but for the names its drizzle-kit gives', async () => {
    const nameless = (rows: string[]): string[] =>
      rows.filter((row) => !/^(constraint|index|class) /.test(row)).map((row) => row.replace(/_seq\b/g, ''))
    const old = await catalogAfter(await ddl('postgres.ts', 'postgres'))
    const statements = await ddl('postgres.ts', 'postgres', folder.path)
    const now = await catalogAfter(statements)
    expect(nameless(now)).toEqual(nameless(old))
    expect(now.length).toBe(old.length)
    const names = now.filter((row) => row.startsWith('constraint')).map((row) => row.split(' · ')[1])
    // Written down from what drizzle-kit 1.0.0-rc.5 prints for the same models.
    for (const name of [
      'users users_email_key',
      'users nick_is_taken',
      'users users_email_nick_unique',
      'users users_manager_id_users_id_fkey',
      'tagging tagging_pkey',
      'named named_key',
      'tagging tagged_by',
      'tagging tagging_post_id_posts_id_fkey',
    ]) {
      expect(names).toContain(`public.${name}`)
    }
  })

  test('holds the very same defaults', async () => {
    const text = (statements: string[]): string => statements.join('\n').replace(/constraint "\w+" /g, '')
    const now = text(await ddl('exact.ts', 'postgres', folder.path))
    expect(await catalogAfter([now])).toEqual(await catalogAfter([text(await ddl('exact.ts', 'postgres'))]))
  })

  test('names the constraints of SQLite', async () => {
    const text = (await ddl('sqlite.ts', 'sqlite', folder.path)).join('\n')
    expect(text).toContain('"email" text not null unique')
    expect(text).toContain('constraint "users_email_nick_unique" unique ("email", "nick")')
    expect(text).toContain('constraint "posts_pk" primary key ("a", "b")')
    expect(text).toContain('constraint "fk_posts_b_users_email_fk" foreign key ("b")')
  })
})

describe('loading', () => {
  test('a file that changed is read again, with what it imports', async () => {
    const folder = await scratchFolder()
    try {
      await mkdir(join(folder.path, 'node_modules'))
      await symlink(resolve('node_modules/drizzle-orm'), join(folder.path, 'node_modules/drizzle-orm'))
      const table = (column: string): string =>
        `import { integer, pgTable } from 'drizzle-orm/pg-core'\nexport const part = pgTable('part', { ${column}: integer() })\n`
      await writeFile(join(folder.path, 'part.ts'), table('a'))
      await writeFile(
        join(folder.path, 'models.ts'),
        "export * from './part'\nenum Old { A }\nexport const old = Old.A\n",
      )
      const read = (): Promise<string[]> => drizzle('models.ts').ddl({ dialect: 'postgres', directory: folder.path })
      expect(await read()).toEqual(['create table "part" (\n  "a" integer\n)'])
      await writeFile(join(folder.path, 'part.ts'), table('b'))
      expect(await read()).toEqual(['create table "part" (\n  "b" integer\n)'])
      await writeFile(join(folder.path, 'models.ts'), 'export const x = (')
      await expect(read()).rejects.toMatchObject({ code: 'SOURCE_FAILED' })
      // In a file that it imports, too: the line and the place in it.
      await writeFile(join(folder.path, 'models.ts'), "export * from './part'\n")
      await writeFile(join(folder.path, 'part.ts'), 'export const a: number = 1\nexport const b = [a,,}\n')
      await expect(read()).rejects.toMatchObject({
        code: 'SOURCE_FAILED',
        message: expect.stringContaining('part.ts cannot be loaded: Unexpected token'),
        place: { file: join(folder.path, 'part.ts'), line: 2, column: 22, text: 'export const b = [a,,}' },
      })
    } finally {
      await folder.drop()
    }
  })

  test('files that are not there are named', async () => {
    await expect(ddl('./nowhere/*.ts', 'postgres')).rejects.toMatchObject({ code: 'SOURCE_MISSING' })
  })
})
