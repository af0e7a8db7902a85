// Reads a connection URL as libpq does (environment defaults, several hosts, sockets, sslmode), and never repeats it in an error.
import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { GodwitError } from '../../errors.ts'
import { readUrl } from '../../url.ts'
import { ignoredSettings } from '../../url-settings.ts'
import type { Location } from '../dialect.ts'
import { checkOptions, isHome, URL_SETTINGS } from './url-settings.ts'

/** Where and as whom to connect. */
export interface Target {
  /** Tried in this order. A host that starts with a slash is the folder of a socket. */
  hosts: readonly { host: string; port: number }[]
  user: string
  password?: string
  database: string
  ssl: Ssl
  /** Startup `options` the user asked for, `-c name=value …`. */
  options?: string
  applicationName?: string
  /** Milliseconds. */
  timeout?: number
  /** libpq's target_session_attrs; absent: any. */
  session?: string
  /** How the pooler of this address hands out sessions: it tells nobody, so the URL may. */
  poolMode?: PoolMode
  /** Settings of other tools in the URL, without meaning here. */
  ignored?: readonly string[]
}

/** `session`: a client keeps its session; `transaction`: for one transaction. */
export type PoolMode = 'session' | 'transaction'

/** TLS in libpq's words; `automatic` is an sslmode that nobody asked for. */
export interface Ssl {
  mode: 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full' | 'automatic'
  rootCertificate?: string
  certificate?: string
  key?: string
  direct?: boolean
}

/** Where tables go; `public` is where they go anyway. */
const HOMES: ReadonlySet<string> = new Set(['schema', 'search_path', 'currentschema'])

type Environment = Readonly<Record<string, string | undefined>>

const MODES: ReadonlySet<string> = new Set(['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'])
const isMode = (text: string): text is Ssl['mode'] => MODES.has(text)

const invalid = (why: string, fix: string): GodwitError =>
  new GodwitError('URL_INVALID', 'The database URL cannot be read.', { why, fix })

function decode(text: string, part: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid(`Its ${part} holds a "%" that is no percent-encoding.`, 'Write a literal "%" as %25.')
  }
}

/** Reads `postgres://user:password@host:port/database?sslmode=…`. Errors: URL_INVALID, without its password. */
export const parseUrl = (url: string, environment: Environment = process.env): Target =>
  readUrl(url, () => parse(url, environment))

function parse(url: string, environment: Environment): Target {
  const rest = /^postgres(?:ql)?:(?:\/\/)?(.*)$/is.exec(url.trim())?.[1]
  if (rest === undefined) throw invalid('It does not begin with postgres:// or postgresql://.', 'Check the scheme.')
  const { authority, path, query } = cut(rest)
  const parameters = readQuery(query)
  const ignored = ignoredSettings(
    [...parameters].filter(([name, value]) => !(HOMES.has(name) && isHome(value))).map(([name]) => name),
    URL_SETTINGS,
  )
  const at = authority.lastIndexOf('@')
  const credentials = at < 0 ? '' : authority.slice(0, at)
  const colon = credentials.indexOf(':')
  const fromUrl = {
    user: decode(colon < 0 ? credentials : credentials.slice(0, colon), 'user name'),
    password: colon < 0 ? undefined : decode(credentials.slice(colon + 1), 'password'),
    database: decode(path, 'database name'),
  }
  const hostText = authority.slice(at + 1) || parameters.get('host') || ''
  const user = first(fromUrl.user, parameters.get('user'), environment.PGUSER) ?? systemUser()
  const password = first(fromUrl.password, parameters.get('password'), environment.PGPASSWORD)
  const options = first(parameters.get('options'), environment.PGOPTIONS)
  if (options !== undefined) checkOptions(options)
  const applicationName = first(parameters.get('application_name'), environment.PGAPPNAME)
  const seconds = Number(first(parameters.get('connect_timeout'), environment.PGCONNECT_TIMEOUT) ?? 0)
  const session = first(parameters.get('target_session_attrs'), environment.PGTARGETSESSIONATTRS)
  return {
    hosts: hostList(hostText, first(parameters.get('port'), environment.PGPORT) ?? '5432', environment),
    user,
    ...(password !== undefined && { password }),
    database: first(fromUrl.database, parameters.get('dbname'), environment.PGDATABASE) ?? user,
    ssl: readSsl(parameters, environment),
    ...(options !== undefined && { options }),
    ...(applicationName !== undefined && { applicationName }),
    ...(seconds > 0 && { timeout: seconds * 1000 }),
    ...(session !== undefined && session !== 'any' && { session }),
    ...(parameters.has('pool_mode') && { poolMode: readPoolMode(parameters.get('pool_mode') ?? '') }),
    ...(ignored.length > 0 && { ignored }),
  }
}

function readPoolMode(text: string): PoolMode {
  if (text === 'session' || text === 'transaction') return text
  throw invalid(
    `Its pool_mode is ${text === 'statement' ? 'statement: a pooler in that mode takes no transactions' : 'unknown'}.`,
    'Use session or transaction, as the pooler is set; or the URL of the database itself, without pool_mode.',
  )
}

