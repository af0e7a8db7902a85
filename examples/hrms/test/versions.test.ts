// What the original recommended for its future, shown on a new database: versions, the way back, generated revisions, a record of what
// ran, the difference between models and database.
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Godwit, godwit } from 'godwit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEach, type ScratchDatabase } from '../../../test/support/databases.ts'
import { verifyTables } from '../src/verify.ts'
import { copyOfExample, rows, run, targets } from './support.ts'

const TABLES = [
  'email_logs',
  'email_settings',
  'email_templates',
  'employee_details',
  'employment_history',
  'holidays',
  'leaves',
  'tasks',
  'users',
]

describeEach(targets)('$name: a new database', ({ scratch }) => {
  let database: ScratchDatabase
  let project: string
  let drop: () => Promise<void>

  // A copy, because some of this writes revisions.
  beforeAll(async () => {
    database = await scratch()
    ;({ path: project, drop } = await copyOfExample())
  })
  afterAll(async () => {
    await database?.drop()
    await drop?.()
  })

  async function using<Result>(work: (migrations: Godwit) => Promise<Result>): Promise<Result> {
    await using migrations = await godwit({ cwd: project, url: database.url })
    return await work(migrations)
  }

  test('models, revisions and database agree', { timeout: 120_000 }, async () => {
    const report = await using(async (migrations) => {
      expect((await migrations.upgrade()).steps).toHaveLength(10)
      expect((await migrations.upgrade()).nothing).toBe(true)
      expect((await migrations.migrate({ message: 'nothing' })).nothing).toBe(true)
      expect((await migrations.status()).tables.map(({ name }) => name).sort()).toEqual(TABLES)
      return migrations.check()
    })
    expect(report).toMatchObject({ ok: true, models: [], database: [] })
  })

  test('tables, columns, constraints and indexes are verified, and what is wrong is named', async () => {
    const checks = await verifyTables({ cwd: project, url: database.url })
    expect(checks.map(({ table }) => table).sort()).toEqual(TABLES)
    expect(checks.flatMap(({ wrong }) => wrong)).toEqual([])

    await run(database.url, 'drop index ix_leaves_status; alter table users alter column designation type text')
    const broken = await verifyTables({ cwd: project, url: database.url })
    expect(broken.flatMap(({ wrong }) => wrong).sort()).toEqual([
      'column designation is different',
      'index ix_leaves_status is missing',
    ])
    await run(
      database.url,
      'create index ix_leaves_status on leaves (status); alter table users alter column designation type varchar(255)',
    )
  })

  test('improvement 1 and 4: versions, and a record of what was applied', async () => {
    await using(async (migrations) => {
      expect(await migrations.current()).toMatchObject({ current: [{ message: 'required columns' }] })
      const { entries, journal } = await migrations.history({ journal: true })
      expect(entries.map(({ message }) => message)).toEqual([
        'base tables',
        'user columns',
        'holiday is_active',
        'identity documents',
        'leaves total_days numeric',
        'email tables',
        'employee details',
        'employment history',
        'tasks',
        'required columns',
      ])
      for (const entry of entries) {
        expect(entry).toMatchObject({ state: 'done', appliedBy: expect.any(String), duration: expect.any(Number) })
      }
      expect(journal?.filter(({ action }) => action === 'up').length).toBeGreaterThanOrEqual(10)
      expect(journal?.filter(({ action }) => action === 'backfill').length).toBe(4)
    })
  })

  test('improvement 2: the way back keeps the rows that are not in question, and names the rest', async () => {
    await run(
      database.url,
      `insert into users (email, password_hash, name) values ('leo@example.org', 'x', 'Leo');
       insert into leaves (user_id, start_date, end_date, total_days) select id, '2024-03-01', '2024-03-04', 3.5 from users;
       insert into tasks (title, assigned_to) select 'Order laptops', id from users`,
    )
    await using(async (migrations) => {
      await expect(migrations.downgrade({ target: '-2' })).rejects.toMatchObject({ code: 'DATA_LOSS' })
      await migrations.downgrade({ target: '-2', yes: true })
      expect((await migrations.status()).tables.map(({ name }) => name)).not.toContain('tasks')
      await migrations.upgrade()
      expect(await migrations.check()).toMatchObject({ ok: true })
    })
    expect(await rows(database.url, 'select total_days::text from leaves')).toEqual([{ total_days: '3.5' }])
  })

  test('improvement 3 and 5: a changed model becomes a revision, the difference is shown before, and it goes both ways', async () => {
    const models = join(project, 'src/models.ts')
    const text = await readFile(models, 'utf8')
    await writeFile(
      models,
      text.replace("designation: varchar('designation'", "$&, { length: 255 }),\n    nickname: varchar('nickname'"),
    )
    await using(async (migrations) => {
      const { changes, script } = await migrations.diff({ from: 'database', to: 'models' })
      expect(changes).toEqual([{ sign: '+', text: 'add column users.nickname character varying(255)' }])
      expect(script).toContain('add column nickname character varying(255)')
      const { written } = await migrations.migrate({ message: 'nicknames' })
      expect(await readFile(join(project, written?.file ?? ''), 'utf8')).toContain('op.addColumn')
      await migrations.upgrade()
      expect(await migrations.check()).toMatchObject({ ok: true })
      await migrations.downgrade()
      expect(await migrations.check()).toMatchObject({ ok: false, pending: [{ message: 'nicknames' }] })
    })
  })

  test('a file that was applied and then edited is shown, and nothing runs', async () => {
    const file = await using(async (migrations) => (await migrations.history()).entries[0]?.file)
    await appendFile(join(project, file ?? ''), '\nexport const edited = true\n')
    await using(async (migrations) => {
      await expect(migrations.upgrade()).rejects.toMatchObject({ code: 'REVISION_EDITED' })
    })
  })
})
