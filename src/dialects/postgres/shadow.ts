// The shadow: an empty database of the embedded engine, or on a server, that is thrown away after each use.
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GodwitError } from '../../errors.ts'
import type { Connection, Shadow, ShadowOptions } from '../dialect.ts'
import { connect } from './connect.ts'
import { type Engine, engineVersion, isBundled, startEngine } from './engine.ts'
import { BEGIN, ExtensionNeeded, type LoadHome, loadStatements } from './load.ts'
import { embeddedConnection } from './pglite.ts'
import { pinned } from './pinned.ts'
import { identifier, literal } from './quote.ts'
import { withDatabase } from './url.ts'

/** Opens a shadow; the embedded engine starts with the first scratch. Errors: DRIVER_MISSING, those of connect. */
export async function openShadow(options: ShadowOptions): Promise<Shadow> {
  const home = options.url === undefined ? await embedded(options.cache) : await onServer(options.url)
  let last: Promise<unknown> = Promise.resolve()
  let closing: Promise<void> | undefined
  const shadow: Shadow = {
    identity: home.identity,
    // One at a time: there is one database, and one session in it.
    scratch(work) {
      const result = last.then(() => inScratch(home, work))
      last = result.catch(() => undefined)
      return result
    },
    load: (connection, statements) => loadStatements(connection, statements, home),
    close() {
      closing ??= last.then(() => home.close())
      return closing
    },
    [Symbol.asyncDispose]: () => shadow.close(),
  }
  return shadow
}

/** Where scratch databases come from. */
interface Home extends LoadHome {
  identity: string
  open(): Promise<Connection>
  /** The database is no longer empty, or the engine broke: the next `open` starts afresh. */
  spoil(): Promise<void>
  provide(extensions: readonly string[]): Promise<void>
  close(): Promise<void>
}

// Enough for a schema in which each of them needs another one to be loaded first.
const MOST_RESTARTS = 20

async function inScratch<Result>(home: Home, work: (connection: Connection) => Promise<Result>): Promise<Result> {
  for (let restarts = 0; ; restarts++) {
    const connection = await home.open()
    try {
      await connection.execute(BEGIN)
      return await work(connection)
    } catch (error) {
      if (!(error instanceof ExtensionNeeded) || restarts === MOST_RESTARTS) throw error
      await home.provide(error.extensions)
    } finally {
      await connection.execute('rollback').catch(() => home.spoil())
      if (home.committed) await home.spoil()
      home.committed = false
      home.roles.clear()
    }
  }
}

async function embedded(cache: string | undefined): Promise<Home> {
  const version = await engineVersion()
  let engine: Engine | undefined
  let connection: Connection | undefined
  let wanted: string[] | undefined
  const stop = async (): Promise<void> => {
    const running = engine
    engine = undefined
    connection = undefined
    await running?.db.close()
  }
  return {
    identity: `embedded ${version}`,
    embedded: true,
    committed: false,
    roles: new Set(),
    extensions: () => engine?.extensions ?? new Set(),
    async open() {
      wanted ??= await rememberedExtensions(cache)
      engine ??= await startEmpty(version, cache, wanted)
      connection ??= embeddedConnection(engine, 'the embedded shadow')
      return connection
    },
    spoil: stop,
    async provide(extensions) {
      wanted = [...new Set([...(wanted ?? []), ...extensions])]
      await rememberExtensions(cache, wanted)
      await stop()
    },
    close: stop,
  }
}

// What a project's schemas have once used is at hand from the start: it saves a restart, and a scratch that is open
// already (whose work cannot be repeated) never lacks what its own revisions need.
const listOf = (cache: string): string => join(cache, 'embedded-extensions.json')

async function rememberedExtensions(cache: string | undefined): Promise<string[]> {
  if (cache === undefined) return []
  try {
    const list: unknown = JSON.parse(await readFile(listOf(cache), 'utf8'))
    return Array.isArray(list) ? list.filter((name) => typeof name === 'string' && isBundled(name)) : []
  } catch {
    return []
  }
}

async function rememberExtensions(cache: string | undefined, names: readonly string[]): Promise<void> {
  if (cache === undefined) return
  try {
    await mkdir(cache, { recursive: true })
    await writeWhole(listOf(cache), JSON.stringify([...names].sort()))
  } catch {
    // A cache that cannot be written costs time and nothing else.
  }
}

