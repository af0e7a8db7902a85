// A backup that was in other hands: whatever it holds, nothing of it is run on this machine or written outside of its place.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { confined } from '../src/dialects/postgres/backup/psql.ts'
import { backup } from '../src/dialects/postgres/backup.ts'
import { connect } from '../src/dialects/postgres/connect.ts'
import { dialect as postgres } from '../src/dialects/postgres/index.ts'
import { sessionOf } from '../src/dialects/postgres/session.ts'
import { contentOf, createArchive, entriesOf } from '../src/runner/backup/archive.ts'
import { MANIFEST, type Manifest, openBackup, SUMS, sumsText } from '../src/runner/backup/manifest.ts'
import { load } from '../src/runner/backup/own.ts'
import { emptySchema } from '../src/schema/schema.ts'
import { headerSum } from '../src/tar.ts'
import { type Project, project, sqlRevision } from './support/cli.ts'
import {
  mysqlAnswers,
  postgresAnswers,
  type ScratchDatabase,
  scratchMysql,
  scratchPostgres,
} from './support/databases.ts'

let open: { drop(): Promise<void> }[] = []
afterAll(async () => {
  for (const one of open.reverse()) await one.drop()
  open = []
})

/** A project whose database holds one table, and its backup `b.backup.tar`. */
async function backedUp(scratch: () => Promise<ScratchDatabase>): Promise<Project> {
  const database = await scratch()
  open.push(database)
  const at = await project({
    'godwit.config.json': JSON.stringify({ url: database.url }),
    'migrations/a1.sql': sqlRevision(
      'a1',
      [],
      "create table t (id int primary key, name varchar(40));\ninsert into t values (1, 'a\\b');",
      'drop table t;',
    ),
  })
  open.push(at)
  expect(await at.cli(['upgrade'])).toMatchObject({ code: 0 })
  const outcome = await at.cli(['backup', '--out', 'backups', '--json'])
  expect(outcome.code).toBe(0)
  const { file } = JSON.parse(outcome.stdout)
  writeFileSync(join(at.path, 'b.backup.tar'), readFileSync(join(at.path, file)))
  return at
}

/** The same backup with another dump, and checksums that are right. */
async function tamper(at: Project, change: (dump: Buffer) => Buffer, manifest: object = {}): Promise<string> {
  const from = join(at.path, 'b.backup.tar')
  const entries = (await entriesOf(from)) ?? []
  const read = async (name: string): Promise<Buffer> => {
    const chunks: Buffer[] = []
    for (const each of entries)
      if (each.name === name) for await (const chunk of contentOf(from, each)) chunks.push(chunk)
    return Buffer.concat(chunks)
  }
  const known = JSON.parse((await read(MANIFEST)).toString()) as Manifest
  const archive = await createArchive(join(at.path, 'changed.backup.tar'), new Date(0))
  const dump = await archive.add(known.dump.file, [gzipSync(change(gunzipSync(await read(known.dump.file))))])
  const described = Buffer.from(JSON.stringify({ ...known, dump: { ...known.dump, ...dump }, ...manifest }))
  await archive.add(MANIFEST, [described])
  const sha256 = createHash('sha256').update(described).digest('hex')
  await archive.add(SUMS, [
    Buffer.from(
      sumsText([
        { name: known.dump.file, sha256: dump.sha256 },
        { name: MANIFEST, sha256 },
      ]),
    ),
  ])
  await archive.finish()
  return 'changed.backup.tar'
}

