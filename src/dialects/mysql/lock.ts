// One runner at a time: a named lock of the very session that works, so that it ends exactly when the work can no longer
// take effect. It is asked for again and again, never waited for.
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { GodwitError } from '../../errors.ts'
import type { Connection, Lock, LockHolder, LockRequest } from '../dialect.ts'
import { literal } from './quote.ts'

const FIRST_PAUSE = 100
const LONGEST_PAUSE = 1000
const NOTICE_EVERY = 1000

/** Names belong to the server, not to a database, and have at most 64 characters. */
export const lockName = (key: string, database: string): string =>
  `godwit:${createHash('sha1').update(`${key}\0${database}`).digest('hex')}`

/** Polls until the lock is ours. Errors: LOCK_TIMEOUT, with the holder. */
export async function lock(connection: Connection, request: LockRequest): Promise<Lock> {
  const name = literal(lockName(request.key, connection.location.database))
  const started = performance.now()
  let noticed = started
  let pause = FIRST_PAUSE
  for (;;) {
    request.signal?.throwIfAborted()
    const [row] = await connection.query<{ taken: number | string | null }>(`select get_lock(${name}, 0) as taken`)
    if (Number(row?.taken) === 1) {
      return { release: async () => void (await connection.query(`select release_lock(${name})`)) }
    }
    const now = performance.now()
    const waited = now - started
    if (waited >= request.wait) throw timedOut(await holderOf(connection, name), waited)
    if (now - noticed >= NOTICE_EVERY) {
      noticed = now
      request.onWait?.((await holderOf(connection, name)) ?? {}, Math.round(waited))
    }
    const jittered = Math.min(request.wait - waited, pause * (0.5 + Math.random() / 2))
    await sleep(jittered, undefined, request.signal === undefined ? {} : { signal: request.signal })
    pause = Math.min(LONGEST_PAUSE, pause * 1.5)
  }
}

/** Who holds it right now; asking takes nothing. */
export const lockHolder = (connection: Connection, key: string): Promise<LockHolder | undefined> =>
  holderOf(connection, literal(lockName(key, connection.location.database)))

async function holderOf(connection: Connection, name: string): Promise<LockHolder | undefined> {
  const [row] = await connection.query<Record<string, string | number | null>>(
    `select h.id as pid, p.host, p.user, left(p.info, 200) as query,
       date_format(utc_timestamp() - interval p.time second, '%Y-%m-%dT%H:%i:%sZ') as since
     from (select is_used_lock(${name}) as id) as h left join information_schema.processlist p on p.id = h.id`,
  )
  if (row === undefined || row.pid === null) return undefined
  const holder: LockHolder = { pid: Number(row.pid) }
  for (const field of ['host', 'user', 'query', 'since'] as const) {
    const value = row[field]
    if (typeof value === 'string' && value !== '') holder[field] = value
  }
  return holder
}

function timedOut(holder: LockHolder | undefined, waited: number): GodwitError {
  const who =
    holder === undefined
      ? 'Its holder could not be seen; it may have let go just now.'
      : `Session ${holder.pid} holds it${holder.user === undefined ? '' : `, of ${holder.user}`}${
          holder.host === undefined ? '' : ` from ${holder.host}`
        }${holder.since === undefined ? '' : `, busy with the same since ${holder.since}`}.`
  return new GodwitError('LOCK_TIMEOUT', `Another run holds the migration lock; waited ${Math.round(waited)} ms.`, {
    why: who,
    fix: 'Wait until it has finished and try again, or raise the lock wait.',
    ...(holder !== undefined && { data: { holder } }),
  })
}
