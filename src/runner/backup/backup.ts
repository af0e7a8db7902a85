// Takes a backup: under the lock of the migrations, from one consistent view, and under its name only when it is whole.

import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { isAbsolute, join, parse } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { since } from '../../amount.ts'
import type { Backup, BackupSource, Dialect } from '../../dialects/dialect.ts'
import { GodwitError } from '../../errors.ts'
import type { Schema } from '../../schema/schema.ts'
import { countRows, type TableCount } from '../count.ts'
import { type Bookkeeping, readBookkeeping } from '../journal.ts'
import { underLock } from '../locked.ts'
import type { RunnerContext } from '../reports.ts'
import { type Session, withSession } from '../session.ts'
import { checkFormat } from '../state.ts'
import { type Archive, createArchive } from './archive.ts'
import { BACKUP_FORMAT, backupsOf, MANIFEST, type Manifest, SUFFIX, SUMS, sumsText } from './manifest.ts'
import { dump, OWN_FILE, OWN_KIND } from './own.ts'
import { workFolder } from './work.ts'

/** Where to and how. */
export interface BackupRequest {
  /** Made where it is missing. */
  folder: string
  /** So many backups of this database stay, the new one among them; absent: all. */
  keep?: number
  tool?: 'native' | 'godwit'
  made: Date
}

/** A backup that was taken. */
export interface BackupReport {
  file: string
  bytes: number
  /** Of the compressed dump, SHA-256. */
  checksum: string
  /** What wrote the dump, with its version. */
  by: string
  /** Why that was not the server's own program. */
  note?: string
  /** Where the history stood. */
  head: string[]
  tables: TableCount[]
  /** Older ones that `keep` took away. */
  deleted: string[]
  /** Milliseconds. */
  duration: number
}

/** What the dialect offers. Errors: BACKUP_FAILED. */
export async function backupOf(dialect: Dialect): Promise<Backup> {
  if (dialect.backup !== undefined) return dialect.backup()
  throw new GodwitError('BACKUP_FAILED', `Backups of ${dialect.name} are not known.`, {
    fix: "Use the database's own tools.",
  })
}

/** Errors: BACKUP_FAILED, TOOL_MISSING, FOLDER_NOT_WRITABLE, LOCK_TIMEOUT, INTERRUPTED, RESTORE_FAILED (one was cut off), those of connecting. */
export async function takeBackup(context: RunnerContext, request: BackupRequest): Promise<BackupReport> {
  const started = performance.now()
  return withSession(context, 'create', (session) =>
    // While somebody migrates, schema, rows and history need not fit together.
    underLock(session, async () => {
      const work = await workFolder()
      let source: BackupSource | undefined
      try {
        const ways = await backupOf(session.dialect)
        // Before the view is opened: a table that is not there would end its transaction. The lock keeps it as it is.
        const books = await readBookkeeping(session.dialect, session.connection)
        // A part of a database would look like a backup of all of it.
        checkFormat(books)
        source = await ways.open(session.connection, {
          url: context.url ?? '',
          folder: work,
          ...(request.tool !== undefined && { tool: request.tool }),
          ...(context.signal !== undefined && { signal: context.signal }),
        })
        const report = await write(session, ways, { source, books }, request, context.version ?? '')
        const deleted = await prune(request, session.connection.location.display, report.file)
        return { ...report, deleted, duration: since(started) }
      } finally {
        await source?.close()
        await rm(work, { recursive: true, force: true })
      }
    }),
  )
}

