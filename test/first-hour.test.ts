// What somebody meets in the first hour: words of other tools, URLs of Python projects, what is missing, what is asked, the way out.

import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from '../src/cli/parse.ts'
import { check } from '../src/commands/check.ts'
import { createContext } from '../src/commands/context.ts'
import { upgrade } from '../src/commands/upgrade.ts'
import { loadConfig } from '../src/config.ts'
import { dialectOf } from '../src/dialects/index.ts'
import { isGodwitError } from '../src/errors.ts'
import { sql } from '../src/sources/sql.ts'
import { built, root } from './support/built.ts'
import { type Project, project, sqlRevision } from './support/cli.ts'
import {
  describeEach,
  mysqlAnswers,
  postgresAnswers,
  type ScratchDatabase,
  scratchFolder,
  scratchMysql,
  scratchPostgres,
  scratchSqlite,
} from './support/databases.ts'
import { asStranger } from './support/strangers.ts'

const open: { drop(): Promise<void> }[] = []
afterAll(async () => {
  for (const each of open) await each.drop()
})
const make = async (files: Record<string, string> = {}): Promise<Project> => {
  const made = await project(files)
  open.push(made)
  return made
}

const revisions = {
  'migrations/a1_one.sql': sqlRevision(
    'a1',
    [],
    'create table people (id integer primary key, name varchar(40) not null);\ncreate index by_name on people (name);',
    'drop table people;',
  ),
  'migrations/a2_two.sql': sqlRevision('a2', ['a1'], "insert into people values (1, 'Ada');", 'delete from people;'),
}

const engines = [
  { name: 'sqlite', scratch: scratchSqlite },
  { name: 'postgres', scratch: scratchPostgres, answers: await postgresAnswers() },
  { name: 'mysql', scratch: scratchMysql, answers: await mysqlAnswers() },
]

describe('words of other tools', () => {
  test.each([
    [['generate'], 'godwit migrate -m'],
    [['push'], 'godwit migrate -m'],
    [['deploy'], 'godwit upgrade'],
    [['rollback'], 'godwit downgrade'],
    [['reset'], 'godwit downgrade base'],
    [['migrate:latest'], 'godwit upgrade'],
    [['migration:generate'], 'godwit migrate -m'],
    [['db:migrate'], 'godwit upgrade'],
    [['makemigrations'], 'godwit migrate -m'],
    [['introspect'], 'godwit adopt'],
    [['baseline'], 'godwit stamp'],
    [['migrate', 'deploy'], 'godwit upgrade'],
    [['migrate'], 'godwit upgrade'],
    [['upgrade', '--dry-run'], 'godwit plan'],
    [['migrate', '-m', 'x', '--autogenerate'], 'godwit revision'],
    [['downgrade', '--force'], '--yes'],
  ])('%j is told what it is called here', async (args, here) => {
    await expect(parse(args, '0')).rejects.toMatchObject({ code: 'USAGE', fix: expect.stringContaining(here) })
  })

  test.each([
    ['upgrade', 'latest', 'head'],
    ['downgrade', 'zero', 'base'],
    ['downgrade', 'previous', '-1'],
  ])('the target of %s: %s is %s', async (verb, target, here) => {
    const database = await scratchSqlite()
    open.push(database)
    const { cli } = await make(revisions)
    await cli(['upgrade', '--url', database.url])
    const { code, stderr } = await cli([verb, target, '--url', database.url])
    expect(stderr).toContain(`That is called \`${here}\` here.`)
    expect(code).toBe(2)
    // The way out is one.
    const walked = await cli([verb, here, '--url', database.url, ...(verb === 'downgrade' ? ['--yes'] : [])])
    expect(walked.code).toBe(0)
  })
})

