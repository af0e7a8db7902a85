// `verify`: everything is looked at, whatever the first thing came to; a recommendation each, and no password.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { Check } from '../src/commands/checks.ts'
import { findEntry } from '../src/commands/entry.ts'
import { godwit } from '../src/commands/library.ts'
import { dialectOf } from '../src/dialects/index.ts'
import { type Project, project, sqlRevision } from './support/cli.ts'
import {
  describeEach,
  mysqlAnswers,
  postgresAnswers,
  type ScratchDatabase,
  scratchFolder,
  scratchMysql,
  scratchPostgres,
} from './support/databases.ts'
import { asStranger } from './support/strangers.ts'

const CANARY = 'canary-8Qz4'
const open: { drop(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.drop()
})
const make = async (files: Record<string, string>): Promise<Project> => {
  const made = await project(files)
  open.push(made)
  return made
}
const json = (value: unknown): string => JSON.stringify(value)
const users = sqlRevision('a1', [], 'create table users (id integer primary key);', 'drop table users;')

const program = {
  'package.json': json({ type: 'module', scripts: { start: 'node --import tsx src/main.ts' } }),
  'src/main.ts': "import { ready } from './database.js'\nawait ready()\n",
  'src/database.ts': "import { startup } from 'godwit'\nexport const ready = () => startup()\n",
  'schema.sql': 'create table users (id integer primary key);',
  'godwit.config.ts': "import { config, sql } from 'godwit'\nexport default config({ source: sql('./schema.sql') })\n",
  'migrations/1.sql': users,
  '.env': 'DATABASE_URL=sqlite:app.db\nAUTO_MIGRATE_ON_STARTUP=true\n',
}

interface Report {
  ok: boolean
  checks: Check[]
}
const reportOf = (stdout: string): Report => JSON.parse(stdout) as Report
const linesOf = ({ checks }: Report, state: Check['state']): string[] =>
  checks.filter((check) => check.state === state).map(({ about, message }) => `${about}: ${message}`)

test('a project that is set up, before and after its first upgrade', async () => {
  const { cli } = await make(program)
  const before = await cli(['verify', '--json'])
  expect(linesOf(reportOf(before.stdout), 'failed')).toEqual([])
  expect(linesOf(reportOf(before.stdout), 'warning')).toEqual([
    'database: there is no database yet; it is made by the first upgrade',
  ])
  expect(before.code).toBe(0)
  expect((await cli(['verify', '--strict'])).code).toBe(3)
  expect((await cli(['upgrade'])).code).toBe(0)
  const after = await cli(['verify'])
  expect(after.stdout).toContain("✓ the database's URL comes from .env")
  expect(after.stdout).toContain('✓ src/main.ts imports src/database.ts, which calls startup()')
  expect(after.stdout).toContain('✓ up to date: a1')
  expect(after.stdout).toContain('✓ everything is set up')
  expect((await cli(['verify', '--strict'])).code).toBe(0)
})

test('nothing stops it: every failure is in the report, and no password', async () => {
  const { cli } = await make({
    ...program,
    '.env': '',
    'src/database.ts': '// startup() of godwit was here\nexport const ready = () => {}\n',
    'migrations/2.sql': sqlRevision('b1', ['a1'], 'create table b (id integer);', "drop table b where x = 'open;"),
    'migrations/3.sql': sqlRevision('c1', ['a1'], 'create table c (id integer);', 'drop table c;'),
  })
  const env = {
    DATABASE_URL: `postgresql://app:${CANARY}@127.0.0.1:1/app`,
    AUTO_MIGRATE_ON_STARTUP: 'perhaps',
    SKIP_DB_INIT: '1',
  }
  const { code, stdout, stderr } = await cli(['verify', '--json'], env)
  expect(code).toBe(1)
  const report = reportOf(stdout)
  expect(report.checks.filter(({ state }) => state === 'failed').map(({ about, code }) => [about, code])).toEqual([
    ['environment', 'CONFIG_INVALID'],
    ['revisions', 'SQL_SYNTAX'],
    ['revisions', undefined],
    ['database', 'CONNECTION_REFUSED'],
  ])
  expect(linesOf(report, 'warning')).toEqual([
    'environment: SKIP_DB_INIT is set: a start does nothing at all with the database',
    'start-up: src/main.ts (by scripts.start) and what it imports do not call startup()',
  ])
  for (const { state, fix } of report.checks) if (state === 'failed' || state === 'warning') expect(fix).toBeTruthy()
  const text = await cli(['verify'], env)
  expect(text.code).toBe(1)
  expect(stdout + stderr + text.stdout + text.stderr).not.toContain(CANARY)
  expect(text.stdout).toContain('✗ 4 things to correct, 2 warnings')
})

test('a broken configuration, and none', async () => {
  const { cli, write } = await make({ ...program, 'godwit.config.ts': 'export default { revision: 1 }' })
  const broken = reportOf((await cli(['verify', '--json'])).stdout)
  expect(broken.checks).toContainEqual(expect.objectContaining({ about: 'configuration', code: 'CONFIG_INVALID' }))
  expect(linesOf(broken, 'ok')).toContain('start-up: src/main.ts imports src/database.ts, which calls startup()')
  write('godwit.config.ts', 'export default {}')
  write('.env', '')
  const none = await cli(['verify', '--json'])
  expect(none.code).toBe(1)
  expect(linesOf(reportOf(none.stdout), 'failed')).toEqual([
    'environment: DATABASE_URL is not set, and nothing else names a database',
  ])
})

