// Seeds: data that belongs to the application, in files that run once each, in name order.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { GodwitError } from '../errors.ts'
import { loadModule } from '../load.ts'
import type { RunDatabase } from '../operations/operation.ts'

/** What the code of a seed or a step may use, inside its transaction. */
export interface SeedDatabase extends RunDatabase {
  /** `development`, `production`, … as the start-up or `godwit seed` was told. */
  environment: string
  /** Inserts one row. */
  insert(table: string, row: Row): Promise<void>
  /** Whether a row with these values is there. */
  exists(table: string, values: Row): Promise<boolean>
  /** Inserts the row unless one with the same values in the columns `by` is there. True: it was inserted. */
  ensure(table: string, row: Row, by: readonly string[]): Promise<boolean>
}

/** Values of one row by the names of the columns. */
export type Row = Readonly<Record<string, string | number | boolean | null>>

/** What `export default seed({...})` takes. */
export interface SeedDefinition {
  /** Runs in a transaction of its own. */
  run(database: SeedDatabase): Promise<void> | void
  /** At a start, before revisions are applied: throws what forbids it. It only reads, and the tables may not be there yet. */
  check?(database: SeedDatabase): Promise<void> | void
  /** It may run again and again without doing harm, and does: at every start and every `godwit seed`. */
  always?: boolean
  /** Only in these environments. Absent: in all. */
  environments?: readonly string[]
}

/** Checks and returns the definition. Errors: SEED_INVALID. */
export function seed(definition: SeedDefinition): SeedDefinition {
  if (isDefinition(definition)) return definition
  throw new GodwitError('SEED_INVALID', 'A seed needs a function `run`.', {
    fix: 'Write `export default seed({ async run(database) { … } })`.',
  })
}

/** A seed file as it was read; nothing was run. */
export interface SeedFile {
  /** The file's name: seeds run in the order of their names, and are remembered by them. */
  name: string
  file: string
  checksum: string
  /** Of an SQL file. */
  text?: string
  /** What a module exports, where it was imported already (a bundle). */
  definition?: SeedDefinition
}

const SEED = /^(?![._]).*\.(?:[cm]?[jt]s|sql)$/
const NOT_SEED = /\.d\.[cm]?ts$|\.(?:test|spec)\.[cm]?[jt]s$/
// The name is a part of a key of at most 255 characters on every database.
const LONGEST = 200

/** The seed files of a folder, in name order (`2_…` before `10_…`); none where there is no folder. Errors: SEED_INVALID. */
export function readSeeds(folder: string): SeedFile[] {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw unreadable(folder, error)
  }
  return names
    .filter((name) => SEED.test(name) && !NOT_SEED.test(name))
    .sort(byName)
    .map((name) => {
      const file = join(folder, name)
      if (name.length > LONGEST) throw invalid(file, `its name is longer than ${LONGEST} characters`)
      let text: string
      try {
        // To read a pipe is to wait for somebody at its other end.
        if (!statSync(file).isFile()) throw new Error('It is no file.')
        text = readFileSync(file, 'utf8')
      } catch (error) {
        throw unreadable(file, error)
      }
      return { name, file, checksum: sumOf(text), ...(name.endsWith('.sql') && { text }) }
    })
}

/** Line ends of the other system are no change. */
const sumOf = (text: string): string =>
  createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex').slice(0, 32)

/** The order of names: numbers count as numbers. */
export const byName = (a: string, b: string): number =>
  a.localeCompare(b, 'en', { numeric: true }) || (a < b ? -1 : a > b ? 1 : 0)

/** A seed that is ready to run. */
export interface LoadedSeed extends SeedFile {
  always: boolean
  environments?: readonly string[]
  run?: SeedDefinition['run']
  check?: NonNullable<SeedDefinition['check']>
}

/** Loads one. Errors: SEED_INVALID (also where the module throws). */
export async function loadSeed(source: SeedFile): Promise<LoadedSeed> {
  if (source.text !== undefined) return { ...source, ...headerOf(source.text) }
  const definition = source.definition ?? (await imported(source.file))
  if (!isDefinition(definition)) throw invalid(source.file, 'it does not export `seed({ run })` as its default')
  const { run, always = false, environments } = definition
  // Called on its definition: a method may use `this`.
  const check = definition.check?.bind(definition)
  return {
    ...source,
    run: run.bind(definition),
    ...(check !== undefined && { check }),
    always,
    ...(environments !== undefined && { environments }),
  }
}

async function imported(file: string): Promise<unknown> {
  try {
    return (await loadModule(file)).default
  } catch (error) {
    if (error instanceof GodwitError) throw error
    throw invalid(file, `it cannot be loaded: ${error instanceof Error ? error.message : String(error)}`, error)
  }
}

// `-- always` and `-- environments: development, test` among the comments at the top.
function headerOf(text: string): { always: boolean; environments?: string[] } {
  const head = /^(?:\uFEFF?(?:[ \t]*--[^\n]*|[ \t]*\r?)\n)*/.exec(`${text}\n`)?.[0] ?? ''
  const list = /^[ \t]*--[ \t]*environments?[ \t]*:(.*)$/im.exec(head)?.[1]
  const environments = list?.split(/[\s,]+/).filter((word) => word !== '')
  return {
    always: /^[ \t]*--[ \t]*always[ \t]*$/im.test(head),
    ...(environments !== undefined && { environments }),
  }
}

const isDefinition = (value: unknown): value is SeedDefinition =>
  typeof value === 'object' && value !== null && 'run' in value && typeof value.run === 'function'

const invalid = (file: string, problem: string, cause?: unknown): GodwitError =>
  new GodwitError('SEED_INVALID', `The seed ${basename(file)} is not valid: ${problem}.`, {
    fix: 'A seed is an SQL file, or a module with `export default seed({ async run(database) { … } })`.',
    place: { file },
    cause,
  })

const unreadable = (path: string, cause: unknown): GodwitError =>
  new GodwitError('SEED_INVALID', `The seeds cannot be read: ${path}.`, {
    why: cause instanceof Error ? cause.message : String(cause),
    fix: 'Check `seeds` in godwit.config.ts and the rights of the files.',
    cause,
  })
