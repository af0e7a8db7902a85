// The program as a process: it prepares its database, serves what the models describe, and ends when it is told to.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeEach, type ScratchDatabase, scratchPglite } from '../../../test/support/databases.ts'
import { type Program, program } from '../../../test/support/program.ts'
import { example, last, legacy, run, targets } from './support.ts'

const start = ({ url }: ScratchDatabase, env: Record<string, string> = {}): Program =>
  program(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
    cwd: example,
    env: { DATABASE_URL: url, PORT: '0', ...env },
  })

async function address(running: Program): Promise<string> {
  const [, url = ''] = await running.prints(/ready on (http:\S+)/)
  return url
}

describeEach(targets)('$name', ({ scratch }) => {
  let database: ScratchDatabase
  beforeAll(async () => {
    database = await scratch()
  })
  afterAll(() => database?.drop())

  test('it migrates a new database, then serves it', async () => {
    const running = start(database)
    try {
      const url = await address(running)
      expect(running.output()).toContain('📦 Database tables not found. Running migrations...')
      expect(running.output()).toContain('✅ Admin user "admin@example.org" created')
      const [admin] = (await (await fetch(`${url}/users`)).json()) as { id: number; name: string }[]
      expect(admin).toMatchObject({ name: 'Administrator' })
      const leave = { userId: admin?.id, startDate: '2024-03-01', endDate: '2024-03-04', totalDays: 2.5 }
      const answer = await fetch(`${url}/leaves`, { method: 'POST', body: JSON.stringify(leave) })
      expect(answer.status).toBe(201)
      const user = await (await fetch(`${url}/users/${admin?.id}`)).json()
      expect(user).toMatchObject({ leaves: [{ totalDays: 2.5, status: 'pending' }], tasks: [], history: [] })
      expect((await fetch(`${url}/users/99`)).status).toBe(404)
    } finally {
      expect(await running.stop()).toBe(0)
    }
  })

  test('started again, it finds everything and touches nothing', async () => {
    const running = start(database)
    try {
      const url = await address(running)
      expect(running.output()).toContain('✅ Database tables exist - skipping migrations')
      expect(running.output()).not.toContain('created')
      expect(await (await fetch(`${url}/health`)).json()).toEqual({ users: 1 })
    } finally {
      expect(await running.stop()).toBe(0)
    }
  })
})

test('on a database that grew by hand it makes what is missing, and serves the rows that were there', async () => {
  const database = await last[0]?.scratch()
  if (database === undefined) throw new Error('there is no database to test on')
  try {
    await run(database.url, await legacy('1-first-year'))
    const running = start(database)
    try {
      const url = await address(running)
      expect(running.output()).toContain('already there, left alone: table users (9 columns, 3 constraints, 1 index)')
      expect(running.output()).toContain('converted: column leaves.total_days is numeric(4,1)')
      const leo = await (await fetch(`${url}/users/2`)).json()
      expect(leo).toMatchObject({ name: 'Leo Brandt', leaves: [{ totalDays: 5 }, { totalDays: 2 }] })
    } finally {
      expect(await running.stop()).toBe(0)
    }
  } finally {
    await database.drop()
  }
})

test('in production a well-known password is refused, and it does not listen', async () => {
  const database = await scratchPglite()
  try {
    const running = start(database, { NODE_ENV: 'production', ADMIN_PASSWORD: 'changeme' })
    expect(await running.ended).toBe(1)
    expect(running.output()).toContain('PASSWORD_REFUSED')
    expect(running.output()).not.toContain('changeme')
    expect(running.output()).not.toContain('ready on')
  } finally {
    await database.drop()
  }
})