async function write(
  session: Session,
  ways: Backup,
  { source, books }: { source: BackupSource; books: Bookkeeping },
  request: BackupRequest,
  version: string,
): Promise<Omit<BackupReport, 'deleted' | 'duration'>> {
  const { dialect, connection } = session
  const schema = await dialect.inspect(source.view)
  const tables = await countRows(
    dialect,
    source.view,
    schema.tables.map(({ name }) => name),
  )
  const file = freeName(request.folder, nameOf(connection.location.database, request.made))
  const archive = await begin(request, file)
  try {
    const native = source.native
    const by = native?.by ?? `godwit ${version}`.trim()
    const entry = `${native?.file ?? OWN_FILE}.gz`
    const content = contentOf(session, ways, source, { schema, tables, books: books.initialised })
    const gzip = createGzip()
    const piped = pipeline(content, gzip)
    // What breaks it is thrown where it is read.
    piped.catch(() => undefined)
    const written = await archive.add(entry, gzip)
    await piped
    const { display, database } = connection.location
    const manifest: Manifest = {
      format: BACKUP_FORMAT,
      godwit: version,
      made: request.made.toISOString(),
      database: { dialect: dialect.name, display, name: database, version: connection.version },
      head: headsOfHistory(books),
      applied: books.history.size,
      tables,
      exact: source.exact,
      dump: { file: entry, kind: native?.kind ?? OWN_KIND, by, ...written },
    }
    const described = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)
    await archive.add(MANIFEST, [described])
    const sums = [
      { name: entry, sha256: written.sha256 },
      { name: MANIFEST, sha256: createHash('sha256').update(described).digest('hex') },
    ]
    await archive.add(SUMS, [Buffer.from(sumsText(sums))])
    session.signal?.throwIfAborted()
    await archive.finish()
    return {
      file,
      bytes: (await stat(file)).size,
      checksum: written.sha256,
      by,
      ...(source.note !== undefined && { note: source.note }),
      head: manifest.head,
      tables,
    }
  } catch (error) {
    await archive.discard()
    throw Reflect.get(Object(error), 'syscall') === 'write' ? notWritten(request.folder, error) : error
  }
}

/** Applied revisions that no other applied one comes after. */
export function headsOfHistory({ history }: Bookkeeping): string[] {
  const passed = new Set([...history.values()].flatMap(({ parents }) => parents))
  return [...history.keys()].filter((id) => !passed.has(id)).sort()
}

interface Content {
  schema: Schema
  tables: readonly TableCount[]
  books: boolean
}

/** The bytes of the dump, telling how far it is. */
async function* contentOf(
  session: Session,
  ways: Backup,
  { native, view }: BackupSource,
  { schema, tables, books }: Content,
): AsyncGenerator<Uint8Array> {
  const { dialect, emit, signal } = session
  const message = `Copying ${session.connection.location.display}`
  const total = native === undefined ? tables.reduce((sum, { rows }) => sum + rows, 0) : tables.length
  const unit = native === undefined ? 'rows' : 'tables'
  let done = 0
  const progress = (amount: number): void => {
    done += amount
    emit({ type: 'progress', message, done: Math.min(done, total), total, unit })
  }
  progress(0)
  if (native === undefined && ways.rows === undefined)
    throw new GodwitError('BUG', 'A dialect with neither rows nor a copy of its own.')
  const chunks =
    native === undefined && ways.rows !== undefined
      ? dump({ dialect, rows: ways.rows, view, schema, books }, progress)
      : native?.content(() => progress(1))
  for await (const chunk of chunks ?? []) {
    signal?.throwIfAborted()
    yield chunk
  }
}

/** `shop-20261121T153012Z`: sorted by name is sorted by time. */
function nameOf(database: string, made: Date): string {
  // A database that is a file is called by its path.
  const name = isAbsolute(database) ? parse(database).name : database
  const base = name.replace(/[^\w-]+/g, '_')
  const stamp = made.toISOString().replace(/[-:]|\.\d+/g, '')
  return `${base === '' ? 'database' : base}-${stamp}`
}

// Two in one second: the first one stays.
function freeName(folder: string, name: string): string {
  for (let count = 1; ; count++) {
    const file = join(folder, `${name}${count === 1 ? '' : `-${count}`}${SUFFIX}`)
    if (!existsSync(file)) return file
  }
}

async function begin({ folder, made }: BackupRequest, file: string): Promise<Archive> {
  try {
    if ((await mkdir(folder, { recursive: true })) !== undefined) {
      // Backups hold everything: a folder of ours is never taken into version control by accident.
      await writeFile(join(folder, '.gitignore'), '*\n')
    }
    return await createArchive(file, made)
  } catch (error) {
    throw notWritten(folder, error)
  }
}

const notWritten = (folder: string, cause: unknown): GodwitError =>
  new GodwitError('FOLDER_NOT_WRITABLE', `The backup could not be written to ${folder}.`, {
    why: cause instanceof Error ? cause.message : String(cause),
    fix: 'Check the path (--out), the rights of the folder and the room on its disk. Nothing was changed.',
    cause,
  })

async function prune({ folder, keep }: BackupRequest, display: string, own: string): Promise<string[]> {
  if (keep === undefined) return []
  // The one that was made just now is never deleted, whatever the clocks of others have said.
  const others = (await backupsOf(folder, display)).filter((path) => path !== own)
  const old = others.slice(Math.max(0, keep - 1))
  for (const path of old) await rm(path, { force: true })
  return old
}
