// Reads a URL by ourselves: the driver's parser and `new URL` put the whole text, password included, into their errors.
import { readFileSync } from 'node:fs'
import { GodwitError } from '../../errors.ts'
import { readUrl } from '../../url.ts'
import { ignoredSettings, type UrlSettings } from '../../url-settings.ts'
import type { Location } from '../dialect.ts'

/** How to reach a server. */
export interface Address {
  host: string
  port: number
  socket?: string
  user: string
  password: string
  database: string
  /** Absent: no TLS. Always with the chain and the host's name verified. */
  tls?: { ca?: string; cert?: string; key?: string }
  location: Location
}

const SERVER = {
  why: 'A session of ours has settings of its own (time zone, character set, SQL mode), so that every run does the same.',
  fix: 'Leave it out. A revision that needs another value sets it itself.',
}

const URL_SETTINGS: UrlSettings = {
  known: ['ssl-mode', 'sslmode', 'ssl', 'ssl-ca', 'ssl-cert', 'ssl-key', 'socket', 'socketPath'],
  ignored: `connection_limit connectionLimit pool_timeout socket_timeout connect_timeout connectTimeout sslaccept
    sslidentity waitForConnections queueLimit maxIdle idleTimeout enableKeepAlive keepAliveInitialDelay decimalNumbers
    supportBigNumbers bigNumberStrings dateStrings rowsAsArray namedPlaceholders nestTables jsonStrings debug trace
    statement_cache_size allowPublicKeyRetrieval useUnicode`.split(/\s+/),
  refused: Object.fromEntries(
    'timezone charset collation sql_mode sessionvariables init_command initsql multiplestatements flags'
      .split(' ')
      .map((name) => [name, SERVER]),
  ),
}

const PATTERN =
  /^[a-z][a-z0-9+]*:\/\/(?:([^@/?#]*(?:@[^@/?#]*)*)@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d*))?(?:\/([^?#]*))?(?:\?(.*))?$/i

/**
 * `mysql://user:password@host:port/database?ssl-mode=…&ssl-ca=…&socket=…`. TLS: `ssl-mode` (DISABLED, PREFERRED: no TLS;
 * REQUIRED, VERIFY_CA, VERIFY_IDENTITY: verified TLS), or `ssl=true`. Errors: URL_INVALID, without its password.
 */
export const parseUrl = (url: string): Address => readUrl(url, () => parse(url))

function parse(url: string): Address {
  const match = PATTERN.exec(url)
  if (match === null) throw invalid('It does not look like mysql://user:password@host:port/database.')
  const [, credentials = '', rawHost = '', rawPort = '', rawDatabase = '', rawQuery = ''] = match
  const colon = credentials.indexOf(':')
  const user = decode(colon < 0 ? credentials : credentials.slice(0, colon), 'user name')
  const password = colon < 0 ? '' : decode(credentials.slice(colon + 1), 'password')
  const host = decode(rawHost.replace(/^\[|\]$/g, ''), 'host') || '127.0.0.1'
  const port = rawPort === '' ? 3306 : Number(rawPort)
  if (!(port > 0 && port < 65536)) throw invalid('The port is not a number from 1 to 65535.')
  const database = decode(rawDatabase, 'database name')
  const options = parseQuery(rawQuery)
  const socket = options.get('socket') ?? options.get('socketpath')
  const ignored = ignoredSettings(options.keys(), URL_SETTINGS)
  const tls = tlsOf(options)
  const where = socket === undefined ? `${rawHost || host}${rawPort === '' ? '' : `:${port}`}` : socket
  const scheme = /^[a-z0-9+]*/i.exec(url)?.[0]?.toLowerCase() ?? ''
  return {
    host,
    port,
    ...(socket !== undefined && { socket }),
    user: user || 'root',
    password,
    database,
    ...(tls !== undefined && { tls }),
    location: {
      display: `${scheme}://${user === '' ? '' : `${encodeURIComponent(user)}@`}${where}/${encodeURIComponent(database)}`,
      host: socket ?? host,
      database,
      ...(ignored.length > 0 && { ignored }),
    },
  }
}

function parseQuery(query: string): Map<string, string> {
  const options = new Map<string, string>()
  for (const pair of query.split('&')) {
    if (pair === '') continue
    const at = pair.indexOf('=')
    const name = decode(at < 0 ? pair : pair.slice(0, at), 'option').toLowerCase()
    options.set(name, at < 0 ? 'true' : decode(pair.slice(at + 1), `option ${name}`))
  }
  return options
}

function tlsOf(options: ReadonlyMap<string, string>): Address['tls'] {
  const mode = (options.get('ssl-mode') ?? options.get('sslmode') ?? options.get('ssl') ?? '').toLowerCase()
  const files = { ca: options.get('ssl-ca'), cert: options.get('ssl-cert'), key: options.get('ssl-key') }
  const off = ['disabled', 'disable', 'preferred', 'prefer', 'false', '0'].includes(mode)
  if (off || (mode === '' && Object.values(files).every((file) => file === undefined))) return undefined
  const tls: { ca?: string; cert?: string; key?: string } = {}
  for (const name of ['ca', 'cert', 'key'] as const) {
    const file = files[name]
    if (file !== undefined) tls[name] = read(file, `ssl-${name}`)
  }
  return tls
}

function read(file: string, option: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new GodwitError('URL_INVALID', `The file of ${option} cannot be read: ${file}`, {
      why: cause instanceof Error ? cause.message : String(cause),
      fix: 'Check the path and the rights of the file; a relative path begins at the working directory.',
      cause,
    })
  }
}

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid(`The ${what} has a broken percent escape; write % as %25.`)
  }
}

const invalid = (why: string): GodwitError =>
  new GodwitError('URL_INVALID', 'The database URL cannot be read.', {
    why,
    fix: 'Write mysql://user:password@host:3306/database, with special characters percent-encoded.',
  })

/** The same URL with another database. */
export function withDatabase(url: string, database: string): string {
  const match = /^([a-z][a-z0-9+]*:\/\/[^/?#]*)(?:\/[^?#]*)?(\?.*)?$/i.exec(url)
  if (match === null) throw invalid('It does not look like mysql://user:password@host:port/database.')
  return `${match[1]}/${encodeURIComponent(database)}${match[2] ?? ''}`
}
