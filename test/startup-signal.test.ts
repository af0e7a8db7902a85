// SIGTERM while migrating: the step is finished or rolled back, the lock is free, and the exit says why.
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { dialectOf } from '../src/dialects/index.ts'
import { built } from './support/built.ts'
import { project, sqlRevision } from './support/cli.ts'
import { postgresAnswers, scratchPostgres, scratchSqlite } from './support/databases.ts'

const program = (index: string, listens: boolean): string => `
${listens ? "process.on('SIGTERM', () => {})" : ''}
const { startup } = await import(${JSON.stringify(index)})
try {
  await startup({ policy: 'migrate' })
} catch (error) {
  console.log('caught ' + error.code)
  process.exitCode = 143
}
`

interface Ended {
  code: number | null
  signal: string | null
  output: string
}

/** Runs the program, sends SIGTERM when the word shows up (or the question answers true), and says how it ended. */
async function stopped(path: string, url: string, ready: (output: string) => Promise<boolean>): Promise<Ended> {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, [join(path, 'app.mjs')], {
    cwd: path,
    env: { PATH, HOME, DATABASE_URL: url },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
    })
  }
  const ended = new Promise<Ended>((resolve) => child.on('close', (code, signal) => resolve({ code, signal, output })))
  while (child.exitCode === null && !(await ready(output))) await sleep(50)
  child.kill('SIGTERM')
  return ended
}

const sleeper = `import { op, revision } from 'godwit'
import { setTimeout as sleep } from 'node:timers/promises'
export default revision({
  id: 'aaa', parents: [], message: 'slow',
  operations: [op.run({ up: async (database) => {
    await database.execute('create table one (id integer)')
    console.log('inside')
    await sleep(1500)
  }, down: () => {} })],
})
`

test('the step under way is finished, the next one does not begin', { timeout: 60_000 }, async () => {
  const index = pathToFileURL(join(dirname(await built()), '../index.js')).href
  const [made, database] = [
    await project({
      'migrations/1.ts': sleeper,
      'migrations/2.sql': sqlRevision('bbb', ['aaa'], 'create table two (id integer)'),
      'app.mjs': program(index, false),
    }),
    await scratchSqlite(),
  ]
  try {
    const { signal, output } = await stopped(made.path, database.url, async (text) => text.includes('inside'))
    expect(output).toContain('❌')
    expect(signal).toBe('SIGTERM')
    const status = JSON.parse((await made.cli(['status', '--json', '--url', database.url])).stdout)
    expect(status).toMatchObject({ applied: 1, pending: [{ revision: 'bbb' }], incomplete: [] })
    expect((await made.cli(['upgrade', '--url', database.url])).code).toBe(0)
  } finally {
    await database.drop()
    await made.drop()
  }
})

test.runIf(await postgresAnswers())('a long statement is stopped and rolled back', { timeout: 60_000 }, async () => {
  const index = pathToFileURL(join(dirname(await built()), '../index.js')).href
  const [made, database] = [
    await project({
      'migrations/1.sql': sqlRevision('aaa', [], 'create table one (id integer);\nselect pg_sleep(55);'),
      'app.mjs': program(index, true),
    }),
    await scratchPostgres(),
  ]
  try {
    await using watch = await (await dialectOf(database.url)).connect(database.url)
    const sleeping = async (): Promise<boolean> =>
      (
        await watch.query(
          "select 1 from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'",
        )
      ).length > 0
    const { code, output } = await stopped(made.path, database.url, sleeping)
    // The program listens to the signal itself: it is told by the error, and ends as it likes.
    expect(output).toContain('caught INTERRUPTED')
    expect(code).toBe(143)
    expect(await watch.query("select 1 from pg_class where relname = 'one'")).toEqual([])
    expect(await watch.query('select revision from godwit_history')).toEqual([])
    const locks =
      "select 1 from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())"
    expect(await watch.query(locks)).toEqual([])
  } finally {
    await database.drop()
    await made.drop()
  }
})
