// An index that the server has marked INVALID is used by nobody, and a unique one may not hold: it is a difference.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { difference } from '../../src/commands/difference.ts'
import type { Connection } from '../../src/dialects/dialect.ts'
import { dialect } from '../../src/dialects/postgres/index.ts'
import { openSpelling, type Spelling } from '../../src/runner/shadow.ts'
import { postgresAnswers, type ScratchDatabase, scratchFolder, scratchPostgres } from '../support/databases.ts'

const server = await postgresAnswers()
const MODEL = [
  'create table users (id int primary key, mail text)',
  'create unique index mails on users (mail)',
  "create index recent on users (id) where mail <> 'x'",
  'create table other (id int, check (id > 0))',
]

describe.runIf(server)('an INVALID index', () => {
  let folder: Awaited<ReturnType<typeof scratchFolder>>
  let database: ScratchDatabase
  let live: Connection
  let spelling: Spelling
  beforeAll(async () => {
    folder = await scratchFolder()
    database = await scratchPostgres()
    live = await dialect.connect(database.url)
    for (const sql of MODEL) await live.execute(sql)
    await live.execute("insert into users values (1, 'x'), (2, 'y')")
    spelling = openSpelling({ dialect, cache: folder.path })
  })
  afterAll(async () => {
    await spelling?.close()
    await live?.close()
    await database?.drop()
    await folder?.drop()
  })

  const changed = async (): Promise<string[]> => {
    const [from, to] = [await dialect.inspect(live), await spelling.ofDdl(MODEL)]
    const { operations } = await difference({ dialect, spelling, from, to })
    return operations.map((each) => (each.kind === 'alterIndex' ? `${each.kind} ${each.to.name}` : each.kind))
  }
  const broken = (name: string, invalid: boolean) =>
    live.execute(`update pg_catalog.pg_index set indisvalid = ${!invalid} where indexrelid = '${name}'::regclass`)

  it('is none where all are valid', async () => expect(await changed()).toEqual([]))

  it('of a unique build that failed is one, and the way there builds it', async () => {
    await live.execute(`drop index mails; update users set mail = 'x'`)
    await expect(live.execute('create unique index concurrently mails on users (mail)')).rejects.toThrow('mails')
    expect(await changed()).toEqual(['alterIndex mails'])
    await live.execute('update users set mail = id::text')
    const [from, to] = [await dialect.inspect(live), await spelling.ofDdl(MODEL)]
    const { operations } = await difference({ dialect, spelling, from, to })
    for (const { sql } of dialect.render(operations, { version: live.version, before: from })) await live.execute(sql)
    expect(await changed()).toEqual([])
  })

  it('with a condition is one, and not hidden by a text that is spelled anew', async () => {
    await broken('recent', true)
    expect(await changed()).toEqual(['alterIndex recent'])
    await broken('recent', false)
  })

  it('that REINDEX left behind is one', async () => {
    await live.execute('create index mails_ccnew on users (mail)')
    await broken('mails_ccnew', true)
    expect(await changed()).toEqual(['dropIndex'])
    await live.execute('drop index mails_ccnew')
  })
})

describe.runIf(server)('a statement that commits by itself', () => {
  it.each(['lock_timeout', 'statement_timeout'])('is not cut by the %s of its role', async (setting) => {
    const database = await scratchPostgres()
    try {
      const name = new URL(database.url).pathname.slice(1)
      await using admin = await dialect.connect(database.url)
      await admin.execute(`create table t (a int); alter database "${name}" set ${setting} = '150ms'`)
      await using holder = await dialect.connect(database.url)
      await using runner = await dialect.connect(database.url)
      await holder.execute('begin; insert into t values (1)')
      const built = runner.execute('create index concurrently i on t (a)')
      await holder.query('select pg_catalog.pg_sleep(0.5)')
      await holder.execute('commit')
      await built
      expect(await admin.query(`select indisvalid from pg_index where indexrelid = 'i'::regclass`)).toEqual([
        { indisvalid: true },
      ])
    } finally {
      await database.drop()
    }
  })
})
