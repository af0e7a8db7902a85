// What public Drizzle applications write, taken through `migrate`: each becomes a proved revision, and twice is nothing.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { drizzle, godwit } from '../src/index.ts'
import { mysqlAnswers, mysqlServer, scratchFolder } from './support/databases.ts'

const withMysql = await mysqlAnswers()

let folder: Awaited<ReturnType<typeof scratchFolder>>
let place = ''
let at = 0
beforeAll(async () => {
  folder = await scratchFolder()
  // Above them all, so that they share the cache of the shadow.
  link(folder.path, 'drizzle-orm')
})
afterAll(() => folder.drop())
beforeEach(() => {
  place = join(folder.path, String(++at))
  mkdirSync(join(place, 'migrations'), { recursive: true })
})

function link(directory: string, version: string): void {
  mkdirSync(join(directory, 'node_modules'))
  symlinkSync(resolve('node_modules', version), join(directory, 'node_modules/drizzle-orm'))
}

const SHADOW: Record<string, { url?: string; dialect?: string }> = {
  postgres: { dialect: 'postgres' },
  sqlite: { dialect: 'sqlite' },
  mysql: { dialect: 'mysql', url: `${mysqlServer}/none` },
}

/** Writes the next revision from these models; the operations as SQL, and what a second look finds. */
async function migrated(dialect: string, models: string): Promise<{ sql: string; again: boolean }> {
  writeFileSync(join(place, 'models.ts'), models)
  await using project = await godwit({
    cwd: place,
    config: { ...SHADOW[dialect], source: drizzle('./models.ts'), revisions: './migrations' },
  })
  const { sql } = await project.migrate({ message: 'look', dryRun: true })
  await project.migrate({ message: 'next' })
  await using second = await godwit({
    cwd: place,
    config: { ...SHADOW[dialect], source: drizzle('./models.ts'), revisions: './migrations' },
  })
  const { nothing } = await second.migrate({ message: 'twice' })
  return { sql: sql ?? '', again: nothing }
}

const ddl = (models: string): Promise<string[]> => {
  writeFileSync(join(place, 'models.ts'), models)
  return drizzle('./models.ts').ddl({ dialect: 'postgres', directory: place })
}

describe('a length is no depth of an array', () => {
  const COLUMNS = `
import { bit, halfvec, integer, pgTable, sparsevec, vector } from 'drizzle-orm/pg-core'
export const docs = pgTable('docs', {
  id: integer(),
  flags: bit({ dimensions: 4 }).default('1010'),
  v: vector({ dimensions: 3 }).default([1, 2, 3]),
  h: halfvec({ dimensions: 3 }).default([1, 2, 3]),
  s: sparsevec({ dimensions: 5 }).default('{1:1,3:2}/5'),
`
  const TYPES = `create table "docs" (
  "id" integer,
  "flags" bit(4) default '1010',
  "v" vector(3) default '[1,2,3]',
  "h" halfvec(3) default '[1,2,3]',
  "s" sparsevec(5) default '{1:1,3:2}/5',
`

  test('of vectors and bits', async () => {
    const lists = '  lists: integer().array().array(),\n  vs: vector({ dimensions: 3 }).array(),\n})\n'
    expect(await ddl(COLUMNS + lists)).toEqual([
      'create extension if not exists "vector"',
      `${TYPES}  "lists" integer[][],\n  "vs" vector(3)[]\n)`,
    ])
  })

  test('of the 1.0 line', async () => {
    link(place, 'drizzle-orm-rc')
    const lists = "  lists: integer().array('[][]'),\n  bits: bit({ dimensions: 3 }).array(),\n})\n"
    expect(await ddl(COLUMNS + lists)).toEqual([
      'create extension if not exists "vector"',
      `${TYPES}  "lists" integer[][],\n  "bits" bit(3)[]\n)`,
    ])
  })

  test('vectors bring their extension, which stays when they go', async () => {
    const { sql, again } = await migrated('postgres', `${COLUMNS}})\n`)
    expect(sql).toMatch(/create extension if not exists vector;[\s\S]*v public\.vector\(3\)/i)
    expect(again).toBe(true)
    const less =
      "import { integer, pgTable } from 'drizzle-orm/pg-core'\nexport const docs = pgTable('docs', { id: integer() })\n"
    expect((await migrated('postgres', less)).sql).not.toMatch(/extension/i)
  })

  test('bits keep their default through a migration', async () => {
    const { sql, again } = await migrated(
      'postgres',
      "import { bit, pgTable } from 'drizzle-orm/pg-core'\nexport const docs = pgTable('docs', { flags: bit({ dimensions: 4 }).default('1010') })\n",
    )
    expect(sql).toMatch(/flags bit\(4\) default '1010'/i)
    expect(again).toBe(true)
  })
})

