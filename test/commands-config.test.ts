// The configuration: where it is found, what overrules what, and what is said when it is broken.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CONFIG_FILES, loadConfig } from '../src/config.ts'
import { readPlainConfig } from '../src/config-literal.ts'
import { CONFIG_KEYS, explainInvalid, isValid } from '../src/config-schema.ts'
import { dialectOf } from '../src/dialects/index.ts'
import { GodwitError } from '../src/errors.ts'
import { nearest } from '../src/nearest.ts'
import { redact, rememberSecrets } from '../src/redact.ts'
import { scratchFolder } from './support/databases.ts'

let folder: Awaited<ReturnType<typeof scratchFolder>>
beforeEach(async () => {
  folder = await scratchFolder()
})
afterEach(() => folder.drop())

const write = (name: string, text: string): string => {
  const file = join(folder.path, name)
  writeFileSync(file, text)
  return file
}
const load = (request: Parameters<typeof loadConfig>[0] = {}) => loadConfig({ cwd: folder.path, env: {}, ...request })
const failure = async (promise: Promise<unknown>): Promise<GodwitError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof GodwitError)) throw new Error(`expected a coded error, got ${String(error)}`)
  return error
}

test('the reference page has a row for each key, in their order', () => {
  const page = readFileSync(join(import.meta.dirname, '../docs/reference/configuration.md'), 'utf8')
  const table = page.split('| key |')[1]?.split('\n\n')[0] ?? ''
  expect([...table.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1])).toEqual(CONFIG_KEYS)
})

describe('finding it', () => {
  test('without a file the environment is enough', async () => {
    const config = await load({ env: { DATABASE_URL: 'sqlite:a.db' } })
    expect(config).toMatchObject({
      url: 'sqlite:a.db',
      folder: join(folder.path, 'migrations'),
      sources: [],
      format: 'ts',
    })
    expect(config.file).toBeUndefined()
  })

  test.each([
    ['godwit.config.ts', "import { config } from 'godwit'\nexport default config({ url: 'sqlite:x.db' })"],
    ['godwit.config.mts', "export default { url: 'sqlite:x.db' as string }"],
    ['godwit.config.mjs', "export default { url: ['sqlite', 'x.db'].join(':') }"],
    ['godwit.config.json', '{ "url": "sqlite:x.db" }'],
  ])('%s, from a folder below', async (name, text) => {
    const file = write(name, text)
    mkdirSync(join(folder.path, 'a/b'), { recursive: true })
    const config = await loadConfig({ cwd: join(folder.path, 'a/b'), env: {} })
    expect(config).toMatchObject({ url: 'sqlite:x.db', file, directory: folder.path })
  })

  test("a file with code may import 'godwit' without having it installed", async () => {
    write(
      'godwit.config.ts',
      "import { defineConfig, sql } from 'godwit'\nconst name: string = 'schema'\nexport default defineConfig({ source: sql(name + '.sql') })",
    )
    const config = await load()
    expect(config.sources.map(({ name }) => name)).toEqual(['sql'])
  })

  test('a package that says commonjs, and syntax that Node does not strip', async () => {
    write('package.json', '{ "type": "commonjs" }')
    write(
      'godwit.config.ts',
      "import { config } from 'godwit'\nenum Wait { Long = 9 }\nexport default config({ url: 'sqlite:x.db' as string, lockWait: Wait.Long })",
    )
    expect(await load()).toMatchObject({ url: 'sqlite:x.db', lockWait: 9 })
  })

  test('a file that was named and is not there', async () => {
    expect(await failure(load({ config: 'other.ts' }))).toMatchObject({ code: 'CONFIG_NOT_FOUND', exitCode: 2 })
  })

  test('every name that is looked for', () => {
    expect(CONFIG_FILES).toContain('godwit.config.ts')
  })
})

describe('what overrules what', () => {
  test('a flag, then the file, then the environment, then .env', async () => {
    write('.env', 'DATABASE_URL=sqlite:dotenv.db\nOTHER=1\n')
    const env: Record<string, string | undefined> = { OTHER: '2' }
    expect((await load({ env })).url).toBe(`sqlite:${join(folder.path, 'dotenv.db')}`)
    expect(env.OTHER).toBe('2')
    expect((await load({ env: { DATABASE_URL: 'sqlite:env.db' } })).url).toBe('sqlite:env.db')
    write('godwit.config.json', '{ "url": "sqlite:file.db" }')
    expect((await load({ env: { DATABASE_URL: 'sqlite:env.db' } })).url).toBe('sqlite:file.db')
    expect((await load({ url: 'sqlite:flag.db' })).url).toBe('sqlite:flag.db')
  })

  test('an empty variable is none', async () => {
    expect((await load({ env: { DATABASE_URL: '' } })).url).toBeUndefined()
  })
})

