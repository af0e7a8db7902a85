// The npm scripts as processes, and the function as a platform runs it: one file in an empty folder, a new process each time.
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, connect as dial } from 'node:net'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Example } from '../../../test/support/example.ts'

interface Ended {
  code: number
  output: string
}

function run(command: string, args: readonly string[], cwd: string, more: Record<string, string>): Promise<Ended> {
  const { PATH = '', HOME = '' } = process.env
  return new Promise((resolve, reject) => {
    const env = { PATH, HOME, NO_COLOR: '1', npm_config_update_notifier: 'false', ...more }
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? -1, output }))
  })
}

/** `npm run <script> -- <arguments>`: all it printed. An error where it ends with another code. */
export async function npm({ path, url }: Example, [script = '', ...args]: string[], code = 0): Promise<string> {
  const done = await run('npm', ['run', '--silent', script, '--', ...args], path, { DATABASE_URL: url })
  if (done.code === code) return done.output
  throw new Error(`npm run ${script} ${args.join(' ')} ended with ${done.code}:\n${done.output}`)
}

/** One cold start and two requests. `messages`: what Godwit sent to the server, where there is one. */
export async function cold(place: Example): Promise<{ output: string; answers: unknown[]; messages?: number }> {
  const folder = join(place.path, 'function')
  mkdirSync(folder, { recursive: true })
  await build({
    absWorkingDir: place.path,
    stdin: { contents: PROGRAM, resolveDir: place.path, loader: 'ts' },
    bundle: true,
    outfile: join(folder, 'index.mjs'),
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    // The embedded engine lies beside it, as it brings files of its own; the others are not reached.
    external: ['@electric-sql/pglite', 'pg-native', 'mysql2', 'better-sqlite3', 'libpg-query', 'jiti', 'drizzle-kit'],
    banner: { js: "import { createRequire as make } from 'node:module';const require = make(import.meta.url);" },
  })
  writeFileSync(join(folder, 'package.json'), '{}')
  const embedded = place.url.startsWith('pglite:')
  const wire = embedded ? undefined : await tap(place.url)
  try {
    const done = await run(process.execPath, ['index.mjs'], folder, { DATABASE_URL: wire?.url ?? place.url })
    const line = done.output.split('\n').find((each) => each.startsWith('answers '))
    if (done.code !== 0 || line === undefined) throw new Error(`the function ended with ${done.code}:\n${done.output}`)
    return {
      output: done.output,
      answers: JSON.parse(line.slice('answers '.length)),
      ...(wire !== undefined && { messages: wire.messages() }),
    }
  } finally {
    await wire?.close()
  }
}

const PROGRAM = `import handler from './src/handler.ts'
const answers = []
for (let count = 0; count < 2; count++) answers.push(await (await handler(new Request('http://localhost/posts'))).json())
console.log('answers ' + JSON.stringify(answers))
process.exit(0)
`

/** Stands between program and server, and counts the queries of the sessions that call themselves godwit. */
async function tap(url: string): Promise<{ url: string; messages(): number; close(): Promise<void> }> {
  const target = new URL(url)
  let messages = 0
  const server = createServer((client) => {
    const upstream = dial(Number(target.port || 5432), target.hostname)
    let ours: boolean | undefined
    let rest = Buffer.alloc(0)
    client.on('data', (chunk: Buffer) => {
      upstream.write(chunk)
      rest = Buffer.concat([rest, chunk])
      for (;;) {
        // The first message has no type: length, protocol, then names and values.
        const head = ours === undefined ? 0 : 1
        if (rest.length < head + 4) return
        const end = head + rest.readInt32BE(head)
        if (rest.length < end) return
        const message = rest.subarray(0, end)
        rest = rest.subarray(end)
        if (ours === undefined) ours = message.toString('latin1').includes('application_name\0godwit\0')
        else if (ours && (message[0] === 0x51 || message[0] === 0x45)) messages++
      }
    })
    upstream.on('data', (chunk) => client.write(chunk))
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('close', () => other.destroy())
      one.on('error', () => other.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const own = new URL(url)
  own.hostname = '127.0.0.1'
  own.port = String((server.address() as AddressInfo).port)
  return {
    url: own.href,
    messages: () => messages,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
