// Drizzle models for MySQL become the same database that drizzle-kit makes of them, and defaults hold the very value they name.
import { cp, mkdir, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Dialect, Shadow } from '../src/dialects/dialect.ts'
import { dialectNamed } from '../src/dialects/index.ts'
import type { Schema } from '../src/schema/schema.ts'
import { drizzle } from '../src/sources/index.ts'
import { mysqlAnswers, mysqlServer, scratchFolder } from './support/databases.ts'

const fixtures = resolve(import.meta.dirname, 'fixtures/drizzle')
const kit: typeof import('drizzle-kit/api') = createRequire(import.meta.url)('drizzle-kit/api')

describe.runIf(await mysqlAnswers())('Drizzle on MySQL', () => {
  let dialect: Dialect
  let shadow: Shadow
  beforeAll(async () => {
    dialect = await dialectNamed('mysql')
    shadow = await dialect.openShadow({ target: mysqlServer })
  })
  afterAll(() => shadow.close())

  const ddl = (file: string, directory = fixtures): Promise<string[]> =>
    drizzle(file).ddl({ dialect: 'mysql', directory })
  const schemaOf = (statements: readonly string[]): Promise<Schema> =>
    shadow.scratch(async (connection) => {
      await shadow.load(connection, statements)
      return dialect.inspect(connection)
    })

  test('rich models make the database that drizzle-kit makes', async () => {
    const models = await import('./fixtures/drizzle/mysql.ts')
    const theirs = await kit.generateMySQLMigration(
      await kit.generateMySQLDrizzleJson({}),
      await kit.generateMySQLDrizzleJson({ ...models }),
    )
    const ours = await schemaOf(await ddl('mysql.ts'))
    expect(ours.tables.map(({ name }) => name)).toEqual(['posts', 'tagging', 'users'])
    // MariaDB takes no attribute behind `serial` that it holds already.
    const plain = theirs.map((statement) => statement.replace('serial AUTO_INCREMENT NOT NULL', 'serial'))
    expect(ours).toEqual(await schemaOf(plain))
    expect(ours.tables.flatMap(({ indexes }) => indexes).length).toBeGreaterThan(6)
    expect(ours.objects.map(({ name, extra }) => [name, extra])).toEqual([
      ['active_users', { algorithm: 'merge', security: 'invoker' }],
      ['loud', undefined],
    ])
  })

  test('printing twice is the same, and so is what the server makes of it', async () => {
    expect(await ddl('mysql.ts')).toEqual(await ddl('mysql.ts'))
    expect(await schemaOf(await ddl('mysql.ts'))).toEqual(await schemaOf(await ddl('mysql.ts')))
  })

  test('defaults are the very values of the models', async () => {
    const statements = await ddl('exact-mysql.ts')
    const [row] = await shadow.scratch(async (connection) => {
      await shadow.load(connection, statements)
      await connection.execute('insert into exact (id) values (1)')
      return connection.query<Record<string, unknown>>('select * from exact')
    })
    expect(row).toMatchObject({
      quote: `it's a "test" \\ of; -- $1 'quotes'`,
      long: `it's\na "text" \\ too`,
      json: { "it's": ["a'b", { deep: '"' }] },
      kind: 'back\\slash',
      big: '9007199254740993',
      moment: '2024-02-29 12:34:56.789',
      flag: 0,
      amount: '12.30',
    })
  })

  test('models of the 1.0 line make the same tables, with names of their own', async () => {
    const folder = await scratchFolder()
    try {
      await mkdir(join(folder.path, 'node_modules'))
      await symlink(resolve('node_modules/drizzle-orm-rc'), join(folder.path, 'node_modules/drizzle-orm'))
      await cp(join(fixtures, 'mysql.ts'), join(folder.path, 'mysql.ts'))
      const now = await schemaOf(await ddl('mysql.ts', folder.path))
      const old = await schemaOf(await ddl('mysql.ts'))
      const columns = ({ tables }: Schema): unknown => tables.map(({ name, columns }) => [name, columns])
      expect(columns(now)).toEqual(columns(old))
      const keys = now.tables.flatMap(({ constraints }) => constraints.map(({ name }) => name))
      expect(keys).toContain('users_manager_id_users_id_fkey')
      expect(now.tables.flatMap(({ indexes }) => indexes.map(({ name }) => name))).toContain('email_unique')
    } finally {
      await folder.drop()
    }
  })

  test('models of another database are refused, not passed over', async () => {
    await expect(ddl('sqlite.ts')).rejects.toMatchObject({ code: 'SOURCE_FAILED' })
  })
})
