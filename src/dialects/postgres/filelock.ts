// One process at a time: the embedded engine does not notice when a second one opens its folder, and loses rows.

import { randomBytes } from 'node:crypto'
import { readFileSync, unlinkSync } from 'node:fs'
import { type FileHandle, mkdir, open, readFile, rmdir, stat, unlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { GodwitError } from '../../errors.ts'

/** What the lock file says of its holder. A process id alone could be another process by now. */
interface Holder {
  pid: number
  /** When the process started, in the system's own words; empty where the system does not tell. */
  started: string
  host: string
  token: string
  since: string
}

// It is written within a moment of being made; one that says nothing for longer was left by a process that could not.
const SPEECHLESS = 5000

const held = new Map<string, string>()
let watching = false

/**
 * Takes the lock file, waiting for a living holder at most `wait` milliseconds; a dead holder's is taken over.
 * Returns what releases it. Errors: DATABASE_IN_USE, DATABASE_FULL, PERMISSION_DENIED.
 */
export async function lockFile(path: string, wait: number): Promise<() => Promise<void>> {
  const own: Holder = {
    pid: process.pid,
    started: await startOf(process.pid),
    host: hostname(),
    token: randomBytes(8).toString('hex'),
    since: new Date().toISOString(),
  }
  await mkdir(dirname(path), { recursive: true }).catch(refuse(path))
  const deadline = Date.now() + wait
  for (let pause = 25; ; pause = Math.min(pause * 1.5, 400)) {
    if (await create(path, own)) break
    const holder = await readHolder(path)
    if (holder === undefined ? await isSpeechless(path) : await isGone(holder, own)) {
      await removeStale(path, holder)
      continue
    }
    if (Date.now() >= deadline) throw inUse(path, holder)
    await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())))
  }
  held.set(path, own.token)
  releaseAtExit()
  return async () => {
    held.delete(path)
    const current = await readHolder(path)
    if (current?.token === own.token) await unlink(path).catch(() => undefined)
  }
}

async function create(path: string, own: Holder): Promise<boolean> {
  let file: FileHandle
  try {
    file = await open(path, 'wx', 0o600)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw refusal(path, error)
  }
  try {
    await file.writeFile(JSON.stringify(own))
  } catch (error) {
    // Without its holder's name it would keep everybody out.
    await unlink(path).catch(() => undefined)
    throw refusal(path, error)
  } finally {
    await file.close()
  }
  // Where writing took too long, somebody may have taken the file for a dead one's.
  return (await readHolder(path))?.token === own.token
}

const codeOf = (error: unknown): unknown => Reflect.get(Object(error), 'code')

const refuse = (path: string) => (error: unknown) => {
  throw refusal(path, error)
}

function refusal(path: string, error: unknown): unknown {
  const code = codeOf(error)
  const why = error instanceof Error ? error.message : String(error)
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    return new GodwitError('DATABASE_FULL', `There is no space for the lock file ${path}.`, {
      why: `${why}. Nothing was run.`,
      fix: 'Make space on the disk, then run the command again.',
      cause: error,
    })
  }
  if (code !== 'EACCES' && code !== 'EPERM' && code !== 'EROFS') return error
  return new GodwitError('PERMISSION_DENIED', `The lock file ${path} cannot be made.`, {
    why: `${why}. Only one process may have the embedded database open, and this file says which.`,
    fix: 'Give this user the right to write into that folder.',
    cause: error,
  })
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return parse(await readFile(path, 'utf8'))
  } catch {
    return undefined
  }
}

function parse(text: string): Holder | undefined {
  // Empty for the moment between creating and writing: then it is held, by somebody unknown.
  if (text === '') return undefined
  const value: unknown = JSON.parse(text)
  const read = (name: string): string => String(Reflect.get(Object(value), name) ?? '')
  const [started, host, token, since] = [read('started'), read('host'), read('token'), read('since')]
  return { pid: Number(read('pid')), started, host, token, since }
}

async function isSpeechless(path: string): Promise<boolean> {
  const age = await stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  )
  return age > SPEECHLESS
}

async function isGone(holder: Holder, own: Holder): Promise<boolean> {
  // On a shared volume only the holder's own machine can tell.
  if (holder.host !== own.host) return false
  if (!isAlive(holder.pid)) return true
  const started = await startOf(holder.pid)
  return started !== '' && holder.started !== '' && started !== holder.started
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return Reflect.get(Object(error), 'code') === 'EPERM'
  }
}

// Linux: boot and clock ticks since it. Elsewhere a living process with this id counts as the holder.
async function startOf(pid: number): Promise<string> {
  try {
    const [line, boot] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    ])
    // The second field is the command's name and may hold blanks and parentheses; the 22nd is the start time.
    const ticks = line.slice(line.lastIndexOf(')') + 2).split(' ')[19] ?? ''
    return `${boot.trim()} ${ticks}`
  } catch {
    return ''
  }
}

// Only one may remove a stale file, or the second would remove the lock that the first has taken meanwhile.
async function removeStale(path: string, stale: Holder | undefined): Promise<void> {
  const guard = `${path}.takeover`
  try {
    await mkdir(guard)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw refusal(path, error)
    const age = await stat(guard).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    )
    if (age > 5000) await rmdir(guard).catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 20))
    return
  }
  try {
    const same = (await readHolder(path))?.token === stale?.token
    if (same && (stale !== undefined || (await isSpeechless(path)))) await unlink(path)
  } finally {
    await rmdir(guard).catch(() => undefined)
  }
}

function inUse(path: string, holder: Holder | undefined): GodwitError {
  const elsewhere = holder !== undefined && holder.host !== hostname()
  const own = holder !== undefined && !elsewhere && holder.pid === process.pid
  const who =
    holder === undefined
      ? 'an unknown process'
      : own
        ? `this very process (${holder.pid})`
        : `process ${holder.pid} on ${holder.host}`
  return new GodwitError(
    'DATABASE_IN_USE',
    `${own ? 'This process itself' : 'Another process'} has the embedded database open.`,
    {
      why: `It is held by ${who}${holder === undefined ? '' : ` since ${holder.since}`}; two at once would lose rows.`,
      fix: elsewhere
        ? `If that process no longer exists, delete the file ${path}.`
        : own
          ? 'Close it first, or give its lock back, and try again.'
          : 'Wait for it to end, or stop it, and try again.',
      data: { lock: path, ...(holder !== undefined && { pid: holder.pid, host: holder.host }) },
    },
  )
}

function releaseAtExit(): void {
  if (watching) return
  watching = true
  process.once('exit', () => {
    for (const [path, token] of held) {
      try {
        if (parse(readFileSync(path, 'utf8'))?.token === token) unlinkSync(path)
      } catch {
        // Gone already, or not ours any more: nothing to clean up.
      }
    }
  })
}
