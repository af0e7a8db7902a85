// The four environments, `verify` before each, and many instances at once.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { built } from '../../../test/support/built.ts'
import { describeEach, type ScratchDatabase } from '../../../test/support/databases.ts'
import type { Program } from '../../../test/support/program.ts'
import { address, environment, get, godwit, start, targets } from './support.ts'

beforeAll(() => built())

const running: Program[] = []
const open: ScratchDatabase[] = []
const run = (program: Program): Program => {
  running.push(program)
  return program
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((program) => program.stop('SIGKILL')))
})
afterAll(async () => {
  for (const database of open) await database.drop()
})

const PASSWORD = 'a password that nobody guesses'
const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length
const logs = (programs: Program[]): string => programs.map((program) => program.output()).join('\n')

describeEach(targets)('$name', ({ name, scratch }) => {
  const fresh = async (): Promise<ScratchDatabase> => {
    const database = await scratch()
    open.push(database)
    return database
  }

  test.each(name === 'server' ? ['development', 'staging', 'production'] : ['development'])(
    '%s: verify, start, serve',
    async (place) => {
      const [database, env] = [await fresh(), { ...environment(place), ADMIN_PASSWORD: PASSWORD }]
      const verify = run(godwit(database, ['verify', '--no-shadow'], env))
      expect(await verify.ended, verify.output()).toBe(0)
      expect(verify.output()).toContain('✓ src/main.ts calls startup()')
      const program = run(start(database, env))
      expect(await get(`${await address(program)}/health`)).toMatchObject({ status: 200 })
      expect(program.output()).toContain('✅ Migrations completed successfully!')
      expect(program.output()).not.toContain(PASSWORD)
      expect(await program.stop()).toBe(0)
      const after = run(godwit(database, ['verify', '--no-shadow', '--strict'], env))
      expect(await after.ended, after.output()).toBe(0)
    },
  )

  // The embedded database has one process.
  const shared = name === 'server'

  test.runIf(shared).each(['staging', 'production'])(
    '%s without a password for the administrator does not start',
    async (place) => {
      const program = run(start(await fresh(), environment(place)))
      expect(await program.ended).toBe(4)
      expect(program.output()).toMatch(
        /❌ Database initialization error: .*ADMIN_PASSWORD is not set.*PASSWORD_REFUSED/,
      )
      expect(program.output()).not.toContain('Listening')
    },
  )

  test.runIf(shared)(
    'high availability: the deployment migrates once, before or after the instances are there',
    async () => {
      const [database, env] = [await fresh(), { ...environment('production-ha'), ADMIN_PASSWORD: PASSWORD }]
      const early = [1, 2, 3].map(() => run(start(database, env)))
      const urls = await Promise.all(early.map((program) => address(program, 'Listening')))
      for (const url of urls) expect(await get(`${url}/health`)).toMatchObject({ status: 503 })
      expect(await run(godwit(database, ['upgrade'], env)).ended).toBe(0)
      const late = run(start(database, env))
      for (const program of [...early, late]) {
        expect(await get(`${await address(program)}/health`)).toEqual({
          status: 200,
          body: { status: 'ready', users: 1 },
        })
      }
      expect(logs([...early, late])).not.toContain('Running migrations')
      for (const program of [...early, late]) expect(await program.stop()).toBe(0)
    },
  )

  test.runIf(shared)('five instances started at once migrate once, and all serve', { timeout: 120_000 }, async () => {
    const [database, env] = [await fresh(), { ...environment('production'), ADMIN_PASSWORD: PASSWORD }]
    const instances = [1, 2, 3, 4, 5].map(() => run(start(database, env)))
    const urls = await Promise.all(instances.map((program) => address(program)))
    expect(new Set(urls).size).toBe(5)
    for (const url of urls) {
      expect(await get(`${url}/health`)).toEqual({ status: 200, body: { status: 'ready', users: 1 } })
      expect((await get(`${url}/master-data`)).body).toMatchObject({ departments: { length: 4 } })
    }
    const log = logs(instances)
    expect(count(log, /✅ Migrations completed successfully! \(2 revisions/g)).toBe(1)
    expect(count(log, /✅ Default users created successfully!/g)).toBe(1)
    expect(count(log, /✅ Default master data created successfully!/g)).toBe(1)
    expect(log).not.toContain('❌')
    const history = run(godwit(database, ['history', '--journal', '--json']))
    expect(await history.ended).toBe(0)
    const { entries, journal } = JSON.parse(history.output()) as Record<string, { revision: string; state: string }[]>
    expect(entries?.map(({ state }) => state)).toEqual(['done', 'done'])
    const ups = (journal ?? []).filter((row) => 'action' in row && row.action === 'up')
    // Every statement has a line; each revision was run once.
    const runs = new Map(ups.map((row) => ['id' in row ? row.id : undefined, row.revision]))
    expect([...runs.values()]).toEqual(entries?.map(({ revision }) => revision))
    expect(count(log, /Running migrations/g)).toBe(1)
    for (const program of instances) expect(await program.stop()).toBe(0)
  })
})