/** The address without password and query, fit to be shown. */
export function locationOf(target: Target, used = target.hosts[0]): Location {
  const host = used?.host ?? 'localhost'
  const shown = host.startsWith('/') ? '' : host.includes(':') ? `[${host}]` : host
  const port = used === undefined || used.port === 5432 ? '' : `:${used.port}`
  const display = `postgresql://${encodeURIComponent(target.user)}@${shown}${port}/${encodeURIComponent(target.database)}`
  const { database, ignored } = target
  return { display, host, database, ...(ignored !== undefined && { ignored }) }
}

/** The same server, another database: what scratch databases are made with. Errors: URL_INVALID. */
export function withDatabase(url: string, database: string): string {
  const match = /^(postgres(?:ql)?:(?:\/\/)?)(.*)$/is.exec(url.trim())
  const { authority, query } = cut(match?.[2] ?? '')
  const kept = query
    .split('&')
    .filter((pair) => pair !== '' && !/^dbname=/i.test(pair))
    .join('&')
  return `postgresql://${authority}/${encodeURIComponent(database)}${kept === '' ? '' : `?${kept}`}`
}

// A password may hold "/", "?" or "#" that nobody encoded: the authority goes up to the last "@" before the query's own
// parameters, if what follows that "@" looks like a host.
function cut(rest: string): { authority: string; path: string; query: string } {
  const strict = /^([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?/.exec(rest)
  const plain = { authority: strict?.[1] ?? '', path: strict?.[2] ?? '', query: strict?.[3] ?? '' }
  if (plain.authority.includes('@') || !/^[^/?#@]*:/.test(plain.authority)) return plain
  const loose = /^(.*@[^/?#@\s]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/s.exec(rest)
  return loose === null ? plain : { authority: loose[1] ?? '', path: loose[2] ?? '', query: loose[3] ?? '' }
}

function readQuery(query: string): Map<string, string> {
  const parameters = new Map<string, string>()
  for (const pair of query.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decode(equals < 0 ? pair : pair.slice(0, equals), 'query')
    parameters.set(name.toLowerCase(), decode(equals < 0 ? '' : pair.slice(equals + 1), `parameter ${name}`))
  }
  return parameters
}

function hostList(text: string, defaultPort: string, environment: Environment): Target['hosts'] {
  const ports = defaultPort.split(',')
  const list = (text || environment.PGHOST || '').split(',').map((entry, index) => {
    const match = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(entry)
    if (match === null) throw invalid('Its host has more than one colon.', 'Write an IPv6 address as [address].')
    const port = Number(match[2] || ports[index] || ports[0] || 5432)
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      throw invalid(
        'Its port is not a number from 1 to 65535.',
        'If the password holds one of "/ ? # @ : %", percent-encode it (encodeURIComponent).',
      )
    }
    const host = decode((match[1] ?? '').replace(/^\[|\]$/g, ''), 'host')
    return { host: host === '' ? defaultHost(port) : host, port }
  })
  return list
}

// libpq looks for a socket first; pg does not. A server that listens on TCP alone is common in containers.
function defaultHost(port: number): string {
  if (process.platform !== 'win32') {
    for (const folder of ['/var/run/postgresql', '/tmp']) {
      if (existsSync(`${folder}/.s.PGSQL.${port}`)) return folder
    }
  }
  return 'localhost'
}

function readSsl(parameters: ReadonlyMap<string, string>, environment: Environment): Ssl {
  const asked = first(parameters.get('sslmode'), environment.PGSSLMODE)
  // `ssl=true` is what other drivers write; libpq reads it as sslmode=require.
  const mode = asked ?? (/^(true|1|on|yes)$/i.test(parameters.get('ssl') ?? '') ? 'require' : 'automatic')
  const known = mode === 'no-verify' ? 'require' : mode
  if (known !== 'automatic' && !isMode(known)) {
    throw invalid('Its sslmode is unknown.', `Use one of: ${[...MODES].join(', ')}.`)
  }
  const rootCertificate = first(parameters.get('sslrootcert'), environment.PGSSLROOTCERT)
  const certificate = first(parameters.get('sslcert'), environment.PGSSLCERT)
  const key = first(parameters.get('sslkey'), environment.PGSSLKEY)
  const direct = first(parameters.get('sslnegotiation'), environment.PGSSLNEGOTIATION) === 'direct'
  return {
    mode: rootCertificate === 'system' && asked === undefined ? 'verify-full' : known,
    ...(rootCertificate !== undefined && { rootCertificate }),
    ...(certificate !== undefined && { certificate }),
    ...(key !== undefined && { key }),
    ...(direct && { direct }),
  }
}

const first = (...values: (string | undefined)[]): string | undefined =>
  values.find((value) => value !== undefined && value !== '')

function systemUser(): string {
  try {
    return userInfo().username
  } catch {
    return 'postgres'
  }
}
