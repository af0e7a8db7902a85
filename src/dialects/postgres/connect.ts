// Opens one session on a server, with every setting of ours in the startup message: it costs no round trip.
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import type pg from 'pg'
import { GodwitError } from '../../errors.ts'
import type { Connection, ConnectOptions } from '../dialect.ts'
import { patiently } from '../patiently.ts'
import { cancelAt } from './cancel.ts'
import { connectionError } from './explain.ts'
import { type Place, serverConnection, type Wire, watch } from './server.ts'
import { LATER, SETTINGS } from './settings.ts'
import { isTurnedAway } from './turned-away.ts'
import { locationOf, parseUrl, type Ssl, type Target } from './url.ts'
import { readOptions } from './url-settings.ts'

const CONNECT_TIMEOUT = 10_000
const LOOPBACK = /^(localhost|127\.[\d.]+|::1)$/

/** Connects to a server or opens the embedded engine, by the URL's scheme. Errors: see connectionError, URL_INVALID, DRIVER_MISSING. */
export async function connect(url: string, options: ConnectOptions = {}): Promise<Connection> {
  if (/^pglite:/i.test(url)) return (await import('./pglite.ts')).openEmbedded(url, options)
  const target = parseUrl(url)
  const driver = await loadDriver()
  // Where it is full or starting up, all hosts are asked again.
  return patiently(
    options,
    (error) => isTurnedAway(underlying(error)),
    () => firstThatFits(driver, target, options),
  )
}

const underlying = (error: unknown): unknown => (error instanceof GodwitError ? (error.underlying ?? error) : error)

async function firstThatFits(driver: Driver, target: Target, options: ConnectOptions): Promise<Connection> {
  let failure: unknown
  for (const host of target.hosts) {
    try {
      const opened = await openAt(driver, target, host, options)
      if (target.session === undefined || (await fits(opened, target.session))) return opened
      await opened.close()
      failure = new GodwitError('CONNECTION_FAILED', `No server of the URL is ${target.session}.`, {
        fix: 'Check target_session_attrs of the URL.',
      })
    } catch (error) {
      failure = connectionError(error, locationOf(target, host).display)
    }
  }
  throw failure
}

type Driver = typeof pg

async function loadDriver(): Promise<Driver> {
  try {
    return (await import('pg')).default
  } catch (error) {
    throw new GodwitError('DRIVER_MISSING', 'The PostgreSQL driver is not installed.', {
      why: 'Godwit brings no drivers of its own: the project chooses the version.',
      fix: 'npm install pg',
      cause: error,
    })
  }
}

interface Host {
  host: string
  port: number
}

/** One way of trying: with or without TLS, with all, the common or none of our settings. */
interface Attempt {
  tls: boolean
  settings: 'all' | 'common' | 'none'
}

async function openAt(driver: Driver, target: Target, host: Host, options: ConnectOptions): Promise<Connection> {
  let attempt: Attempt = { tls: startsWithTls(target.ssl, host), settings: 'all' }
  /** Why the other way, with or without TLS, is tried. */
  let first: { error: unknown } | undefined
  for (;;) {
    try {
      const wire = await openOnce(driver, target, host, options, attempt)
      return serverConnection(wire, placeOf(driver, target, host, options, attempt))
    } catch (error) {
      const next = nextAttempt(error, attempt, { ssl: target.ssl, host, switched: first !== undefined })
      // A server without TLS has said what is wrong before it was asked for TLS.
      if (next === undefined) throw first !== undefined && lacksTls(error) ? first.error : error
      if (next.tls !== attempt.tls) first ??= { error }
      attempt = next
    }
  }
}

const lacksTls = (error: unknown): boolean =>
  /does not support SSL/i.test(String(Reflect.get(Object(error), 'message')))

/** What libpq would try after this error; also, settings that a pooler or a platform does not take are left out. */
function nextAttempt(
  error: unknown,
  attempt: Attempt,
  { ssl, host, switched }: { ssl: Ssl; host: Host; switched: boolean },
): Attempt | undefined {
  const code: unknown = Reflect.get(Object(error), 'code')
  const message = String(Reflect.get(Object(error), 'message'))
  // PgBouncer takes no `options` unless it is told to ignore them.
  if (attempt.settings !== 'none' && /unsupported startup parameter/i.test(message)) {
    return { ...attempt, settings: 'none' }
  }
  // client_connection_check_interval needs a kernel that can tell; managed forks may lack it.
  if (attempt.settings === 'all' && (code === '22023' || code === '42704')) return { ...attempt, settings: 'common' }
  if (switched || host.host.startsWith('/')) return undefined
  const optional = ssl.mode === 'prefer' || ssl.mode === 'allow' || ssl.mode === 'automatic'
  if (!optional) return undefined
  const refusedTls = /does not support SSL|SSL|TLS|certificate|self.signed/i.test(message) || code === 'ECONNRESET'
  if (attempt.tls && (refusedTls || code === '28000')) return { ...attempt, tls: false }
  if (!attempt.tls && code === '28000') return { ...attempt, tls: true }
  return undefined
}