test('a question that the database refuses does not end it', async () => {
  const { path } = await make(program)
  const dialect = await dialectOf('sqlite:')
  await using real = await dialect.connect(`sqlite:${path}/app.db`, { create: true })
  const refuse = async (): Promise<never> => {
    throw Object.assign(new Error('attempt to write a readonly database'), { errcode: 8 })
  }
  const connection = { ...real, query: (sql: string) => (/godwit_/.test(sql) ? refuse() : real.query(sql)) }
  await using migrations = await godwit({ cwd: path, connection: connection as never })
  const { ok, checks } = await migrations.verify({ shadow: false })
  expect(ok).toBe(false)
  expect(checks).toContainEqual(expect.objectContaining({ about: 'pending', code: 'DATABASE_READ_ONLY' }))
  // The first question of all, too.
  const silent = { ...real, query: refuse }
  await using deaf = await godwit({ cwd: path, connection: silent as never })
  const refused = await deaf.verify({ shadow: false })
  expect(refused.checks).toContainEqual(expect.objectContaining({ about: 'database', code: 'DATABASE_READ_ONLY' }))
  expect(refused.checks.at(-1)).toMatchObject({ about: 'pending', state: 'unknown' })
})

const servers = [
  { name: 'postgres', scratch: scratchPostgres, answers: await postgresAnswers() },
  { name: 'mysql', scratch: scratchMysql, answers: await mysqlAnswers() },
]

describeEach(servers)('privileges on $name', ({ name, scratch }) => {
  test('what is there, and what is missing with its grant', async () => {
    const database: ScratchDatabase = await scratch()
    open.push(database)
    const { cli } = await make(program)
    const env = { AUTO_MIGRATE_ON_STARTUP: 'true' }
    const admin = await cli(['verify', '--json', '--url', database.url], env)
    expect(linesOf(reportOf(admin.stdout), 'failed')).toEqual([])
    await asStranger(database.url, { read: true }, async (url) => {
      const { code, stdout } = await cli(['verify', '--json', '--url', url], env)
      expect(code).toBe(1)
      const { checks } = reportOf(stdout)
      const missing = checks.filter(({ about, state }) => about === 'privileges' && state === 'failed')
      expect(missing.map(({ fix }) => fix?.replace(/ TO .*$/, ''))).toEqual(
        name === 'postgres'
          ? ['GRANT CREATE ON SCHEMA public']
          : [
              expect.stringMatching(/^GRANT INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES ON `/),
              'GRANT ALL ON `godwit\\_shadow\\_%`.*',
            ],
      )
      const shadow = checks.find(({ about }) => about === 'shadow')
      expect(shadow?.state).toBe(name === 'postgres' ? 'ok' : 'failed')
    })
  })
})

describe('the entry file', () => {
  const hook = "import { startup } from 'godwit'\nawait startup()\n"
  test.each<[string, Record<string, string>, ReturnType<typeof findEntry>]>([
    ['nothing', {}, {}],
    [
      'main',
      { 'package.json': json({ main: 'lib/x.js' }), 'lib/x.js': hook },
      { file: 'lib/x.js', told: 'main', hook: 'lib/x.js' },
    ],
    [
      'bin, built from src',
      { 'package.json': json({ bin: { x: './dist/cli.js' } }), 'src/cli.ts': hook },
      { file: 'src/cli.ts', told: 'bin', hook: 'src/cli.ts' },
    ],
    [
      'start before main',
      {
        'package.json': json({ main: 'a.js', scripts: { start: 'NODE_ENV=production node b.mjs' } }),
        'a.js': hook,
        'b.mjs': '',
      },
      { file: 'b.mjs', told: 'scripts.start' },
    ],
    [
      'the library instead',
      { 'server.js': "const { godwit } = require('godwit')\ngodwit().then((m) => m.upgrade())\n" },
      { file: 'server.js', told: 'its name', hook: 'server.js', call: 'upgrade()' },
    ],
    [
      'a comment is no call',
      { 'index.ts': "import 'godwit' // startup()\n/* await startup() */" },
      { file: 'index.ts', told: 'its name' },
    ],
    [
      'Next.js',
      {
        'package.json': json({ scripts: { start: 'next start' } }),
        'src/instrumentation.ts': "const { startup } = await import('godwit')\nawait startup()",
      },
      { file: 'src/instrumentation.ts', told: 'Next.js', hook: 'src/instrumentation.ts' },
    ],
    [
      'through files that import each other',
      {
        'index.ts': "import './a'\n",
        'a.ts': "export * from './index.ts'\nimport './b/index.js'\n",
        'b/index.ts': hook,
      },
      { file: 'index.ts', told: 'its name', hook: 'b/index.ts' },
    ],
  ])('%s', async (_, files, expected) => {
    const folder = await scratchFolder()
    open.push(folder)
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder.path, name)), { recursive: true })
      writeFileSync(join(folder.path, name), text)
    }
    expect(findEntry(folder.path)).toEqual('hook' in expected ? { call: 'startup()', ...expected } : expected)
  })
})