describe('a plain file is read without being run', () => {
  const env = { DATABASE_URL: 'sqlite:env.db' }
  const read = (body: string) =>
    readPlainConfig(`import { config, drizzle, sql } from 'godwit'\n\nexport default config(${body})\n`, env)

  test.each([
    ['{ url: process.env.DATABASE_URL, }', { url: 'sqlite:env.db' }],
    ['{ url: process.env.DATABASE_URL! }', { url: 'sqlite:env.db' }],
    ["{ url: process.env.DATABASE_URL ?? 'sqlite:b.db', lockWait: 5 }", { url: 'sqlite:env.db', lockWait: 5 }],
    ["{ url: process.env.NOWHERE ?? 'sqlite:b.db' }", { url: 'sqlite:b.db' }],
    ['{ url: process.env.NOWHERE }', {}],
    ['{ url: process.env.NOWHERE! }', {}],
    ["{ source: sql('./schema.sql') }", { source: { name: 'sql', paths: ['./schema.sql'] } }],
    [
      "{ source: [sql(['a.sql', 'b.sql']), drizzle('./src/schema.ts')] }",
      { source: [{ name: 'sql' }, { name: 'drizzle' }] },
    ],
  ])('%s', (body, expected) => {
    expect(read(body)).toMatchObject(expected)
  })

  test.each([
    "{ url: process.env['DATABASE_URL'] }",
    '{ url: name }',
    '{ url: process.env.DATABASE_URL as string }',
    '{ url: url() }',
    '{ ...other }',
  ])('%s has to be run', (body) => {
    expect(read(body)).toBeUndefined()
  })
})

describe('broken ones', () => {
  test.each([
    ['{ "url": 5 }', /"url" has to be a database URL/, 'a number'],
    ['{ "url": "localhost" }', /"url" has to be a database URL/, 'a text of another form'],
    ['{ "lockWait": -1 }', /"lockWait" has to be a number of seconds/, ''],
    ['{ "lockWait": "60" }', /"lockWait" has to be a number of seconds/, 'a text'],
    ['{ "source": "schema.sql" }', /"source" has to be the models/, 'a text'],
    ['{ "revisions": "" }', /"revisions" has to be the path of a folder/, 'an empty text'],
    ['{ "dialect": "oracle" }', /"dialect" has to be one of/, ''],
    ['{ "revision": "x" }', /no setting called "revision"/, ''],
    ['{ "ignore": "legacy_*" }', /"ignore" has to be a list of names/, 'a text'],
    ['{ "ignore": ["a.b.c"] }', /"ignore.0" has to be a list of names .* such as 'legacy_\*'/, ''],
    ['{ "ignore": ["!!users"] }', /"ignore.0" has to be a list of names/, ''],
    ['{ "exclude": ["legacy_*"] }', /no setting called "exclude"/, ''],
    ['[]', /is not a configuration: it is a list/, ''],
    ['null', /is not a configuration: it is null/, ''],
    ['{ "url": ', /is not valid JSON/, ''],
  ])('%s', async (text, message, found) => {
    write('godwit.config.json', text)
    const error = await failure(load())
    expect(error.code).toBe('CONFIG_INVALID')
    expect(error.message).toMatch(message)
    expect(error.why ?? '').toContain(found)
    expect(error.fix).toBeTruthy()
  })

  test('a syntax error: line and column, and no password', async () => {
    write('godwit.config.ts', "const a = 1\nexport default { url: 'postgres://me:hunter2@h/d',, lockWait: a }\n")
    const error = await failure(load())
    expect(error).toMatchObject({
      code: 'CONFIG_INVALID',
      why: 'Syntax error: Unexpected token',
      place: {
        line: 2,
        column: 51,
        text: "export default { url: '*************************',, lockWait: * }",
      },
    })
    expect(JSON.stringify(error)).not.toContain('hunter2')
  })

  test.each([
    ['a text of several lines', 'export default { url: `postgres://me:\nhunter2@h/d`,, }\n'],
    ['a text that ends on this line', 'const a = `x\nhunter2` ,,\n'],
    ['an apostrophe in a comment', "export default { /* it's */ url: 'hunter2',, }\n"],
    ['a quote in a pattern', "const r = /'/; const b = 'hunter2'; ,,\n"],
  ])('a syntax error shows no password: %s', async (_what, text) => {
    write('godwit.config.ts', text)
    const error = await failure(load())
    expect(error.place?.text).toContain('*')
    expect(JSON.stringify(error)).not.toContain('hunter2')
  })

  test('code that throws on the first line: no column beyond its end', async () => {
    const text = 'export default { url: process.env.NONE!.length }'
    write('godwit.config.ts', text)
    const { place } = await failure(load())
    expect(place).toMatchObject({ line: 1, text: 'export default { url: process.env.****!.****** }' })
    expect(place?.column ?? 0).toBeLessThanOrEqual(text.length)
  })

  test('code that throws: line and column', async () => {
    write('godwit.config.ts', 'const none: { a?: string } = {}\n\nexport default { url: none.a!.length }\n')
    expect((await failure(load())).place).toMatchObject({ line: 3, column: expect.any(Number) })
  })

  test.each([
    ['export default {', /cannot be loaded/],
    ['throw new Error("no luck")', /cannot be loaded/],
    ['export const config = {}', /no default export/],
    ['export default { url: () => 5 }', /"url" has to be/],
  ])('godwit.config.mjs: %s', async (text, message) => {
    write('godwit.config.mjs', text)
    const error = await failure(load())
    expect(error.code).toBe('CONFIG_INVALID')
    expect(error.message).toMatch(message)
  })

  test('no value is ever shown', async () => {
    for (const text of [
      '{ "shadow": "canary5271" }',
      '{ "url": "x canary5271" }',
      '{ "url": "canary5271',
      '{ "format": "canary5271" }',
    ]) {
      write('godwit.config.json', text)
      const error = await failure(load())
      expect(JSON.stringify(error) + error.stack).not.toContain('canary5271')
    }
  })

  test('a mistyped key is suggested', () => {
    expect(nearest('revison', CONFIG_KEYS)).toBe('revisions')
    expect(explainInvalid({ tablesFilter: ['x'] }, undefined).fix).toBe('Did you mean "ignore"?')
    expect(nearest('zzzzzzzz', CONFIG_KEYS)).toBeUndefined()
  })

  test('what passes at a glance passes the validator', async () => {
    const source = { name: 'x', paths: [], ddl: async () => [] }
    for (const input of [
      { url: 'a:b', revisions: 'x', lockWait: 0, lockTimeout: 5, source, ignore: ['legacy_*', 'audit.*'] },
      { url: '', lockWait: Number.NaN },
      { source: [] },
      { source: [source, 1] },
      { lockWait: -1 },
    ]) {
      const loaded = await load({ config: input as never }).then(
        () => true,
        () => false,
      )
      expect(loaded).toBe(isValid(input))
    }
  })
})

