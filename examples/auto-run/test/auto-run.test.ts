// The program as real processes: the switch in every position, its failures, its end, and what it answers.
import { request } from 'node:http'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { built } from '../../../test/support/built.ts'
import { describeEach, type ScratchDatabase } from '../../../test/support/databases.ts'
import type { Program } from '../../../test/support/program.ts'
import { openDatabase } from '../src/database.ts'
import { address, get, godwit, start, targets } from './support.ts'

beforeAll(() => built())

const running: Program[] = []
const run = (program: Program): Program => {
  running.push(program)
  return program
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((program) => program.stop('SIGKILL')))
})

const SET = 'To auto-run migrations on startup, set: AUTO_MIGRATE_ON_STARTUP=true'

describeEach(targets)('$name', ({ name, scratch }) => {
  const open: ScratchDatabase[] = []
  const fresh = async (): Promise<ScratchDatabase> => {
    const database = await scratch()
    open.push(database)
    return database
  }
  afterAll(async () => {
    for (const database of open) await database.drop()
  })

  test('true: a new database is migrated, filled and served; started again it is left alone', async () => {
    const database = await fresh()
    const first = run(start(database))
    const url = await address(first)
    const log = first.output()
    expect(log).toContain('📦 Database tables not found. Running migrations...')
    expect(log).toContain('✅ Migrations completed successfully!')
    expect(log).toContain('✅ Default users created successfully!')
    expect(log).toContain('✅ Default master data created successfully!')
    expect(await get(`${url}/health`)).toEqual({ status: 200, body: { status: 'ready', users: 2 } })
    expect((await get(`${url}/users`)).body).toMatchObject([
      { username: 'admin', role: 'admin' },
      { username: 'support' },
    ])
    expect((await get(`${url}/master-data`)).body).toMatchObject({
      departments: ['Accounting', 'Development', 'Human resources', 'Sales'],
      settings: { language: 'en' },
    })
    const login = (password: string) =>
      fetch(`${url}/login`, { method: 'POST', body: JSON.stringify({ username: 'admin', password }) })
    expect((await login('admin-for-development')).status).toBe(200)
    expect((await login('admin')).status).toBe(401)
    expect(await first.stop()).toBe(0)
    expect(first.output()).toContain('Goodbye')

    const second = run(start(database))
    expect(await get(`${await address(second)}/health`)).toMatchObject({ status: 200 })
    expect(second.output()).toContain('✅ Database tables exist - skipping migrations')
    expect(second.output()).not.toMatch(/Running migrations|created successfully/)
    expect(await second.stop('SIGINT')).toBe(0)

    // Full manual control: not even looked at.
    const skipped = run(start(database, { SKIP_DB_INIT: '1' }))
    expect(await get(`${await address(skipped)}/health`)).toMatchObject({ status: 200 })
    expect(skipped.output()).toContain('⏭️ SKIP_DB_INIT is set - skipping database set-up')
    expect(skipped.output()).not.toContain('tables exist')
    expect(await skipped.stop()).toBe(0)
    // By the name that the original's deployments set.
    const flask = run(start(database, { FLASK_SKIP_DB_INIT: '1' }))
    await address(flask)
    expect(flask.output()).toContain('⏭️ SKIP_DB_INIT is set - skipping database set-up')
    expect(await flask.stop()).toBe(0)

    // One revision back, as after a deployment of a newer program.
    expect(await run(godwit(database, ['downgrade', '--yes'])).ended).toBe(0)
    const behind = run(start(database))
    await address(behind)
    expect(behind.output()).toContain('📦 Database is behind by 1 revision. Running migrations...')
    expect(await behind.stop()).toBe(0)
  })

  // Starting the embedded database is what takes long: what is the same on both is done on the server alone.
  const onServer = name === 'server'

  test.each(onServer ? ['false', ''] : ['false'])(
    '"%s": nothing is made; it says what to set, and answers 503 until somebody migrates',
    async (value) => {
      const database = await fresh()
      const program = run(start(database, { AUTO_MIGRATE_ON_STARTUP: value }))
      const url = await address(program, 'Listening')
      expect(program.output()).toContain('⚠️ Database tables not found.')
      expect(program.output()).toContain(SET)
      const { status, body } = await get(`${url}/users`)
      expect(status).toBe(503)
      expect(body).toMatchObject({ status: 'pending', pending: [expect.any(String), expect.any(String)] })
      expect(await run(godwit(database, ['upgrade'])).ended).toBe(0)
      await address(program)
      expect(await get(`${url}/health`)).toEqual({ status: 200, body: { status: 'ready', users: 2 } })
      expect(program.output()).not.toContain('Running migrations')
      expect(await program.stop()).toBe(0)
    },
  )

  test('a migration that fails is told, nothing of it stays, and nothing listens', async () => {
    const database = await fresh()
    const { db, close } = await openDatabase(database.url)
    await db.execute('create table users (mine text)')
    await close()
    const program = run(start(database))
    expect(await program.ended).toBe(1)
    expect(program.output()).toMatch(/❌ Migration failed: .*"users" already exists \[OBJECT_EXISTS\]/)
    expect(program.output()).toContain('→ ')
    expect(program.output()).not.toContain('Listening')
    const status = run(godwit(database, ['status', '--json']))
    expect(await status.ended).toBe(0)
    expect(JSON.parse(status.output())).toMatchObject({ applied: 0, tables: [{ name: 'users', columns: 1 }] })
  })

  test.runIf(onServer)('what is under way is finished before it ends', async () => {
    const program = run(start(await fresh()))
    const url = new URL('/login', await address(program))
    const answer = await new Promise<number | undefined>((resolve, reject) => {
      const login = request(url, { method: 'POST' }, ({ statusCode }) => resolve(statusCode))
      login.on('error', reject)
      login.write('{"username": "support", ', async () => {
        // The request is on its way; the end comes in the middle of it.
        await get(`${url.origin}/health`)
        void program.stop()
        await program.prints(/SIGTERM: finishing/)
        login.end('"password": "support-for-development"}')
      })
    })
    expect(answer).toBe(200)
    expect(await program.ended).toBe(0)
    await expect(fetch(url)).rejects.toThrow()
  })
})

test('a switch that says neither yes nor no is an error', async () => {
  const database = await (targets[0] as (typeof targets)[number]).scratch()
  try {
    const program = run(start(database, { AUTO_MIGRATE_ON_STARTUP: 'perhaps' }))
    expect(await program.ended).toBe(2)
    expect(program.output()).toMatch(/❌ Database initialization error: .*AUTO_MIGRATE_ON_STARTUP.*\[CONFIG_INVALID\]/)
  } finally {
    await database.drop()
  }
})
