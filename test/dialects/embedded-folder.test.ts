// The folder of the embedded engine: plain applications that have it open, our lock file, and a full disk.
import { execFileSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dialect } from '../../src/dialects/postgres/index.ts'
import { askLsof, checkUnopened, openersOf } from '../../src/dialects/postgres/openers.ts'
import { holdDatabase, startup } from '../../src/index.ts'
import { type Project, project, sqlRevision } from '../support/cli.ts'
import { scratchFolder } from '../support/databases.ts'
import { type Program, program } from '../support/program.ts'

// An application as anybody writes it: it takes no lock of ours.
const APPLICATION = `
import { PGlite } from '@electric-sql/pglite'
const client = await PGlite.create('./data')
await client.query('select * from users')
process.once('SIGTERM', async () => { await client.close(); process.exit(0) })
setInterval(() => {}, 1000)
console.log('open')`

let place: Project
const running: Program[] = []
const data = (): string => join(place.path, 'data')
const url = (): string => `pglite:${data()}`

async function application(code = APPLICATION): Promise<Program> {
  const started = program(process.execPath, ['--input-type=module', '-e', code], { cwd: place.path })
  running.push(started)
  await started.prints(/open/)
  return started
}

const tables = async (): Promise<string[]> => {
  await using connection = await dialect.connect(url())
  return (await dialect.inspect(connection)).tables.map(({ name }) => name)
}

beforeAll(async () => {
  place = await project({
    'godwit.config.mjs': "export default { url: 'pglite:./data' }",
    'migrations/1_users.sql': sqlRevision('aaaaaaaaaaaa', [], 'create table users (id int);', 'drop table users;'),
  })
  expect((await place.cli(['upgrade'])).code).toBe(0)
  place.write(
    'migrations/2_orders.sql',
    sqlRevision('bbbbbbbbbbbb', ['aaaaaaaaaaaa'], 'create table orders (id int);', 'drop table orders;'),
  )
}, 120_000)
afterAll(async () => {
  for (const each of running) await each.stop('SIGKILL')
  await place.drop()
})

describe('an application that takes no lock of ours', () => {
  it('is seen by every verb, and nothing is written under it', async () => {
    const open = await application()
    const note = readFileSync(join(data(), 'postmaster.pid'), 'utf8')
    for (const verb of [['upgrade'], ['downgrade', '--yes'], ['status'], ['backup']]) {
      const { code, stderr } = await place.cli(verb)
      expect(code, stderr).toBe(5)
      expect(stderr).toContain('DATABASE_IN_USE')
      expect(stderr).toContain('has its files open for writing')
      expect(stderr).toContain('Stop it, then run the command again')
    }
    expect(readFileSync(join(data(), 'postmaster.pid'), 'utf8')).toBe(note)
    expect(existsSync(`${data()}.lock`)).toBe(false)
    // The way out that was named.
    expect(await open.stop()).toBe(0)
    expect((await place.cli(['upgrade'])).code).toBe(0)
    expect(await tables()).toEqual(['orders', 'users'])
  }, 120_000)

  it('is not taken for open once it was killed, whatever it has left', async () => {
    const open = await application()
    await open.stop('SIGKILL')
    expect(existsSync(join(data(), 'postmaster.pid'))).toBe(true)
    expect(await tables()).toContain('users')
    expect(existsSync(join(data(), 'postmaster.pid'))).toBe(false)
  }, 60_000)

  it('is seen in this very process, by startup()', async () => {
    const client = await PGlite.create(data())
    const silent = { info: () => {}, warn: () => {}, error: () => {} }
    const start = startup({ cwd: place.path, url: url(), policy: 'migrate', once: false, logger: silent, env: {} })
    await expect(start).rejects.toMatchObject({ code: 'DATABASE_IN_USE', message: /^This process itself/ })
    await client.close()
    expect(await tables()).toContain('users')
  }, 60_000)

  it('that comes while we are at work is told at the end', async () => {
    const connection = await dialect.connect(url())
    const open = await application()
    await expect(connection.close()).rejects.toMatchObject({
      code: 'DATABASE_IN_USE',
      message: expect.stringContaining('while Godwit was at work'),
    })
    await open.stop()
    const again = await dialect.connect(url())
    const [row] = await again.query<{ one: number }>('select 1 as one')
    expect(row).toEqual({ one: 1 })
    const closed = await application()
    expect(await closed.stop()).toBe(0)
    await expect(again.close()).rejects.toMatchObject({ code: 'DATABASE_IN_USE', why: /It is closed again/ })
  }, 60_000)

  it('and who only reads its files, as a copy does, is none', async () => {
    const file = openSync(join(data(), 'global', '1262'), 'r')
    expect(await openersOf(data())).toEqual([])
    closeSync(file)
  })

  it('is found by lsof as well', async (context) => {
    if ((await askLsof(data())) === undefined) {
      console.warn('skipped: lsof is not installed')
      return context.skip()
    }
    expect(await askLsof(data())).toEqual([])
    const client = await PGlite.create(data())
    expect(await askLsof(data())).toEqual([process.pid])
    await client.close()
  }, 60_000)

  it('is to be feared where the system does not tell: the way out is named', async () => {
    const note = join(data(), 'postmaster.pid')
    await checkUnopened(data(), async () => undefined)
    writeFileSync(note, '-42\n')
    const refused = checkUnopened(data(), async () => undefined)
    await expect(refused).rejects.toMatchObject({ code: 'DATABASE_IN_USE', fix: expect.stringContaining(note) })
  })
})

