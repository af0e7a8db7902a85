// What bad input gets: a coded error that says what to do, nothing half done, no password anywhere.
import { rmSync } from 'node:fs'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { verbNames } from '../src/commands/index.ts'
import { type Outcome, type Project, project, sqlRevision } from './support/cli.ts'
import { postgresAnswers, randomName, type ScratchDatabase, scratchPostgres } from './support/databases.ts'

const CANARY = 'canary-8Qz4'
const answers = await postgresAnswers()

let open: Project[] = []
const make = async (files: Record<string, string>): Promise<Project> => {
  const made = await project(files)
  open.push(made)
  return made
}
afterEach(async () => {
  for (const one of open) await one.drop()
  open = []
})

const said = ({ stdout, stderr }: Outcome): string => stdout + stderr
const error = (outcome: Outcome): Record<string, unknown> => {
  const { error } = JSON.parse(outcome.stdout) as { error: Record<string, unknown> }
  return error
}
const json = (value: unknown): string => JSON.stringify(value)
const sqlite = { 'godwit.config.json': json({ url: 'sqlite:app.db' }) }

describe('revisions', () => {
  test('a syntax error in an SQL revision shows file, line and caret; nothing is kept', async () => {
    const { cli, path } = await make({
      ...sqlite,
      'migrations/1_a.sql': sqlRevision('a1', [], 'create table a (id integer);\ncreate tabel b (id integer);'),
    })
    const outcome = await cli(['upgrade'])
    expect(outcome.code).toBe(1)
    expect(outcome.stderr).toMatch(/migrations\/1_a\.sql:7:\d+/)
    expect(outcome.stderr).toMatch(/7 \| create tabel b/)
    expect(outcome.stderr).toMatch(/\n\s+\| +\^\n/)
    expect(outcome.stderr).toContain('→')
    expect(said(outcome)).not.toContain('BUG')
    const status = await cli(['status', '--json'])
    expect(status.code === 0 ? JSON.parse(status.stdout) : { tables: [] }).toMatchObject({ tables: [] })
    expect(path).toBeTruthy()
  })

  test('a syntax error in a TypeScript revision shows its place', async () => {
    const { cli } = await make({
      ...sqlite,
      'migrations/1_a.ts':
        "import { op, revision } from 'godwit'\n\nexport default revision({\n  id: 'a1',\n  parents: [],\n  message: 'a',\n  operations: [op.sql({ up: 'select 1' ],\n})\n",
    })
    const outcome = await cli(['upgrade'])
    expect(outcome.code).toBe(1)
    expect(outcome.stderr).toMatch(/migrations\/1_a\.ts:7/)
  })

  test('an unknown revision, with the nearest', async () => {
    const { cli } = await make({ ...sqlite, 'migrations/1.sql': sqlRevision('abc123', [], 'select 1;') })
    const outcome = await cli(['upgrade', 'abd123', '--json'])
    expect(outcome.code).toBe(2)
    expect(error(outcome)).toMatchObject({ code: 'REVISION_UNKNOWN', fix: expect.stringContaining('abc123') })
  })

  test('two heads: upgrade and migrate refuse and name merge', async () => {
    const { cli } = await make({
      'schema.sql': 'create table t (id integer);',
      'godwit.config.ts':
        "import { config, sql } from 'godwit'\nexport default config({ url: 'sqlite:app.db', source: sql('schema.sql') })",
      'migrations/1.sql': sqlRevision('a1', [], 'create table a (id integer);', 'drop table a;'),
      'migrations/2.sql': sqlRevision('b1', ['a1'], 'create table b (id integer);', 'drop table b;'),
      'migrations/3.sql': sqlRevision('c1', ['a1'], 'create table c (id integer);', 'drop table c;'),
    })
    for (const args of [['upgrade'], ['migrate', '-m', 'x'], ['revision', '-m', 'x']]) {
      const outcome = await cli([...args, '--json'])
      expect(error(outcome)).toMatchObject({ code: 'HEADS_SEVERAL', fix: expect.stringContaining('godwit merge') })
      expect(outcome.code).toBe(1)
    }
    expect((await cli(['merge'])).code).toBe(0)
    expect((await cli(['upgrade'])).code).toBe(0)
    expect(JSON.parse((await cli(['heads', '--json'])).stdout)).toMatchObject({
      heads: [{ message: 'merge b1 and c1' }],
    })
  })

  test('branches that do not go together are not merged', async () => {
    const { cli } = await make({
      ...sqlite,
      'migrations/1.sql': sqlRevision('a1', [], 'create table a (id integer, x text);'),
      'migrations/2.sql': sqlRevision('b1', ['a1'], 'alter table a rename column x to y;'),
      'migrations/3.sql': sqlRevision('c1', ['a1'], 'alter table a rename column x to z;'),
    })
    const outcome = await cli(['merge', '--json'])
    expect(outcome.code).toBe(4)
    expect(error(outcome)).toMatchObject({ code: 'MERGE_CONFLICT' })
    expect(JSON.parse((await cli(['heads', '--json'])).stdout)).toMatchObject({
      heads: [{ revision: 'b1' }, { revision: 'c1' }],
    })
  })

  test('an applied file that is edited, or deleted', async () => {
    const { cli, write, path } = await make({
      ...sqlite,
      'migrations/1.sql': sqlRevision('a1', [], 'create table a (id integer);', 'drop table a;'),
      'migrations/2.sql': sqlRevision('b1', ['a1'], 'create table b (id integer);', 'drop table b;'),
      'migrations/3.sql': sqlRevision('c1', ['b1'], 'create table c (id integer);', 'drop table c;'),
    })
    expect((await cli(['upgrade', 'b1'])).code).toBe(0)
    write('migrations/2.sql', sqlRevision('b1', ['a1'], 'create table b (id integer, more text);', 'drop table b;'))
    const edited = await cli(['upgrade', '--json'])
    expect(edited.code).toBe(1)
    // Stamping another than the current head would move the history.
    expect(error(edited)).toMatchObject({ code: 'REVISION_EDITED', fix: expect.stringContaining('godwit stamp b1`') })
    expect(edited.stdout).toContain('more text')
    expect(said(edited)).not.toMatch(/reset/i)
    // The file is what differs, and not the database.
    const check = await cli(['check', '--json'])
    expect(check.code).toBe(3)
    expect(JSON.parse(check.stdout)).toMatchObject({ database: [], edited: [{ revision: 'b1' }] })
    expect((await cli(['check'])).stdout).toMatch(
      /^✗ applied, and edited since:\n.*b1[\s\S]*✓ database and its history agree/,
    )
    rmSync(`${path}/migrations/2.sql`)
    expect(JSON.parse((await cli(['check', '--json'])).stdout)).toMatchObject({ database: [], missing: ['b1'] })
    const gone = await cli(['upgrade', '--json'])
    expect(gone.code).toBe(1)
    expect(error(gone)).toMatchObject({ code: 'REVISION_MISSING', fix: expect.stringContaining('b1') })
    const status = JSON.parse((await cli(['status', '--json'])).stdout) as { tables: { name: string }[] }
    expect(status.tables.map(({ name }) => name)).toEqual(['a', 'b'])
  })

  test('the database of another project', async () => {
    const { cli, write } = await make({
      ...sqlite,
      'migrations/1.sql': sqlRevision('a1', [], 'create table a (id integer);'),
    })
    expect((await cli(['upgrade'])).code).toBe(0)
    write('other/1.sql', sqlRevision('z1', [], 'create table z (id integer);'))
    write('other.json', json({ url: 'sqlite:app.db', revisions: 'other' }))
    const outcome = await cli(['upgrade', '--config', 'other.json', '--json'])
    expect(outcome.code).toBe(4)
    expect(error(outcome)).toMatchObject({ code: 'PROJECT_MISMATCH' })
  })

  test('a folder that is not writable', async () => {
    // The tests may run as root, who may write everywhere but in /sys.
    const { cli } = await make({
      'schema.sql': 'create table t (id integer);',
      'godwit.config.ts':
        "import { config, sql } from 'godwit'\nexport default config({ url: 'sqlite:app.db', source: sql('schema.sql'), revisions: '/sys/godwit/migrations' })",
    })
    for (const args of [
      ['migrate', '-m', 'x'],
      ['revision', '-m', 'x'],
    ]) {
      const outcome = await cli([...args, '--json'])
      expect(outcome.code).toBe(1)
      expect(error(outcome)).toMatchObject({ code: 'FOLDER_NOT_WRITABLE', fix: expect.any(String) })
    }
  })

  test('down where there is no way down', async () => {
    const { cli } = await make({
      ...sqlite,
      'migrations/1.ts':
        "import { op, revision } from 'godwit'\n\nexport default revision({ id: 'a1', parents: [], message: 'a', operations: [op.sql({ up: 'create table a (id integer)' })] })\n",
    })
    expect((await cli(['upgrade'])).code).toBe(0)
    const outcome = await cli(['downgrade', '--yes', '--json'])
    expect(outcome.code).toBe(4)
    expect(error(outcome)).toMatchObject({ code: 'REVISION_IRREVERSIBLE' })
  })
})