describe('passwords', () => {
  test.each([
    'postgres://me:s3cr3t-canary@host:5432/db',
    'cannot reach postgres://me:s3cr3t-canary@host/db: refused',
    'postgres://me:p@ss:s3cr3t-canary@host/db',
    'host=x password=s3cr3t-canary user=y',
    "password='s3cr3t-canary with blanks'",
    "export const pool = new Pool({ password: 's3cr3t-canary' })",
    '{ "password": "s3cr3t-canary" }',
  ])('%s', (text) => {
    expect(redact(text)).not.toContain('s3cr3t-canary')
  })

  test('remembered ones, in every spelling', () => {
    rememberSecrets('postgres://me:s3cr%2Fcanary@host/db')
    expect(redact('authentication with s3cr/canary failed')).toBe('authentication with *** failed')
    expect(redact('s3cr%2Fcanary')).toBe('***')
  })

  test('one that equals a visible part of the address does not blot it out', () => {
    rememberSecrets('postgres://webshop:webshop@host/webshop')
    expect(redact('role webshop')).toBe('role webshop')
  })
})

test.each([
  ['localhost', 'localhost'],
  ['postgres://me:hidden', 'postgres://me:***'],
  ['postgres://me:hid%zzden@h:5/d?password=hidden', 'postgres://***@h:5/d'],
  ['mysql://me:hidden@h:99999/d', 'mysql://***@h:99999/d'],
  ['mysql://h:99999/d?password=p@hidden', 'mysql://h:99999/d'],
  ['postgres://me:an/hidden', 'postgres://me:***'],
])('a URL that cannot be read, %s: the error shows it, without its password', async (url, shown) => {
  const error = await failure(dialectOf(url).then((dialect) => dialect.connect(url)))
  expect(error).toMatchObject({ code: 'URL_INVALID', why: expect.stringContaining(`It reads ${shown}`) })
  expect(JSON.stringify(error)).not.toContain('hidden')
})

test.each([
  ['oracle+thin://u:hidden@h/d', 'Known schemes'],
  ['mssql://u:hidden@h/d', 'Known schemes'],
])('a URL of a database that is not known, %s: the error names those that are', async (url, fix) => {
  const error = await failure(dialectOf(url))
  expect(error).toMatchObject({ code: 'DIALECT_UNKNOWN', fix: expect.stringContaining(fix) })
  expect(JSON.stringify(error)).not.toContain('hidden')
})

test('a URL of another database than `dialect` is refused, wherever the URL comes from', async () => {
  write('godwit.config.json', '{ "url": "sqlite:./a.db", "dialect": "sqlite" }')
  expect(await load()).toMatchObject({ url: 'sqlite:./a.db', dialect: 'sqlite' })
  const error = await failure(load({ url: 'mysql://root:secret@localhost/shop' }))
  expect(error).toMatchObject({ code: 'CONFIG_INVALID', data: { key: 'dialect', dialect: 'sqlite', url: 'mysql' } })
  expect(JSON.stringify(error)).not.toContain('secret')
})