async function writeWhole(file: string, content: string | Buffer): Promise<void> {
  const temporary = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`
  await writeFile(temporary, content)
  await rename(temporary, file)
}

// Making a database costs seconds, loading a copy half a second. The copy is plain, because unpacking costs more than
// reading; it does not depend on the extensions, which live outside of it.
async function startEmpty(version: string, cache: string | undefined, extensions: string[]): Promise<Engine> {
  if (cache === undefined) return startEngine({ extensions })
  const file = join(cache, `embedded-${version}.tar`)
  const tar = await readFile(file).catch(() => undefined)
  if (tar !== undefined) {
    try {
      return await startEngine({ tar: new Blob([new Uint8Array(tar)]), extensions })
    } catch {
      // A damaged copy is not the user's problem: make another one.
      await rm(file, { force: true })
    }
  }
  const engine = await startEngine({ extensions })
  try {
    const made = await engine.db.dumpDataDir('none')
    await mkdir(cache, { recursive: true })
    await writeWhole(file, Buffer.from(await made.arrayBuffer()))
  } catch {
    // The cache folder may be read-only or full: then the next start takes longer.
  }
  return engine
}

const MARK = 'godwit shadow'
const NAME = /^godwit_shadow_[0-9a-f]{16}$/
// Long after any run has ended; a database that is in use is never touched.
const STALE = 60 * 60 * 1000

async function onServer(url: string): Promise<Home> {
  const admin = await connect(url, { applicationName: 'godwit shadow' })
  let name: string | undefined
  let connection: Connection | undefined
  const { version } = admin
  const drop = async (): Promise<void> => {
    await connection?.close()
    connection = undefined
    const dropped = name
    name = undefined
    if (dropped === undefined) return
    await admin.execute(`drop database if exists ${identifier(dropped)} with (force)`)
    if (!home.committed) return
    for (const role of home.roles) await admin.execute(`drop role if exists ${identifier(role)}`).catch(() => undefined)
  }
  try {
    await sweep(admin)
  } catch (error) {
    await admin.close()
    throw error
  }
  const home: Home = {
    identity: `server ${version} ${createHash('sha256').update(admin.location.display).digest('hex').slice(0, 8)}`,
    embedded: false,
    committed: false,
    roles: new Set(),
    extensions: () => new Set(),
    async open() {
      if (connection !== undefined) return connection
      name = `godwit_shadow_${randomBytes(8).toString('hex')}`
      try {
        await admin.execute(`create database ${name} template template0`)
        await admin.execute(`comment on database ${name} is ${literal(`${MARK} ${new Date().toISOString()}`)}`)
        connection = await connect(withDatabase(url, name), { applicationName: 'godwit shadow' })
      } catch (error) {
        await drop()
        throw new GodwitError('SHADOW_FAILED', 'No scratch database could be made on the shadow server.', {
          why: error instanceof Error ? error.message : 'unknown',
          fix: 'Give the role of the `shadow` URL the right to create databases (ALTER ROLE … CREATEDB).',
          cause: error,
        })
      }
      return connection
    },
    spoil: drop,
    provide: async () => undefined,
    async close() {
      try {
        await drop()
      } finally {
        await admin.close()
      }
    },
  }
  return home
}

// Only what carries both our name and our mark, is old, and has nobody in it.
async function sweep(admin: Connection): Promise<void> {
  const found = await admin.query<{ name: string; mark: string }>(
    pinned(`select d.datname::text as name, s.description as mark
     from pg_catalog.pg_database d join pg_catalog.pg_shdescription s
       on s.objoid = d.oid and s.classoid = 'pg_catalog.pg_database'::pg_catalog.regclass
     where d.datname like 'godwit\\_shadow\\_%' and s.description like '${MARK} %'
       and not exists (select from pg_catalog.pg_stat_activity a where a.datid = d.oid)`),
  )
  for (const { name, mark } of found) {
    const made = Date.parse(mark.slice(MARK.length + 1))
    if (!NAME.test(name) || !(Date.now() - made > STALE)) continue
    // Another run may be sweeping too, or the database may belong to another role.
    await admin.execute(`drop database if exists ${identifier(name)}`).catch(() => undefined)
  }
}
