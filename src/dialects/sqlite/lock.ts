// One runner at a time. The engine has locks for files but none for a whole run, so a small database beside the file is
// held by a write transaction: the operating system gives the lock back however the holder ends, kill -9 included.
import { randomBytes } from 'node:crypto'
import { existsSync, realpathSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { GodwitError } from '../../errors.ts'
import type { Connection, Lock, LockHolder, LockRequest } from '../dialect.ts'
import { type Database, findDriver } from './drivers.ts'
import { explain } from './explain.ts'

/** What is added to the database's path. The file is there only while somebody works or waits. */
export const LOCK_SUFFIX = '-godwit-lock'

const FIRST_PAUSE = 25
const LONGEST_PAUSE = 400
const NOTICE_EVERY = 1000

type Attempt =
  | { state: 'held'; database: Database }
  | { state: 'busy'; holder: LockHolder }
  | { state: 'stale' | 'unavailable' }

/**
 * Polls until the lock is ours. Where no file can be made beside the database (in memory, a read-only folder) there is
 * none to take: the primary key of the history still lets each revision happen once. Errors: LOCK_TIMEOUT.
 */
export async function lock(connection: Connection, request: LockRequest): Promise<Lock> {
  const { database } = connection.location
  if (database === ':memory:') return { release: async () => {} }
  const path = `${realpathSync(database)}${LOCK_SUFFIX}`
  const started = Date.now()
  let noticed = started
  let pause = FIRST_PAUSE
  for (;;) {
    request.signal?.throwIfAborted()
    const attempt = tryLock(path)
    if (attempt.state === 'held') return { release: async () => release(path, attempt.database) }
    if (attempt.state === 'unavailable') return { release: async () => {} }
    const holder = attempt.state === 'busy' ? attempt.holder : {}
    const now = Date.now()
    if (now - started >= request.wait) throw timedOut(holder, now - started)
    if (now - noticed >= NOTICE_EVERY) {
      noticed = now
      request.onWait?.(holder, now - started)
    }
    const left = request.wait - (now - started)
    await sleep(
      Math.min(left, pause * (0.5 + Math.random())),
      undefined,
      request.signal ? { signal: request.signal } : {},
    )
    pause = Math.min(LONGEST_PAUSE, pause * 1.5)
  }
}

function release(path: string, database: Database): void {
  // Removed while it is still held: who waits on the removed file finds out (see `isCurrent`) and starts again.
  rmSync(path, { force: true })
  database.close()
}

function tryLock(path: string): Attempt {
  const token = randomBytes(12).toString('hex')
  let database: Database | undefined
  try {
    database = findDriver().open(path, false)
    // Losing the file's content in a power cut is no harm, so it need not be synced.
    database.exec('pragma busy_timeout = 0; pragma synchronous = off; begin immediate')
    database.exec(
      'create table if not exists holder (token text, pid integer, host text, since text); delete from holder',
    )
    database.all('insert into holder values (?, ?, ?, ?)', [token, process.pid, hostname(), new Date().toISOString()])
    // Committed so that those who wait can read it; readers may be at it just now.
    database.exec('pragma busy_timeout = 100; commit; pragma busy_timeout = 0; begin immediate')
    if (tokenOf(database) !== token) {
      database.close()
      return { state: 'stale' }
    }
    if (isCurrent(path, token)) return { state: 'held', database }
    database.close()
    return { state: 'stale' }
  } catch (error) {
    const attempt = failed(error, database)
    database?.close()
    // Not a lock file of ours, or one that a power cut has broken: nobody can hold it.
    if (attempt.state === 'stale') rmSync(path, { force: true })
    return attempt
  }
}

function failed(error: unknown, database: Database | undefined): Attempt {
  const { kind, state } = explain(error)
  if (kind === 'lock timeout' && database !== undefined) return { state: 'busy', holder: holderOf(database) }
  if (state === 'SQLITE_NOTADB' || state === 'SQLITE_CORRUPT') return { state: 'stale' }
  return { state: 'unavailable' }
}

// The path may lead to another file by now: whoever held this one removed it at the end.
function isCurrent(path: string, token: string): boolean {
  const other = findDriver().open(path, false)
  try {
    return tokenOf(other) === token
  } catch {
    return false
  } finally {
    other.close()
  }
}

const tokenOf = (database: Database): unknown => database.all('select token from holder', [])[0]?.token

/**
 * Who holds it right now, from what the holder has written beside the database: nothing is locked or written. A file that
 * a killed process has left behind names a process that is gone.
 */
export async function lockHolder({ location }: Connection): Promise<LockHolder | undefined> {
  if (location.database === ':memory:' || !existsSync(location.database)) return undefined
  const path = `${realpathSync(location.database)}${LOCK_SUFFIX}`
  if (!existsSync(path)) return undefined
  let file: Database | undefined
  try {
    file = findDriver().open(path, true)
    const holder = holderOf(file)
    const gone = holder.pid === undefined || (holder.host === hostname() && !isAlive(holder.pid))
    return gone ? undefined : holder
  } catch {
    // Removed in this moment, or not readable: then nobody can say.
    return undefined
  } finally {
    file?.close()
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // Somebody else's process may not be signalled, but it is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function holderOf(database: Database): LockHolder {
  try {
    const [row] = database.all('select pid, host, since from holder', [])
    return {
      ...(typeof row?.pid === 'number' ? { pid: row.pid } : {}),
      ...(typeof row?.host === 'string' ? { host: row.host } : {}),
      ...(typeof row?.since === 'string' ? { since: row.since } : {}),
    }
  } catch {
    return {}
  }
}

function timedOut(holder: LockHolder, waited: number): GodwitError {
  const who = holder.pid === undefined ? 'Another process' : `Process ${holder.pid} on ${holder.host ?? 'this host'}`
  return new GodwitError('LOCK_TIMEOUT', `${who} is migrating this database.`, {
    why: `The lock was not free within ${waited} ms${holder.since === undefined ? '' : `; it has been held since ${holder.since}`}.`,
    fix: 'Try again when it has finished, or wait longer.',
    data: { holder: { ...holder }, waited },
  })
}
