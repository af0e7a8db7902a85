// The private folder of a backup or a restore under way. A process that was killed leaves its own behind, with whatever a
// database holds: the next one takes it away.
import { createHash } from 'node:crypto'
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'

/** Containers may share the folder, but not their processes' numbers. */
const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
const OURS = /^godwit-work-([0-9a-f]{8})-(\d+)-/

/** Makes one. Errors: those of the file system. */
export async function workFolder(): Promise<string> {
  await sweep()
  return mkdtemp(join(tmpdir(), `godwit-work-${host}-${process.pid}-`))
}

async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const [, where, id] = OURS.exec(name) ?? []
    if (where !== host || id === undefined || isAlive(Number(id))) continue
    const path = join(tmpdir(), name)
    // Another one may be sweeping, too.
    const found = await lstat(path).catch(() => undefined)
    if (found === undefined || found.uid !== (process.getuid?.() ?? found.uid)) continue
    // What cannot be taken away is no reason against a backup.
    await rm(path, { recursive: true, force: true }).catch(() => undefined)
  }
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0)
    return true
  } catch (error) {
    return Reflect.get(Object(error), 'code') !== 'ESRCH'
  }
}