describe('an application that takes our lock', () => {
  it('is waited for, and its lock ends with its process', async () => {
    const release = await holdDatabase(url())
    await expect(dialect.connect(url(), { timeout: 0 })).rejects.toMatchObject({
      code: 'DATABASE_IN_USE',
      why: expect.stringContaining('this very process'),
    })
    await release()
    expect(existsSync(`${data()}.lock`)).toBe(false)
    expect(await tables()).toContain('users')
  }, 60_000)

  it('needs none on other databases', async () => {
    const release = await holdDatabase('sqlite:./nowhere.db')
    await release()
    expect(existsSync('./nowhere.db')).toBe(false)
  })

  it('finds one that is open without it', async () => {
    const client = await PGlite.create(data())
    await expect(holdDatabase(url())).rejects.toMatchObject({ code: 'DATABASE_IN_USE' })
    expect(existsSync(`${data()}.lock`)).toBe(false)
    await client.close()
  }, 60_000)
})

describe('a lock file that names nobody', () => {
  it('is taken over after a moment', async () => {
    writeFileSync(`${data()}.lock`, '')
    await expect(dialect.connect(url(), { timeout: 0 })).rejects.toMatchObject({ code: 'DATABASE_IN_USE' })
    const before = new Date(Date.now() - 60_000)
    utimesSync(`${data()}.lock`, before, before)
    expect(await tables()).toContain('users')
  }, 60_000)
})

/** A file system of this many KiB in memory; undefined where this user may not mount one. */
function smallDisk(path: string, size: number): (() => void) | undefined {
  mkdirSync(path)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}k`, 'tmpfs', path], { stdio: 'pipe' })
  } catch (error) {
    console.warn(`skipped: no small disk can be mounted here: ${String(error).split('\n')[1] ?? error}`)
    return undefined
  }
  return () => void execFileSync('umount', ['-l', path])
}

/** Fills it to the last byte, and gives back what makes space again. */
function fill(path: string): () => void {
  const file = join(path, 'filler')
  const chunk = Buffer.alloc(4096)
  try {
    for (;;) writeFileSync(file, chunk, { flag: 'a' })
  } catch {
    return () => writeFileSync(file, '')
  }
}

describe('on a full disk', () => {
  it.each(['pglite', 'sqlite'])(
    '%s: says so, leaves nothing in the way, and goes on when there is space',
    async (scheme) => {
      const folder = await scratchFolder()
      const disk = join(folder.path, 'disk')
      const unmount = smallDisk(disk, 512)
      if (unmount === undefined) return
      const target = `${scheme}:${join(disk, 'data')}`
      try {
        const space = fill(disk)
        const full = await place.cli(['upgrade', '--url', target])
        expect(full.code).toBe(1)
        expect(full.stderr).toContain('DATABASE_FULL')
        space()
        expect(readdirSync(disk).filter((name) => name.endsWith('.lock'))).toEqual([])
        if (scheme === 'sqlite') expect((await place.cli(['upgrade', '--url', target])).code).toBe(0)
        else await (await holdDatabase(target))()
      } finally {
        unmount()
        await folder.drop()
      }
    },
    60_000,
  )
})