describe('URLs as SQLAlchemy writes them', () => {
  test.each([
    ['postgresql+asyncpg://u:p@h:5432/d', 'postgresql://u:p@h:5432/d'],
    ['postgresql+psycopg2://u@h/d?sslmode=require', 'postgresql://u@h/d?sslmode=require'],
    ['mysql+pymysql://u@h/d', 'mysql://u@h/d'],
    ['mariadb+mariadbconnector://u@h/d', 'mariadb://u@h/d'],
    // Three slashes and a relative path there, four and an absolute one.
    ['sqlite+aiosqlite:///shop.db', 'sqlite:shop.db'],
    ['sqlite+pysqlite:////srv/shop.db', 'sqlite:/srv/shop.db'],
    ['sqlite+aiosqlite://', 'sqlite::memory:'],
    ['oracle+thin://u@h/d', 'oracle+thin://u@h/d'],
  ])('%s', async (written, read) => {
    expect((await loadConfig({ env: {}, config: {}, url: written })).url).toBe(read)
    expect((await loadConfig({ env: { DATABASE_URL: written }, config: {} })).url).toBe(read)
  })

  describeEach(engines)('on $name', ({ name, scratch }) => {
    test('from .env, for every verb and for diff', async () => {
      const database = await scratch()
      open.push(database)
      const plain = database.url
      const python =
        name === 'sqlite'
          ? plain.replace('sqlite:', 'sqlite+aiosqlite:///')
          : plain.replace('://', name === 'mysql' ? '+pymysql://' : '+asyncpg://')
      const { cli, write } = await make(revisions)
      write('.env', `DATABASE_URL=${python}\n`)
      expect(await cli(['upgrade'])).toMatchObject({ code: 0 })
      expect((await cli(['current'])).stdout).toContain('a2')
      const { code, stdout, stderr } = await cli(['diff', '--from', python, '--to', 'empty'])
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) })
      expect(stdout).toMatch(/drop table \S*people/i)
    })
  })
})

describeEach(engines)('what a verb says on $name', ({ name, scratch }) => {
  const ready = async (): Promise<{ database: ScratchDatabase; here: Project; url: string[] }> => {
    const database = await scratch()
    open.push(database)
    const here = await make(revisions)
    return { database, here, url: ['--url', database.url] }
  }

  test('the journal shows every statement, up and down', async () => {
    const { here, url } = await ready()
    await here.cli(['upgrade', ...url])
    await here.cli(['downgrade', '--yes', ...url])
    const { stdout } = await here.cli(['history', '--journal', ...url])
    for (const part of ['create table people', 'create index by_name', 'insert into people', 'delete from people'])
      expect(stdout).toContain(part)
    const { journal } = JSON.parse((await here.cli(['history', '--journal', '--json', ...url])).stdout)
    expect(journal.filter(({ sql }: { sql: string }) => sql.startsWith('['))).toEqual([])
    expect(
      journal.find(({ sql, action }: { sql: string; action: string }) => action === 'down' && /delete/.test(sql)),
    ).toMatchObject({ revision: 'a2', state: 'done' })
  })

  test('agreed beforehand, what goes is named all the same; and the way forth', async () => {
    const { here, url } = await ready()
    await here.cli(['upgrade', ...url])
    const { code, stdout, stderr } = await here.cli(['downgrade', 'base', '--yes', ...url])
    expect(code).toBe(0)
    expect(stderr).toContain('This throws data away:')
    expect(stderr).toContain('people')
    expect(stderr).toMatch(/No backup is taken; --backup takes one first/)
    expect(stdout).toContain('`godwit upgrade` applies them again, without the data that went')
    expect((await here.cli(['upgrade', ...url])).code).toBe(0)
  })

  test('status --columns lists them', async () => {
    const { here, url } = await ready()
    await here.cli(['upgrade', ...url])
    const { stdout } = await here.cli(['status', '--columns', ...url])
    expect(stdout).toMatch(/^ +name +\S.*\(40\).* not null$/im)
    expect((await here.cli(['status', ...url])).stdout).not.toMatch(/not null/)
    const { tables } = JSON.parse((await here.cli(['status', '--columns', '--json', ...url])).stdout)
    expect(tables[0].list.map(({ name }: { name: string }) => name)).toEqual(['id', 'name'])
  })

  test('upgrade --ask is refused without a terminal, and lists what it would have run', async () => {
    const { here, url } = await ready()
    const { code, stderr } = await here.cli(['upgrade', '--ask', ...url])
    expect(code).toBe(2)
    expect(stderr).toMatch(/DECISION_NEEDED: This would apply 2 revisions to /)
    expect(stderr).toContain('create index by_name on people (name);')
    expect((await here.cli(['status', '--json', ...url])).stdout).not.toContain('"people"')
    expect((await here.cli(['upgrade', ...url])).code).toBe(0)
    // Nothing to do is nothing to ask.
    expect((await here.cli(['upgrade', '--ask', ...url])).code).toBe(0)
  })

  test('upgrade --ask asks, and what was agreed to is what runs', async () => {
    const { here, database } = await ready()
    const seen: string[] = []
    const asked = async (answer: boolean, target?: string): Promise<unknown> => {
      const context = createContext({
        cwd: here.path,
        config: { url: database.url, revisions: join(here.path, 'migrations') },
        ask: {
          confirm: async ({ message, details = [] }) => {
            seen.push(message, ...details)
            return answer
          },
          select: async () => 0,
        },
      })
      try {
        return await upgrade.run(context, { ask: true, ...(target !== undefined && { target }) })
      } finally {
        await context.close()
      }
    }
    const declined = await asked(false).catch((error: unknown) => error)
    expect(isGodwitError(declined) && declined.code).toBe('DECISION_NEEDED')
    expect(seen.join('\n')).toContain('insert into people values')
    expect(await asked(true, '+1')).toMatchObject({ to: ['a1'], steps: [{ revision: 'a1' }] })
    expect(await asked(true)).toMatchObject({ to: ['a2'] })
    expect(name).not.toBe('')
  })

  test('check says why a side was left out', async () => {
    const { here, url } = await ready()
    await here.cli(['upgrade', ...url])
    const none = await here.cli(['check', ...url])
    expect(none.stdout).toContain('models and revisions: left out: no models are configured')
    here.write('schema.sql', 'create table people (id integer primary key, name varchar(40) not null);')
    here.write(
      'godwit.config.ts',
      "import { config, sql } from 'godwit'\nexport default config({ source: sql('./schema.sql'), dialect: '" +
        name +
        "' })\n",
    )
    const asked = await here.cli(['check', '--no-models', ...url])
    expect(asked.stdout).toContain('models and revisions: left out (--no-models)')
    expect((await here.cli(['check', '--no-models', '--no-database'])).stdout).toContain('left out (--no-database)')
    expect((await here.cli(['check', '--no-models'])).stdout).toContain('left out: no database is configured')
  })
})

