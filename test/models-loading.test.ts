// The files of the models are one graph of modules: whatever names them and however they name each other, each runs once.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadModule } from '../src/load.ts'
import { drizzle } from '../src/sources/index.ts'
import { root } from './support/built.ts'
import { type Project, project } from './support/cli.ts'

const CONFIG = (paths: string): string =>
  `import { config, drizzle } from 'godwit'\nexport default config({ dialect: 'sqlite', source: drizzle(${paths}) })\n`
// What it does when it runs, to be counted.
const SEEN = (name: string): string =>
  `import { appendFileSync } from 'node:fs'\nappendFileSync('seen.log', '${name}\\n')\n`
const table = (name: string, more = ''): string =>
  `import { integer, sqliteTable } from 'drizzle-orm/sqlite-core'\n${SEEN(name)}export const ${name} = sqliteTable('${name}', { id: integer().primaryKey()${more} })\n`
const posts = (from: string): string =>
  `import { users } from '${from}'\n${table('posts', ', author: integer().references(() => users.id)')}`

interface Run {
  code: number
  tables: string[]
  /** Names of the modules that ran, in order. */
  ran: string[]
  stderr: string
}

let place: Project
beforeAll(async () => {
  place = await project()
})
afterAll(() => place.drop())

async function run(files: Record<string, string>, paths: string): Promise<Run> {
  for (const name of ['models', 'node_modules', 'common', 'seen.log', 'migrations', 'tsconfig.json', 'package.json']) {
    rmSync(join(place.path, name), { recursive: true, force: true })
  }
  place.write('package.json', '{"type":"module"}')
  place.write('godwit.config.ts', CONFIG(paths))
  for (const [name, text] of Object.entries(files)) place.write(name, text)
  if ('common/package.json' in files) {
    mkdirSync(join(place.path, 'node_modules/@acme'), { recursive: true })
    symlinkSync('../../common', join(place.path, 'node_modules/@acme/common'))
  }
  const { code, stdout, stderr } = await place.cli(['migrate', '-m', 'one', '--dry-run', '--json'])
  const report: { sql?: string } = code === 0 ? JSON.parse(stdout) : {}
  const tables = [...(report.sql ?? '').matchAll(/create table "?(\w+)/gi)].map(([, name = '']) => name)
  return { code, tables, ran: readFileSync(join(place.path, 'seen.log'), 'utf8').trim().split('\n'), stderr }
}

const BARREL = {
  'models/index.ts': "export * from './users.ts'\nexport * from './posts.ts'\n",
  'models/posts.ts': posts('./users.ts'),
  'models/users.ts': table('users'),
}

describe('each module runs once', () => {
  test('in a folder with a barrel', async () => {
    expect(await run(BARREL, "'./models'")).toMatchObject({ tables: ['users', 'posts'], ran: ['users', 'posts'] })
  })

  test('where a file, a glob and a folder name it', async () => {
    const paths = "['./models/posts.ts', './models/*s.ts', './models']"
    expect(await run(BARREL, paths)).toMatchObject({ tables: ['users', 'posts'], ran: ['users', 'posts'] })
  })

  test('where Node cannot read all of them: endings left out, an enum', async () => {
    const files = {
      'models/index.ts': "export * from './users'\nexport * from './posts'\n",
      'models/posts.ts': `enum Kind { News }\nexport const kind = Kind.News\n${posts('./users')}`,
      'models/users.ts': table('users'),
    }
    expect(await run(files, "'./models'")).toMatchObject({ tables: ['users', 'posts'], ran: ['users', 'posts'] })
  })

  test('where a module looks for its own folder, as CommonJS does', async () => {
    const files = { ...BARREL, 'models/users.ts': `${table('users')}export const here: string = __dirname\n` }
    expect(await run(files, "'./models'")).toMatchObject({ tables: ['users', 'posts'], ran: ['users', 'posts'] })
  })

  test('in a package of TypeScript in the same workspace', async () => {
    const common = {
      'common/package.json': '{"name":"@acme/common","type":"module","exports":"./index.ts"}',
      'common/index.ts': "export * from './users.ts'\n",
      'common/users.ts': table('users'),
      'models/all.ts': "export { users } from '@acme/common'\n",
      'models/posts.ts': posts('@acme/common'),
    }
    expect(await run(common, "'./models/*.ts'")).toMatchObject({ tables: ['users', 'posts'], ran: ['users', 'posts'] })
  })

  test('in a package that says commonjs', async () => {
    const files = { ...BARREL, 'package.json': '{"type":"commonjs"}' }
    expect(await run(files, "'./models'")).toMatchObject({ tables: ['users', 'posts'], ran: ['users', 'posts'] })
  })

  test('in a package that says nothing, and without a warning of Node', async () => {
    const result = await run({ ...BARREL, 'package.json': '{}' }, "'./models'")
    expect(result).toMatchObject({ tables: ['users', 'posts'], ran: ['users', 'posts'], stderr: '' })
  })

  test('where they are plain JavaScript', async () => {
    const files = {
      'models/index.js': "export * from './users.js'\nexport * from './posts.js'\n",
      'models/posts.js': posts('./users.js'),
      'models/users.js': table('users'),
    }
    expect(await run(files, "'./models'")).toMatchObject({ tables: ['users', 'posts'], ran: ['users', 'posts'] })
  })
})

describe('path aliases', () => {
  const files = {
    'models/posts.ts': posts('@/users'),
    'models/users.ts': table('users'),
  }
  const paths = '"compilerOptions": { /* ours */ "paths": { "@/*": ["./models/*"], }, }'

  test('are those of tsconfig.json', async () => {
    const result = await run({ ...files, 'tsconfig.json': `{ ${paths} }` }, "'./models'")
    expect(result).toMatchObject({ tables: ['users', 'posts'], ran: ['users', 'posts'] })
  })

  test('also where it extends a package that is not installed', async () => {
    const result = await run(
      { ...files, 'tsconfig.json': `{ "extends": "@acme/base/tsconfig.json", ${paths} }` },
      "'./models'",
    )
    expect(result).toMatchObject({ tables: ['users', 'posts'], ran: ['users', 'posts'] })
  })

  test('and of what it extends as far as that is there', async () => {
    const result = await run(
      {
        ...files,
        'tsconfig.json': '{ "extends": ["./.generated/tsconfig.json", "./base.json"] }',
        'base.json': `{ ${paths} }`,
      },
      "'./models'",
    )
    expect(result).toMatchObject({ tables: ['users', 'posts'], ran: ['users', 'posts'] })
  })

  test('that nobody can know are named with the reason', async () => {
    const { stderr, code } = await run(
      { ...files, 'tsconfig.json': '{ "extends": "./.generated/tsconfig.json" }' },
      "'./models'",
    ).catch(async () => place.cli(['migrate', '-m', 'one', '--dry-run']))
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /Cannot find module '@\/users' \(a path alias\? What tsconfig.json extends is not there: File '.*' not found\.\)/,
    )
  })
})

describe('in a process that goes on', () => {
  const read = (): Promise<string[]> => drizzle('./models').ddl({ dialect: 'sqlite', directory: place.path })
  const users = (column: string): string =>
    `import { integer, sqliteTable } from 'drizzle-orm/sqlite-core'\nexport const users = sqliteTable('users', { ${column}: integer() })\n`

  test('what changed is read again, in a module behind a module as well', async () => {
    for (const name of ['models', 'node_modules', 'tsconfig.json'])
      rmSync(join(place.path, name), { recursive: true, force: true })
    place.write('package.json', '{"type":"module"}')
    place.write('models/index.ts', "export * from './inner/users.ts'\n")
    place.write('models/inner/users.ts', users('a'))
    expect(await read()).toEqual(['create table "users" (\n  "a" integer\n)'])
    place.write('models/inner/users.ts', users('b'))
    expect(await read()).toEqual(['create table "users" (\n  "b" integer\n)'])
  })

  test('a configuration and what it imports as well', async () => {
    place.write('folder.ts', "export const folder: string = './one'\n")
    place.write('some.config.ts', "import { folder } from './folder.ts'\nexport default { revisions: folder }\n")
    const file = join(place.path, 'some.config.ts')
    expect((await loadModule(file)).default).toEqual({ revisions: './one' })
    place.write('folder.ts', "export const folder: string = './two'\n")
    expect((await loadModule(file)).default).toEqual({ revisions: './two' })
  })

  test("the runner of Node's own tests loads them too", async () => {
    await run(BARREL, "'./models'")
    place.write(
      'own.test.mjs',
      `import { test } from 'node:test'
import assert from 'node:assert'
import { drizzle } from '${pathToFileURL(join(root, 'dist/index.js')).href}'
test('models', async () => {
  const ddl = await drizzle('./models').ddl({ dialect: 'sqlite', directory: ${JSON.stringify(place.path)} })
  assert.equal(ddl.length, 2)
})
`,
    )
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const output = execFileSync(process.execPath, ['--test', 'own.test.mjs'], {
      cwd: place.path,
      env,
      encoding: 'utf8',
    })
    expect(output).toMatch(/pass 1\n/)
  })
})
