// Models are spelled on top of what revisions made by hand: the way that docs/guides/drizzle.md names, walked.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { drizzle, type Godwit, godwit } from '../src/index.ts'
import { mysqlAnswers, mysqlServer, scratchFolder } from './support/databases.ts'

const withMysql = await mysqlAnswers()

let folder: Awaited<ReturnType<typeof scratchFolder>>
let place = ''
let at = 0
beforeAll(async () => {
  folder = await scratchFolder()
  mkdirSync(join(folder.path, 'node_modules'))
  symlinkSync(resolve('node_modules/drizzle-orm'), join(folder.path, 'node_modules/drizzle-orm'))
})
afterAll(() => folder.drop())
beforeEach(() => {
  place = join(folder.path, String(++at))
  mkdirSync(join(place, 'migrations'), { recursive: true })
})

const models = (text: string): void => writeFileSync(join(place, 'models.ts'), text)

async function using<Result>(
  work: (project: Godwit) => Promise<Result>,
  config: { dialect: string; url?: string; handmade?: string[] } = { dialect: 'postgres' },
): Promise<Result> {
  const { handmade, ...rest } = config
  const source = drizzle('./models.ts', handmade === undefined ? {} : { handmade })
  await using project = await godwit({ cwd: place, config: { ...rest, source, revisions: './migrations' } })
  return await work(project)
}

/** Writes an empty revision and fills it, as a person does. */
async function byHand(up: string[], down: string[], config?: Parameters<typeof using>[1]): Promise<void> {
  const { written } = await using((project) => project.revision({ message: 'by hand' }), config)
  const file = resolve(place, written.file)
  const list = (texts: string[]): string =>
    `[${texts.map((text) => `op.sql({ up: ${JSON.stringify(text)} })`).join(', ')}]`
  const text = readFileSync(file, 'utf8')
    .replace(/import \{.*\}/, 'import { op, revision }')
    .replace('operations: []', () => `operations: ${list(up)},\n  down: ${list(down)}`)
  writeFileSync(file, text)
}

const message = (name: string): { message: string } => ({ message: name })

describe('on PostgreSQL', () => {
  test('the types of extensions, domains, functions in defaults, checks and generated columns', async () => {
    models(`
import { sql } from 'drizzle-orm'
import { check, customType, index, integer, pgEnum, pgSchema, pgTable, pgView, text, vector } from 'drizzle-orm/pg-core'
const citext = customType<{ data: string }>({ dataType: () => 'citext' })
const email = customType<{ data: string }>({ dataType: () => 'email' })
export const mood = pgEnum('mood', ['good', 'bad'])
export const app = pgSchema('app')
export const users = pgTable('users', {
  id: text().primaryKey().default(sql\`new_id()\`),
  name: citext().notNull(),
  mail: email(),
  mood: mood().default('good'),
  slug: text().generatedAlwaysAs(sql\`app.slug(mail::text)\`),
  near: vector({ dimensions: 3 }),
}, (t) => [check('in_mood', sql\`is_fine(mood)\`), index('users_near').using('hnsw', t.near.op('vector_l2_ops'))])
export const posts = app.table('posts', { id: integer().primaryKey() })
export const named = pgView('named').as((qb) => qb.select({ s: sql<string>\`app.slug(\${users.mail}::text)\`.as('s') }).from(users))
`)
    // Without the revision it is said what to do.
    const failed = await using((project) => project.migrate(message('too early')).catch((error: unknown) => error))
    expect(failed).toMatchObject({ code: 'STATEMENT_FAILED', fix: expect.stringContaining('godwit revision -m') })

    await byHand(
      [
        'create extension citext',
        'create extension vector',
        "create domain email as citext check (value like '%@%')",
        "create type mood as enum ('good', 'bad')",
        "create function is_fine(mood) returns boolean immutable language sql as $$ select $1 = 'good' $$",
        'create schema app',
        'create function app.slug(text) returns text immutable language sql as $$ select lower($1) $$',
        'create function new_id() returns text language sql as $$ select md5(random()::text) $$',
        'create function rows_of_users() returns bigint language plpgsql as $$ begin return (select count(*) from users); end $$',
      ],
      [
        'drop function rows_of_users(), new_id(), app.slug(text), is_fine(mood); drop schema app; drop type mood; drop domain email; drop extension vector; drop extension citext',
      ],
    )
    const first = await using((project) => project.migrate(message('tables')))
    expect(first.changes.map(({ text }) => text)).toEqual([
      expect.stringContaining('create table app.posts'),
      expect.stringContaining('create table users'),
      expect.stringContaining('create view named'),
    ])
    expect(await using((project) => project.migrate(message('twice')))).toMatchObject({ nothing: true })
    expect(await using((project) => project.check({ database: false }))).toMatchObject({ ok: true, models: [] })
    // What the models can say and no longer do goes; what they cannot say stays.
    models(`
import { customType, pgEnum, pgSchema, pgTable, text } from 'drizzle-orm/pg-core'
const citext = customType<{ data: string }>({ dataType: () => 'citext' })
export const mood = pgEnum('mood', ['good', 'bad'])
export const app = pgSchema('app')
export const users = pgTable('users', { id: text().primaryKey(), name: citext().notNull() })
`)
    const { changes } = await using((project) => project.migrate({ message: 'less', dryRun: true }))
    expect(changes.map(({ text }) => text).join('\n')).not.toMatch(/extension|domain|function|schema|type/)
  })

  test('an enum that is made by hand, as handmade', async () => {
    const config = { dialect: 'postgres', handmade: ['enum'] }
    models(`
import { customType, integer, pgTable } from 'drizzle-orm/pg-core'
const level = customType<{ data: string }>({ dataType: () => 'level' })
export const tickets = pgTable('tickets', { id: integer().primaryKey(), level: level().default('low') })
`)
    await byHand(["create type level as enum ('low', 'high')"], ['drop type level'], config)
    const { changes } = await using((project) => project.migrate(message('tickets')), config)
    expect(changes).toHaveLength(1)
    expect(await using((project) => project.migrate(message('twice')), config)).toMatchObject({ nothing: true })
  })
})

test.runIf(withMysql)('on MySQL: a function that a view calls', async () => {
  const config = { dialect: 'mysql', url: `${mysqlServer}/none` }
  models(`
import { sql } from 'drizzle-orm'
import { int, mysqlTable, mysqlView } from 'drizzle-orm/mysql-core'
export const numbers = mysqlTable('numbers', { n: int().primaryKey() })
export const doubled = mysqlView('doubled').as((qb) => qb.select({ d: sql<number>\`twice(\${numbers.n})\`.as('d') }).from(numbers))
`)
  const failed = await using(
    (project) => project.migrate(message('too early')).catch((error: unknown) => error),
    config,
  )
  expect(failed).toMatchObject({ code: 'STATEMENT_FAILED', fix: expect.stringContaining('godwit revision -m') })
  await byHand(['create function twice(n int) returns int deterministic return n * 2'], ['drop function twice'], config)
  const { changes } = await using((project) => project.migrate(message('numbers')), config)
  expect(changes.map(({ text }) => text)).toEqual([
    expect.stringContaining('numbers'),
    expect.stringContaining('doubled'),
  ])
  expect(await using((project) => project.migrate(message('twice')), config)).toMatchObject({ nothing: true })
})
