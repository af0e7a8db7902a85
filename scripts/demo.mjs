// `npm run demo`: the main job from models to a migrated, rolled back and checked database, on an embedded PostgreSQL
// in a temporary folder. Needs Node and npm alone; installs and builds what is missing.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ready, root } from './ready.mjs'

ready()

const color = process.stdout.isTTY && !process.env.NO_COLOR
const paint = (code) => (text) => (color ? `\x1b[${code}m${text}\x1b[0m` : text)
const [bold, dim, cyan] = [paint('1'), paint('2'), paint('36')]
const say = (text = '') => process.stdout.write(`${text}\n`)

const folder = mkdtempSync(join(tmpdir(), 'godwit-demo-'))
const write = (name, text) => writeFileSync(join(folder, name), text)
let step = 0
const heading = (text) => say(`\n${bold(`${++step}. ${text}`)}`)
const show = (text) => say(dim(text.trimEnd().replace(/^/gm, '   │ ')))

/** Runs the real command line; ends the demo when the exit code is not the one that belongs here. */
function godwit(args, exitCode = 0) {
  const shown = args.map((arg) => (/[\s"]/.test(arg) ? JSON.stringify(arg) : arg)).join(' ')
  say(`\n   ${cyan(`$ godwit ${shown}`)}`)
  const env = { ...process.env, DATABASE_URL: 'pglite:./database' }
  delete env.CI
  if (color) env.FORCE_COLOR = '1'
  const done = spawnSync(process.execPath, [join(root, 'dist/cli/main.js'), ...args], {
    cwd: folder,
    env,
    encoding: 'utf8',
  })
  if (done.error) throw done.error
  say(`${done.stdout}${done.stderr}`.trimEnd().replace(/^/gm, '   '))
  if (done.status !== exitCode) throw new Error(`godwit ${shown} ended with ${done.status} instead of ${exitCode}`)
  if (exitCode !== 0) say(dim(`   (exit code ${exitCode})`))
}

/** What the application does between two deployments. */
async function database(sql) {
  const { PGlite } = await import('@electric-sql/pglite')
  const open = await PGlite.create(join(folder, 'database'))
  try {
    return (await open.query(sql)).rows
  } finally {
    await open.close()
  }
}

async function rows(sql) {
  say(`\n   ${cyan(`> ${sql}`)}`)
  for (const row of await database(sql)) say(`   ${JSON.stringify(row)}`)
}

const models = (columns) => `import { sql } from 'drizzle-orm'
import { check, index, integer, pgEnum, pgTable, text, timestamp } from 'drizzle-orm/pg-core'

export const role = pgEnum('role', ['reader', 'author'])

export const users = pgTable('users', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  email: text().notNull().unique(),
  ${columns.join('\n  ')}
  role: role().notNull().default('reader'),
}, (t) => [check('email_has_at', sql\`\${t.email} like '%@%'\`)])

export const posts = pgTable('posts', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  author: integer().notNull().references(() => users.id, { onDelete: 'cascade' }),
  title: text().notNull(),
  published: timestamp({ withTimezone: true }).defaultNow(),
}, (t) => [index('posts_by_author').on(t.author, t.published.desc())])
`

const first = models(["name: text().notNull().default('it\\'s me'),"])

const revisionNamed = (end) => {
  const name = readdirSync(join(folder, 'migrations')).find((file) => file.endsWith(end))
  return readFileSync(join(folder, 'migrations', name), 'utf8')
}

const started = Date.now()
try {
  // The demo's project finds Drizzle ORM where this repository has it.
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  write('package.json', JSON.stringify({ name: 'demo', type: 'module', dependencies: { 'drizzle-orm': '*' } }))
  write('schema.ts', first)
  say(dim(`A project in ${folder}: Drizzle models, and an embedded PostgreSQL in ./database.`))

  heading('The models you already have')
  show(first)
  godwit(['init', '--no-first'])

  heading('The first revision, written from the models and proved up and down before it is written')
  godwit(['migrate', '-m', 'users and posts'])

  heading('Apply it')
  godwit(['upgrade'])
  await database(
    "insert into users (email, name, role) values ('ada@example.org', 'Ada', 'author'), ('bob@example.org', 'Bob', 'reader')",
  )
  await database("insert into posts (author, title) values (1, 'On the engine')")
  await rows('select id, email, name, role from users')

  heading('The models change: users.name becomes fullName, and an avatar is new')
  const changed = models([
    "fullName: text('full_name').notNull().default('it\\'s me'),",
    "avatar: text().notNull().default('/default.png'),",
  ])
  write('schema.ts', changed)
  godwit(['migrate', '-m', 'full names and avatars', '--rename', 'users.name=users.full_name'])
  show(revisionNamed('full_names_and_avatars.ts'))

  heading('Apply that: the names are still there')
  godwit(['upgrade'])
  await rows('select id, full_name, avatar from users')

  heading('Where are we?')
  godwit(['status'])

  heading('One step back: what would be lost is named, and nothing happens without a yes')
  godwit(['downgrade'], 4)
  godwit(['downgrade', '--yes'])
  await rows('select id, name from users')

  heading('Do models, revisions and database agree?')
  godwit(['check'], 3)
  godwit(['upgrade'])
  godwit(['check'])

  say(
    `\n${bold('That was it')}, in ${((Date.now() - started) / 1000).toFixed(1)} s. Next: docs/tutorial/five-minutes.md`,
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
