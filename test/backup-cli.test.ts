// `backup` and `restore` as commands: no password in any process's arguments, nothing that only looks finished after a
// kill, and what is said where somebody has to decide.
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { dialectOf } from '../src/dialects/index.ts'
import { built } from './support/built.ts'
import { type Project, project, sqlRevision } from './support/cli.ts'
import {
  mysqlAnswers,
  postgresAnswers,
  randomName,
  type ScratchDatabase,
  scratchMysql,
  scratchPostgres,
} from './support/databases.ts'

const CANARY = 'canary-7Kq2'
let open: { drop(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.reverse()) await one.drop()
  open = []
})
const make = async (files: Record<string, string>): Promise<Project> => {
  const made = await project(files)
  open.push(made)
  return made
}
const scratch = async (make: () => Promise<ScratchDatabase>): Promise<ScratchDatabase> => {
  const made = await make()
  open.push(made)
  return made
}
const sqlite = { 'godwit.config.json': JSON.stringify({ url: 'sqlite:app.db' }) }
const table = sqlRevision(
  'a1',
  [],
  "create table t (id integer primary key, name varchar(20));\ninsert into t values (1, 'one');",
  'drop table t;',
)
const column = sqlRevision(
  'a2',
  ['a1'],
  'alter table t add column more integer default 5;',
  'alter table t drop column more;',
)

/** Programs of these names in front of the PATH: they note how they were called, and then are the real ones. */
function watched(at: Project, names: readonly string[], after = 'exec'): string {
  mkdirSync(join(at.path, 'bin'), { recursive: true })
  for (const name of names) {
    at.write(
      `bin/${name}`,
      `#!/bin/bash
real=$(PATH="\${PATH#*:}" command -v ${name})
[ "$1" = --version ] && exec "$real" "$@"
{ printf '%s ' ${name} "$@"; echo; for a in "$@"; do case "$a" in --defaults-file=*) stat -L -c 'file %a' "\${a#*=}";; esac; done; } >> '${at.path}/calls'
${after} "$real" "$@"
${after === '' ? `echo $$ > '${at.path}/pid'; exec sleep 600` : ''}
`,
    )
    chmodSync(join(at.path, 'bin', name), 0o755)
  }
  return `${join(at.path, 'bin')}:${process.env.PATH}`
}
/** The server's client in front of the PATH, who takes a part of what it is fed and waits for the file `go` with the rest. */
function stalled(at: Project, names: readonly string[]): string {
  mkdirSync(join(at.path, 'slow'), { recursive: true })
  for (const name of names) {
    at.write(
      `slow/${name}`,
      `#!/bin/bash
real=$(PATH="\${PATH#*:}" command -v ${name})
[ "$1" = --version ] && exec "$real" "$@"
{ head -c 400000; touch '${at.path}/half'; while [ -e '${at.path}/half' ] && [ ! -e '${at.path}/go' ]; do sleep 0.02; done; cat; } | "$real" "$@"
touch '${at.path}/ended'
`,
    )
    chmodSync(join(at.path, 'slow', name), 0o755)
  }
  return `${join(at.path, 'slow')}:${process.env.PATH}`
}
const appears = async (at: Project, name: string): Promise<void> => {
  while (!existsSync(join(at.path, name))) await sleep(20)
}
const withPassword = (url: string): string => {
  const made = new URL(url)
  made.password = CANARY
  return made.href
}

/** An account with a password and all rights on this database, dropped with it. */
async function account(url: string): Promise<string> {
  const own = new URL(url)
  const name = randomName().slice(0, 32)
  const admin = await dialectOf(url)
  const run = async (...statements: string[]): Promise<void> => {
    await using connection = await admin.connect(url)
    for (const sql of statements) await connection.execute(sql)
  }
  // For any host but also for this one: an anonymous account of the same host would go before.
  const hosts = ['%', 'localhost'].map((host) => `'${name}'@'${host}'`)
  await run(
    ...hosts.flatMap((user) => [
      `create user ${user} identified by '${CANARY}'`,
      `grant all on \`${own.pathname.slice(1)}\`.* to ${user}`,
    ]),
  )
  open.push({ drop: () => run(`drop user ${hosts.join(', ')}`) })
  own.username = name
  own.password = CANARY
  return own.href
}

