// Puts a backup back: first its checksum, then a person's word, then everything at once where the database can do that.

import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { since } from '../../amount.ts'
import type { Backup } from '../../dialects/dialect.ts'
import { GodwitError, isGodwitError } from '../../errors.ts'
import type { Schema } from '../../schema/schema.ts'
import { countRows, differing, type TableCount, tableName } from '../count.ts'
import { readBookkeeping } from '../journal.ts'
import { underLock } from '../locked.ts'
import type { Consent, RunnerContext } from '../reports.ts'
import { coded, type Session, withSession } from '../session.ts'
import { contentOf } from './archive.ts'
import { backupOf, headsOfHistory } from './backup.ts'
import { type Manifest, type OpenBackup, openBackup, verifyDump } from './manifest.ts'
import { emptying, load, OWN_KIND, unmark } from './own.ts'
import { workFolder } from './work.ts'

/** What would happen, for the person who has to agree. */
export interface RestorePlan {
  /** Of the database that is written to, without password. */
  database: string
  manifest: Manifest
  /** What it holds now and would lose; empty where it is empty. */
  replaced: TableCount[]
}

export interface RestoreRequest {
  file: string
  /** The database need not be empty: what it holds goes. */
  replace: boolean
  /** Asked before anything is changed, and once more where there are more rows by then than it agreed to; false ends it. */
  agree: (plan: RestorePlan) => Promise<Consent>
}

/** A backup that was put back. */
export interface RestoreReport {
  file: string
  database: string
  /** Of the backup. */
  made: string
  /** Where the history stands now: read from the database. */
  head: string[]
  applied: number
  tables: TableCount[]
  /** Tables that were there before. */
  replaced: TableCount[]
  /** Tables with other counts than the manifest, where its counts were not of the very snapshot. */
  differing: string[]
  /** Milliseconds. */
  duration: number
}

/**
 * Errors: BACKUP_INVALID (first of all), BACKUP_MISMATCH, DATABASE_NOT_EMPTY, those of `agree`, TOOL_MISSING,
 * RESTORE_FAILED with the state the database is in, LOCK_TIMEOUT, INTERRUPTED.
 */
export async function restoreBackup(context: RunnerContext, request: RestoreRequest): Promise<RestoreReport> {
  const started = performance.now()
  const { emit = () => undefined } = context
  const backup = await openBackup(resolve(request.file))
  await verifyDump(backup, (done, total) =>
    emit({ type: 'progress', message: 'Verifying the checksum', done, total, unit: 'bytes' }),
  )
  return withSession(context, 'create', (session) =>
    underLock(session, async () => {
      const { dialect, connection } = session
      checkDialect(backup, session)
      const current = await dialect.inspect(connection)
      const replaced = await occupied(session, await backupOf(dialect), current)
      if (replaced !== undefined && !request.replace) throw notEmpty(connection.location.display, replaced)
      const plan = { database: connection.location.display, manifest: backup.manifest, replaced: replaced ?? [] }
      const looks = await agreed(session, request, plan)
      await putBack(session, context, backup, current, looks)
      await unmark(dialect, connection)
      const found = await verified(session, backup)
      return {
        ...found,
        file: backup.path,
        database: plan.database,
        replaced: plan.replaced,
        made: backup.manifest.made,
        duration: since(started),
      }
    }),
  )
}

/** One table, and the query that gives a row where it holds more than was agreed to. */
type Looks = { table: string; query: string }[]

/** Asks, and asks again while rows are written that nobody has agreed to lose. Errors: DECISION_NEEDED, those of `agree`. */
async function agreed(session: Session, request: RestoreRequest, plan: RestorePlan): Promise<Looks> {
  const { dialect, connection } = session
  for (;;) {
    const consent = await request.agree(plan)
    if (consent === false) {
      throw new GodwitError('DECISION_NEEDED', 'Declined. Nothing was changed.', {
        fix: 'Run it again to be asked again, or restore into another database: --url.',
      })
    }
    if (consent === true) return []
    const looks = plan.replaced.flatMap(({ name }, at) => {
      const most = consent.most[at]
      const query = `select 1 as more from ${tableName(dialect, name)} limit 1 offset ${most}`
      return most === undefined ? [] : [{ table: name, query }]
    })
    const more = []
    for (const { query } of looks) more.push(...(await connection.query(query)))
    if (more.length === 0) return looks
    const names = plan.replaced.map(({ name }) => name)
    plan.replaced = await countRows(dialect, connection, names)
  }
}

/** The same looks as part of the transaction that empties the database, where a statement can take them. */
function guarding({ dialect, connection }: Session, looks: Looks): string[] {
  if (looks.length === 0) return []
  const tables = looks.map(({ table }) => table)
  const { before, after, refuse } = dialect.lockTables(tables, { timeout: 0, version: connection.version })
  return refuse === undefined ? [] : [...before, ...after, ...looks.map(({ query }) => refuse(query))]
}

function checkDialect({ manifest }: OpenBackup, { dialect }: Session): void {
  if (manifest.database.dialect === dialect.name) return
  throw new GodwitError('BACKUP_MISMATCH', 'This backup is of another kind of database.', {
    why: `It is of ${manifest.database.dialect}, and the URL names ${dialect.name}.`,
    fix: 'Check --url.',
  })
}

