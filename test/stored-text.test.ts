// Text that a database keeps is read and never run: whoever may write a row there is not whoever may run code here.
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { dialectOf } from '../src/dialects/index.ts'
import { type Project, project, sqlRevision } from './support/cli.ts'
import { mysqlAnswers, scratchMysql } from './support/databases.ts'

let open: { drop(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.reverse()) await one.drop()
  open = []
})

const revisionText = (operations: string): string =>
  `import { op, revision } from 'godwit'\n\nexport default revision({ id: 'a1', parents: ['r0'], message: 'one', operations: [${operations}] })\n`
const CREATE = `op.createTable({ table: { name: 't', columns: [{ name: 'id', type: 'integer', nullable: false }], constraints: [], indexes: [] } })`
const RUN = `op.run({ up: async (db) => { await db.execute('create table seen (id integer)') }, down: async (db) => { await db.execute('drop table seen') } })`

/** A project with one revision, applied. */
async function applied(operations: string, url = 'sqlite:app.db'): Promise<Project> {
  const at = await project({
    'godwit.config.json': JSON.stringify({ url }),
    // It stays in the folder: a history that shares nothing with it is another project's.
    'migrations/r0.sql': sqlRevision('r0', [], ''),
    'migrations/a1_one.ts': revisionText(operations),
  })
  open.push(at)
  expect(await at.cli(['upgrade'])).toMatchObject({ code: 0 })
  return at
}

async function ask(url: string, sql: string): Promise<void> {
  const dialect = await dialectOf(url)
  await using connection = await dialect.connect(url)
  await connection.execute(sql)
}
const inFile = (at: Project, sql: string): Promise<void> => ask(`sqlite:${join(at.path, 'app.db')}`, sql)
const file = (at: Project): string => join(at.path, 'migrations/a1_one.ts')
const error = ({ stdout }: { stdout: string }): Record<string, unknown> =>
  JSON.parse(stdout).error ?? JSON.parse(stdout)
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`
const planted = (at: Project): string =>
  `import { writeFileSync } from 'node:fs'\nwriteFileSync(${JSON.stringify(join(at.path, 'planted'))}, 'ran')\n${revisionText(CREATE)}`

describe('code in the history', () => {
  test('is not run by check, whatever its checksum says', async () => {
    const at = await applied(CREATE)
    await inFile(
      at,
      `update godwit_history set checksum = 'other', source = ${quoted(planted(at))} where revision = 'a1'`,
    )
    const outcome = await at.cli(['check', '--json'])
    expect(existsSync(join(at.path, 'planted'))).toBe(false)
    expect(outcome.code).toBe(1)
    expect(error(outcome)).toMatchObject({ code: 'REVISION_EDITED', why: expect.stringContaining('never run') })
    // The way out that is named.
    expect(await at.cli(['stamp', 'a1'])).toMatchObject({ code: 0 })
    expect(await at.cli(['check'])).toMatchObject({ code: 0 })
  })

  test('is not run where the file is gone, by any verb', async () => {
    const at = await applied(CREATE)
    await inFile(
      at,
      `update godwit_history set source = ${quoted(planted(at))}, file = '../planted.ts' where revision = 'a1'`,
    )
    rmSync(file(at))
    const outcome = await at.cli(['check', '--json'])
    expect(error(outcome)).toMatchObject({ code: 'REVISION_MISSING', fix: expect.stringContaining('git log') })
    for (const args of [['status'], ['history'], ['plan'], ['upgrade'], ['verify'], ['show', 'a1'], ['resolve']])
      await at.cli(args)
    expect((await at.cli(['downgrade', '--yes'])).code).toBe(0)
    expect(existsSync(join(at.path, 'planted'))).toBe(false)
  })

  test('of a revision of ours is not run either; with its file back everything goes on', async () => {
    const at = await applied(RUN)
    rmSync(file(at))
    expect(error(await at.cli(['check', '--json']))).toMatchObject({ code: 'REVISION_MISSING' })
    expect(error(await at.cli(['downgrade', '--yes', '--json']))).toMatchObject({
      code: 'REVISION_MISSING',
      why: expect.stringContaining('code'),
    })
    at.write('migrations/a1_one.ts', revisionText(RUN))
    expect(await at.cli(['check'])).toMatchObject({ code: 0 })
    expect(await at.cli(['downgrade', '--yes'])).toMatchObject({ code: 0 })
  })

  test('literals are read as before', async () => {
    const at = await applied(CREATE)
    at.write('migrations/a1_one.ts', revisionText(CREATE.replace("name: 't'", "name: 'u'")))
    const outcome = await at.cli(['check', '--json'])
    expect(outcome.code).toBe(3)
    expect(JSON.parse(outcome.stdout)).toMatchObject({ edited: [{ revision: 'a1' }], database: [] })
  })

  test.each([['[{"kind":"run","up":"x"}]'], ['[{"kind":"dropTable"}]'], ['({})']])(
    'a way down that is no list of operations is refused: %s',
    async (undo) => {
      const at = await applied(CREATE)
      await inFile(at, `update godwit_history set way_back = ${quoted(undo)} where revision = 'a1'`)
      rmSync(file(at))
      expect(error(await at.cli(['downgrade', '--yes', '--json']))).toMatchObject({ code: 'STATE_INVALID' })
    },
  )
})

describe.runIf(await mysqlAnswers())('SQL in the history, where the shadow is a server', () => {
  test('is not sent to it', async () => {
    const database = await scratchMysql()
    open.push(database)
    const at = await applied(CREATE, database.url)
    const name = new URL(database.url).pathname.slice(1)
    const sql = sqlRevision('a1', ['r0'], `create table ${name}.planted (id int);`)
    await ask(
      database.url,
      `update godwit_history set file = 'a1.sql', checksum = 'other', source = ${quoted(sql)} where revision = 'a1'`,
    )
    expect(error(await at.cli(['check', '--json']))).toMatchObject({ code: 'REVISION_EDITED' })
    rmSync(file(at))
    expect(error(await at.cli(['check', '--json']))).toMatchObject({ code: 'REVISION_MISSING' })
    await expect(ask(database.url, 'select * from planted')).rejects.toThrow(/planted/)
  })
})