describe('a foreign key finds the unique index that it needs', () => {
  const models = (core: string, table: string, int: string, text: string): string => `
import { foreignKey, ${int}, ${table}, ${text.replace(/\(.*/, '')}, uniqueIndex } from 'drizzle-orm/${core}'
export const countries = ${table}('countries', { id: ${int}('id').primaryKey(), code: ${text}.notNull() }, (t) => [uniqueIndex('countries_code').on(t.code)])
export const cities = ${table}('cities', { id: ${int}('id').primaryKey(), code: ${text}.references(() => countries.code) })
// Itself, and two columns at once.
export const nodes = ${table}('nodes', { id: ${int}('id').primaryKey(), tree: ${int}('tree').notNull(), slot: ${int}('slot').notNull(), up: ${int}('up') }, (t) => [
  uniqueIndex('nodes_place').on(t.tree, t.slot),
  foreignKey({ name: 'nodes_up', columns: [t.tree, t.up], foreignColumns: [t.tree, t.slot] }),
])
`
  test.each([
    { dialect: 'postgres', text: models('pg-core', 'pgTable', 'integer', "text('code')") },
    { dialect: 'sqlite', text: models('sqlite-core', 'sqliteTable', 'integer', "text('code')") },
    { dialect: 'mysql', text: models('mysql-core', 'mysqlTable', 'int', "varchar('code', { length: 9 })") },
  ])('$dialect', async ({ dialect, text }) => {
    if (dialect === 'mysql' && !withMysql) return
    expect(await migrated(dialect, text)).toMatchObject({ again: true })
  })

  test('where both come to tables that are there', async () => {
    const table = (index: string, references: string): string => `
import { integer, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
export const countries = pgTable('countries', { code: text().notNull() }, (t) => [${index}])
export const cities = pgTable('cities', { code: text()${references} })
`
    expect(await migrated('postgres', table('', ''))).toMatchObject({ again: true })
    const both = table("uniqueIndex('countries_code').on(t.code)", '.references(() => countries.code)')
    const { sql, again } = await migrated('postgres', both)
    expect(sql).toMatch(/unique index[\s\S]*foreign key/i)
    expect(again).toBe(true)
  })
})

describe.runIf(withMysql)('ON UPDATE behind a default of MySQL', () => {
  test.each([
    ['CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP', /default current_timestamp\(?\)? on update current_timestamp/i],
    ['now() on update now()', /default current_timestamp\(?\)? on update current_timestamp/i],
    ['NULL ON UPDATE CURRENT_TIMESTAMP', /on update current_timestamp/i],
    ["'2020-01-01 00:00:00' ON UPDATE CURRENT_TIMESTAMP()", /default '2020-01-01 00:00:00' on update/i],
  ])('%s', async (text, wanted) => {
    const { sql, again } = await migrated(
      'mysql',
      `import { sql } from 'drizzle-orm'\nimport { datetime, int, mysqlTable, timestamp } from 'drizzle-orm/mysql-core'
export const t = mysqlTable('t', { id: int().primaryKey(), at: timestamp().default(sql\`${text}\`), on: datetime().default(sql\`${text}\`) })\n`,
    )
    expect(sql.match(/on update/gi)).toHaveLength(2)
    expect(sql).toMatch(wanted)
    expect(again).toBe(true)
  })

  test('with fractions, and with .onUpdateNow() as well', async () => {
    const { sql, again } = await migrated(
      'mysql',
      `import { sql } from 'drizzle-orm'\nimport { int, mysqlTable, timestamp } from 'drizzle-orm/mysql-core'
export const t = mysqlTable('t', { id: int().primaryKey(), at: timestamp({ fsp: 3 }).notNull().default(sql\`CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)\`).onUpdateNow() })\n`,
    )
    expect(sql.match(/on update current_timestamp\(3\)/gi)).toHaveLength(1)
    expect(again).toBe(true)
  })
})

test.each([
  { version: '0.44.7', old: true },
  { version: '0.29.0', old: true },
  { version: '0.45.0', old: false },
  { version: '0.100.1', old: false },
  { version: '1.0.0-beta.2', old: false },
])('drizzle-orm $version, older than what is read: $old', async ({ version, old }) => {
  const { loadOrm } = await import('../src/sources/drizzle/orm.ts')
  const package_ = join(place, 'other/node_modules/drizzle-orm')
  mkdirSync(package_, { recursive: true })
  writeFileSync(join(package_, 'package.json'), JSON.stringify({ version, type: 'module', main: 'index.js' }))
  writeFileSync(join(package_, 'index.js'), 'export const is = 1\n')
  const loaded = loadOrm(join(place, 'other/models.ts'))
  if (!old) await expect(loaded).resolves.toMatchObject({ line: version.startsWith('0.') ? '0' : '1' })
  else {
    await expect(loaded).rejects.toMatchObject({
      code: 'SOURCE_FAILED',
      message: `The models are made with drizzle-orm ${version}, which is too old.`,
      fix: expect.stringContaining('npm install drizzle-orm@0.45'),
    })
  }
})
