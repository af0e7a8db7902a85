// Names that the server cuts (PostgreSQL) or refuses (MySQL): the error names them all, and says to name them.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Godwit, type GodwitError, godwit, sql } from '../../src/index.ts'
import { mysqlAnswers, type ScratchDatabase, scratchFolder, scratchMysql } from '../support/databases.ts'

const long = (end: string): string =>
  `${'customer_subscription_billing_period_adjustment_lines_tenant_'.padEnd(64, 'x')}${end}`
const [one, two] = [long('_one'), long('_two')]

let folder: Awaited<ReturnType<typeof scratchFolder>>
beforeAll(async () => {
  folder = await scratchFolder()
})
afterAll(() => folder.drop())

async function refusal(migrations: Godwit, schema: string): Promise<GodwitError> {
  writeFileSync(join(folder.path, 'schema.sql'), schema)
  return migrations.migrate({ message: 'next' }).then(
    () => Promise.reject(new Error('it was taken')),
    (error: GodwitError) => error,
  )
}

describe('PostgreSQL', () => {
  let migrations: Godwit
  beforeAll(async () => {
    migrations = await godwit({
      cwd: folder.path,
      config: { url: `pglite:${join(folder.path, 'db')}`, source: sql('schema.sql') },
    })
  })
  afterAll(() => migrations.close())

  test.each([
    ['keys of one table', `create table t (a int constraint ${one} unique, b int constraint ${two} unique);`],
    [
      'indexes in two statements',
      `create table t (a int); create index ${one} on t (a); create index ${two} on t (a);`,
    ],
    ['columns', `create table t ("${one}" int, "${two}" int);`],
    ['types', `create type ${one} as enum ('a'); create type ${two} as enum ('a');`],
    [
      'a name of just 63 bytes',
      `create table t (a int); create index ${one.slice(0, 63)} on t (a); create index ${one} on t (a);`,
    ],
    ['letters of two bytes', `create table t ("${'ä'.repeat(40)}" int, "${'ä'.repeat(32)}" int);`],
  ])('%s', async (_, schema) => {
    const { code, fix } = await refusal(migrations, schema)
    expect(code).toBe('STATEMENT_FAILED')
    const names = [...schema.matchAll(/[a-zäx_]{31,}/g)].map(([name]) => name)
    for (const name of names) expect(fix).toContain(`"${name}"`)
    expect(fix).toMatch(
      /^The server keeps 63 bytes of a name, and these become one: .* Give each of them a name of its own/,
    )
  })

  test('a name that is taken by nothing of its length is no such thing', async () => {
    const { fix = '' } = await refusal(migrations, `create table t (a int); create table t (b int, ${one} int);`)
    expect(fix).not.toContain('63 bytes')
  })

  test('names of their own are the way out', async () => {
    writeFileSync(
      join(folder.path, 'schema.sql'),
      'create table t (a int); create index short on t (a); create index other on t (a);',
    )
    expect(await migrations.migrate({ message: 'next' })).toMatchObject({ nothing: false })
  })
})

describe.runIf(await mysqlAnswers())('MySQL and MariaDB', () => {
  let database: ScratchDatabase
  let migrations: Godwit
  beforeAll(async () => {
    database = await scratchMysql()
    migrations = await godwit({
      cwd: folder.path,
      config: { url: database.url, revisions: 'mysql', source: sql('schema.sql') },
    })
  })
  afterAll(async () => {
    await migrations.close()
    await database.drop()
  })

  test('refused names are all named', async () => {
    const { code, fix } = await refusal(
      migrations,
      `create table t (a int, b int, unique key ${one} (a), unique key \`${two}\` (b));`,
    )
    expect(code).toBe('STATEMENT_FAILED')
    expect(fix).toBe(
      `A name has at most 64 characters: give "${one}" and "${two}" a shorter name of its own in the models.`,
    )
  })
})
