// What people meet outside of our own commands: an error that nobody catches, and a terminal at which nobody sits.
import { execFile, execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { GodwitError } from '../src/errors.ts'
import { root } from './support/built.ts'
import { type Project, project, sqlRevision } from './support/cli.ts'

const open: { drop(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.drop()
})
const make = async (files: Record<string, string>): Promise<Project> => {
  const made = await project(files)
  open.push(made)
  return made
}
const CONFIG = "import { config, sql } from 'godwit'\nexport default config({ source: sql('./schema.sql') })\n"

const printed = (path: string, file: string): Promise<string> =>
  new Promise((resolve) => {
    execFile(process.execPath, [file], { cwd: path }, (_error, _stdout, stderr) => resolve(stderr))
  })

describe('an error that nobody catches', () => {
  test('says what, why and what to do, and not our frames', async () => {
    const at = await make({
      'package.json': '{ "type": "module" }',
      'start.js': `import { godwit } from ${JSON.stringify(join(root, 'dist/index.js'))}
        const migrations = await godwit({ config: { url: 'sqlite:./x.db', revisions: './none' } })
        await migrations.upgrade()`,
    })
    const text = await printed(at.path, 'start.js')
    expect(text).toContain('GodwitError: FOLDER_MISSING: There is no folder of revisions')
    expect(text).toContain('→ Check `revisions`')
    expect(text).not.toMatch(/dist\/(?!index)|\[cause\]|code: '/)
    expect(text.split('\n').length).toBeLessThan(20)
  })

  test('keeps what the driver said for whoever asks, out of what is printed', () => {
    const error = new GodwitError('STATEMENT_FAILED', 'It failed.', {
      fix: 'Correct it.',
      cause: new Error('row (1, secret)'),
    })
    expect(error.stack).toContain('STATEMENT_FAILED: It failed.\n→ Correct it.')
    expect(error).toMatchObject({ code: 'STATEMENT_FAILED', fix: 'Correct it.', name: 'GodwitError' })
    expect(error.underlying).toMatchObject({ message: 'row (1, secret)' })
    expect('cause' in error).toBe(false)
    expect(JSON.stringify(error)).not.toContain('secret')
  })
})

describe('a build server', () => {
  const script = '/usr/bin/script'
  test.runIf(existsSync(script)).each(['1', 'true'])(
    'CI=%s is asked nothing, even where it has a terminal',
    async (CI) => {
      const at = await make({
        '.env': 'DATABASE_URL=sqlite:./app.db\n',
        'godwit.config.ts': CONFIG,
        'schema.sql': 'create table users (id integer primary key);',
        'migrations/1.sql': sqlRevision('a1', [], 'create table users (id integer primary key);', 'drop table users;'),
      })
      await at.cli(['upgrade'])
      await at.cli(['seed']).catch(() => undefined)
      at.write('schema.sql', 'create table people (id integer primary key);')
      const main = join(root, 'dist/cli/main.js')
      const { PATH = '', HOME = '' } = process.env
      const run = (): string =>
        execFileSync(script, ['-qec', `${process.execPath} ${main} migrate -m two`, '/dev/null'], {
          cwd: at.path,
          env: { PATH, HOME, CI, NO_COLOR: '1' },
          timeout: 60_000,
          input: '',
          encoding: 'utf8',
        })
      expect(run).toThrow(expect.objectContaining({ status: 2, stdout: expect.stringContaining('DECISION_NEEDED') }))
    },
  )
})

describe('check', () => {
  test('names heads that contradict each other, with and without a database', async () => {
    const at = await make({
      '.env': 'DATABASE_URL=sqlite:./app.db\n',
      'godwit.config.ts': CONFIG,
      'schema.sql': 'create table users (id integer primary key);',
      'migrations/1.sql': sqlRevision('a1', [], 'create table users (id integer primary key);', 'drop table users;'),
      'migrations/2.sql': sqlRevision('b1', [], 'create table users (id integer primary key);', 'drop table users;'),
    })
    const found = await at.cli(['check', '--no-database'])
    expect(found.code).toBe(3)
    expect(found.stdout).toContain('the revisions end in 2 heads')
    expect(found.stdout).toContain('godwit merge')
    expect(found.stdout).toContain('not compared before the branches are joined')
    expect((await at.cli(['check', '--no-models', '--no-database'])).stdout).toContain('--no-models')
  })
})
