// A writer that was killed leaves a journal that has to be rolled back: commands that only read do it, or say why not.
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dialect } from '../../src/dialects/sqlite/index.ts'
import { type Project, project, sqlRevision } from '../support/cli.ts'

// Enough to spill into the file before the end, which never comes.
const WRITER = `
import { findDriver } from '${join(import.meta.dirname, '../../dist/dialects/sqlite/drivers.js')}'
const [file, mode] = process.argv.slice(1)
const database = findDriver().open(file, false)
const row = "insert into users values (2, '" + 'x'.repeat(500) + "')"
if (mode === 'wal') database.exec('pragma journal_mode = wal; ' + row)
else {
  database.exec('pragma cache_size = 5; pragma cache_spill = 5; begin; delete from users')
  for (let count = 0; count < 500; count++) database.exec(row)
}
process.kill(process.pid, 'SIGKILL')`

let place: Project
const file = (name: string): string => join(place.path, name)

function killed(name: string, mode = 'rollback'): void {
  const { signal, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', WRITER, file(name), mode])
  expect(signal, String(stderr)).toBe('SIGKILL')
}

beforeAll(async () => {
  place = await project({
    'godwit.config.mjs': "export default { url: 'sqlite:./first.db' }",
    'migrations/1_users.sql': sqlRevision(
      'aaaaaaaaaaaa',
      [],
      "create table users (id int, name text); insert into users values (1, 'Ada');",
      'drop table users;',
    ),
  })
  expect((await place.cli(['upgrade'])).code).toBe(0)
  for (const name of ['open.db', 'ro.db', 'wal.db', 'backup.db']) copyFileSync(file('first.db'), file(name))
}, 60_000)
afterAll(() => place.drop())

describe('a hot journal', () => {
  it('is rolled back by a command that only reads, and nothing that was committed is lost', async () => {
    killed('first.db')
    expect(existsSync(file('first.db-journal'))).toBe(true)
    const status = await place.cli(['status'])
    expect(status.code, status.stderr).toBe(0)
    expect(status.stdout).toMatch(/users +2 +1/)
    expect(existsSync(file('first.db-journal'))).toBe(false)
  })

  it('of a second database, by diff and by backup', async () => {
    killed('backup.db')
    const diff = await place.cli(['diff', '--from', 'sqlite:./backup.db', '--to', 'revisions'])
    expect(diff.code, diff.stderr).toBe(0)
    killed('backup.db')
    const backup = await place.cli(['backup', '--url', 'sqlite:./backup.db'])
    expect(backup.code, backup.stderr).toBe(0)
  }, 60_000)

  it('that comes while a session is open is none of its business either', async () => {
    await using reader = await dialect.connect(`sqlite:${file('open.db')}`, { readOnly: true })
    killed('open.db')
    expect(await reader.query('select id, name from users')).toEqual([{ id: 1, name: 'Ada' }])
    await expect(reader.execute('delete from users')).rejects.toThrow(/readonly/)
  })

  it('stays where the URL forbids to write, and the way out that is named works', async () => {
    killed('ro.db')
    const url = `sqlite:${file('ro.db')}`
    const refused = dialect.connect(`${url}?mode=ro`)
    await expect(refused).rejects.toMatchObject({ code: 'DATABASE_READ_ONLY', fix: /without mode=ro.*godwit status/ })
    expect((await place.cli(['status', '--url', url])).code).toBe(0)
    await (await dialect.connect(`${url}?mode=ro`)).close()
  })

  it('and a log of WAL, on a disk that nobody may write to', async () => {
    killed('ro.db')
    killed('wal.db', 'wal')
    const disk = file('disk')
    mkdirSync(disk)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk], { stdio: 'pipe' })
    } catch (error) {
      console.warn(`skipped: no disk can be mounted here: ${String(error).split('\n')[1] ?? error}`)
      return
    }
    try {
      for (const name of ['ro.db', 'ro.db-journal', 'wal.db', 'wal.db-wal']) copyFileSync(file(name), join(disk, name))
      execFileSync('mount', ['-o', 'remount,ro', disk])
      for (const name of ['ro.db', 'wal.db']) {
        const opened = dialect.connect(`sqlite:${join(disk, name)}`, { readOnly: true })
        await expect(opened).rejects.toMatchObject({ code: 'DATABASE_READ_ONLY', fix: /may write/ })
      }
      execFileSync('mount', ['-o', 'remount,rw', disk])
      for (const [name, rows] of [
        ['ro.db', 1],
        ['wal.db', 2],
      ] as const) {
        await using connection = await dialect.connect(`sqlite:${join(disk, name)}`, { readOnly: true })
        expect(await connection.query('select count(*) as rows from users')).toEqual([{ rows }])
      }
    } finally {
      execFileSync('umount', ['-l', disk])
    }
  })
})
