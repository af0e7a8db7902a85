// Opens a database file and pins the session's settings.
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { GodwitError } from '../../errors.ts'
import type { Connection, ConnectOptions } from '../dialect.ts'
import { type Database, findDriver } from './drivers.ts'
import { explain, noteOffset } from './explain.ts'
import { needsRecovery, recover } from './recover.ts'
import { syntaxOffset } from './syntax.ts'
import { type FileTarget, parseUrl } from './url.ts'

/** Milliseconds that a statement waits for another process's lock before it fails. */
export const BUSY_TIMEOUT = 5000

/** Errors: URL_INVALID, DRIVER_MISSING, DATABASE_MISSING, DATABASE_IN_USE, PERMISSION_DENIED, CONNECTION_FAILED. */
export async function connect(url: string, options: ConnectOptions = {}): Promise<Connection> {
  const target = parseUrl(url)
  const driver = findDriver()
  const standIn = options.absent === 'empty' && !target.memory && !existsSync(target.file)
  if (!target.memory && !standIn) prepareFile(target, options.create === true || target.create)
  const readOnly = !standIn && (options.readOnly === true || target.readOnly)
  const timeout = Math.max(0, Math.trunc(options.timeout ?? BUSY_TIMEOUT))
  const open = (): Database => {
    const database = driver.open(standIn ? ':memory:' : target.file, readOnly)
    try {
      database.exec(`pragma busy_timeout = ${timeout}; pragma foreign_keys = on`)
      // The first read of the file: whether it is a database shows here.
      database.all('pragma schema_version', [])
      return database
    } catch (error) {
      database.close()
      throw error
    }
  }
  let database: Database | undefined
  try {
    database = readOnly ? recovering(target, open) : open()
    const [row] = database.all('select sqlite_version() as version', [])
    return connectionOf(database, target, { version: String(row?.version ?? ''), readOnly })
  } catch (error) {
    database?.close()
    throw connectError(error, target)
  }
}

/** Does it, and once more where a killed writer's leavings were in the way. */
function recovering<Result>(target: FileTarget, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (!needsRecovery(error, target)) throw error
    recover(target)
    return work()
  }
}

function prepareFile(target: FileTarget, create: boolean): void {
  if (existsSync(target.file)) {
    if (statSync(target.file).isDirectory()) {
      throw new GodwitError('CONNECTION_FAILED', `${target.display} is a folder, not a database file.`, {
        fix: 'Name the file in the URL: sqlite:path/to/file.db',
      })
    }
    return
  }
  if (!create) {
    throw new GodwitError('DATABASE_MISSING', `The database file ${target.file} does not exist.`, {
      why: 'A file that is missing is not made up silently: a mistyped path would look like an empty database.',
      fix: 'Check the path in the URL; `godwit upgrade` creates the file.',
      data: { made: 'by the first upgrade' },
    })
  }
  try {
    mkdirSync(dirname(target.file), { recursive: true })
  } catch (error) {
    throw new GodwitError('PERMISSION_DENIED', `The folder of ${target.file} cannot be created.`, {
      why: error instanceof Error ? error.message : String(error),
      fix: 'Create the folder, or choose a path where you may write.',
      cause: error,
    })
  }
}

function connectError(error: unknown, target: FileTarget): GodwitError {
  if (error instanceof GodwitError) return error
  const failure = explain(error)
  const code =
    failure.kind === 'lock timeout'
      ? 'DATABASE_IN_USE'
      : failure.kind === 'permission denied'
        ? 'PERMISSION_DENIED'
        : 'CONNECTION_FAILED'
  return new GodwitError(code, `The database ${target.display} could not be opened: ${failure.message}.`, {
    ...(failure.hint === undefined ? {} : { fix: failure.hint }),
    cause: error,
  })
}

function connectionOf(
  database: Database,
  target: FileTarget,
  { version, readOnly }: { version: string; readOnly: boolean },
): Connection {
  let open = true
  const during = <Result>(sql: string, work: () => Result): Result => {
    try {
      return work()
    } catch (error) {
      const offset = error instanceof Error ? syntaxOffset(database, sql, error.message) : undefined
      if (offset !== undefined) noteOffset(error, offset)
      throw error
    }
  }
  return {
    location: {
      display: target.display,
      database: target.file,
      ...(target.ignored !== undefined && { ignored: target.ignored }),
    },
    version,
    async query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
      const read = (): Record<string, unknown>[] => during(sql, () => database.all(sql, parameters))
      return (readOnly ? recovering(target, read) : read()) as Row[]
    },
    async execute(sql) {
      try {
        during(sql, () => database.exec(sql))
      } catch (error) {
        // The engine has rolled back already where the disk was full (sqlite.org/lang_transaction.html, 3.2).
        const rolledBack = error instanceof Error && /cannot rollback - no transaction is active/.test(error.message)
        if (!(rolledBack && /^\s*rollback\s*;?\s*$/i.test(sql))) throw error
      }
    },
    async close() {
      if (!open) return
      open = false
      database.close()
    },
    async [Symbol.asyncDispose]() {
      await this.close()
    },
  }
}
