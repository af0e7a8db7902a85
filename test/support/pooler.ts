// A PgBouncer of the test's own in front of the PostgreSQL server: real, on a free port of loopback, ended by `stop`.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmod, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { scratchFolder } from './databases.ts'
import { POSTGRES } from './servers.ts'

/** Whether the program is there. */
export const hasPgBouncer = spawnSync('pgbouncer', ['--version']).status === 0

export interface Pooler {
  /** The URL of this database, through the pooler. */
  through(url: string, settings?: Record<string, string>): string
  stop(): Promise<void>
}

/** Starts one with these settings beside the usual ones. */
export async function startPooler(settings: Record<string, string | number>): Promise<Pooler> {
  const folder = await scratchFolder()
  const port = await freePort()
  const server = new URL(POSTGRES)
  const user = decodeURIComponent(server.username || 'postgres')
  const password = decodeURIComponent(server.password)
  const file = join(folder.path, 'pgbouncer.ini')
  const all = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'trust',
    auth_file: join(folder.path, 'users.txt'),
    ...settings,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`)
  const target = `* = host=${server.hostname} port=${server.port || 5432}`
  await writeFile(join(folder.path, 'users.txt'), `"${user}" "${password}"\n`)
  await writeFile(file, `[databases]\n${target}\n[pgbouncer]\n${lines.join('\n')}\n`)
  // It refuses to run as root, and gives its rights away.
  await chmod(folder.path, 0o755)
  const root = process.getuid?.() === 0
  const child = spawn('pgbouncer', [...(root ? ['-u', 'nobody'] : []), file], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (said += data))
  const through = (url: string, more: Record<string, string> = {}): string => {
    const pooled = new URL(url)
    pooled.hostname = '127.0.0.1'
    pooled.port = String(port)
    for (const [name, value] of Object.entries(more)) pooled.searchParams.set(name, value)
    // A blank is %20 to libpq, and a plus is a plus.
    pooled.search = pooled.search.replaceAll('+', '%20')
    return pooled.href
  }
  await answers(through(POSTGRES), child, () => said)
  return {
    through,
    async stop() {
      const ended = new Promise((resolve) => child.once('close', resolve))
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL')
        await ended
      }
      await folder.drop()
    },
  }
}

async function answers(url: string, child: ChildProcess, said: () => string): Promise<void> {
  for (let tries = 0; ; tries++) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3000 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      await client.query('select 1')
      await client.end()
      return
    } catch (error) {
      await client.end().catch(() => undefined)
      if (child.exitCode !== null || tries > 100)
        throw new Error(`PgBouncer does not answer: ${said()}`, { cause: error })
      await sleep(50)
    }
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      probe.close(() => resolve(port))
    })
  })
