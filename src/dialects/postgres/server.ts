// One session on a server. Behind a pooler its wire can be given back while nothing is done, and be split in two.
import type pg from 'pg'
import { GodwitError } from '../../errors.ts'
import type { Connection, ConnectOptions } from '../dialect.ts'
import { patiently } from '../patiently.ts'
import { ASIDE, isAnswer } from './pinned.ts'
import { literal } from './quote.ts'
import { type CatalogRow, catalogParser, type Session, versionNumber, withSession } from './session.ts'
import { isSaidAtBegin } from './settings.ts'
import { lacksSession } from './turned-away.ts'
import type { PoolMode } from './url.ts'

/** What the protocol tells on the side: never worth a query. */
export interface Seen {
  version: string
  processId?: number
  /** What shows that a request to cancel is ours. */
  secret?: number
  status: string
  /** Statements that have finished. */
  completed: number
}

/** An open connection of the driver, and what it tells. */
export interface Wire {
  client: pg.Client
  seen: Seen
}

/** Where wires come from. */
export interface Place {
  location: Connection['location']
  /** One more, opened as the first one was. Errors: the driver's. */
  open(changes?: Pick<ConnectOptions, 'timeout'>): Promise<Wire>
  /** Asks for an end of what this session is at, without a session. */
  cancel(processId: number, secret: number): Promise<void>
  /** The server took none of the settings that a session is opened with. */
  dropped: boolean
  poolMode?: PoolMode
  /** What a session of ours relies on: our own, then what the URL asks for. */
  settings: readonly (readonly [name: string, value: string])[]
  /** Milliseconds to ask again where a pooler has no session. */
  wait?: number
}

// The driver keeps these messages to itself; its connection object emits them in all 8.x versions.
export function watch(client: pg.Client): Seen {
  const seen: Seen = { version: '', status: 'I', completed: 0 }
  const wire: unknown = Reflect.get(client, 'connection')
  if (isEmitter(wire)) {
    wire.on('parameterStatus', (message) => {
      if (message.parameterName === 'server_version') seen.version = String(message.parameterValue)
    })
    wire.on('backendKeyData', (message) => {
      seen.processId = Number(message.processID)
      seen.secret = Number(message.secretKey)
    })
    wire.on('commandComplete', () => {
      seen.completed++
    })
    wire.on('readyForQuery', (message) => {
      seen.status = String(message.status)
    })
  }
  // A connection that is lost while idle must not end the process: the next query will say so.
  client.on('error', () => undefined)
  return seen
}

interface Emitter {
  on(event: string, listener: (message: Record<string, unknown>) => void): void
}
const isEmitter = (value: unknown): value is Emitter => typeof Reflect.get(Object(value), 'on') === 'function'

/** The largest number of a process; a pooler makes its numbers up from 32 bits. */
const LARGEST_PROCESS = 2 ** 22

const isMadeUp = ({ processId }: Seen): boolean =>
  processId !== undefined && (processId <= 0 || processId > LARGEST_PROCESS)

