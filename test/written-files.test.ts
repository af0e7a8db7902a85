// A revision file is written only if it reads as what was proved.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { type Project, project } from './support/cli.ts'
import { mysqlAnswers, scratchMysql } from './support/databases.ts'

const open: { drop(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.drop()
})
const make = async (url: string, schema: string): Promise<Project> => {
  const made = await project({
    '.env': `DATABASE_URL=${url}\n`,
    'schema.sql': schema,
    'godwit.config.ts':
      "import { config, sql } from 'godwit'\nexport default config({ source: sql('./schema.sql') })\n",
  })
  open.push(made)
  return made
}
const written = ({ path }: Project): string[] => {
  try {
    return readdirSync(join(path, 'migrations'))
  } catch {
    return []
  }
}

const TRAPS: [what: string, url: string, schema: string][] = [
  ['a default', 'sqlite:./x.db', "create table t (id integer primary key, a text default 'x\n-- down\ny');"],
  [
    'a view',
    'sqlite:./x.db',
    "create table t (id integer primary key); create view v as select '\n-- irreversible\n' as x;",
  ],
  [
    'the body of a function',
    'pglite:./db',
    'create function f() returns void language plpgsql as $$ begin\n-- no transaction\nperform 1; end $$;',
  ],
]

describe('a file of SQL whose text would mean something else', () => {
  test.each(TRAPS)('%s', async (_, url, schema) => {
    const at = await make(url, schema)
    const refused = await at.cli(['migrate', '-m', 'one', '--sql'])
    expect(refused).toMatchObject({ code: 1 })
    expect(refused.stderr).toMatch(/REVISION_INVALID[\s\S]*--format ts/)
    expect(written(at)).toEqual([])
    // The way out that it names.
    expect(await at.cli(['migrate', '-m', 'one', '--format', 'ts'])).toMatchObject({ code: 0 })
    expect((await at.cli(['upgrade'])).code).toBe(0)
    expect((await at.cli(['check'])).code).toBe(0)
  })
})

describe.runIf(await mysqlAnswers())('on MySQL', () => {
  test('bodies with semicolons are written whole', async () => {
    const database = await scratchMysql()
    open.push(database)
    const schema = 'delimiter //\ncreate procedure p() begin select 1; select 2; end//\n'
    const at = await make(database.url, schema)
    expect((await at.cli(['migrate', '-m', 'one', '--sql'])).code).toBe(0)
    expect((await at.cli(['upgrade'])).code).toBe(0)
    expect((await at.cli(['check'])).code).toBe(0)
  })
})