describeEach(engines.slice(1))('a role without rights on $name', ({ name, scratch }) => {
  test('everything it lacks at once, and the lines that are named help', async () => {
    const database = await scratch()
    open.push(database)
    const here = await make({
      'migrations/b1.sql': sqlRevision('b1', [], 'alter table one add note varchar(10);', 'alter table one drop note;'),
    })
    const dialect = await dialectOf(database.url)
    await using admin = await dialect.connect(database.url)
    await admin.execute('create table one (id integer primary key)')
    await admin.execute('create table two (id integer primary key)')
    await asStranger(database.url, { read: true }, async (url) => {
      const role = new URL(url).username
      const { code, stderr } = await here.cli(['upgrade', '--url', url])
      expect({ code, denied: stderr.includes('PERMISSION_DENIED') }).toEqual({ code: 1, denied: true })
      expect(stderr).toContain(role)
      const lines = stderr.split('\n').flatMap((line) => /(?:^|\s)(GRANT [^;]*;)/.exec(line)?.[1] ?? [])
      if (name === 'postgres') {
        expect(stderr).toContain(`create tables in schema public as ${role}`)
        expect(stderr).toContain(`change 2 of the tables as ${role}, because another role owns them: public.one (`)
        expect(stderr).toContain('public.two (')
        for (const line of lines.filter((each) => each.includes('SCHEMA'))) await admin.execute(line)
        for (const table of ['one', 'two']) await admin.execute(`alter table ${table} owner to ${role}`)
      } else {
        expect(stderr).toMatch(/It may not .*INSERT, UPDATE, DELETE, CREATE, ALTER, DROP/)
        for (const line of lines) await admin.execute(line)
      }
      expect(lines.length).toBeGreaterThan(0)
      expect(await here.cli(['upgrade', '--url', url])).toMatchObject({ code: 0 })
      await admin.execute(name === 'postgres' ? 'alter table one owner to current_user' : 'do 0')
      await admin.execute(name === 'postgres' ? 'alter table two owner to current_user' : 'do 0')
    })
  })
})

test('what takes long says what it is', async () => {
  const database = await scratchSqlite()
  open.push(database)
  const here = await make({
    ...revisions,
    'schema.sql': 'create table people (id integer primary key, name varchar(40) not null);',
  })
  const said: string[] = []
  const context = createContext({
    cwd: here.path,
    config: { url: database.url, revisions: join(here.path, 'migrations'), source: sql(join(here.path, 'schema.sql')) },
    emit: (event) => {
      if (event.type === 'working') said.push(event.message)
      if (event.type === 'lock wanted') said.push('lock')
    },
  })
  await upgrade.run(context, {})
  await check.run(context, {})
  await context.close()
  for (const part of [
    'Connecting to sqlite:',
    'Reading the database',
    'lock',
    'Reading the models (sql)',
    'Replaying the revisions',
    'Replaying the history',
  ])
    expect(said.join('\n')).toContain(part)
})

