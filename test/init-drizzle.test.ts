// What `init` finds of Drizzle in a project, and takes over from the configuration of drizzle-kit.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadConfig } from '../src/config.ts'
import { ignoring } from '../src/runner/ignored.ts'
import { detectModels } from '../src/sources/detect.ts'
import { project } from './support/cli.ts'

let place = ''
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'godwit-test-'))
})
afterEach(() => rmSync(place, { recursive: true, force: true }))

function files(texts: Record<string, string>): void {
  for (const [name, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(place, name)), { recursive: true })
    writeFileSync(join(place, name), text)
  }
}

const TABLE =
  "import { pgTable, text } from 'drizzle-orm/pg-core'\nexport const users = pgTable('users', { name: text() })\n"

describe('a file that gathers the models stays a file', () => {
  test.each([
    ["export * from './users'\n", 'src/db/schema/users.ts'],
    ["export { users } from './users.js'\n", 'src/db/schema/users.ts'],
    ["export * from '../tables'\n", 'src/db/tables/index.ts'],
  ])('%j', (text, other) => {
    files({ 'src/db/schema/index.ts': text, [other]: TABLE, 'src/db/schema/seed.ts': 'throw new Error()\n' })
    expect(detectModels(place)).toEqual({
      source: 'drizzle',
      paths: ['./src/db/schema/index.ts'],
      dialect: 'postgres',
      evidence: './src/db/schema/index.ts',
    })
  })

  test('one that gathers something else is passed over', () => {
    files({ 'src/db/schema/index.ts': "export * from './words'\n", 'src/db/schema/words.ts': 'export const a = 1\n' })
    expect(detectModels(place)).toBeUndefined()
  })
})

describe('a configuration under another name', () => {
  const CONFIG = "export default defineConfig({ schema: './m.ts', dialect: 'mysql' })\n"
  test.each([
    [{ 'drizzle.config.mts': CONFIG }, 'drizzle.config.mts'],
    [{ 'drizzle.dev.config.ts': CONFIG }, 'drizzle.dev.config.ts'],
    [{ 'drizzle-config.js': CONFIG }, 'drizzle-config.js'],
    [
      { 'package.json': '{"scripts":{"push":"drizzle-kit push --config=ops/kit.ts"}}', 'ops/kit.ts': CONFIG },
      'ops/kit.ts',
    ],
  ])('%j', (texts, evidence) => {
    files(texts)
    expect(detectModels(place)).toEqual({ source: 'drizzle', paths: ['./m.ts'], dialect: 'mysql', evidence })
  })
})

test('comments, and the table of drizzle-kit, are no settings', () => {
  files({
    'drizzle.config.ts': `
      // schema: './old.ts',
      /* casing: 'camelCase' */
      export default defineConfig({
        migrations: { table: 'journal', schema: 'ops' },
        schema: ['./src/**/*.schema.ts', '!./src/old/*.ts'], // casing: 'camelCase'
        dialect: "postgresql",
        casing: "snake_case",
        dbCredentials: { url: 'postgres://x//y' },
      })`,
  })
  expect(detectModels(place)).toMatchObject({
    paths: ['./src/**/*.schema.ts', '!./src/old/*.ts'],
    dialect: 'postgres',
    casing: 'snake_case',
    ignore: ['ops.journal'],
  })
})

describe('what is left alone', () => {
  const table = (name: string) => ({ name, columns: [], constraints: [], indexes: [] })
  const all = ['shop_users', 'other', 'auth.shop_keys', 'auth.other', 'audit.log']
  test.each([
    ["tablesFilter: ['shop_*']", ['shop_users', 'auth.shop_keys', 'auth.other', 'audit.log']],
    ["tablesFilter: 'shop_*', schemaFilter: ['public', 'auth']", ['shop_users', 'auth.shop_keys']],
    ["tablesFilter: ['!other']", ['shop_users', 'auth.shop_keys', 'audit.log']],
    ["schemaFilter: ['public']", ['shop_users', 'other']],
    ["schemaFilter: 'auth'", ['auth.shop_keys', 'auth.other']],
    ["schemaFilter: ['public', 'auth']", ['shop_users', 'other', 'auth.shop_keys', 'auth.other']],
  ])('%s', (setting, ours) => {
    files({ 'drizzle.config.ts': `export default { schema: './m.ts', dialect: 'postgresql', ${setting} }` })
    const found = detectModels(place)?.ignore ?? []
    const ignored = ignoring(found, { namespaces: { type: 'schema', default: 'public' } })
    const { tables } = ignored.without({ tables: all.map(table), objects: [], dependencies: [] })
    expect(tables.map(({ name }) => name)).toEqual(ours)
  })
})

test('init writes it down, and the configuration holds it', async () => {
  const app = await project({
    'package.json': '{"type":"module"}',
    'drizzle.config.ts':
      "export default { schema: './src/schema.ts', dialect: 'sqlite', casing: 'snake_case', tablesFilter: ['shop_*'] }\n",
    'src/schema.ts':
      "import { integer, sqliteTable } from 'drizzle-orm/sqlite-core'\nexport const users = sqliteTable('shop_users', { firstYear: integer() })\nexport const other = sqliteTable('other', { id: integer() })\n",
  })
  try {
    const { code, stdout } = await app.cli(['init', '--json'])
    expect(code).toBe(0)
    const text = readFileSync(join(app.path, 'godwit.config.ts'), 'utf8')
    expect(text).toContain("source: drizzle('./src/schema.ts', { casing: 'snake_case' }),")
    expect(text).toContain("// As drizzle.config.ts says it.\n  ignore: ['*', '!shop_*'],")
    expect((await loadConfig({ cwd: app.path, env: {} })).ignore).toEqual(['*', '!shop_*'])
    const { first } = JSON.parse(stdout) as { first: { file: string } }
    const revision = readFileSync(join(app.path, first.file), 'utf8')
    expect(revision).toContain("'first_year'")
    expect(revision).not.toContain("'other'")
  } finally {
    await app.drop()
  }
})