/** Makes the checksum of a header right. */
const summed = (block: Buffer): void =>
  void block.write(`${headerSum(block).toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
async function* inPieces(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces
}
const restored = async (at: Project, file: string) => at.cli(['restore', file, '--replace', '--yes', '--json'])
const error = ({ stdout }: { stdout: string }): Record<string, unknown> =>
  JSON.parse(stdout).error ?? JSON.parse(stdout)
const joined = async (text: string, size: number): Promise<string> => {
  const bytes = Buffer.from(text)
  const pieces = async function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  const parts: Uint8Array[] = []
  for await (const part of confined('begin;\n', pieces(), '\ncommit;\n')) parts.push(part)
  return Buffer.concat(parts).toString()
}

describe('what psql is fed', () => {
  const dump = `--\n-- dump\n--\n\n\\restrict abc1\n\nselect 1;\n${'-- x\n'.repeat(2000)}--\n\n\\unrestrict abc1\n\n`

  test.each([1, 7, 511, 4096, 1_000_000])(
    'loses the restriction of the dump and no more, read by %i bytes',
    async (size) => {
      const text = await joined(dump, size)
      expect(text).toMatch(/^\\restrict [0-9a-f]{64}\nbegin;\n--\n-- dump\n--\n\n\nselect 1;\n/)
      expect(text.match(/restrict/g)).toHaveLength(1)
      expect(text.length).toBe(
        dump.length -
          '\\restrict abc1\n'.length -
          '\n\\unrestrict abc1\n\n'.length +
          `\\restrict ${'0'.repeat(64)}\nbegin;\n\ncommit;\n`.length,
      )
    },
  )

  test('keeps every other line, so that psql refuses it', async () => {
    expect(await joined('select 1;\n\\restrict abc\nselect 2;\n\\unrestrict abc\n', 9)).toContain(
      '\\restrict abc\nselect 2;\n\\unrestrict abc\n',
    )
    expect(await joined('\\restrict abc\n\\unrestrict abc\n\\! id\n', 9)).toContain('\\unrestrict abc\n\\! id\n')
  })
})

describe.runIf(await postgresAnswers())('a changed dump of pg_dump', () => {
  let at: Project
  beforeAll(async () => {
    at = await backedUp(scratchPostgres)
  })

  test.each([
    [
      'a command after its restriction is taken out',
      (text: string, file: string) => `${text.replaceAll(/\\(un)?restrict.*\n/g, '')}\\! touch ${file}\n`,
    ],
    ['a command behind the end of its restriction', (text: string, file: string) => `${text}\\! touch ${file}\n`],
    [
      'a command within a statement',
      (text: string, file: string) => text.replace('CREATE TABLE', `SELECT 1 \\! touch ${file}\n;CREATE TABLE`),
    ],
    [
      'a copy to a program',
      (text: string, file: string) => text.replace(/\\unrestrict/, `\\copy t to program 'touch ${file}'\n$&`),
    ],
    [
      'another end of our restriction',
      (text: string, file: string) =>
        text.replace(/CREATE TABLE/, `\\unrestrict ${'0'.repeat(64)}\n\\! touch ${file}\n$&`),
    ],
  ])('runs nothing here: %s', async (_, change) => {
    const mark = join(at.path, 'planted')
    const file = await tamper(at, (dump) => Buffer.from(change(dump.toString(), mark)))
    const outcome = await restored(at, file)
    expect(existsSync(mark)).toBe(false)
    expect(error(outcome)).toMatchObject({ code: 'RESTORE_FAILED', data: { state: 'unchanged' } })
  })

  test('leaves the database as it was, and the backup itself comes back', async () => {
    expect(await at.cli(['check'])).toMatchObject({ code: 0 })
    expect(await restored(at, 'b.backup.tar')).toMatchObject({ code: 0 })
  })

  test('is not read by a psql that knows no restriction', async () => {
    at.write('bin/psql', '#!/bin/sh\necho "psql (PostgreSQL) 15.3"\n')
    execFileSync('chmod', ['+x', join(at.path, 'bin/psql')])
    const outcome = await at.cli(['restore', 'b.backup.tar', '--replace', '--yes', '--json'], {
      PATH: `${at.path}/bin:${process.env.PATH}`,
    })
    expect(error(outcome)).toMatchObject({ code: 'TOOL_MISSING', why: expect.stringContaining('CVE-2025-8714') })
  })
})

describe.runIf(await mysqlAnswers())("a changed dump of the server's own program", () => {
  let at: Project
  beforeAll(async () => {
    at = await backedUp(scratchMysql)
  })

  test.each([
    ['commands of the client', (mark: string) => `\\! touch ${mark}\n`],
    ['a long one behind another delimiter', (mark: string) => `delimiter //\nsystem touch ${mark}\n//\n`],
    ['a file that is sourced', (mark: string) => `source ${mark}.sql\n`],
    ['a file of this machine', (mark: string) => `load data local infile '${mark}.sql' into table t (name);\n`],
  ])('runs nothing and reads nothing here: %s', async (_, line) => {
    const mark = join(at.path, 'planted')
    writeFileSync(`${mark}.sql`, `create table sourced (id int); \\! touch ${mark}\n`)
    const outcome = await restored(at, await tamper(at, (dump) => Buffer.concat([dump, Buffer.from(line(mark))])))
    expect(existsSync(mark)).toBe(false)
    expect(error(outcome)).toMatchObject({ code: 'RESTORE_FAILED' })
  })

  test('leaves a way back', async () => {
    expect(await restored(at, 'b.backup.tar')).toMatchObject({ code: 0 })
    expect(await at.cli(['check'])).toMatchObject({ code: 0 })
  })
})