describe('the server’s own programs', async () => {
  const servers = [
    ...((await postgresAnswers()) ? [{ name: 'postgres', make: scratchPostgres, tools: ['pg_dump', 'psql'] }] : []),
    ...((await mysqlAnswers())
      ? [{ name: 'mysql', make: scratchMysql, tools: ['mariadb-dump', 'mysqldump', 'mariadb', 'mysql'] }]
      : []),
  ]
  for (const { name, make: server, tools } of servers) {
    test(`${name}: no password in arguments or output; the option file is private`, async () => {
      const database = await scratch(server)
      const at = await make({ 'migrations/1.sql': table })
      const PATH = watched(at, tools)
      // A server that trusts everybody takes any password; the other one asks for it.
      const url = name === 'postgres' ? withPassword(database.url) : await account(database.url)
      const env = { PATH, DATABASE_URL: url }
      expect((await at.cli(['upgrade'], env)).code).toBe(0)
      const taken = await at.cli(['backup', '--tool', 'native'], env)
      expect(taken.stderr).toBe('')
      const [file = ''] = readdirSync(join(at.path, 'backups')).filter((each) => each.endsWith('.backup.tar'))
      const back = await at.cli(['restore', `backups/${file}`, '--replace', '--yes', '--json'], env)
      expect(back.code, back.stdout + back.stderr).toBe(0)
      expect(JSON.parse(back.stdout)).toMatchObject({
        head: [{ revision: 'a1' }],
        tables: [{ name: 't', rows: 1 }],
        pending: 0,
      })
      const calls = readFileSync(join(at.path, 'calls'), 'utf8')
      expect(calls).toMatch(
        name === 'postgres'
          ? /^pg_dump [\s\S]*^psql /m
          : /dump --defaults-file=[\s\S]*^(mariadb|mysql) --defaults-file=/m,
      )
      if (name === 'mysql') expect(calls.match(/^file \d+$/gm)).toEqual(calls.match(/^file 600$/gm))
      expect(calls + taken.stdout + back.stdout + back.stderr).not.toContain(CANARY)
    })
  }

  for (const { name, make: server, tools } of servers) {
    test(`${name}: SIGKILL during a restore leaves what was there, or a mark that nothing goes on with`, async () => {
      const database = await scratch(server)
      const rows = "insert into t values (1, 'x');\nupdate t set name = repeat('x', 150);\n"
      const at = await make({
        'migrations/1.sql': sqlRevision(
          'a1',
          [],
          `create table t (id integer, name varchar(200));\n${rows}${'insert into t select * from t;\n'.repeat(14)}`,
          'drop table t;',
        ),
      })
      const url = name === 'postgres' ? withPassword(database.url) : await account(database.url)
      const env = { DATABASE_URL: url, TMPDIR: join(at.path, 'tmp') }
      mkdirSync(env.TMPDIR)
      const left = (): string[] => readdirSync(env.TMPDIR).filter((each) => each.startsWith('godwit-'))
      expect((await at.cli(['upgrade'], env)).code).toBe(0)
      const { file } = JSON.parse((await at.cli(['backup', '--tool', 'native', '--json'], env)).stdout)
      const dialect = await dialectOf(database.url)
      await using connection = await dialect.connect(database.url)
      await connection.execute('create table later (id integer)')

      const child = spawn(process.execPath, [await built(), 'restore', file, '--replace', '--yes'], {
        cwd: at.path,
        env: { PATH: stalled(at, tools), HOME: process.env.HOME, ...env },
        stdio: 'ignore',
      })
      const ended = new Promise<unknown>((resolve) => child.on('close', resolve))
      open.push({ drop: async () => at.write('go', '') })
      await appears(at, 'half')
      child.kill('SIGKILL')
      await ended
      // Its folder cannot go with it, but there is no password in it.
      expect(left()).toHaveLength(1)
      for (const each of readdirSync(join(env.TMPDIR, left()[0] ?? ''))) {
        expect(readFileSync(join(env.TMPDIR, left()[0] ?? '', each), 'utf8')).not.toContain(CANARY)
      }
      at.write('go', '')
      await appears(at, 'ended')

      if (dialect.capabilities.transactionalDdl) {
        expect(await connection.query('select count(*)::integer as n from t')).toEqual([{ n: 16384 }])
        expect(await connection.query('select * from later')).toEqual([])
        expect((await at.cli(['upgrade'], env)).code).toBe(0)
      } else {
        const again = `restore ${join(at.path, file)} --replace`
        for (const verb of [['upgrade'], ['backup'], ['stamp', 'heads'], ['seed'], ['adopt']]) {
          const { error } = JSON.parse((await at.cli([...verb, '--json'], env)).stdout)
          expect(error, verb.join(' ')).toMatchObject({ code: 'RESTORE_FAILED', fix: expect.stringContaining(again) })
        }
      }
      const back = await at.cli(['restore', file, '--replace', '--yes', '--json'], env)
      expect(JSON.parse(back.stdout)).toMatchObject({ tables: [{ name: 't', rows: 16384 }] })
      expect(left()).toEqual([])
    })
  }

  test.runIf(servers.some(({ name }) => name === 'postgres'))(
    'postgres: variables of libpq do not send the programs to another server',
    async () => {
      const [database, other] = [await scratch(scratchPostgres), await scratch(scratchPostgres)]
      const at = await make({
        'migrations/1.sql': table,
        'services.conf': `[other]\ndbname=${new URL(other.url).pathname.slice(1)}\n`,
      })
      const env = { DATABASE_URL: database.url }
      const led = { ...env, PGSERVICE: 'other', PGSERVICEFILE: join(at.path, 'services.conf'), PGHOSTADDR: '127.0.0.9' }
      expect((await at.cli(['upgrade'], env)).code).toBe(0)
      const taken = await at.cli(['backup', '--tool', 'native', '--json'], led)
      expect(taken.code, taken.stdout).toBe(0)
      const { file } = JSON.parse(taken.stdout)
      const back = await at.cli(['restore', file, '--replace', '--yes', '--json'], led)
      expect(JSON.parse(back.stdout)).toMatchObject({ tables: [{ name: 't', rows: 1 }] })
      await using elsewhere = await (await dialectOf(other.url)).connect(other.url)
      expect(await elsewhere.query("select 1 from pg_catalog.pg_tables where schemaname = 'public'")).toEqual([])
    },
  )

  test.runIf(servers.length > 0)('without them on the PATH Godwit copies the rows itself, and says why', async () => {
    const database = await scratch(servers[0]?.make ?? scratchPostgres)
    const at = await make({ 'migrations/1.sql': table })
    const env = { PATH: '/nonexistent', DATABASE_URL: database.url }
    expect((await at.cli(['upgrade'], env)).code).toBe(0)
    const taken = await at.cli(['backup'], env)
    expect(taken.stdout).toMatch(/written by godwit .*not on the PATH/)
    const refused = await at.cli(['backup', '--tool', 'native', '--json'], env)
    expect(JSON.parse(refused.stdout)).toMatchObject({
      error: { code: 'TOOL_MISSING', fix: expect.stringContaining('--tool godwit') },
    })
  })

  test.runIf(servers.length > 0).each(['SIGKILL', 'SIGTERM'] as const)(
    '%s during a backup leaves nothing that looks finished',
    async (signal) => {
      const server = servers[0]
      if (server === undefined) throw new Error('no server')
      const database = await scratch(server.make)
      const at = await make({ 'migrations/1.sql': table })
      const PATH = watched(at, server.tools, '')
      expect((await at.cli(['upgrade'], { DATABASE_URL: database.url })).code).toBe(0)
      const child = spawn(process.execPath, [await built(), 'backup'], {
        cwd: at.path,
        env: { PATH, HOME: process.env.HOME, DATABASE_URL: database.url },
        stdio: 'ignore',
      })
      const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
      while (!existsSync(join(at.path, 'pid'))) await sleep(20)
      const files = (): string[] => readdirSync(join(at.path, 'backups')).filter((name) => name !== '.gitignore')
      expect(files()).toEqual([expect.stringMatching(/\.partial$/)])
      child.kill(signal)
      const code = await ended
      if (signal === 'SIGTERM') {
        expect(code).not.toBe(0)
        expect(files()).toEqual([])
      } else {
        expect(files()).toEqual([expect.stringMatching(/\.partial$/)])
        process.kill(Number(readFileSync(join(at.path, 'pid'), 'utf8')))
      }
    },
  )
})

