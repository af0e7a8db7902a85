// Real schemas that nobody here wrote: from nothing to the file, back to nothing, and from each to each other; no difference left.
// All pairs on all engines take a while: GODWIT_FULL=1 runs them, otherwise the large schema and the embedded server sit out.
import { afterAll, describe, expect, it } from 'vitest'
import { dialectOf } from '../../src/dialects/index.ts'
import { godwit } from '../../src/index.ts'
import {
  mysqlAnswers,
  postgresAnswers,
  type ScratchDatabase,
  scratchMysql,
  scratchPglite,
  scratchPostgres,
  scratchSqlite,
} from '../support/databases.ts'
import { filesOf, present, shared } from '../support/shared.ts'

const FULL = process.env.GODWIT_FULL === '1'

const engines: { name: string; folder: string; make: () => Promise<ScratchDatabase>; use: boolean }[] = [
  { name: 'a PostgreSQL server', folder: 'postgres', make: scratchPostgres, use: await postgresAnswers() },
  { name: 'embedded PostgreSQL', folder: 'postgres', make: scratchPglite, use: true },
  { name: 'MySQL or MariaDB', folder: 'mysql', make: scratchMysql, use: await mysqlAnswers() },
  { name: 'SQLite', folder: 'sqlite', make: scratchSqlite, use: true },
]

/** Asks for scripts and runs them, in a session of its own each time: the embedded engine has no second one. */
async function on({ url }: ScratchDatabase) {
  const dialect = await dialectOf(url)
  const run = async (sql: string): Promise<void> => {
    await using connection = await dialect.connect(url, { create: true, scratch: true })
    if (dialect.capabilities.transactionalDdl) return await connection.execute(sql)
    // As the database's own client does, which knows DELIMITER.
    for (const statement of await dialect.split(sql)) await connection.execute(statement.sql)
  }
  const script = async (from: string, to: string): Promise<string> => {
    // A state that is a database says where the scratch databases can be made.
    await using tool = await godwit({ config: {}, ...(from !== url && { url }) })
    return (await tool.diff({ from, to, dialect: dialect.name })).script
  }
  await run('')
  return { run, script }
}

for (const { name, folder, make, use } of engines) {
  describe.runIf(present && use)(name, () => {
    const files = filesOf(`data/${folder}`)
    const databases: ScratchDatabase[] = []
    afterAll(async () => {
      for (const database of databases) await database.drop()
    })

    it.each(files)('%s: there and back, with nothing left to say', { timeout: 180_000 }, async (file) => {
      const path = shared('data', folder, file)
      const database = await make()
      databases.push(database)
      const { script, run } = await on(database)
      const up = await script('empty', path)
      expect(up).not.toBe('')
      await run(up)
      expect(await script(database.url, path)).toBe('')

      await run(await script(database.url, 'empty'))
      expect(await script(database.url, 'empty')).toBe('')
    })

    const pairs = files.flatMap((one) => files.filter((other) => other !== one).map((other) => [one, other] as const))
    // A ring of them leads from each and to each once; GODWIT_FULL=1 takes every pair, on every engine.
    const small = files.filter((file) => !file.startsWith('gitlab'))
    const ring = small.map((one, at) => [one, small[(at + 1) % small.length] ?? one] as const)
    const chosen = FULL ? pairs : name === 'embedded PostgreSQL' ? [] : ring

    it.each(chosen)('%s to %s, with nothing left to say', { timeout: 180_000 }, async (one, other) => {
      const database = await make()
      databases.push(database)
      const { script, run } = await on(database)
      await run(await script('empty', shared('data', folder, one)))
      await run(await script(database.url, shared('data', folder, other)))
      expect(await script(database.url, shared('data', folder, other))).toBe('')
    })
  })
}
