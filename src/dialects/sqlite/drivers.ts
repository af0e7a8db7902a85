// Finds a driver and makes one shape of it: node:sqlite, better-sqlite3, @photostructure/sqlite or libsql.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { GodwitError } from '../../errors.ts'
import { satisfies } from './engines.ts'

/** One open database. Everything is synchronous, as all of these drivers are. */
export interface Database {
  exec(sql: string): void
  all(sql: string, parameters: readonly unknown[]): Record<string, unknown>[]
  /** Copies the whole database into the file, page by page, in place of what is there; absent: the driver cannot. */
  copyTo?(file: string): Promise<void>
  close(): void
}

export interface Driver {
  name: string
  open(file: string, readOnly: boolean): Database
}

// What the drivers have in common, as far as we use it.
interface RawDatabase {
  exec(sql: string): unknown
  prepare(sql: string): RawStatement
  close(): unknown
  backup?(file: string): Promise<unknown>
}
type RawBackup = (database: RawDatabase, file: string) => Promise<unknown>
interface RawStatement {
  all(...parameters: unknown[]): Record<string, unknown>[]
  run(...parameters: unknown[]): unknown
  /** Whether it returns rows (better-sqlite3, libsql: `all` throws where it does not). */
  reader?: boolean
  setReadBigInts?(on: boolean): unknown
  safeIntegers?(on: boolean): unknown
}
type Constructor = new (file: string, options: Record<string, unknown>) => RawDatabase

let found: Driver | undefined

/** The first driver that this Node can run. Errors: DRIVER_MISSING, which says what to install. */
export function findDriver(): Driver {
  found ??= builtIn() ?? installed('better-sqlite3') ?? installed('@photostructure/sqlite') ?? installed('libsql')
  if (found === undefined) throw missing()
  return found
}

function missing(): GodwitError {
  const major = Number(process.versions.node.split('.')[0])
  return new GodwitError('DRIVER_MISSING', 'No SQLite driver was found.', {
    why: `Node ${process.versions.node} has none built in${major === 22 ? ' without --experimental-sqlite' : ''}, and none that runs on it is installed.`,
    fix:
      major >= 22
        ? 'Update Node to 22.13 or later (it has a driver built in), or run: npm install better-sqlite3'
        : 'Run: npm install @photostructure/sqlite@1 — or use Node 22.13 or later, which has a driver built in.',
  })
}

/** node:sqlite, from Node 22.5 (without a flag from 22.13). Its ExperimentalWarning is the only warning held back. */
function builtIn(): Driver | undefined {
  if (!satisfies(process.versions.node, '>=22.5')) return undefined
  const warn = process.emitWarning
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (rest[0] === 'ExperimentalWarning' && String(warning).includes('SQLite')) return
    Reflect.apply(warn, process, [warning, ...rest])
  }) as typeof process.emitWarning
  try {
    return driverFrom('node:sqlite', createRequire(import.meta.url)('node:sqlite'))
  } catch {
    return undefined
  } finally {
    process.emitWarning = warn
  }
}

// The project's own installation comes before what lies beside Godwit.
function installed(name: string): Driver | undefined {
  for (const base of [join(process.cwd(), 'package.json'), import.meta.url]) {
    const require = createRequire(base)
    try {
      const entry = require.resolve(name)
      // Read before anything of it is loaded: better-sqlite3 13 ends a Node 20 process with a segmentation fault.
      if (!satisfies(process.versions.node, enginesOf(entry, name))) continue
      return driverFrom(name, require(name))
    } catch {
      // Not installed, or not built for this platform: the next one.
    }
  }
  return undefined
}

function enginesOf(entry: string, name: string): string | undefined {
  for (let folder = dirname(entry); folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json')
    if (!existsSync(file)) continue
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (!isRecord(content) || content.name !== name) continue
    return isRecord(content.engines) && typeof content.engines.node === 'string' ? content.engines.node : undefined
  }
  return undefined
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const isConstructor = (value: unknown): value is Constructor => typeof value === 'function'

function driverFrom(name: string, module: unknown): Driver | undefined {
  const shared = isRecord(module) && isConstructor(module.DatabaseSync) ? module.DatabaseSync : undefined
  const main = shared ?? (isConstructor(module) ? module : isRecord(module) ? module.default : undefined)
  if (!isConstructor(main)) return undefined
  const Database = main
  const spelling = shared === undefined ? 'readonly' : 'readOnly'
  const copy = isRecord(module) && isBackup(module.backup) ? module.backup : undefined
  return {
    name,
    // better-sqlite3 refuses the spelling of node:sqlite.
    open: (file, readOnly) => adapt(new Database(file, readOnly ? { [spelling]: true } : {}), copy),
  }
}

// A function of the module (node:sqlite from 22.16 on), or a method (better-sqlite3).
const isBackup = (value: unknown): value is RawBackup => typeof value === 'function'

function adapt(raw: RawDatabase, copy: RawBackup | undefined): Database {
  const copyTo =
    copy !== undefined
      ? async (file: string) => void (await copy(raw, file))
      : typeof raw.backup === 'function'
        ? async (file: string) => void (await raw.backup?.(file))
        : undefined
  return {
    ...(copyTo !== undefined && { copyTo }),
    exec: (sql) => void raw.exec(sql),
    all(sql, parameters) {
      const statement = raw.prepare(sql)
      if (statement.reader === false) {
        statement.run(...parameters)
        return []
      }
      statement.setReadBigInts?.(true)
      statement.safeIntegers?.(true)
      return statement.all(...parameters).map(plainRow)
    },
    close: () => void raw.close(),
  }
}

// Numbers where they are exact, BigInt beyond: drivers throw or round instead. A column may be called __proto__.
function plainRow(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'bigint' && value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER
        ? Number(value)
        : value,
    ]),
  )
}