describe('hostile names', () => {
  const NAMES = [
    'we"ird',
    "o'clock",
    '; drop table victim; --',
    'line\nbreak',
    '😀 smile',
    '__proto__',
    'constructor',
    'x'.repeat(63),
    'back\\slash',
    '\u202etfel',
    'a.b',
    '$1',
    '`tick`',
  ]

  test('through generate, apply, look, and take back', { timeout: 120_000 }, async () => {
    const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
    const tables = NAMES.map(
      (name) => `create table ${quoted(name)} (id integer primary key, ${quoted(`${name.slice(0, 60)}_c`)} text);`,
    )
    const { cli, write } = await make({
      'schema.sql': ['create table victim (id integer);', ...tables].join('\n'),
      'godwit.config.ts':
        "import { config, sql } from 'godwit'\nexport default config({ url: 'sqlite:app.db', source: sql('schema.sql') })",
    })
    expect(said(await cli(['migrate', '-m', 'it\'s; "odd" */ \n name']))).toContain('proved up and down')
    expect((await cli(['upgrade'])).code).toBe(0)
    const status = await cli(['status'])
    expect(status.stdout).toContain('line\\nbreak')
    expect(status.stdout).toContain('\\u202etfel')
    expect(status.stdout).not.toContain('\u202e')
    const report = JSON.parse((await cli(['status', '--json'])).stdout) as { tables: { name: string; rows: number }[] }
    expect(report.tables).toHaveLength(NAMES.length + 1)
    expect(report.tables.every(({ rows }) => rows === 0)).toBe(true)
    expect((await cli(['check'])).code).toBe(0)
    write('schema.sql', 'create table victim (id integer);')
    expect((await cli(['migrate', '-m', 'away', '--no-renames'])).code).toBe(0)
    expect((await cli(['upgrade'])).code).toBe(0)
    expect((await cli(['downgrade'])).code).toBe(0)
    expect((await cli(['downgrade', 'base'])).code).toBe(0)
  })
})

