// The lock that lets one runner work: an advisory lock of the very session that runs the DDL, polled, never waited for.
import { createHash } from 'node:crypto'
import { GodwitError } from '../../errors.ts'
import type { Connection, Lock, LockHolder, LockRequest } from '../dialect.ts'
import { explain } from './explain.ts'
import { EQUALS, pinned } from './pinned.ts'
import { sessionOf } from './session.ts'

// A waiter inside pg_advisory_lock() deadlocks with CREATE INDEX CONCURRENTLY, which waits for every transaction.
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 1000
const REPORT_EVERY = 1000

// A pooler serves others first; a session that is not there by then is held by somebody who keeps it.
const SECOND_SESSION = 10_000
const SHORTEST_WAIT = 1000

/** Takes the lock. Errors: LOCK_TIMEOUT with its holder; POOL_TOO_SMALL; the signal's reason. */
export async function lock(connection: Connection, request: LockRequest): Promise<Lock> {
  const keys = keysOf(request.key)
  const session = sessionOf(connection)
  const { pooler } = session
  const own = pooler?.mode === 'session' ? undefined : session.processId
  let pooled = pooler?.mode === 'transaction'
  const started = Date.now()
  let reported = started
  let pause = FIRST_PAUSE
  for (;;) {
    request.signal?.throwIfAborted()
    const answer = pooled ? await tryWithin(connection, keys) : await tryLock(connection, keys, own)
    if (answer === 'taken' && !pooled) {
      if (pooler?.mode === 'session') await pooler.settle()
      return { release: () => unlock(connection, keys) }
    }
    if (answer === 'taken') return heldBeside(connection, Math.max(request.wait, SHORTEST_WAIT))
    if (answer === 'pooled') {
      pooled = true
      pooler?.found()
      continue
    }
    const waited = Date.now() - started
    if (waited >= request.wait) throw timedOut(await holderOf(connection, keys), waited)
    if (request.onWait !== undefined && Date.now() - reported >= REPORT_EVERY) {
      reported = Date.now()
      request.onWait((await holderOf(connection, keys)) ?? {}, waited)
    }
    // Whoever works may need one more session than the pooler has left: a waiter keeps none.
    if (pooled || pooler?.mode === 'session') await pooler?.park()
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

// Behind a pooler a transaction is what keeps its server session: the lock is held by an idle one. It holds no snapshot, so
// that nothing has to wait for it.
async function tryWithin(connection: Connection, [a, b]: Keys): Promise<string> {
  try {
    const [row] = await connection.query<{ taken: boolean }>(
      `begin; set local idle_in_transaction_session_timeout = 0;
       select pg_catalog.pg_try_advisory_xact_lock(${a}, ${b}) as taken`,
    )
    if (row?.taken === true) return 'taken'
  } catch (error) {
    await connection.execute('rollback').catch(() => undefined)
    throw error
  }
  await connection.execute('rollback')
  return 'held'
}

// The work goes on in a second session.
async function heldBeside(connection: Connection, wait: number): Promise<Lock> {
  const { pooler } = sessionOf(connection)
  if (pooler === undefined) throw new GodwitError('BUG', 'A pooled connection that cannot be opened twice.')
  const longest = Math.min(wait, SECOND_SESSION)
  let holder: Connection
  try {
    holder = await pooler.split(longest)
  } catch (error) {
    await connection.execute('rollback').catch(() => undefined)
    await pooler.park()
    throw tooSmall(error, longest)
  }
  return { release: () => endTransaction(holder) }
}

const tooSmall = (cause: unknown, waited: number): GodwitError =>
  new GodwitError('POOL_TOO_SMALL', 'The connection pooler has no second session for this run.', {
    why: `Behind a pooler one session holds the lock and another one works. None was free within ${Math.round(waited / 100) / 10} seconds (${explain(cause).message}). Nothing was run.`,
    fix: `Give this user and database at least two sessions (PgBouncer: pool_size, default_pool_size);
or use the URL of the database itself, without the pooler;
or, where the pooler is in session mode (pool_mode = session), write ?pool_mode=session into the URL: then one session is enough.`,
    cause,
  })

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
