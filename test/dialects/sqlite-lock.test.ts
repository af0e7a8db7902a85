import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { LOCK_SUFFIX } from '../../src/dialects/sqlite/lock.ts'
import { isGodwitError } from '../../src/errors.ts'
import { scratchSqlite } from '../support/databases.ts'
import { holderOf } from '../support/lock.ts'
import { dialect, memory } from './sqlite-support.ts'

async function scratch() {
  const database = await scratchSqlite()
  onTestFinished(() => database.drop())
  return database.url
}

const worker = (url: string, task: string) =>
  spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'sqlite-lock-worker.ts'), url, task], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })

async function output(child: ReturnType<typeof worker>): Promise<string> {
  let text = ''
  let errors = ''
  child.stdout.on('data', (data) => (text += data))
  child.stderr.on('data', (data) => (errors += data))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(errors)
  return text
}

test('twenty processes at once: one does the work, all come through, nothing is left behind', async () => {
  const url = await scratch()
  const said = await Promise.all(Array.from({ length: 20 }, () => output(worker(url, 'apply'))))
  expect(said.toSorted()).toEqual(['applied', ...Array(19).fill('skipped')])
  await using connection = await dialect.connect(url)
  expect(await connection.query('select count(*) as n from effects')).toEqual([{ n: 1 }])
  expect(existsSync(connection.location.database + LOCK_SUFFIX)).toBe(false)
}, 180_000)

test('a holder that is killed holds nothing any more', async () => {
  const url = await scratch()
  const child = worker(url, 'hold')
  await once(child.stdout, 'data')
  await using connection = await dialect.connect(url)
  const holder = await holderOf(dialect, connection, 'test')
  const refused = await dialect.lock(connection, { key: 'test', wait: 0 }).catch((error: unknown) => error)
  expect(isGodwitError(refused) && refused.code).toBe('LOCK_TIMEOUT')
  expect(isGodwitError(refused) && refused.message).toContain(String(child.pid))
  expect(holder).toMatchObject({ pid: child.pid })
  child.kill('SIGKILL')
  await once(child, 'close')
  const lock = await dialect.lock(connection, { key: 'test', wait: 60_000 })
  await lock.release()
})

test('within one process, too, there is one holder', async () => {
  const url = await scratch()
  await using one = await dialect.connect(url, { create: true })
  await using two = await dialect.connect(url)
  const lock = await dialect.lock(one, { key: 'test', wait: 0 })
  await expect(dialect.lock(two, { key: 'test', wait: 0 })).rejects.toMatchObject({ code: 'LOCK_TIMEOUT' })
  const waiting = dialect.lock(two, { key: 'test', wait: 60_000 })
  await lock.release()
  await (await waiting).release()
})

test('a waiter can be told to stop', async () => {
  const url = await scratch()
  await using one = await dialect.connect(url, { create: true })
  await using two = await dialect.connect(url)
  const lock = await dialect.lock(one, { key: 'test', wait: 0 })
  const controller = new AbortController()
  const waiting = dialect.lock(two, { key: 'test', wait: 60_000, signal: controller.signal })
  controller.abort()
  await expect(waiting).rejects.toThrow(/abort/i)
  await lock.release()
})

test('a file of somebody else’s in its place is replaced', async () => {
  const url = await scratch()
  await using connection = await dialect.connect(url, { create: true })
  await writeFile(
    connection.location.database + LOCK_SUFFIX,
    'what a power cut left, long enough to be read as a page. '.repeat(20),
  )
  const lock = await dialect.lock(connection, { key: 'test', wait: 60_000 })
  await lock.release()
})

test('in memory there is nobody to lock out', async () => {
  await using connection = await memory()
  const lock = await dialect.lock(connection, { key: 'test', wait: 0 })
  await lock.release()
})

test.runIf(process.getuid?.() !== 0)(
  'without the right to write beside the file there is no lock to take',
  async () => {
    const url = await scratch()
    await using connection = await dialect.connect(url, { create: true })
    const folder = join(connection.location.database, '..')
    await chmod(folder, 0o555)
    onTestFinished(() => chmod(folder, 0o755))
    const lock = await dialect.lock(connection, { key: 'test', wait: 0 })
    await lock.release()
  },
)