// libpq prefers TLS. Where nobody asked, the loopback interface is tried without it first: that saves a connection.
function startsWithTls({ mode }: Ssl, { host }: Host): boolean {
  if (host.startsWith('/') || mode === 'disable' || mode === 'allow') return false
  return mode === 'automatic' ? !LOOPBACK.test(host) : true
}

async function openOnce(
  driver: Driver,
  target: Target,
  host: Host,
  options: ConnectOptions,
  attempt: Attempt,
): Promise<Wire> {
  const startup = startupOptions(target, options, attempt)
  const client = new driver.Client({
    host: host.host,
    port: host.port,
    user: target.user,
    database: target.database,
    ...(target.password !== undefined && { password: target.password }),
    ssl: attempt.tls ? await tlsOptions(target.ssl) : false,
    ...(target.ssl.direct && attempt.tls && { sslnegotiation: 'direct' as const }),
    application_name: options.applicationName ?? target.applicationName ?? 'godwit',
    ...(startup !== '' && { options: startup }),
    connectionTimeoutMillis: options.timeout ?? target.timeout ?? CONNECT_TIMEOUT,
    keepAlive: true,
  })
  const seen = watch(client)
  try {
    await client.connect()
  } catch (error) {
    await client.end().catch(() => undefined)
    throw error
  }
  return { client, seen }
}

function placeOf(driver: Driver, target: Target, host: Host, options: ConnectOptions, attempt: Attempt): Place {
  return {
    location: locationOf(target, host),
    open: (changes = {}) => openOnce(driver, target, host, { ...options, ...changes }, attempt),
    cancel: (processId, secret) => cancelAt(host, processId, secret),
    dropped: attempt.settings === 'none',
    ...(target.poolMode !== undefined && { poolMode: target.poolMode }),
    settings: [...LATER, ...readOptions(target.options ?? '')],
    ...(options.wait !== undefined && { wait: options.wait }),
  }
}

function startupOptions(target: Target, options: ConnectOptions, { settings }: Attempt): string {
  const own =
    settings === 'none'
      ? []
      : SETTINGS.filter(([name]) => settings === 'all' || name !== 'client_connection_check_interval')
  const readOnly = options.readOnly && settings !== 'none' ? [['default_transaction_read_only', 'on'] as const] : []
  const pairs = [...own, ...readOnly].map(([name, value]) => `-c ${name}=${value}`)
  // The last one counts: what the URL asks for beats ours (checkOptions has refused what may not), but not reading alone.
  const [asked, ours] = [target.options === undefined ? [] : [target.options], pairs.slice(0, own.length)]
  return [...ours, ...asked, ...pairs.slice(own.length)].join(' ')
}

async function tlsOptions(ssl: Ssl): Promise<ConnectionOptions> {
  const read = (path: string) => readFile(path.replace(/^~(?=\/)/, homedir()), 'utf8')
  const optional = (path: string) => read(path).catch(() => undefined)
  const named = ssl.rootCertificate === 'system' ? undefined : ssl.rootCertificate
  const standard = join(homedir(), '.postgresql', 'root.crt')
  // libpq: `require` checks the chain if, and only if, there is a root certificate.
  const wantsRoot = ssl.mode === 'require' || ssl.mode === 'verify-ca' || ssl.mode === 'verify-full'
  const ca =
    named !== undefined ? await read(named) : wantsRoot && !ssl.rootCertificate ? await optional(standard) : undefined
  const verifies = ssl.mode === 'verify-ca' || ssl.mode === 'verify-full' || (ssl.mode === 'require' && ca)
  const [cert, key] = await Promise.all([
    ssl.certificate === undefined ? undefined : read(ssl.certificate),
    ssl.key === undefined ? undefined : read(ssl.key),
  ])
  return {
    rejectUnauthorized: Boolean(verifies),
    ...(verifies && ssl.mode !== 'verify-full' && { checkServerIdentity: () => undefined }),
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  }
}

// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-TARGET-SESSION-ATTRS
async function fits(connection: Connection, wanted: string): Promise<boolean> {
  const [row] = await connection.query<{ standby: boolean; readonly: string }>(
    `select pg_catalog.pg_is_in_recovery() as standby, pg_catalog.current_setting('transaction_read_only') as readonly`,
  )
  const standby = row?.standby === true
  const readOnly = standby || row?.readonly === 'on'
  if (wanted === 'read-write') return !readOnly
  if (wanted === 'read-only') return readOnly
  if (wanted === 'primary') return !standby
  return wanted === 'standby' ? standby : true
}
