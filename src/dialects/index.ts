// The registry: a database is its folder and one line here. Nothing is loaded before its URL scheme is met.
import { createRequire } from 'node:module'
import { GodwitError } from '../errors.ts'
import { urlInvalid } from '../url.ts'
import type { Connector, Dialect } from './dialect.ts'

export { reading } from './reading.ts'

interface Entry {
  name: string
  schemes: readonly string[]
  load: () => Promise<{ dialect: Dialect }>
  connector: () => Promise<{ connector: Connector }>
  /** What has to be installed for a URL of this scheme (and for the shadow), each as npm takes it. */
  packages: (scheme: string) => readonly string[]
  /** A URL that works at once, or a form to fill in. */
  example: string
}

const EMBEDDED = '@electric-sql/pglite@0.5.16'

const entries: readonly Entry[] = [
  {
    name: 'postgres',
    schemes: ['postgres', 'postgresql', 'pglite'],
    load: () => import('./postgres/index.ts'),
    connector: () => import('./postgres/connector.ts'),
    packages: (scheme) => (scheme === 'pglite' ? [EMBEDDED] : ['pg', EMBEDDED]),
    example: 'pglite:./data',
  },
  {
    name: 'sqlite',
    schemes: ['sqlite', 'file'],
    load: () => import('./sqlite/index.ts'),
    connector: () => import('./sqlite/connector.ts'),
    // Node brings it from 22.13 on.
    packages: () => (Number(process.versions.node.split('.')[0]) >= 22 ? [] : ['@photostructure/sqlite@1']),
    example: 'sqlite:./data.db',
  },
  {
    name: 'mysql',
    schemes: ['mysql', 'mariadb'],
    load: () => import('./mysql/index.ts'),
    connector: () => import('./mysql/connector.ts'),
    packages: () => ['mysql2'],
    example: 'mysql://root@localhost/database',
  },
]

/** Names of all dialects, for messages and validation. */
export const dialectNames: readonly string[] = entries.map(({ name }) => name)

/** The dialect that speaks this URL. Errors: URL_INVALID, DIALECT_UNKNOWN. */
export const dialectOf = async (url: string): Promise<Dialect> => (await entryOf(url).load()).dialect

/** What opens sessions for this URL, without loading the whole dialect. Errors: as for dialectOf. */
export const connectorOf = async (url: string): Promise<Connector> => (await entryOf(url).connector()).connector

/** The name of the dialect that speaks this URL; undefined: none does. Nothing is loaded. */
export const dialectNameOf = (url: string): string | undefined => {
  const scheme = schemeOf(url)
  return entries.find(({ schemes }) => scheme !== undefined && schemes.includes(scheme))?.name
}

/** Whether the URL names a file or folder by a path that depends on where one stands. */
export const isFileUrl = (url: string): boolean =>
  /^(?:sqlite|file|pglite):(?![\\/?#]|:|memory:|[a-z]:[\\/]|$)/i.test(url)

const schemeOf = (url: string): string | undefined => /^([a-z][a-z0-9+]*):/i.exec(url)?.[1]?.toLowerCase()

function entryOf(url: string): Entry {
  const scheme = schemeOf(url)
  if (scheme === undefined) {
    throw urlInvalid(url, 'The database URL has no scheme.', {
      fix: `Write it as scheme://… with one of: ${entries.flatMap(({ schemes }) => schemes).join(', ')}.`,
    })
  }
  const entry = entries.find(({ schemes }) => schemes.includes(scheme))
  if (entry !== undefined) return entry
  throw new GodwitError('DIALECT_UNKNOWN', `No database is known for the URL scheme "${scheme}".`, {
    fix: `Known schemes: ${entries.flatMap(({ schemes }) => schemes).join(', ')}.`,
  })
}

/**
 * The URL as we read it: `postgresql+asyncpg://…`, as SQLAlchemy writes it, names a Python driver behind the +, which says
 * nothing of where the database is. Its paths of SQLite begin behind one slash more than ours.
 */
export function withoutDriver(url: string): string {
  const found = /^([a-z]+)\+\w+:(.*)$/is.exec(url)
  const [, scheme = '', rest = ''] = found ?? []
  const entry = entries.find(({ schemes }) => schemes.includes(scheme.toLowerCase()))
  if (entry === undefined) return url
  if (entry.name !== 'sqlite') return `${scheme}:${rest}`
  const path = rest.replace(/^\/\/\/?/, '')
  return `${scheme}:${/^(?:\?|$)/.test(path) ? `:memory:${path}` : path}`
}

/** The dialect of this name (as in `dialect:` of the configuration). Errors: DIALECT_UNKNOWN. */
export async function dialectNamed(name: string): Promise<Dialect> {
  const entry = entries.find((candidate) => candidate.name === name)
  if (entry === undefined) {
    throw new GodwitError('DIALECT_UNKNOWN', `No dialect is called "${name}".`, {
      fix: `Known dialects: ${dialectNames.join(', ')}.`,
    })
  }
  return (await entry.load()).dialect
}

/** A URL of this dialect to begin with. */
export const exampleUrl = (name: string | undefined): string =>
  entries.find((entry) => entry.name === name)?.example ?? entries.map(({ example }) => example).join(' or ')

/** What has to be installed for a database and is not, as npm takes it; known by its URL, or else by the dialect's name. */
export function lackingPackages(url: string | undefined, name: string | undefined): string[] {
  const scheme = url === undefined ? undefined : schemeOf(url)
  const entry = entries.find((each) => (scheme === undefined ? each.name === name : each.schemes.includes(scheme)))
  // Without a URL it may become the embedded one, which is its own shadow.
  return (entry?.packages(scheme ?? entry.example.split(':')[0] ?? '') ?? []).filter((each) => !isInstalled(each))
}

const require = createRequire(import.meta.url)

function isInstalled(wanted: string): boolean {
  try {
    require.resolve(wanted.replace(/(?<=.)@[^@/]*$/, ''))
    return true
  } catch {
    return false
  }
}
