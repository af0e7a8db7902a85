// The registry: a database is its folder and one line here. Nothing is loaded before its URL scheme is met.
import { GodwitError } from '../errors.ts'
import { urlInvalid } from '../url.ts'
import type { Connector, Dialect } from './dialect.ts'

export { reading } from './reading.ts'

interface Entry {
  name: string
  schemes: readonly string[]
  load: () => Promise<{ dialect: Dialect }>
  connector: () => Promise<{ connector: Connector }>
}

const entries: readonly Entry[] = [
  {
    name: 'postgres',
    schemes: ['postgres', 'postgresql', 'pglite'],
    load: () => import('./postgres/index.ts'),
    connector: () => import('./postgres/connector.ts'),
  },
  {
    name: 'sqlite',
    schemes: ['sqlite', 'file'],
    load: () => import('./sqlite/index.ts'),
    connector: () => import('./sqlite/connector.ts'),
  },
  {
    name: 'mysql',
    schemes: ['mysql', 'mariadb'],
    load: () => import('./mysql/index.ts'),
    connector: () => import('./mysql/connector.ts'),
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
  const [database = '', driver] = scheme.split('+')
  const foreign = driver !== undefined && entries.some(({ schemes }) => schemes.includes(database))
  throw new GodwitError('DIALECT_UNKNOWN', `No database is known for the URL scheme "${scheme}".`, {
    // SQLAlchemy writes the name of a Python driver there.
    fix: foreign
      ? `Leave out "+${driver}", which is a driver of another language: ${database}://…`
      : `Known schemes: ${entries.flatMap(({ schemes }) => schemes).join(', ')}.`,
  })
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