describe('a changed archive', () => {
  let at: Project
  beforeAll(async () => {
    at = await backedUp(sqlite)
  })
  const sqlite = async (): Promise<ScratchDatabase> => ({ url: 'sqlite:app.db', drop: async () => {} })
  /** Changes the header of the first entry and makes its checksum right again. */
  function header(change: (block: Buffer) => void): string {
    const bytes = readFileSync(join(at.path, 'b.backup.tar'))
    const block = bytes.subarray(0, 512)
    change(block)
    summed(block)
    const file = join(at.path, 'header.backup.tar')
    writeFileSync(file, bytes)
    return file
  }

  test.each([
    ['a symbolic link', (block: Buffer) => void block.write('2', 156)],
    ['a hard link', (block: Buffer) => void block.write('1', 156)],
    ['a device', (block: Buffer) => void block.write('3', 156)],
    ['a name that leads out', (block: Buffer) => void block.write('../../x\0', 0)],
    ['a size below zero', (block: Buffer) => void block.write('-0000001000\0', 124)],
    ['a size beyond its end', (block: Buffer) => void block.write('77777777777\0', 124)],
    ['a size that is no number', (block: Buffer) => void block.write('8\0', 124)],
    ['a binary size beyond all numbers', (block: Buffer) => block.fill(0xff, 124, 136)],
  ])('with %s is no backup', async (_, change) => {
    await expect(openBackup(header(change))).rejects.toMatchObject({ code: 'BACKUP_INVALID' })
  })

  test('with a manifest of another shape is no backup, and no bug', async () => {
    for (const manifest of [{ tables: 'x' }, { database: null }, { head: [1] }]) {
      const file = join(at.path, await tamper(at, (dump) => dump, manifest))
      await expect(openBackup(file)).rejects.toMatchObject({ code: 'BACKUP_INVALID' })
    }
  })

  test('of the embedded engine holds files in their place alone, and lines that are ours alone', async () => {
    await using connection = await connect('pglite:')
    const session = sessionOf(connection)
    const bytes = Buffer.from(new Uint8Array((await (await session.dumpFiles?.())?.arrayBuffer()) ?? []))
    for (const change of [
      (block: Buffer) => void block.write('/../../planted\0', 0),
      (block: Buffer) => void block.write('2', 156),
      (block: Buffer) => void block.write('77777777777\0', 124),
    ]) {
      const changed = Buffer.from(bytes)
      change(changed.subarray(0, 512))
      summed(changed.subarray(0, 512))
      await expect(session.loadFiles?.(inPieces([changed]))).rejects.toMatchObject({ code: 'BACKUP_INVALID' })
    }
    const { rows } = backup
    if (rows === undefined) throw new Error('no way to copy rows')
    for (const line of ['null', '{"sql":1}', '{', '{"schema":{}}']) {
      const content = inPieces([Buffer.from(`${line}\n`)])
      await expect(
        load({ dialect: postgres, rows, connection, current: emptySchema(), content, path: '', guard: [] }),
      ).rejects.toMatchObject({ code: 'BACKUP_INVALID' })
    }
    await session.loadFiles?.(inPieces([bytes]))
    expect(await connection.query('select 1 as one')).toEqual([{ one: 1 }])
  })

  test.runIf(process.platform !== 'win32')('that is a pipe does not hold anybody up', async () => {
    execFileSync('mkfifo', [join(at.path, 'pipe.backup.tar')])
    execFileSync('mkfifo', [join(at.path, 'backups', 'pipe.backup.tar')])
    expect(error(await restored(at, 'pipe.backup.tar'))).toMatchObject({ code: 'BACKUP_INVALID' })
    expect(await at.cli(['backup', '--out', 'backups', '--keep', '2'])).toMatchObject({ code: 0 })
  })
})
