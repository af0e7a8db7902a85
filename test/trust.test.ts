// What is found is run: whose files are trusted, where a project ends, and what does not hold a verb up.
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { findConfig } from '../src/config.ts'
import { checkInside, projectRoot } from '../src/project-root.ts'
import { type Project, project, sqlRevision } from './support/cli.ts'

let open: { drop(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.reverse()) await one.drop()
  open = []
})
const make = async (files: Record<string, string> = {}): Promise<Project> => {
  const made = await project(files)
  open.push(made)
  return made
}
const error = ({ stdout }: { stdout: string }): Record<string, unknown> =>
  JSON.parse(stdout).error ?? JSON.parse(stdout)
const CONFIG = { 'godwit.config.json': JSON.stringify({ url: 'sqlite:app.db' }) }
const posix = process.platform !== 'win32'
const isRoot = process.getuid?.() === 0

describe('the search for a configuration', () => {
  test.each([
    ['the root of a workspace', { 'top/.git/HEAD': '', 'top/packages/a/package.json': '{}' }],
    [
      'the root that package.json names',
      { 'top/package.json': '{"workspaces":["packages/*"]}', 'top/packages/a/package.json': '{}' },
    ],
    ['a package without any version control', { 'top/package.json': '{}', 'top/packages/a/src/x': '' }],
  ])('ends at %s', async (_, files: Record<string, string>) => {
    const at = await make({ ...files, ...CONFIG })
    const from = join(at.path, 'top/packages/a')
    expect(findConfig(from)).toBeUndefined()
    at.write('top/godwit.config.json', '{}')
    expect(findConfig(from)).toBe(join(at.path, 'top/godwit.config.json'))
  })

  test('a package of its own does not see what lies above it; an image without marks does', async () => {
    const at = await make({ ...CONFIG, 'mine/package.json': '{}', 'bare/x': '' })
    expect(findConfig(join(at.path, 'mine'))).toBeUndefined()
    expect(findConfig(join(at.path, 'bare'))).toBe(join(at.path, 'godwit.config.json'))
  })

  test.runIf(posix)('a file that everybody may write to is refused, and every way out works', async () => {
    const at = await make({
      'godwit.config.ts':
        "import { writeFileSync } from 'node:fs'\nwriteFileSync('ran', '')\nexport default { url: 'sqlite:app.db' }\n",
    })
    const file = join(at.path, 'godwit.config.ts')
    chmodSync(file, 0o666)
    const refused = await at.cli(['current', '--json'])
    expect(refused.code).toBe(4)
    expect(error(refused)).toMatchObject({
      code: 'CONFIG_UNTRUSTED',
      fix: expect.stringContaining(`chmod o-w ${file}`),
    })
    expect(existsSync(join(at.path, 'ran'))).toBe(false)
    expect((await at.cli(['current', '--config', file])).code).not.toBe(4)
    chmodSync(file, 0o644)
    expect((await at.cli(['current'])).code).not.toBe(4)
    expect(existsSync(join(at.path, 'ran'))).toBe(true)
  })

  test.runIf(posix && isRoot)(
    'a file of another user is refused; that of the owner of the folder, and of root, is not',
    async () => {
      const at = await make(CONFIG)
      const file = join(at.path, 'godwit.config.json')
      chownSync(file, 12345, 12345)
      expect(() => findConfig(at.path)).toThrow(expect.objectContaining({ code: 'CONFIG_UNTRUSTED' }))
      // As on a bind mount: everything belongs to a user of the host.
      chownSync(at.path, 12345, 12345)
      expect(findConfig(at.path)).toBe(file)
      mkdirSync(join(at.path, 'below'))
      expect(() => findConfig(join(at.path, 'below'))).toThrow(expect.objectContaining({ code: 'CONFIG_UNTRUSTED' }))
      at.write('package.json', '{}')
      expect(findConfig(join(at.path, 'below'))).toBe(file)
      // A link of somebody else's to a file that is trusted.
      rmSync(file)
      at.write('other.json', '{}')
      chownSync(at.path, 0, 0)
      execFileSync('ln', ['-s', join(at.path, 'other.json'), file])
      execFileSync('chown', ['-h', '12345', file])
      expect(() => findConfig(at.path)).toThrow(expect.objectContaining({ code: 'CONFIG_UNTRUSTED' }))
    },
  )
})

