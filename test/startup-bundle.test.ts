// `godwit bundle`, the module through esbuild, and a start from it in an empty folder; `godwit seed` beside it.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from './support/built.ts'
import { type Outcome, type Project, project, sqlRevision } from './support/cli.ts'
import { postgresAnswers, scratchFolder, scratchPostgres } from './support/databases.ts'

const first = 'create table users (id integer primary key, name varchar(40))'
const code = `import { op, revision } from 'godwit'
import { greeting } from '../words.ts'
export default revision({
  id: 'bbb',
  parents: ['aaa'],
  message: 'code',
  operations: [op.run({ up: (database) => database.execute(\`insert into users (id, name) values (7, '\${greeting}')\`), down: () => {} })],
})
`
const plain = `import { op, revision } from 'godwit'
export default revision({
  id: 'ccc',
  parents: ['bbb'],
  message: 'plain',
  operations: [op.addColumn({ table: 'users', column: { name: 'age', type: 'integer', nullable: true } })],
})
`
const seedCode = `import { seed } from 'godwit'
export default seed({ async run(database) { await database.ensure('users', { id: 2, name: 'two' }, ['id']) } })
`
const files = {
  'migrations/1.sql': sqlRevision('aaa', [], first, 'drop table users'),
  'migrations/2.ts': code,
  'migrations/3.ts': plain,
  'words.ts': "export const greeting = 'hello'\n",
  'seeds/1_one.sql': "insert into users (id, name) values (1, 'one');\n",
  'seeds/2_two.ts': seedCode,
}

let made: Project
beforeAll(async () => {
  made = await project(files)
})
afterAll(() => made.drop())

const postgres = await postgresAnswers()

test('the module is the same every time, and --check tells when it is not current', async () => {
  const url = 'sqlite:app.db'
  const written = await made.cli(['bundle', '--json', '--url', url])
  expect(JSON.parse(written.stdout)).toMatchObject({
    file: 'godwit.bundle.ts',
    revisions: 3,
    seeds: 2,
    imported: ['./migrations/2.ts', './seeds/2_two.ts'],
    written: true,
  })
  expect((await made.cli(['bundle', '--check', '--url', url])).code).toBe(0)
  made.write('seeds/1_one.sql', "insert into users (id, name) values (1, 'uno');\n")
  const stale = await made.cli(['bundle', '--check', '--url', url])
  expect(stale.code).toBe(3)
  expect(stale.stdout).toContain('not current')
  made.write('seeds/1_one.sql', files['seeds/1_one.sql'])
})

test('godwit seed runs what is due, once, when the database is at the head', async () => {
  const url = ['--url', 'sqlite:seeded.db']
  expect((await made.cli(['seed', ...url])).code).not.toBe(0)
  expect((await made.cli(['upgrade', ...url])).code).toBe(0)
  const ran = await made.cli(['seed', ...url])
  expect(ran.stderr).toBe('')
  expect(ran.stdout).toMatch(/✓ 1_one\.sql[\s\S]*✓ 2_two\.ts[\s\S]*Ran 2 seeds in development\./)
  expect((await made.cli(['seed', ...url])).stdout).toContain('no seed is due')
  const again = await made.cli(['seed', '--again', '2_two.ts', '--json', ...url])
  expect(JSON.parse(again.stdout)).toMatchObject({ seeds: [{ outcome: 'done' }, { outcome: 'ran' }] })
  expect((await made.cli(['seed', '--again', 'nothing', ...url])).code).toBe(2)
})

// One file and nothing beside it: the program as it lies in a function's image.
async function packed(external: string[]): Promise<string> {
  const program = `import { startup } from 'godwit'
import bundle from './godwit.bundle.ts'
const report = await startup({ bundle, policy: 'migrate' })
const again = await startup({ bundle, policy: 'migrate', once: false })
console.log(JSON.stringify({ report, again }))
`
  made.write('main.ts', program)
  const { outputFiles } = await build({
    absWorkingDir: made.path,
    entryPoints: ['main.ts'],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    alias: { godwit: join(root, 'src/index.ts') },
    nodePaths: [join(root, 'node_modules')],
    external,
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module';const require = makeRequire(import.meta.url);",
    },
  })
  return outputFiles[0]?.text ?? ''
}

function node(file: string, cwd: string, env: Record<string, string>): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file], { cwd, env: { PATH: process.env.PATH ?? '', ...env } })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk
    })
    child.on('error', reject)
    child.on('close', (exit) => resolve({ code: exit ?? -1, stdout, stderr }))
  })
}

test.runIf(postgres)('bundled, it starts in an empty folder and reads no file', { timeout: 180_000 }, async () => {
  const [database, folder] = [await scratchPostgres(), await scratchFolder()]
  try {
    expect((await made.cli(['bundle', '--url', database.url])).code).toBe(0)
    // Not reached at run time: other engines, the embedded one, and the parser whose work is in the bundle.
    const text = await packed([
      '@electric-sql/pglite',
      'mysql2',
      'pg-native',
      'jiti',
      'libpg-query',
      'drizzle-kit',
      'drizzle-orm',
    ])
    const empty = join(folder.path, 'function')
    mkdirSync(empty)
    // Every way to a file of the project is closed: whoever reads one is told on.
    const guard = `import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
for (const name of ['readFileSync', 'readdirSync', 'readFile', 'readdir']) {
  const own = fs[name]
  fs[name] = (path, ...rest) => {
    if (/migrations|seeds|godwit\\.config|\\.env$/.test(String(path))) throw new Error('read ' + path)
    return own(path, ...rest)
  }
}
syncBuiltinESMExports()
`
    writeFileSync(join(empty, 'main.mjs'), text)
    writeFileSync(join(folder.path, 'guard.mjs'), guard)
    const out = await node(join(empty, 'main.mjs'), empty, {
      DATABASE_URL: database.url,
      NODE_OPTIONS: `--import=${join(folder.path, 'guard.mjs')}`,
    })
    expect(out.stderr).toBe('')
    const { report, again } = JSON.parse(out.stdout.split('\n').at(-2) ?? '{}')
    expect(report).toMatchObject({ status: 'migrated', applied: ['aaa', 'bbb', 'ccc'], pending: [] })
    expect(report.seeds.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['ran', 'ran'])
    expect(again).toMatchObject({ status: 'current', applied: [] })
    expect(existsSync(join(empty, 'migrations'))).toBe(false)
    expect(readFileSync(join(empty, 'main.mjs'), 'utf8')).toContain('hello')
  } finally {
    await database.drop()
    await folder.drop()
  }
})
