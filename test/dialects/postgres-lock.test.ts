// One runner at a time: advisory locks on a server, the lock file of the embedded engine.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { dialect } from '../../src/dialects/postgres/index.ts'
import { sessionOf, withSession } from '../../src/dialects/postgres/session.ts'
import { isGodwitError } from '../../src/errors.ts'
import { postgresAnswers, type ScratchDatabase, scratchPglite, scratchPostgres } from '../support/databases.ts'
import { holderOf } from '../support/lock.ts'

const server = await postgresAnswers()
const databases: ScratchDatabase[] = []
const children: ReturnType<typeof worker>[] = []
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  for (const database of databases) await database.drop()
})

async function scratch(make: () => Promise<ScratchDatabase>): Promise<string> {
  const database = await make()
  databases.push(database)
  return database.url
}

function worker(url: string, task: string) {
  const file = join(import.meta.dirname, 'postgres-worker.ts')
  return spawn(process.execPath, ['--import', 'tsx', file, url, task], { stdio: ['ignore', 'pipe', 'pipe'] })
}

async function said(url: string): Promise<string> {
  const child = worker(url, 'apply')
  children.push(child)
  let text = ''
  let errors = ''
  child.stdout.on('data', (data) => (text += data))
  child.stderr.on('data', (data) => (errors += data))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(errors)
  return text
}

describe.runIf(server)('on a server', () => {
  it('one of five processes does the work, all come through', async () => {
    const url = await scratch(scratchPostgres)
    const answers = await Promise.all(Array.from({ length: 5 }, () => said(url)))
    expect(answers.toSorted()).toEqual(['applied', 'skipped', 'skipped', 'skipped', 'skipped'])
  }, 120_000)

  it('names the holder, and is free once it is killed', async () => {
    const url = await scratch(scratchPostgres)
    const child = worker(url, 'hold')
    children.push(child)
    await once(child.stdout, 'data')
    await using connection = await dialect.connect(url)
    const holder = await holderOf(dialect, connection, 'test')
    const refused = await dialect.lock(connection, { key: 'test', wait: 0 }).catch((error: unknown) => error)
    expect(isGodwitError(refused) && refused.code).toBe('LOCK_TIMEOUT')
    expect(isGodwitError(refused) && refused.why).toContain('godwit')
    expect(holder).toMatchObject({ application: 'godwit' })
    child.kill('SIGKILL')
    const lock = await dialect.lock(connection, { key: 'test', wait: 60_000 })
    await lock.release()
  })

  it('does not keep others out: another key, another database', async () => {
    const [url, other] = [await scratch(scratchPostgres), await scratch(scratchPostgres)]
    await using first = await dialect.connect(url)
    await using second = await dialect.connect(url)
    await using third = await dialect.connect(other)
    const locks = [
      await dialect.lock(first, { key: 'a', wait: 0 }),
      await dialect.lock(second, { key: 'b', wait: 0 }),
      await dialect.lock(third, { key: 'a', wait: 0 }),
    ]
    await expect(dialect.lock(second, { key: 'a', wait: 0 })).rejects.toMatchObject({ code: 'LOCK_TIMEOUT' })
    for (const lock of locks) await lock.release()
  })

  it('stops waiting when it is told to', async () => {
    const url = await scratch(scratchPostgres)
    await using first = await dialect.connect(url)
    await using second = await dialect.connect(url)
    const lock = await dialect.lock(first, { key: 'a', wait: 0 })
    const abort = new AbortController()
    const waiting = dialect.lock(second, { key: 'a', wait: 60_000, signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    await lock.release()
  })

  it('is held by a transaction where the process id is a pooler’s', async () => {
    const url = await scratch(scratchPostgres)
    await using direct = await dialect.connect(url)
    await using real = await dialect.connect(url)
    // What a pooler does to us: the process id told at connecting is not the one that answers.
    const pooled = withSession({ ...real }, { ...sessionOf(real), processId: 1 })
    const lock = await dialect.lock(pooled, { key: 'a', wait: 0 })
    await expect(dialect.lock(direct, { key: 'a', wait: 0 })).rejects.toMatchObject({ code: 'LOCK_TIMEOUT' })
    expect(await real.query(`select 1 from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()`)).toEqual(
      [],
    )
    await lock.release()
    await (await dialect.lock(direct, { key: 'a', wait: 60_000 })).release()
  })
})

describe('the folder of the embedded engine', () => {
  it('is used by one process at a time, each in its turn', async () => {
    const url = await scratch(scratchPglite)
    const answers = await Promise.all([said(url), said(url), said(url)])
    expect(answers.toSorted()).toEqual(['applied', 'skipped', 'skipped'])
  }, 300_000)

  it('is refused while it is open, and taken over from the dead', async () => {
    const url = await scratch(scratchPglite)
    const file = `${url.slice('pglite:'.length)}.lock`
    const first = await dialect.connect(url, { create: true })
    await first.execute('create table t (a int)')
    await expect(dialect.connect(url, { timeout: 50 })).rejects.toMatchObject({ code: 'DATABASE_IN_USE' })
    await first.close()
    expect(existsSync(file)).toBe(false)
    // No process has this number: the largest there can be is 2^22.
    writeFileSync(file, JSON.stringify({ pid: 2 ** 22 + 1, started: '', host: hostname(), token: 'dead', since: '' }))
    await using second = await dialect.connect(url, { timeout: 5000 })
    expect((await dialect.inspect(second)).tables.map(({ name }) => name)).toEqual(['t'])
  })

  it('is not made by accident', async () => {
    const url = await scratch(scratchPglite)
    await expect(dialect.connect(url)).rejects.toMatchObject({ code: 'DATABASE_MISSING' })
  })
})
