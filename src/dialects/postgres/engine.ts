// Starts the embedded engine, with the extensions it bundles, and knows their names.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Extension, PGlite } from '@electric-sql/pglite'
import { GodwitError } from '../../errors.ts'
import { SETTINGS } from './settings.ts'

/** A running engine and its extensions. */
export interface Engine {
  db: PGlite
  extensions: ReadonlySet<string>
  /** server_version, as in 18.6. */
  version: string
}

// The package's contrib modules of 0.5; an extension that is not here is not bundled. Values: the module that brings it.
const BUNDLED: ReadonlyMap<string, string> = new Map([
  ...`amcheck auto_explain bloom btree_gin btree_gist citext cube dict_int dict_xsyn earthdistance file_fdw fuzzystrmatch
  hstore intarray isn lo ltree moddatetime pageinspect pg_buffercache pg_freespacemap pg_stat_statements pg_surgery
  pg_trgm pg_visibility pg_walinspect pgcrypto seg tablefunc tcn tsm_system_rows tsm_system_time unaccent`
    .split(/\s+/)
    .map((name): [string, string] => [name, name]),
  ['uuid-ossp', 'uuid_ossp'],
  ['autoinc', 'moddatetime'],
  ['insert_username', 'moddatetime'],
  ['refint', 'moddatetime'],
])

// Published beside the engine, each made for one version of it: used when the project has them. `install` is what npm
// takes together.
const SEPARATE: ReadonlyMap<string, { specifier: string; member: string; install: string }> = new Map([
  [
    'vector',
    {
      specifier: '@electric-sql/pglite-pgvector',
      member: 'vector',
      install: '@electric-sql/pglite@0.5.14 @electric-sql/pglite-pgvector@0.0.15',
    },
  ],
  [
    'postgis',
    {
      specifier: '@electric-sql/pglite-postgis',
      member: 'postgis',
      install: '@electric-sql/pglite@0.5.8 @electric-sql/pglite-postgis@0.2.8',
    },
  ],
])

/** What npm would have to install, so that the embedded engine has this extension; undefined: nothing helps. */
export const installLine = (extension: string): string | undefined => SEPARATE.get(extension)?.install

const REQUIRES: ReadonlyMap<string, string> = new Map([['earthdistance', 'cube']])

/** Whether the engine can be started with it. Not all of them are at once: some leave their mark on a folder's configuration. */
export const isBundled = (extension: string): boolean => BUNDLED.has(extension) || SEPARATE.has(extension)

const load = createRequire(import.meta.url)

/** The engine's package version: part of every cache key. Errors: DRIVER_MISSING. */
export async function engineVersion(): Promise<string> {
  try {
    const file = join(dirname(load.resolve('@electric-sql/pglite')), '..', 'package.json')
    return String(Reflect.get(Object(JSON.parse(await readFile(file, 'utf8'))), 'version'))
  } catch (error) {
    throw missing(error)
  }
}

const missing = (cause: unknown): GodwitError =>
  new GodwitError('DRIVER_MISSING', 'The embedded PostgreSQL is not installed.', {
    why: 'It spells and proves schemas where no server is given, and serves pglite: URLs.',
    fix: 'npm install --save-dev @electric-sql/pglite@0.5.16 (or set `shadow` to the URL of a server)',
    cause,
  })

/** Starts an engine. Errors: DRIVER_MISSING; whatever the engine throws. */
export async function startEngine(options: {
  dataDir?: string
  tar?: Blob
  extensions?: Iterable<string>
}): Promise<Engine> {
  const { PGlite } = await import('@electric-sql/pglite').catch((error: unknown) => {
    throw missing(error)
  })
  const names = withRequired(options.extensions ?? [])
  const extensions: Record<string, Extension> = Object.create(null)
  for (const name of names) {
    const found = await loadExtension(name)
    if (found !== undefined) extensions[BUNDLED.get(name) ?? name] = found
  }
  const db = await PGlite.create({
    ...(options.dataDir !== undefined && { dataDir: options.dataDir }),
    ...(options.tar !== undefined && { loadDataDir: options.tar }),
    extensions: { ...extensions },
    // As the driver for servers does: bigint as text, so that code sees the same values on both.
    parsers: { 20: (text: string) => text },
  })
  try {
    const version = await pin(db)
    return { db, extensions: names, version }
  } catch (error) {
    await db.close()
    throw error
  }
}

async function pin(db: PGlite): Promise<string> {
  // This engine has neither cancellation nor a client to lose.
  const own = SETTINGS.filter(([name]) => name !== 'client_connection_check_interval')
  const list = own.map(([name, value]) => `pg_catalog.set_config('${name}', '${value.replace('\\', '')}', false)`)
  const { rows } = await db.query<{ version: string }>(
    `select ${list.join(', ')}, pg_catalog.current_setting('server_version') as version`,
  )
  return rows[0]?.version ?? ''
}

function withRequired(names: Iterable<string>): Set<string> {
  const all = new Set<string>()
  for (const name of names) {
    all.add(name)
    const required = REQUIRES.get(name)
    if (required !== undefined) all.add(required)
  }
  return all
}

async function loadExtension(name: string): Promise<Extension | undefined> {
  const module = BUNDLED.get(name)
  const separate = SEPARATE.get(name)
  if (module !== undefined) {
    const specifier = `@electric-sql/pglite/contrib/${module}`
    return member(await import(specifier), module)
  }
  if (separate === undefined) return undefined
  try {
    return member(await import(separate.specifier), separate.member)
  } catch {
    return undefined
  }
}

function member(module: unknown, name: string): Extension | undefined {
  const value: unknown = Reflect.get(Object(module), name)
  return isExtension(value) ? value : undefined
}

const isExtension = (value: unknown): value is Extension =>
  typeof value === 'object' && value !== null && 'setup' in value && typeof value.setup === 'function'

/** The extension that a statement asked for in vain, by the engine's error. */
export function extensionLacking(message: string): string | undefined {
  const found = /extension "([^"]+)" is not available|extension control file ".*\/([^/"]+)\.control"/.exec(message)
  return found?.[1] ?? found?.[2]
}

/** Names behind CREATE EXTENSION in a text. Only a hint for what to load: it may be wrong about comments and strings. */
export function extensionsIn(sql: string): string[] {
  const found = sql.matchAll(/\bcreate\s+extension\s+(?:if\s+not\s+exists\s+)?(?:"((?:[^"]|"")+)"|([\w-]+))/gi)
  return [...found].map((match) => match[1]?.replaceAll('""', '"') ?? match[2]?.toLowerCase() ?? '')
}