/** The session over this wire. */
export function serverConnection(first: Wire, place: Place): Connection {
  const { location, poolMode } = place
  let wire: Wire | undefined = first
  let pooled = poolMode === 'transaction' || isMadeUp(first.seen)
  // Set once for all by whoever knows that the session stays the same.
  let settled = false
  let closed: Promise<void> | undefined
  let last: Promise<unknown> = Promise.resolve()
  // The driver will stop queueing in its next major version; callers may still send without waiting.
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = last.then(work, work)
    last = result.catch(() => undefined)
    return result
  }
  const drop = async (): Promise<void> => {
    const old = wire
    wire = undefined
    await old?.client.end().catch(() => undefined)
  }
  // A statement for which a pooler had no session has not run: on another wire it is sent again.
  const ask = <Result>(send: (at: Wire) => Promise<Result>): Promise<Result> => {
    let within = false
    return patiently(
      place,
      (error) => !within && lacksSession(error),
      async () => {
        if (closed !== undefined) throw new Error('The connection is closed.')
        wire ??= await place.open()
        const at = wire
        within = at.seen.status !== 'I'
        try {
          return await send(at)
        } catch (error) {
          if (!within && lacksSession(error)) await drop()
          throw error
        }
      },
    )
  }
  const session: Session = {
    kind: 'server',
    versionNumber: versionNumber(first.seen.version),
    many: (sql) =>
      inTurn(() =>
        ask(async ({ client }) => {
          const results: unknown = await client.query({ text: sql, types: { getTypeParser: catalogParser } })
          return (Array.isArray(results) ? results : [results]).map(rowsOf)
        }),
      ),
    inTransaction: () => wire !== undefined && wire.seen.status !== 'I',
    get processId() {
      return wire?.seen.processId
    },
    pooler: {
      ...(poolMode !== undefined && { mode: poolMode }),
      found: () => {
        pooled = true
      },
      park: () => inTurn(drop),
      split: (timeout) =>
        inTurn(async () => {
          const holder = wire
          if (holder === undefined) throw new GodwitError('BUG', 'A connection without a session was split.')
          const fresh = await answering(place, timeout)
          wire = fresh
          return serverConnection(holder, place)
        }),
      settle: async () => {
        if (place.dropped || pooled) await connection.query(setting(place.settings, 'session'))
        settled = true
      },
    },
  }
  const connection: Connection = {
    location,
    version: first.seen.version,
    settings: () => ((place.dropped || pooled) && !settled ? [setting(place.settings, 'transaction')] : []),
    query: <Row>(sql: string, parameters?: readonly unknown[]) =>
      inTurn(() =>
        ask(async ({ client }) => {
          const results: unknown =
            parameters === undefined || parameters.length === 0
              ? await client.query(sql)
              : await client.query(sql, [...parameters])
          return lastRows(Array.isArray(results) ? results : [results]) as Row[]
        }),
      ),
    execute: (sql) => inTurn(() => ask(async ({ client }) => void (await client.query(sql)))),
    executeAll: (statements) =>
      inTurn(async () => {
        let from: Seen | undefined
        let before = 0
        try {
          await ask(async ({ client, seen }) => {
            from = seen
            before = seen.completed
            await client.query(statements.join('\n;\n'))
          })
          return { completed: statements.length }
        } catch (error) {
          return { completed: (from?.completed ?? 0) - before, error }
        }
      }),
    async cancel() {
      const { processId, secret } = wire?.seen ?? {}
      if (processId === undefined) return
      // The number is the pooler's: the server may know it as somebody else's, and a free session there may be none.
      if (pooled && secret !== undefined) return place.cancel(processId, secret)
      const other = serverConnection(await place.open(), place)
      try {
        await other.query('select pg_catalog.pg_cancel_backend($1)', [processId])
      } finally {
        await other.close()
      }
    },
    close() {
      closed ??= drop()
      return closed
    },
    [Symbol.asyncDispose]: () => connection.close(),
  }
  return withSession(connection, session)
}

// A pooler lets a client in before it has a session for it: only an answer shows that there is one.
async function answering(place: Place, timeout: number): Promise<Wire> {
  let late = false
  const opened = place.open({ timeout }).then(async (wire) => {
    if (late) await wire.client.end().catch(() => undefined)
    return wire
  })
  const timer = AbortSignal.timeout(timeout)
  const expired = new Promise<never>((_, reject) => {
    timer.addEventListener('abort', () => reject(new Error('timeout expired')), { once: true })
  })
  try {
    const wire = await Promise.race([opened, expired])
    try {
      await Promise.race([wire.client.query('select 1'), expired])
    } catch (error) {
      destroy(wire)
      throw error
    }
    return wire
  } catch (error) {
    late = true
    opened.catch(() => undefined)
    throw error
  }
}

// `end` waits for an answer that may never come.
function destroy({ client }: Wire): void {
  const stream: unknown = Reflect.get(Object(Reflect.get(client, 'connection')), 'stream')
  const end: unknown = Reflect.get(Object(stream), 'destroy')
  if (typeof end === 'function') end.call(stream)
  client.end().catch(() => undefined)
}

function setting(settings: Place['settings'], reach: 'session' | 'transaction'): string {
  const local = reach === 'transaction'
  const pairs = [...new Map(settings)].filter(([name]) => !(local && isSaidAtBegin(name)))
  return `select ${pairs
    .map(([name, value]) => `pg_catalog.set_config(${literal(name)}, ${literal(value)}, ${local}) as ${ASIDE}`)
    .join(', ')}`
}

const rowsOf = (result: unknown): CatalogRow[] => {
  const rows: unknown = Reflect.get(Object(result), 'rows')
  return Array.isArray(rows) ? rows : []
}

/** The rows of the last statement that gives rows: `begin; select …; commit` answers with the select. */
function lastRows(results: readonly unknown[]): CatalogRow[] {
  const giving = results.filter(isAnswer)
  return rowsOf(giving.at(-1))
}
