// One process at a time: the embedded engine does not notice when a second one opens its folder, and loses rows.

import { randomBytes } from 'node:crypto'
import { readFileSync, unlinkSync } from 'node:fs'
import { mkdir, open, readFile, rmdir, stat, unlink } from 'node:fs/promises'
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

const held = new Map<string, string>()
let watching = false

/**
 * Takes the lock file, waiting for a living holder at most `wait` milliseconds; a dead holder's is taken over.
 * Returns what releases it. Errors: DATABASE_IN_USE.
 */
export async function lockFile(path: string, wait: number): Promise<() => Promise<void>> {
  const own: Holder = {
    pid: process.pid,
    started: await startOf(process.pid),
    host: hostname(),
    token: randomBytes(8).toString('hex'),
    since: new Date().toISOString(),
  }
  await mkdir(dirname(path), { recursive: true })
  const deadline = Date.now() + wait
  for (let pause = 25; ; pause = Math.min(pause * 1.5, 400)) {
    if (await create(path, own)) break
    const holder = await readHolder(path)
    if (holder !== undefined && (await isGone(holder, own))) {
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
  try {
    const file = await open(path, 'wx', 0o600)
    try {
      await file.writeFile(JSON.stringify(own))
    } finally {
      await file.close()
    }
    return true
  } catch (error) {
    if (Reflect.get(Object(error), 'code') === 'EEXIST') return false
    throw error
  }
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
async function removeStale(path: string, stale: Holder): Promise<void> {
  const guard = `${path}.takeover`
  try {
    await mkdir(guard)
  } catch {
    const age = await stat(guard).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    )
    if (age > 5000) await rmdir(guard).catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 20))
    return
  }
  try {
    if ((await readHolder(path))?.token === stale.token) await unlink(path)
  } finally {
    await rmdir(guard).catch(() => undefined)
  }
}

function inUse(path: string, holder: Holder | undefined): GodwitError {
  const who = holder === undefined ? 'an unknown process' : `process ${holder.pid} on ${holder.host}`
  const elsewhere = holder !== undefined && holder.host !== hostname()
  return new GodwitError('DATABASE_IN_USE', 'Another process has the embedded database open.', {
    why: `It is held by ${who}${holder === undefined ? '' : ` since ${holder.since}`}; two at once would lose rows.`,
    fix: elsewhere
      ? `If that process no longer exists, delete the file ${path}.`
      : 'Wait for it to end, or stop it, and try again.',
    data: { lock: path, ...(holder !== undefined && { pid: holder.pid, host: holder.host }) },
  })
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