describe.runIf(answers)('a server', () => {
  let scratch: ScratchDatabase
  const role = randomName()
  const admin = async (sql: string, url = scratch.url): Promise<void> => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    try {
      await client.query(sql)
    } finally {
      await client.end()
    }
  }
  beforeAll(async () => {
    scratch = await scratchPostgres()
    await admin(`create role ${role} login password '${CANARY}'; revoke create on schema public from public`)
  })
  afterAll(async () => {
    await admin(`drop role ${role}`).catch(() => {})
    await scratch.drop()
  })
  const as = (change: (url: URL) => void): string => {
    const url = new URL(scratch.url)
    url.username = role
    url.password = CANARY
    change(url)
    return url.href
  }
  const files = { 'migrations/1.sql': sqlRevision('a1', [], 'create table a (id integer);', 'drop table a;') }

  test('that is unreachable', async () => {
    const { cli } = await make(files)
    const url = as((url) => {
      url.port = '1'
    })
    const outcome = await cli(['upgrade', '--url', url])
    expect(outcome.code).toBe(1)
    expect(outcome.stderr).toContain('CONNECTION_REFUSED')
    expect(outcome.stderr).toContain('→')
    expect(said(outcome)).not.toContain(CANARY)
  })

  test('without the database', async () => {
    const { cli } = await make(files)
    const url = new URL(scratch.url)
    url.pathname = '/godwit_nowhere'
    const outcome = await cli(['upgrade', '--url', url.href])
    expect(outcome.code).toBe(1)
    expect(outcome.stderr).toContain('DATABASE_MISSING')
    expect(outcome.stderr).toContain('godwit_nowhere')
  })

  test('without the privilege: nothing is left behind', async () => {
    const { cli } = await make(files)
    const outcome = await cli(['upgrade', '--url', as(() => {})])
    expect(outcome.code).toBe(1)
    expect(outcome.stderr).toContain('PERMISSION_DENIED')
    expect(said(outcome)).not.toContain(CANARY)
    const status = await cli(['status', '--json', '--url', scratch.url])
    expect(JSON.parse(status.stdout)).toMatchObject({ initialised: false, tables: [] })
  })

  test('that is read-only', async () => {
    const { cli } = await make(files)
    const database = new URL(scratch.url).pathname.slice(1)
    await admin(`alter database ${database} set default_transaction_read_only = on`)
    try {
      const outcome = await cli(['upgrade', '--url', scratch.url])
      expect(outcome.stderr).toContain('DATABASE_READ_ONLY')
      expect(outcome.code).toBe(1)
    } finally {
      const elsewhere = new URL(scratch.url)
      elsewhere.pathname = '/postgres'
      await admin(`alter database ${database} reset default_transaction_read_only`, elsewhere.href)
    }
  })

  test('a failing statement names itself and its place', async () => {
    const { cli } = await make({
      'migrations/1.sql': sqlRevision(
        'a1',
        [],
        'create table a (id integer);\n\ncreate table b (id integer references nowhere);',
      ),
    })
    const outcome = await cli(['upgrade', '--url', scratch.url])
    expect(outcome.code).toBe(1)
    expect(outcome.stderr).toMatch(/1\.sql:8/)
    expect(outcome.stderr).toContain('nowhere')
    const status = await cli(['status', '--json', '--url', scratch.url])
    expect(JSON.parse(status.stdout)).toMatchObject({ tables: [] })
  })
})

