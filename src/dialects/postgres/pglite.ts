// Sessions on the embedded engine: `pglite:folder` or `pglite:` in memory. One session, one process, always closed.
import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { isAbsolute, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { GodwitError } from '../../errors.ts'
import { readUrl } from '../../url.ts'
import { ignoredSettings } from '../../url-settings.ts'
import type { Connection, ConnectOptions } from '../dialect.ts'
import { type Engine, extensionsIn, isBundled, startEngine } from './engine.ts'
import { lockFile } from './filelock.ts'
import { type CatalogRow, type Session, versionNumber, withSession } from './session.ts'

// Others may be at work for as long as a migration takes; the URL names one file, so they come one after the other.
const LOCK_WAIT = 30_000

/** Opens the embedded engine. Errors: DATABASE_MISSING, DATABASE_IN_USE, CONNECTION_FAILED, DRIVER_MISSING. */
export async function openEmbedded(url: string, options: ConnectOptions = {}): Promise<Connection> {
  const folder = folderOf(url)
  if (folder === undefined) return embeddedConnection(await startEngine({}), 'pglite::memory:')
  const isThere = existsSync(`${folder}/PG_VERSION`) || existsSync(keptOf(folder))
  if (!isThere && options.absent === 'empty') return embeddedConnection(await startEngine({}), `pglite:${folder}`)
  if (!isThere && !options.create) {
    throw new GodwitError('DATABASE_MISSING', `There is no embedded database in ${folder}.`, {
      fix: 'Check the path, or let the first upgrade create it.',
      data: { made: 'by the first upgrade' },
    })
  }
  const release = await lockFile(`${folder}.lock`, options.timeout ?? LOCK_WAIT)
  try {
    // A restore was killed when the old folder had left and the new one had not come: the old one is the database.
    if (!existsSync(folder) && existsSync(keptOf(folder))) await rename(keptOf(folder), folder)
    const engine = await startWithOwn(folder)
    if (options.readOnly) await engine.db.exec('set default_transaction_read_only = on')
    return embeddedConnection(engine, `pglite:${folder}`, { folder, release })
  } catch (error) {
    await release()
    if (error instanceof GodwitError) throw error
    throw new GodwitError('CONNECTION_FAILED', `The embedded database in ${folder} cannot be opened.`, {
      why: error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : 'The engine gave no reason.',
      fix: 'The folder has to be one that this major version of the embedded engine made.',
      cause: error,
    })
  }
}

const NO_SETTINGS = { known: [], ignored: [] }

function folderOf(url: string): string | undefined {
  readUrl(url, () => ignoredSettings(new URLSearchParams(/\?([^#]*)/.exec(url)?.[1]).keys(), NO_SETTINGS))
  const path = url.replace(/^pglite:/i, '').replace(/[?#].*$/s, '')
  if (path === '' || path === ':memory:' || path === '//' || /^memory:/i.test(path)) return undefined
  if (path.startsWith('///')) return fileURLToPath(`file:${path}`)
  const plain = path.startsWith('//') ? path.slice(2) : path
  return isAbsolute(plain) ? plain : resolve(plain)
}

const startWithOwn = (folder: string): Promise<Engine> => startKnowing({ dataDir: folder })

// A database that has extensions needs their code at hand: known only once it is open.
async function startKnowing(place: { dataDir: string } | { tar: Blob }): Promise<Engine> {
  const engine = await startEngine(place)
  const { rows } = await engine.db
    .query<{ name: string }>('select extname as name from pg_catalog.pg_extension where oid >= 16384')
    .catch(async (error: unknown) => {
      await engine.db.close()
      throw error
    })
  const own = rows.map(({ name }) => name).filter(isBundled)
  if (own.length === 0) return engine
  await engine.db.close()
  return startEngine({ ...place, extensions: own })
}

interface Place {
  folder: string
  release: () => Promise<void>
}

/**
 * A connection to a running engine. An extension that a text creates is loaded first: the engine takes them only when it
 * starts, so it is started again, unless a transaction is open.
 */
export function embeddedConnection(started: Engine, display: string, place?: Place): Connection {
  let engine = started
  let closing: Promise<void> | undefined
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = last.then(work, work)
    last = result.catch(() => undefined)
    return result
  }

  async function provide(sql: string): Promise<void> {
    const wanted = extensionsIn(sql).filter((name) => isBundled(name) && !engine.extensions.has(name))
    if (wanted.length === 0 || inTransaction(engine)) return
    const extensions = [...engine.extensions, ...wanted]
    if (place !== undefined) {
      await engine.db.close()
      engine = await startEngine({ dataDir: place.folder, extensions })
    } else {
      const tar = await engine.db.dumpDataDir('none')
      await engine.db.close()
      engine = await startEngine({ tar, extensions })
    }
  }

  const session: Session = {
    kind: 'embedded',
    versionNumber: versionNumber(started.version),
    many: (sql) => inTurn(async () => (await engine.db.exec(sql)).map(({ rows }) => rows as CatalogRow[])),
    inTransaction: () => inTransaction(engine),
    dumpFiles: () =>
      inTurn(async () => {
        // Otherwise the copy would recover as after a crash, which lets sequences jump.
        await engine.db.exec('checkpoint')
        return engine.db.dumpDataDir('none')
      }),
    loadFiles: (content) =>
      inTurn(async () => {
        const tar = await blobOf(content)
        if (place === undefined) engine = await replaced(engine, tar)
        else {
          try {
            engine = await replacedIn(place.folder, engine, tar)
          } catch (error) {
            // The old folder is in its place again: the session goes on with it.
            if (engine.db.closed) engine = await startWithOwn(place.folder)
            throw error
          }
        }
      }),
  }

  const connection: Connection = {
    location: { display, database: place?.folder ?? ':memory:' },
    version: started.version,
    query: <Row>(sql: string, parameters?: readonly unknown[]) =>
      inTurn(async () => {
        await provide(sql)
        if (parameters !== undefined && parameters.length > 0) {
          return (await engine.db.query<Row>(sql, [...parameters])).rows
        }
        const giving = (await engine.db.exec(sql)).filter(({ fields }) => fields.length > 0)
        return (giving.at(-1)?.rows ?? []) as Row[]
      }),
    execute: (sql) =>
      inTurn(async () => {
        await provide(sql)
        await engine.db.exec(sql)
      }),
    close() {
      closing ??= inTurn(async () => {
        try {
          if (!engine.db.closed) await engine.db.close()
        } finally {
          await place?.release()
        }
      })
      return closing
    },
    [Symbol.asyncDispose]: () => connection.close(),
  }
  return withSession(connection, session)
}

const keptOf = (folder: string): string => `${folder}.before-restore`

async function blobOf(content: AsyncIterable<Uint8Array>): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = []
  for await (const chunk of content) parts.push(new Uint8Array(chunk))
  return new Blob(parts)
}

/** In memory: the new engine runs before the old one ends. */
async function replaced(old: Engine, tar: Blob): Promise<Engine> {
  const started = await startKnowing({ tar })
  await old.db.close()
  return started
}

/**
 * In a folder: unpacked and started beside it, then the folders change places. Until then nothing has happened to the
 * old one; a process that is killed between the two renames leaves it as `….before-restore`.
 */
async function replacedIn(folder: string, old: Engine, tar: Blob): Promise<Engine> {
  const [fresh, kept] = [`${folder}.restoring`, keptOf(folder)]
  await rm(fresh, { recursive: true, force: true })
  try {
    await (await startEngine({ dataDir: fresh, tar })).db.close()
  } catch (error) {
    await rm(fresh, { recursive: true, force: true })
    throw error
  }
  await old.db.close()
  await rm(kept, { recursive: true, force: true })
  await rename(folder, kept)
  let started: Engine
  try {
    await rename(fresh, folder)
    started = await startWithOwn(folder)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    await rename(kept, folder)
    await rm(fresh, { recursive: true, force: true })
    throw error
  }
  await rm(kept, { recursive: true, force: true })
  return started
}

const inTransaction = (engine: Engine): boolean => engine.db.isInTransaction()
