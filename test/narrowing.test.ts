// A change of type that alters values is named by every verb that could run it, and counted before somebody has to agree.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { dialectOf } from '../src/dialects/index.ts'
import { GodwitError, godwit, sql } from '../src/index.ts'
import { redefined } from '../src/operations/narrowing.ts'
import { op } from '../src/operations/op.ts'
import { mysqlAnswers, postgresAnswers, scratchFolder, scratchMysql, scratchPostgres } from './support/databases.ts'

const column = (name: string, type: string) => ({ name, type, nullable: true })

describe('redefined columns', () => {
  it('go by the names that they have before the operations', () => {
    const change = { from: column('title', 'text'), to: column('title', 'integer') }
    expect(
      redefined([
        op.renameColumn({ table: 'posts', from: 'name', to: 'title' }),
        op.renameTable({ from: 'posts', to: 'articles' }),
        op.alterColumn({ table: 'articles', ...change }),
      ]),
    ).toEqual([{ operation: 2, table: 'posts', column: 'name', ...change }])
  })

  it('are not those that the operations make', () => {
    const change = { from: column('title', 'text'), to: column('title', 'integer') }
    const table = { name: 'posts', columns: [], constraints: [], indexes: [] }
    expect(
      redefined([
        op.createTable({ table }),
        op.alterColumn({ table: 'posts', ...change }),
        op.addColumn({ table: 'notes', column: column('title', 'text') }),
        op.alterColumn({ table: 'notes', ...change }),
      ]),
    ).toEqual([])
  })

  it('that look first are told by the schema', () => {
    const ensure = op.ensureColumnType({ table: 'posts', column: 'title', type: 'integer' })
    const from = column('title', 'text')
    const table = { name: 'posts', columns: [from], constraints: [], indexes: [] }
    expect(redefined([ensure])).toEqual([])
    expect(redefined([ensure], { tables: [table], objects: [], dependencies: [] })).toEqual([
      { operation: 0, table: 'posts', column: 'title', from, to: column('title', 'integer') },
    ])
  })
})

const engines = [
  {
    name: 'PostgreSQL',
    make: scratchPostgres,
    use: await postgresAnswers(),
    old: 'numeric(4,0)',
    wide: 'numeric(5,1)',
  },
  {
    name: 'MySQL or MariaDB',
    make: scratchMysql,
    use: await mysqlAnswers(),
    old: 'decimal(4,0)',
    wide: 'decimal(5,1)',
  },
]
for (const { name, make, use, old, wide } of engines) {
  describe.runIf(use)(name, () => {
    const drops: (() => Promise<void>)[] = []
    afterAll(async () => {
      for (const drop of drops) await drop()
    })

    it('says what a shorter fraction throws away', { timeout: 60_000 }, async () => {
      const [database, folder] = [await make(), await scratchFolder()]
      drops.push(database.drop, folder.drop)
      const models = (type: string): void =>
        writeFileSync(join(folder.path, 'schema.sql'), `create table shop (id integer primary key, price ${type});`)
      mkdirSync(join(folder.path, 'migrations'))
      const run = async (statement: string): Promise<void> => {
        await using connection = await (await dialectOf(database.url)).connect(database.url)
        await connection.execute(statement)
      }
      await using tool = await godwit({
        cwd: folder.path,
        config: { url: database.url, source: sql('schema.sql') },
      })
      models(old)
      await tool.migrate({ message: 'first' })
      models(wide)
      expect(await tool.migrate({ message: 'wider' })).toMatchObject({ losses: [] })
      await tool.upgrade()

      // Nothing is lost where no row holds a fraction.
      await run('insert into shop values (1, 7), (2, null)')
      expect(await tool.downgrade()).toMatchObject({ losses: [{ what: 'column shop.price', rows: 0 }] })
      await tool.upgrade()
      await run('insert into shop values (3, 1.5), (4, 2.5)')
      const refused = await tool.downgrade().catch((error: unknown) => error)
      expect(refused).toBeInstanceOf(GodwitError)
      expect(refused).toMatchObject({ code: 'DATA_LOSS', message: expect.stringContaining('(2 values)') })

      models(old)
      const report = await tool.migrate({ message: 'narrower' })
      expect(report.losses).toEqual([expect.stringContaining('values of shop.price')])
      const [step] = (await tool.plan()).steps
      expect(step?.losses).toMatchObject([{ what: 'column shop.price' }])
      const found = step?.findings.find(({ code }) => code === 'DL105')
      expect(found).toMatchObject({ severity: 'error', probe: [expect.stringMatching(/^select count/i)] })
      await using connection = await (await dialectOf(database.url)).connect(database.url)
      const [row] = await connection.query<{ rows: unknown }>(found?.probe?.at(-1) ?? '')
      expect(Number(row?.rows)).toBe(2)
    })
  })
}