describe('no password anywhere', () => {
  const INPUT: Partial<Record<(typeof verbNames)[number], string[]>> = {
    migrate: ['-m', 'x'],
    revision: ['-m', 'x'],
    show: ['head'],
    diff: ['--from', 'database', '--to', 'models'],
    stamp: ['head'],
    init: ['--no-first'],
  }
  const URLS = [
    ['unreachable', `postgresql://user:${CANARY}@127.0.0.1:1/db`],
    ['an odd port', `postgresql://user:${CANARY}@127.0.0.1:port/db`],
    ['not encoded', `postgresql://user:pa@ss/${CANARY}@127.0.0.1:1/db`],
    ['an unknown scheme', `oracle://user:${CANARY}@127.0.0.1/db`],
    ['no scheme', `user:${CANARY}@127.0.0.1/db`],
    ['a parameter', `postgresql://user@127.0.0.1:1/db?password=${CANARY}`],
  ] as const
  // In a short run each verb meets every second of these.
  const verbsFor = (url: string) => {
    const nth = URLS.findIndex(([, each]) => each === url)
    return verbNames.filter((_, at) => process.env.GODWIT_FULL === '1' || (at + nth) % 2 === 0)
  }

  test.each(URLS)('%s', { timeout: 120_000 }, async (_name, url) => {
    const { cli } = await make({
      'schema.sql': 'create table t (id integer);',
      'godwit.config.ts':
        "import { config, sql } from 'godwit'\nexport default config({ url: process.env.DATABASE_URL, source: sql('schema.sql') })",
      'migrations/1.sql': sqlRevision('a1', [], 'create table a (id integer);'),
    })
    for (const verb of verbsFor(url)) {
      // Each as text, every third as JSON: the fields are the same.
      for (const extra of verbNames.indexOf(verb) % 3 === 0 ? [[], ['--json']] : [[]]) {
        const outcome = await cli([verb, ...(INPUT[verb] ?? []), ...extra], { DATABASE_URL: url })
        expect.soft(said(outcome), `${verb} ${extra.join(' ')}`).not.toContain(CANARY)
        expect.soft(outcome.code, `${verb}: ${said(outcome)}`).not.toBe(70)
      }
    }
    const flag = await cli(['status', '--url', url])
    expect(said(flag)).not.toContain(CANARY)
    const states = await cli(['diff', '--from', url, '--to', 'empty', '--shadow', url])
    expect(said(states)).not.toContain(CANARY)
    expect(states.code).not.toBe(70)
  })
})
