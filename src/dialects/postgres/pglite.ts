// Sessions on the embedded engine: `pglite:folder` or `pglite:` in memory. One session, one process, always closed.
import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { isAbsolute, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { GodwitError } from '../../errors.ts'
import { BLOCK, padded, readHeader } from '../../tar.ts'
import { readUrl } from '../../url.ts'
import { ignoredSettings } from '../../url-settings.ts'
import type { Connection, ConnectOptions } from '../dialect.ts'
import { type Engine, extensionLacking, extensionsIn, isBundled, startEngine } from './engine.ts'
import { lockFile } from './filelock.ts'
import { checkUnopened, checkWasAlone, startNote } from './openers.ts'
import { isAnswer } from './pinned.ts'
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
    await checkUnopened(folder)
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

/**
 * Takes the lock of the folder for somebody who opens it with an engine of his own; other URLs need none.
 * Returns what gives it back. Errors: DATABASE_IN_USE, DATABASE_FULL, PERMISSION_DENIED.
 */
export async function hold(url: string, { timeout }: { timeout?: number } = {}): Promise<() => Promise<void>> {
  const folder = /^pglite:/i.test(url) ? folderOf(url) : undefined
  if (folder === undefined) return async () => {}
  const release = await lockFile(`${folder}.lock`, timeout ?? LOCK_WAIT)
  try {
    await checkUnopened(folder)
  } catch (error) {
    await release()
    throw error
  }
  return release
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
    .query<{ name: string }>(
      'select extname as name from pg_catalog.pg_extension where oid operator(pg_catalog.>=) 16384::pg_catalog.oid',
    )
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
 * starts, so it is started again, before the transaction or, where only the failure names it, after it (see `remedy`).
 */
export function embeddedConnection(started: Engine, display: string, place?: Place): Connection {
  let engine = started
  const noted = (): string | undefined => (place === undefined ? undefined : startNote(place.folder))
  let note = noted()
  // Another engine that starts or ends at the folder leaves its mark on the note of ours.
  let disturbed = false
  const end = async (): Promise<void> => {
    disturbed ||= noted() !== note
    if (!engine.db.closed) await engine.db.close()
  }
  let closing: Promise<void> | undefined
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = last.then(work, work)
    last = result.catch(() => undefined)
    return result
  }

  async function provide(names: readonly string[]): Promise<boolean> {
    const wanted = names.filter((name) => isBundled(name) && !engine.extensions.has(name))
    if (wanted.length === 0 || inTransaction(engine)) return false
    const extensions = [...engine.extensions, ...wanted]
    if (place !== undefined) {
      await end()
      engine = await startEngine({ dataDir: place.folder, extensions })
      note = noted()
    } else {
      const tar = await engine.db.dumpDataDir('none')
      await engine.db.close()
      engine = await startEngine({ tar, extensions })
    }
    return true
  }

  const remedy = async (error: unknown): Promise<boolean> => {
    const lacking = extensionLacking(error instanceof Error ? error.message : '')
    return lacking !== undefined && provide([lacking])
  }

  /** Runs it, and once more where it lacked an extension whose name only the engine has seen. */
  const attempt = async <Result>(sql: string, run: () => Promise<Result>): Promise<Result> => {
    await provide(extensionsIn(sql))
    try {
      return await run()
    } catch (error) {
      if (!(await remedy(error))) throw error
      return run()
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
          } finally {
            note = noted()
          }
        }
      }),
  }

  const connection: Connection = {
    location: { display, database: place?.folder ?? ':memory:' },
    version: started.version,
    query: <Row>(sql: string, parameters?: readonly unknown[]) =>
      inTurn(() =>
        attempt(sql, async () => {
          if (parameters !== undefined && parameters.length > 0) {
            return (await engine.db.query<Row>(sql, [...parameters])).rows
          }
          const giving = (await engine.db.exec(sql)).filter(isAnswer)
          return (giving.at(-1)?.rows ?? []) as Row[]
        }),
      ),
    execute: (sql) => inTurn(() => attempt(sql, async () => void (await engine.db.exec(sql)))),
    // One by one: there is no round trip to save. But what a transaction will need is known before it begins.
    executeAll: (statements) =>
      inTurn(async () => {
        await provide(statements.flatMap(extensionsIn))
        let before = 0
        for (const [completed, sql] of statements.entries()) {
          try {
            await engine.db.exec(sql)
          } catch (error) {
            return { completed, error: moved(error, before) }
          }
          before += [...sql].length + SEPARATOR.length
        }
        return { completed: statements.length }
      }),
    remedy: (error) => inTurn(() => remedy(error)),
    close() {
      closing ??= inTurn(async () => {
        try {
          await end()
          if (place !== undefined) await checkWasAlone(place.folder, disturbed)
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

const SEPARATOR = '\n;\n'

/** A place in a statement becomes one in the message, as a server counts it: in characters. */
function moved(error: unknown, before: number): unknown {
  const position = Number(Reflect.get(Object(error), 'position') ?? 0)
  if (position > 0) Reflect.set(Object(error), 'position', String(position + before))
  return error
}

const keptOf = (folder: string): string => `${folder}.before-restore`

async function blobOf(content: AsyncIterable<Uint8Array>): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = []
  for await (const chunk of content) parts.push(new Uint8Array(chunk))
  const blob = new Blob(parts)
  await checkFiles(blob)
  return blob
}

/** Files and folders in their place, and nothing else. Errors: BACKUP_INVALID. */
async function checkFiles(tar: Blob): Promise<void> {
  for (let at = 0; at < tar.size; ) {
    const block = new Uint8Array(await tar.slice(at, at + BLOCK).arrayBuffer())
    if (block.every((byte) => byte === 0)) return
    const header = readHeader(block)
    if (header === undefined || at + BLOCK + header.bytes > tar.size) break
    at += BLOCK + padded(header.bytes)
  }
  throw new GodwitError('BACKUP_INVALID', 'The backup holds no files of a database. Nothing was changed.', {
    why: 'Its archive is damaged, or it holds a link, a device, or a name that leads out of its folder.',
    fix: 'Use another backup, or copy this one again from where it was kept.',
  })
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