test('every error that can be met has a way out', () => {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )
  const bare = files.flatMap((file) => {
    const text = readFileSync(join(root, 'src', file), 'utf8')
    return [...text.matchAll(/new GodwitError\(/g)].flatMap(({ index }) => {
      let depth = 1
      let at = index + 'new GodwitError('.length
      for (; depth > 0 && at < text.length; at++) depth += text[at] === '(' ? 1 : text[at] === ')' ? -1 : 0
      const call = text.slice(index, at)
      // A bug of ours has no way out; a copy of an error has the one of the original.
      return /\bfix\b|'BUG'|, details\)$|detailsOf\(/.test(call) ? [] : [`${file}: ${call.slice(0, 120)}`]
    })
  })
  expect(bare).toEqual([])
})

describe('init', () => {
  const models =
    "import { integer, pgTable } from 'drizzle-orm/pg-core'\nexport const t = pgTable('t', { id: integer().primaryKey() })\n"

  test('a line for .env that works as it stands', async () => {
    const { cli, path } = await make({ 'src/schema.ts': models })
    const { code, stdout } = await cli(['init'])
    expect(code).toBe(0)
    expect(stdout).toContain('echo DATABASE_URL=pglite:./data >> .env')
    const refused = await cli(['upgrade'])
    expect(refused.stderr).toContain('URL_MISSING')
    expect(refused.stderr).toContain('echo DATABASE_URL=pglite:./data >> .env')
    expect(spawnSync('sh', ['-c', 'echo DATABASE_URL=pglite:./data >> .env'], { cwd: path }).status).toBe(0)
    expect((await cli(['upgrade'])).code).toBe(0)
  })

  test('before there are models: what was written, and what is next', async () => {
    const { cli, path } = await make()
    const { code, stdout } = await cli(['init', '--dialect', 'sqlite'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/none found[\s\S]*godwit\.config\.ts written[\s\S]*migrations\/ made/)
    expect(stdout).toContain('echo DATABASE_URL=sqlite:./data.db >> .env')
    expect(readFileSync(join(path, 'godwit.config.ts'), 'utf8')).toContain("dialect: 'sqlite'")
  })

  test('without driver, shadow and drizzle-orm: the line that installs them', async () => {
    // A package that stands alone with what it depends on: nothing of ours is in sight.
    const folder = await scratchFolder()
    open.push(folder)
    const main = await built()
    const modules = join(folder.path, 'node_modules')
    const home = join(modules, 'godwit')
    mkdirSync(home, { recursive: true })
    cpSync(join(root, 'dist'), join(home, 'dist'), { recursive: true })
    cpSync(join(root, 'package.json'), join(home, 'package.json'))
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const linked = [...Object.keys(dependencies), 'sisteransi', '@clack/core', 'fast-wrap-ansi', 'fast-string-width']
    for (const name of linked) {
      mkdirSync(join(modules, name, '..'), { recursive: true })
      rmSync(join(modules, name), { force: true })
      symlinkSync(join(root, 'node_modules', name), join(modules, name))
    }
    mkdirSync(join(folder.path, 'src'))
    cpSync(join(root, 'tsconfig.json'), join(folder.path, 'tsconfig.json'))
    const schema = join(folder.path, 'src', 'schema.ts')
    writeFileSync(schema, models)
    writeFileSync(join(folder.path, 'package.json'), '{"type":"module"}')
    const { PATH = '', HOME = '' } = process.env
    const ran = spawnSync(
      process.execPath,
      [main.replace(join(root, 'dist'), join(home, 'dist')), 'init', '--url', 'postgresql://127.0.0.1:1/none'],
      {
        cwd: folder.path,
        env: { PATH, HOME, NO_COLOR: '1' },
        encoding: 'utf8',
      },
    )
    expect(ran.stderr).toBe('')
    expect(ran.stdout).toContain('godwit.config.ts written')
    expect(ran.stdout).toContain('not installed: pg, @electric-sql/pglite@0.5.16, drizzle-orm')
    expect(ran.stdout).toContain('npm install pg @electric-sql/pglite@0.5.16 drizzle-orm')
    expect(ran.status).toBe(0)
  })
})
