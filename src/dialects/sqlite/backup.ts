// Copies of a whole database: the engine's own, page by page, out of and into a file that others may be using.
import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { GodwitError } from '../../errors.ts'
import type { Backup, BackupOptions, BackupSource, Connection, RestoreOptions } from '../dialect.ts'
import { connect } from './connect.ts'
import { findDriver } from './drivers.ts'
import { literal } from './quote.ts'

const PAGES = 'sqlite pages'

/** What the dialect offers to backups. */
export const backup: Backup = { open, restore }

/** The copy is made at once; what is counted and written out is the copy, and nobody else sees that. */
async function open(connection: Connection, { tool, folder }: BackupOptions): Promise<BackupSource> {
  if (tool === 'godwit') {
    throw new GodwitError('BACKUP_FAILED', 'This database is always copied by its own engine.', {
      why: 'The engine is part of the driver: there is no tool that could be missing.',
      fix: 'Leave --tool out.',
    })
  }
  const file = join(folder, 'copy.db')
  await copyOut(connection, file)
  const view = await connect(`sqlite:${file}`, { readOnly: true })
  return {
    view,
    exact: true,
    native: {
      kind: PAGES,
      file: 'database.sqlite',
      by: `sqlite ${connection.version}`,
      content: () => createReadStream(file),
    },
    close: () => view.close(),
  }
}

/** Exactly as it is by the driver's backup; a driver without one leaves it to the engine, which packs the pages anew. */
export async function copyOut(connection: Connection, file: string, driver = findDriver()): Promise<void> {
  const { database } = connection.location
  // A database in memory is seen by its own session alone.
  if (database !== ':memory:') {
    const source = driver.open(database, true)
    try {
      if (source.copyTo !== undefined) return await source.copyTo(file)
    } finally {
      source.close()
    }
  }
  await connection.execute(`vacuum into ${literal(file)}`)
}

async function restore(
  connection: Connection,
  content: AsyncIterable<Uint8Array>,
  { kind, folder }: RestoreOptions,
): Promise<void> {
  const { database } = connection.location
  const memory = database === ':memory:'
  if (kind !== PAGES || memory) {
    throw new GodwitError('BACKUP_MISMATCH', 'This backup does not fit this database.', {
      why: memory ? 'A database in memory cannot be replaced.' : 'It is the copy of another kind of database.',
      fix: memory ? 'Name a file in the URL.' : 'Restore it where it came from, or into a database of the same kind.',
    })
  }
  const file = join(folder, 'restored.db')
  await pipeline(content, createWriteStream(file, { flags: 'wx', mode: 0o600 }))
  const source = findDriver().open(file, false)
  try {
    if (source.copyTo === undefined) {
      throw new GodwitError('TOOL_MISSING', 'The SQLite driver cannot put a copy back into a file that is in use.', {
        why: 'It has no backup function.',
        fix: 'Use Node 22.16 or later (it has one built in), or run: npm install better-sqlite3',
      })
    }
    const [answer] = source.all('pragma quick_check(1)', [])
    if (Object.values(answer ?? {})[0] !== 'ok') {
      throw new GodwitError('BACKUP_INVALID', 'The database in the backup is damaged. Nothing was changed.', {
        why: String(Object.values(answer ?? {})[0]),
        fix: 'Use another backup.',
      })
    }
    // Through the engine's own locks and journal: others wait, and a kill in the middle leaves what was there before.
    await source.copyTo(database)
  } finally {
    source.close()
  }
}
