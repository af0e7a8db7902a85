// Ten changes on hundreds of Drizzle tables: what is written, how long it takes, and whether all ten arrive in the database.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { postgres, scratch } from './engines.mjs'
import { drizzleModels, tenChanges } from './models.mjs'
import { cli, folder, race, root, time } from './support.mjs'

export async function autogenerate({ rounds = 3, tables = 300 } = {}) {
  const found = new Map()
  await race(`The next migration: 10 changes on ${tables} Drizzle tables, whole process`, rounds, {
    'drizzle-kit 0.31 generate': () => inProject(tables, kit, found),
    'godwit migrate (proved up and down)': () => inProject(tables, ours(), found),
    'godwit migrate, proved on a server': () => inProject(tables, ours(postgres.server), found),
  })
  for (const [name, result] of found) console.log(`  ${name}: ${result}`)
}

const kit = {
  name: 'drizzle-kit',
  args: [
    join(root, 'node_modules/drizzle-kit/bin.cjs'),
    'generate',
    '--dialect',
    'postgresql',
    '--schema',
    './schema.ts',
    '--out',
    './out',
  ],
  again: [],
  async apply(client, path) {
    const files = readdirSync(path, { recursive: true })
      .filter((name) => name.endsWith('.sql'))
      .sort()
    for (const file of files) {
      for (const sql of readFileSync(join(path, file), 'utf8').split('--> statement-breakpoint'))
        await client.query(sql)
    }
  },
}
const ours = (shadow) => ({
  name: shadow === undefined ? 'godwit' : 'godwit on a server',
  shadow,
  args: [cli, 'migrate', '-m', 'change'],
  again: ['--no-renames'],
  async apply(_client, path, url) {
    run(path, [cli, 'upgrade', '--url', url])
  },
})

function run(path, args) {
  const done = spawnSync(process.execPath, args, { cwd: path, encoding: 'utf8', env: { ...process.env, CI: '1' } })
  if (done.status !== 0) throw new Error(`${args.join(' ')}\n${done.stdout}${done.stderr}`)
  return done.stdout
}

/** A fresh project with a first migration; then the changes, timed; then all of it on a database, looked at. */
async function inProject(tables, tool, found) {
  const project = folder()
  const database = await scratch(postgres)
  try {
    // A folder of its own, so that nothing is cached from the round before.
    const modules = join(root, 'node_modules')
    mkdirSync(join(project.path, 'node_modules'))
    for (const name of readdirSync(modules).filter((each) => !each.startsWith('.')))
      symlinkSync(join(modules, name), join(project.path, 'node_modules', name))
    writeFileSync(join(project.path, 'package.json'), '{ "type": "module" }')
    writeFileSync(
      join(project.path, 'godwit.config.mjs'),
      `import { drizzle } from ${JSON.stringify(join(root, 'dist/index.js'))}
export default { dialect: 'postgres', source: drizzle('./schema.ts'), revisions: './out'${tool.shadow === undefined ? '' : `, shadow: '${tool.shadow}'`} }
`,
    )
    mkdirSync(join(project.path, 'out'))
    writeFileSync(join(project.path, 'schema.ts'), drizzleModels(tables))
    run(project.path, tool.args)
    writeFileSync(join(project.path, 'schema.ts'), drizzleModels(tables, true))
    const milliseconds = await time(() => run(project.path, [...tool.args, ...tool.again]))
    const count = readdirSync(join(project.path, 'out')).filter((name) =>
      statSync(join(project.path, 'out', name)).isFile(),
    ).length
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    await tool.apply(client, join(project.path, tool === kit ? 'out' : ''), database.url)
    const { rows } = await client.query(tenChanges)
    await client.end()
    const right = Object.entries(rows[0]).filter(([, value]) => value === true).length
    const wrong = Object.keys(rows[0]).filter((key) => rows[0][key] !== true)
    found.set(
      tool.name,
      `${right} of ${Object.keys(rows[0]).length} changes arrived, ${count} files${wrong.length > 0 ? `; missing: ${wrong.join(', ')}` : ''}`,
    )
    return milliseconds
  } finally {
    project.drop()
    await database.drop()
  }
}
