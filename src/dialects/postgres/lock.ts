// The lock that lets one runner work: an advisory lock of the very session that runs the DDL, polled, never waited for.
import { createHash } from 'node:crypto'
import { GodwitError } from '../../errors.ts'
import type { Connection, Lock, LockHolder, LockRequest } from '../dialect.ts'
import { EQUALS, pinned } from './pinned.ts'
import { sessionOf } from './session.ts'

// A waiter inside pg_advisory_lock() deadlocks with CREATE INDEX CONCURRENTLY, which waits for every transaction.
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 1000
const REPORT_EVERY = 1000

/** Takes the lock. Errors: LOCK_TIMEOUT with its holder; the signal's reason. */
export async function lock(connection: Connection, request: LockRequest): Promise<Lock> {
  const keys = keysOf(request.key)
  const { processId } = sessionOf(connection)
  const started = Date.now()
  let reported = started
  let pause = FIRST_PAUSE
  for (;;) {
    request.signal?.throwIfAborted()
    const answer = await tryLock(connection, keys, processId)
    if (answer === 'taken') return { release: () => unlock(connection, keys) }
    if (answer === 'pooled') return lockBehindPooler(connection, request, keys)
    const waited = Date.now() - started
    if (waited >= request.wait) throw timedOut(await holderOf(connection, keys), waited)
    if (request.onWait !== undefined && Date.now() - reported >= REPORT_EVERY) {
      reported = Date.now()
      request.onWait((await holderOf(connection, keys)) ?? {}, waited)
    }
    await sleep(Math.min(pause * (0.75 + Math.random() / 2), Math.max(1, request.wait - waited)), request.signal)
    pause = Math.min(pause * 1.5, LONGEST_PAUSE)
  }
}

/** Who holds it, without taking it. */
export const lockHolder = (connection: Connection, key: string): Promise<LockHolder | undefined> =>
  holderOf(connection, keysOf(key))

type Keys = readonly [number, number]

function keysOf(key: string): Keys {
  const hash = createHash('sha256').update(`godwit ${key}`).digest()
  return [hash.readInt32BE(0), hash.readInt32BE(4)]
}

// A pooler hands out process ids of its own. In its transaction mode the lock would stay with a server session that is
// no longer ours, so it is not even tried there.
async function tryLock(connection: Connection, [a, b]: Keys, processId: number | undefined): Promise<string> {
  const own = processId === undefined ? 'true' : `pg_catalog.pg_backend_pid() ${EQUALS} ${processId}`
  const [row] = await connection.query<{ answer: string }>(
    `select case when not (${own}) then 'pooled'
       when pg_catalog.pg_try_advisory_lock(${a}, ${b}) then 'taken' else 'held' end as answer`,
  )
  return row?.answer ?? 'held'
}

async function unlock(connection: Connection, [a, b]: Keys): Promise<void> {
  // The lock dies with its session: where that is lost, there is nothing left to release.
  await connection.query(`select pg_catalog.pg_advisory_unlock(${a}, ${b})`).catch(() => undefined)
}

// Behind a pooler a transaction is what keeps its server session: the lock is held by an idle one, on a connection of its
// own. It holds no snapshot, so that nothing has to wait for it.
async function lockBehindPooler(connection: Connection, request: LockRequest, [a, b]: Keys): Promise<Lock> {
  const other = await sessionOf(connection).another?.()
  if (other === undefined) throw new GodwitError('BUG', 'A pooled connection that cannot be opened twice.')
  const started = Date.now()
  let reported = started
  let pause = FIRST_PAUSE
  try {
    for (;;) {
      request.signal?.throwIfAborted()
      const [row] = await other.query<{ taken: boolean }>(
        `begin; set local idle_in_transaction_session_timeout = 0;
         select pg_catalog.pg_try_advisory_xact_lock(${a}, ${b}) as taken`,
      )
      if (row?.taken === true) return { release: () => endTransaction(other) }
      await other.execute('rollback')
      const waited = Date.now() - started
      if (waited >= request.wait) throw timedOut(await holderOf(other, [a, b]), waited)
      if (request.onWait !== undefined && Date.now() - reported >= REPORT_EVERY) {
        reported = Date.now()
        request.onWait((await holderOf(other, [a, b])) ?? {}, waited)
      }
      await sleep(Math.min(pause * (0.75 + Math.random() / 2), Math.max(1, request.wait - waited)), request.signal)
      pause = Math.min(pause * 1.5, LONGEST_PAUSE)
    }
  } catch (error) {
    await other.close()
    throw error
  }
}

async function endTransaction(connection: Connection): Promise<void> {
  await connection.execute('rollback').catch(() => undefined)
  await connection.close()
}

async function holderOf(connection: Connection, [a, b]: Keys): Promise<LockHolder | undefined> {
  const [row] = await connection.query<Record<string, string | number | null>>(
    pinned(`select l.pid, a.client_addr::text as host, a.usename::text as "user", a.application_name as application,
       pg_catalog.to_char(a.backend_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since,
       pg_catalog.left(a.query, 200) as query
     from pg_catalog.pg_locks l
     join pg_catalog.pg_database d on d.oid = l.database and d.datname = pg_catalog.current_database()
     left join pg_catalog.pg_stat_activity a on a.pid = l.pid
     where l.locktype = 'advisory' and l.granted and l.objsubid = 2
       and l.classid::bigint = ${a >>> 0} and l.objid::bigint = ${b >>> 0}`),
  )
  if (row === undefined) return undefined
  const holder: LockHolder = { pid: Number(row.pid) }
  for (const name of ['host', 'user', 'application', 'since', 'query'] as const) {
    const value = row[name]
    if (typeof value === 'string' && value !== '') holder[name] = value
  }
  return holder
}

function timedOut(holder: LockHolder | undefined, waited: number): GodwitError {
  const who =
    holder === undefined
      ? 'Its holder could not be seen; it may have let go just now.'
      : `Process ${holder.pid} holds it${holder.host === undefined ? '' : ` from ${holder.host}`}${
          holder.application === undefined ? '' : ` (${holder.application})`
        }${holder.since === undefined ? '' : `, connected since ${holder.since}`}.`
  return new GodwitError('LOCK_TIMEOUT', `Another run holds the migration lock; waited ${Math.round(waited)} ms.`, {
    why: who,
    fix: 'Wait until it has finished and try again, or raise the lock wait.',
    ...(holder !== undefined && { data: { holder } }),
  })
}

function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, milliseconds)
    function done(): void {
      signal?.removeEventListener('abort', stop)
      resolve()
    }
    function stop(): void {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', stop, { once: true })
  })
}