describe.runIf(posix)('links that lead out of the project', () => {
  test('are followed by no verb that writes', async () => {
    const at = await make({
      'elsewhere/keep': '',
      'app/package.json': '{}',
      'app/godwit.config.json': JSON.stringify({ url: 'sqlite:app.db', source: undefined }),
      'app/migrations/a1.sql': sqlRevision('a1', [], 'create table t (id integer primary key);', 'drop table t;'),
    })
    const app = join(at.path, 'app')
    const run = (...args: string[]) => at.cli([...args, '--config', join(app, 'godwit.config.json'), '--json'])
    symlinkSync(join(at.path, 'elsewhere/victim.ts'), join(app, 'dangling.ts'))
    symlinkSync(join(at.path, 'elsewhere'), join(app, 'out'))
    for (const args of [
      ['bundle', '--out', 'app/dangling.ts'],
      ['bundle', '--out', 'app/out/victim.ts'],
      ['backup', '--out', 'app/out/deeper'],
    ]) {
      expect(error(await run(...args))).toMatchObject({
        code: 'FOLDER_NOT_WRITABLE',
        why: expect.stringContaining('symbolic link'),
      })
    }
    // A place that is named as such is somebody's word, and a link within the project leads nowhere else.
    expect(await run('bundle', '--out', 'elsewhere/named.ts')).toMatchObject({ code: 0 })
    symlinkSync('migrations', join(app, 'within'))
    expect(await run('bundle', '--out', 'app/within/_b.ts')).toMatchObject({ code: 0 })
    execFileSync('mv', [join(app, 'migrations'), join(at.path, 'elsewhere/migrations')])
    symlinkSync(join(at.path, 'elsewhere/migrations'), join(app, 'migrations'))
    expect(error(await run('revision', '-m', 'x'))).toMatchObject({ code: 'FOLDER_NOT_WRITABLE' })
    expect(
      execFileSync('ls', [join(at.path, 'elsewhere'), join(at.path, 'elsewhere/migrations')]).toString(),
    ).not.toMatch(/victim|deeper|_x/)
    expect(() => checkInside(join(app, 'migrations'), app)).toThrow(
      expect.objectContaining({ code: 'FOLDER_NOT_WRITABLE' }),
    )
    expect(projectRoot(join(app, 'within'))).toBe(app)
  })
})

describe.runIf(posix)('pipes', () => {
  test('in folders that are read hold nobody up', { timeout: 60_000 }, async () => {
    const at = await make({
      'godwit.config.json': JSON.stringify({ url: 'sqlite:app.db' }),
      'migrations/a1.sql': sqlRevision('a1', [], 'create table t (id integer primary key);', 'drop table t;'),
      'ddl/t.sql': 'create table t (id integer primary key);',
    })
    const pipe = (name: string): string => {
      mkdirSync(join(at.path, name, '..'), { recursive: true })
      execFileSync('mkfifo', [join(at.path, name)])
      return join(at.path, name)
    }
    pipe('ddl/pipe.sql')
    expect(await at.cli(['diff', '--from', './ddl', '--to', './ddl'])).toMatchObject({ code: 0 })
    pipe('bundle.ts')
    expect((await at.cli(['bundle', '--check', '--out', 'bundle.ts'])).code).toBe(3)
    const seed = pipe('seeds/1.sql')
    expect(error(await at.cli(['seed', '--json']))).toMatchObject({ code: 'SEED_INVALID' })
    rmSync(seed)
    const revision = pipe('migrations/a2.sql')
    expect(error(await at.cli(['upgrade', '--json']))).toMatchObject({
      code: 'REVISION_INVALID',
      why: 'It is no file.',
    })
    rmSync(revision)
    rmSync(join(at.path, 'godwit.config.json'))
    pipe('godwit.config.ts')
    expect(error(await at.cli(['current', '--json']))).toMatchObject({ code: 'CONFIG_UNTRUSTED' })
  })
})
