// The databases that contract tests run on, and the folders of revisions they run.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { Connection, Dialect } from '../../src/dialects/dialect.ts'
import { dialectOf } from '../../src/dialects/index.ts'
import { type GodwitError, isGodwitError } from '../../src/errors.ts'
import { printSql, printTypescript, type RevisionDefinition } from '../../src/revisions/index.ts'
import type { RunnerContext, RunnerEvent } from '../../src/runner/index.ts'
import {
  describeEach,
  mysqlAnswers,
  postgresAnswers,
  type ScratchDatabase,
  scratchFolder,
  scratchMysql,
  scratchPostgres,
  scratchSqlite,
} from '../support/databases.ts'
import { closeTargets, lentEmbedded } from '../support/targets.ts'

afterAll(closeTargets)

/** One database engine to hold to the contract. */
export interface Engine {
  name: string
  scratch(): Promise<ScratchDatabase>
  /** Several processes can work on it at once. */
  shared: boolean
}

/** All engines, whether they answer or not. */
export const everyEngine: readonly (Engine & { answers?: boolean })[] = [
  { name: 'sqlite', scratch: scratchSqlite, shared: true },
  // In memory, one session for everything; engines are emptied and lent again, as starting one is what takes time.
  { name: 'pglite', scratch: async () => ({ url: 'pglite:', drop: async () => {} }), shared: false },
  { name: 'postgres', scratch: scratchPostgres, shared: true, answers: await postgresAnswers() },
  { name: 'mysql', scratch: scratchMysql, shared: true, answers: await mysqlAnswers() },
]

/** All engines that answer here. */
export const engines: readonly Engine[] = everyEngine.filter(({ answers }) => answers !== false)

/** `describe` on each engine that fits; what does not answer is skipped, and counted. */
export const describeOn = (fits: (engine: Engine) => boolean = () => true) =>
  describeEach<Engine>(everyEngine.filter(fits))

/** A scratch database with a scratch folder of revisions. */
export interface Ground {
  dialect: Dialect
  url: string
  folder: string
  events: RunnerEvent[]
  context(more?: Partial<RunnerContext>): RunnerContext
  /** The database alone, for the context of another project. */
  where: Pick<RunnerContext, 'url' | 'connection'>
  /** Writes revisions as TypeScript, each after the one before where it names no parents. */
  write(...definitions: (Pick<RevisionDefinition, 'id'> & Partial<RevisionDefinition>)[]): Promise<string[]>
  writeSql(id: string, parents: string[], up: string, down?: string | null, extra?: string): Promise<string>
  /** A session of its own, closed when the work is done. */
  ask<Row = Record<string, unknown>>(sql: string): Promise<Row[]>
  on<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result>
  drop(): Promise<void>
}

/** A new database and an empty folder; or a database that is open already, which stays open. */
export async function ground(engine: Engine, given?: Connection): Promise<Ground> {
  const [database, folder] = await Promise.all([
    given === undefined ? engine.scratch() : { url: given.location.display, drop: async () => {} },
    scratchFolder(),
  ])
  const dialect = await dialectOf(database.url)
  const path = join(folder.path, 'migrations')
  await mkdir(path)
  const events: RunnerEvent[] = []
  let last: string | undefined
  const own = given === undefined && !engine.shared ? await lentEmbedded(dialect) : undefined
  const only = given ?? own?.connection
  const where = { url: database.url, ...(only !== undefined && { connection: only }) }
  const on = async <Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> => {
    if (only !== undefined) return work(only)
    const connection = await dialect.connect(database.url, { create: true, scratch: true })
    try {
      return await work(connection)
    } finally {
      await connection.close()
    }
  }
  return {
    dialect,
    url: database.url,
    folder: path,
    events,
    where,
    context: (more = {}) => ({
      dialect,
      ...where,
      folder: path,
      emit: (event) => events.push(event),
      by: 'tester',
      version: '1.0.0',
      ...more,
    }),
    async write(...definitions) {
      const files: string[] = []
      for (const definition of definitions) {
        const {
          parents = last === undefined ? [] : [last],
          message = `make ${definition.id}`,
          operations = [],
        } = definition
        const file = join(path, `${definition.id}.ts`)
        await writeFile(file, printTypescript({ ...definition, parents, message, operations }))
        files.push(file)
        last = definition.id
      }
      return files
    },
    async writeSql(id, parents, up, down, extra = '') {
      const file = join(path, `${id}.sql`)
      await writeFile(file, extra + printSql({ id, parents, message: `make ${id}` }, up, down))
      last = id
      return file
    },
    ask: (sql) => on((connection) => connection.query(sql)),
    on,
    async drop() {
      await own?.[Symbol.asyncDispose]()
      await database.drop()
      await folder.drop()
    },
  }
}

/** The coded error of work that must fail. */
export async function failure(work: Promise<unknown>): Promise<GodwitError> {
  try {
    await work
  } catch (error) {
    if (isGodwitError(error)) return error
    throw error
  }
  throw new Error('it did not fail')
}