describe('decisions', () => {
  test('restore needs a word where nobody can be asked; a backup that is not there is said', async () => {
    const at = await make({ ...sqlite, 'migrations/1.sql': table })
    expect((await at.cli(['upgrade'])).code).toBe(0)
    const { file } = JSON.parse((await at.cli(['backup', '--json'])).stdout) as { file: string }
    const inside = JSON.parse((await at.cli(['restore', file, '--replace', '--json'])).stdout)
    expect(inside).toMatchObject({
      error: {
        code: 'DATA_LOSS',
        message: expect.stringContaining('t (1 row)'),
        fix: expect.stringContaining('--yes'),
      },
    })
    const empty = await at.cli(['restore', file, '--url', 'sqlite:other.db', '--json'])
    expect(JSON.parse(empty.stdout)).toMatchObject({
      error: { code: 'DECISION_NEEDED', fix: expect.stringContaining('--yes') },
    })
    const copied = await at.cli(['restore', file, '--url', 'sqlite:other.db', '--yes'])
    expect(copied.stdout).toMatch(/The history is at a1/)
    expect((await at.cli(['restore', 'nowhere.tar', '--yes'])).stderr).toContain('BACKUP_INVALID')
    expect((await at.cli(['backup', '--keep', '0'])).stderr).toContain('USAGE')
  })

  test('upgrade --backup and downgrade --backup take one where there is something to do; without, that is said', async () => {
    const at = await make({ ...sqlite, 'migrations/1.sql': table })
    expect((await at.cli(['upgrade'])).code).toBe(0)
    expect(JSON.parse((await at.cli(['upgrade', '--backup', '--json'])).stdout)).not.toHaveProperty('backup')
    at.write('migrations/2.sql', column)
    const up = JSON.parse((await at.cli(['upgrade', '--backup', '--json'])).stdout) as { backup: string }
    expect(existsSync(join(at.path, up.backup))).toBe(true)
    const refused = await at.cli(['downgrade', 'base'])
    expect(refused.code).toBe(4)
    expect(refused.stderr).toMatch(/DATA_LOSS[\s\S]*--backup to take a backup first/)
    const plain = await at.cli(['downgrade', '--yes'])
    expect(plain.stderr).toMatch(/This throws data away: .*No backup is taken/)
    expect((await at.cli(['upgrade'])).code).toBe(0)
    const down = await at.cli(['downgrade', 'base', '--yes', '--backup'])
    expect(down.stderr).not.toMatch(/without a backup/)
    const file = /(backups\/\S+\.backup\.tar)/.exec(down.stdout)?.[1] ?? ''
    const back = await at.cli(['restore', file, '--replace', '--yes', '--json'])
    expect(JSON.parse(back.stdout)).toMatchObject({ head: [{ revision: 'a2' }], tables: [{ name: 't', rows: 1 }] })
  })
})
