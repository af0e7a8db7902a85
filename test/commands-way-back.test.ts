// A change that the database cannot take back is written all the same: the revision says that there is no way down.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Godwit, godwit, sql } from '../src/index.ts'
import { scratchFolder } from './support/databases.ts'

let folder: Awaited<ReturnType<typeof scratchFolder>>
let migrations: Godwit
let last = ''
beforeAll(async () => {
  folder = await scratchFolder()
  migrations = await godwit({
    cwd: folder.path,
    config: { url: `pglite:${join(folder.path, 'db')}`, source: sql('schema.sql') },
  })
})
afterAll(async () => {
  await migrations.close()
  await folder.drop()
})

const migrate = async (schema: string, format: 'ts' | 'sql' = 'ts') => {
  writeFileSync(join(folder.path, 'schema.sql'), schema)
  const report = await migrations.migrate({ message: 'next', format })
  last = readFileSync(join(folder.path, report.written?.file ?? ''), 'utf8')
  return report
}

const partitioned = (labels: string) =>
  `create type kind as enum (${labels}); create domain kinds as kind;
  create table p (k kind, n int) partition by list (k); create table pa partition of p for values in ('a');`

describe('an enum that a table is partitioned by', () => {
  test('gets a label, and keeps it', async () => {
    expect(await migrate(partitioned("'a', 'b'"))).not.toHaveProperty('irreversible')
    const report = await migrate(partitioned("'a', 'b', 'c'"))
    expect(report).toMatchObject({ irreversible: true, changes: [{ sign: '~' }] })
    expect(report.findings).toContainEqual({
      code: 'RB103',
      severity: 'warning',
      message: expect.stringContaining('it is part of the partition key of relation "p"'),
      instead: expect.stringContaining('--backup'),
    })
    expect(last).toContain("down: 'irreversible'")
    await migrations.upgrade()
    await expect(migrations.downgrade()).rejects.toMatchObject({ code: 'REVISION_IRREVERSIBLE' })
  })

  test('so in a file of SQL, and for a table that is partitioned by an expression over a domain', async () => {
    const more = (labels: string) => `${partitioned(labels)}
      create table e (k kinds, n int) partition by list ((coalesce(k, k))); create table f (n kinds not null) partition by range (n);`
    await migrate(more("'a', 'b', 'c'"))
    await migrate(more("'a', 'b', 'c', 'd'"), 'sql')
    expect(last).toMatch(/\n-- irreversible\n?$/)
    await migrations.upgrade()
    expect(await migrations.check()).toMatchObject({ ok: true })
  })

  test('what cannot be done at all is refused as before', async () => {
    await expect(migrate(partitioned("'a', 'c'"))).rejects.toMatchObject({ code: 'STATEMENT_FAILED' })
  })
})
