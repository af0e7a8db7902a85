// What a killed writer has left beside a file has to be rolled back, or taken in, before anybody can read; that is writing.
import { existsSync } from 'node:fs'
import { GodwitError } from '../../errors.ts'
import { findDriver } from './drivers.ts'
import { explain } from './explain.ts'
import type { FileTarget } from './url.ts'

/** Whether a session that only reads failed because of what is left there (sqlite.org/lockingv3.html, hot journals). */
export function needsRecovery(error: unknown, { memory, file }: FileTarget): boolean {
  const { state } = explain(error)
  if (memory || (state !== 'SQLITE_READONLY' && state !== 'SQLITE_CANTOPEN')) return false
  return existsSync(`${file}-journal`) || existsSync(`${file}-wal`)
}

/**
 * Lets the engine put the file in order, as the next writer would. Nothing of what was committed is lost. Errors: DATABASE_READ_ONLY, where nobody may write there or
 * the URL forbids it.
 */
export function recover({ file, readOnly, display }: FileTarget): void {
  let cause: unknown
  if (!readOnly) {
    try {
      const database = findDriver().open(file, false)
      try {
        // Reading is what makes it look at the journal.
        database.all('pragma schema_version', [])
        return
      } finally {
        database.close()
      }
    } catch (error) {
      cause = error
    }
  }
  throw new GodwitError(
    'DATABASE_READ_ONLY',
    `The database ${display} cannot be read before somebody may write to it.`,
    {
      why: `A process was killed while it wrote. What it left (${file}-journal or -wal) has to be rolled back or taken in first, ${
        readOnly ? 'and the URL says mode=ro.' : 'and this process may not write there.'
      }`,
      fix: readOnly
        ? 'Open it once without mode=ro: any command does, `godwit status` for one.'
        : 'Run any command once as a user who may write to the file and its folder, `godwit status` for one.',
      ...(cause !== undefined && { cause }),
    },
  )
}
