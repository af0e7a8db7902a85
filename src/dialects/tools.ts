// Runs a server's own programs. What they must not show (passwords) goes into their environment or a private file, never
// into their arguments, which every user of the machine can read.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import { GodwitError } from '../errors.ts'

/** A program on the PATH. */
export interface Tool {
  name: string
  /** What `--version` prints. */
  text: string
  version: readonly number[]
}

/** The first of these programs that is on the PATH; undefined where none is. */
export async function findTool(names: readonly string[], version: RegExp): Promise<Tool | undefined> {
  for (const name of names) {
    const text = await new Promise<string | undefined>((resolve) => {
      execFile(name, ['--version'], { timeout: 10_000 }, (error, stdout) => resolve(error ? undefined : stdout.trim()))
    })
    const found = text === undefined ? null : version.exec(text)
    if (text !== undefined && found !== null)
      return { name, text, version: found.slice(1).map((part) => Number(part ?? 0)) }
  }
  return undefined
}

/** How to run one. */
export interface Run {
  name: string
  args: readonly string[]
  env?: Readonly<Record<string, string>>
  /** Variables of our own environment that it must not see: they would say something else than `env`. */
  hides?: RegExp
  /** Open files that it inherits, from descriptor 3 on. */
  inherits?: readonly number[]
  signal?: AbortSignal | undefined
  /** Told every line of the error stream. */
  onLine?: (line: string) => void
}

/** Lines of the error stream that are kept for an error. */
const KEPT = 12

const visible = (hides: RegExp | undefined): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => hides?.test(name) !== true))

interface Running {
  child: ChildProcess
  /** Resolves when it has ended well. Errors: BACKUP_FAILED or RESTORE_FAILED with its last words. */
  ended: Promise<void>
}

function start(
  { name, args, env, hides, inherits = [], signal, onLine }: Run,
  code: 'BACKUP_FAILED' | 'RESTORE_FAILED',
): Running {
  const child = spawn(name, [...args], {
    env: { ...visible(hides), ...env },
    stdio: ['pipe', 'pipe', 'pipe', ...inherits],
  })
  const stop = (): void => void child.kill('SIGTERM')
  signal?.addEventListener('abort', stop, { once: true })
  if (signal?.aborted) stop()
  let last: string[] = []
  let rest = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      onLine?.(line)
      last = [...last, line].slice(-KEPT)
    }
  })
  const failed = (why: string, cause?: unknown): GodwitError =>
    new GodwitError(code, `${name} failed.`, {
      why,
      fix: 'Correct what it says, then run the command again; `--tool godwit` makes backups without the database’s own programs.',
      cause,
    })
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', (cause) => reject(failed(cause.message, cause)))
    child.on('close', (status, killed) => {
      signal?.removeEventListener('abort', stop)
      if (status === 0) resolve()
      else if (signal?.aborted)
        reject(
          new GodwitError('INTERRUPTED', `${name} was told to stop.`, {
            fix: 'Run the command again.',
          }),
        )
      else
        reject(failed([...last, rest].filter((line) => line !== '').join('\n') || `It ended with ${status ?? killed}.`))
    })
  })
  // It is awaited later than it may fail.
  ended.catch(() => undefined)
  return { child, ended }
}

/** What it prints. Errors: BACKUP_FAILED with its last words. */
export async function* outputOf(run: Run): AsyncGenerator<Uint8Array> {
  const { child, ended } = start(run, 'BACKUP_FAILED')
  child.stdin?.on('error', () => undefined)
  child.stdin?.end()
  try {
    if (child.stdout !== null) yield* child.stdout as AsyncIterable<Buffer>
    await ended
  } finally {
    // Whoever reads may have stopped early.
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
  }
}

/** Feeds it. Errors: RESTORE_FAILED with its last words; those of the content. */
export async function feed(run: Run, content: AsyncIterable<Uint8Array>): Promise<void> {
  const { child, ended } = start(run, 'RESTORE_FAILED')
  child.stdout?.resume()
  if (child.stdin === null) throw new GodwitError('BUG', `${run.name} takes no input.`)
  const fed = pipeline(content, child.stdin).then(
    () => undefined,
    (error: unknown) => error,
  )
  const outcome = await ended.then(
    () => undefined,
    (error: unknown) => error,
  )
  const broken = await Promise.race([fed, once(child, 'close').then(() => undefined)]).catch((error: unknown) => error)
  // A program that ended early breaks the pipe: its own words say why. What broke while it was well is the content's fault.
  const pipe = Reflect.get(Object(broken), 'code')
  if (broken !== undefined && pipe !== 'EPIPE' && pipe !== 'ERR_STREAM_PREMATURE_CLOSE') throw broken
  if (outcome !== undefined) throw outcome
}