/** What the database holds: its tables; an empty list where that is something else; undefined where it is nothing. */
async function occupied(
  { dialect, connection }: Session,
  { rows }: Backup,
  current: Schema,
): Promise<TableCount[] | undefined> {
  const objects = current.objects.filter((object) => rows?.keeps(object) !== true)
  const { history } = await readBookkeeping(dialect, connection)
  if (current.tables.length + objects.length + history.size === 0) return undefined
  return countRows(
    dialect,
    connection,
    current.tables.map(({ name }) => name),
  )
}

const notEmpty = (display: string, tables: readonly TableCount[]): GodwitError =>
  new GodwitError('DATABASE_NOT_EMPTY', `The database ${display} is not empty.`, {
    why: `It holds ${tables.length === 0 ? 'objects or a history' : namesOf(tables)}. Nothing was changed.`,
    fix: 'Pass --replace to put the backup in the place of all of it, or name an empty database with --url.',
    data: { tables },
  })

/** `users (3 rows), posts (12 rows) and 4 more`. */
export function namesOf(tables: readonly TableCount[], most = 5): string {
  const shown = tables.slice(0, most).map(({ name, rows }) => `${name} (${rows} ${rows === 1 ? 'row' : 'rows'})`)
  const more = tables.length - shown.length
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ')
}

async function putBack(
  session: Session,
  context: RunnerContext,
  backup: OpenBackup,
  current: Schema,
  looks: Looks,
): Promise<void> {
  const { dialect, connection } = session
  const ways = await backupOf(dialect)
  const guard = guarding(session, looks)
  const work = await workFolder()
  try {
    const content = unpacked(session, backup)
    if (backup.manifest.dump.kind !== OWN_KIND) {
      const before =
        ways.rows === undefined ? [] : emptying({ dialect, rows: ways.rows, connection, current, path: backup.path })
      await ways.restore(connection, content, {
        kind: backup.manifest.dump.kind,
        url: context.url ?? '',
        folder: work,
        before: [...guard, ...before],
        version: backup.manifest.database.version,
        ...(context.signal !== undefined && { signal: context.signal }),
      })
    } else if (ways.rows === undefined) {
      throw new GodwitError('BACKUP_MISMATCH', 'This backup does not fit this database.', { fix: 'Check --url.' })
    } else await load({ dialect, rows: ways.rows, connection, current, content, path: backup.path, guard })
  } catch (error) {
    throw failed(coded(dialect, error), session, backup, context.signal?.aborted === true)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** The dump as it was before it was compressed, telling how far it is. */
async function* unpacked(
  { emit, signal, connection }: Session,
  { path, dump }: OpenBackup,
): AsyncGenerator<Uint8Array> {
  const message = `Restoring ${connection.location.display}`
  let done = 0
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of contentOf(path, dump)) {
      done += chunk.byteLength
      emit({ type: 'progress', message, done, total: dump.bytes, unit: 'bytes' })
      signal?.throwIfAborted()
      yield chunk
    }
  }
  const gunzip = createGunzip()
  const piped = pipeline(counted(), gunzip)
  piped.catch(() => undefined)
  for await (const chunk of gunzip) yield chunk as Uint8Array
  await piped
}

/** Coded errors that came before anything was changed pass as they are; all others say what is left. */
function failed(error: unknown, { dialect, connection }: Session, backup: OpenBackup, stopped: boolean): unknown {
  if (!isGodwitError(error)) return error
  if (['BACKUP_MISMATCH', 'BACKUP_INVALID', 'TOOL_MISSING', 'BUG'].includes(error.code)) return error
  const again = `godwit restore ${backup.path} --replace`
  const whole = dialect.capabilities.transactionalDdl
  const what = stopped ? 'The restore was interrupted' : 'The backup could not be restored'
  return new GodwitError(
    'RESTORE_FAILED',
    `${what}; ${connection.location.display} ${whole ? 'is as it was before' : 'holds a part of it'}.`,
    {
      why: [error.message, error.why].filter((line) => line !== undefined).join('\n'),
      fix: whole
        ? `Remove what is in the way, then run \`${again}\` again.`
        : `This database cannot take back what it has done. Remove what is in the way, then run \`${again}\`. Until then no upgrade goes on with it.`,
      data: { ...error.data, state: whole ? 'unchanged' : 'partial' },
      cause: error,
    },
  )
}

/** Reads what is there now. Errors: RESTORE_FAILED where rows are missing. */
async function verified(
  { dialect, connection, emit }: Session,
  { manifest, path }: OpenBackup,
): Promise<Pick<RestoreReport, 'head' | 'applied' | 'tables' | 'differing'>> {
  const books = await readBookkeeping(dialect, connection)
  const schema = await dialect.inspect(connection)
  const tables = await countRows(
    dialect,
    connection,
    schema.tables.map(({ name }) => name),
  )
  const different = differing(manifest.tables, tables)
  const head = headsOfHistory(books)
  const sameHead = head.join(' ') === manifest.head.join(' ')
  if (!sameHead || (manifest.exact && different.length > 0)) {
    const what = sameHead
      ? different
      : [...different, `history: ${manifest.head.join(', ')} in the backup, ${head.join(', ') || 'none'} now`]
    throw new GodwitError('RESTORE_FAILED', 'The database does not hold what the backup says.', {
      why: what.join('\n'),
      fix: `If somebody writes to the database, stop that and run \`godwit restore ${path} --replace\` again.`,
      data: { differing: what, state: 'restored' },
    })
  }
  if (different.length > 0)
    emit({ type: 'warning', message: `Counts were taken a moment before the dump: ${different.join('; ')}` })
  return { head, applied: books.history.size, tables, differing: different }
}
