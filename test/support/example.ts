// A copy of an example's folder, with its real programs run in it as processes.
import { spawn } from 'node:child_process'
import { cp } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Connection } from '../../src/dialects/dialect.ts'
import { dialectOf } from '../../src/dialects/index.ts'
import { root } from './built.ts'
import { type Outcome, type Project, project } from './cli.ts'
import { mysqlAnswers, type ScratchDatabase, scratchMysql, scratchSqlite } from './databases.ts'

/** Where the examples for MySQL run: embedded, and on the server; what needs it is skipped where none answers. */
export const mysqlTargets: { name: string; scratch(): Promise<ScratchDatabase>; answers: boolean }[] = [
  { name: 'sqlite', scratch: scratchSqlite, answers: true },
  { name: 'mysql', scratch: scratchMysql, answers: await mysqlAnswers() },
]

/** A program that is running. */
export interface Running {
  /** Everything it has written. */
  output(): string
  /** Resolves when it has written this; rejects when it ends before. */
  said(text: string): Promise<void>
  ended: Promise<Outcome>
  stop(signal?: NodeJS.Signals): void
}

/** The copy. Its database is `url`; it is dropped with the copy. */
export interface Example extends Project {
  url: string
  /** The command line; rejects where the exit code is another. */
  godwit(args: readonly string[], code?: number): Promise<string>
  /** One of its programs. */
  start(file: string, env?: Record<string, string>): Running
  /** What is in the database, by a session of its own. */
  ask<Row = Record<string, unknown>>(sql: string): Promise<Row[]>
  on<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result>
}

/** Copies `examples/<name>`; nothing is installed, because everything is found in the folder above it. */
export async function example(name: string, database: ScratchDatabase): Promise<Example> {
  const place = await project()
  const { url } = database
  // What a start left there belongs to whoever started it.
  const filter = (path: string): boolean => !/^(data(\.db.*)?|node_modules)$/.test(basename(path))
  await cp(join(root, 'examples', name), place.path, { recursive: true, filter })
  const env = { DATABASE_URL: url }
  const on: Example['on'] = async (work) => {
    await using connection = await (await dialectOf(url)).connect(url, { create: true, scratch: true })
    return await work(connection)
  }
  return {
    ...place,
    url,
    async godwit(args, code = 0) {
      const done = await place.cli(args, env)
      if (done.code === code) return done.stdout + done.stderr
      throw new Error(`godwit ${args.join(' ')} ended with ${done.code}:\n${done.stdout}${done.stderr}`)
    },
    start: (file, more = {}) => running(['--import', 'tsx', file], place.path, { ...env, ...more }),
    ask: (sql) => on((connection) => connection.query(sql)),
    on,
    async drop() {
      await place.drop()
      await database.drop()
    },
  }
}

function running(args: string[], cwd: string, more: Record<string, string>): Running {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, args, { cwd, env: { PATH, HOME, NO_COLOR: '1', ...more } })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk
  })
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }))
  })
  const output = (): string => stdout + stderr
  return {
    output,
    ended,
    said: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (output().includes(text)) resolve()
        }
        child.stdout.on('data', look)
        child.stderr.on('data', look)
        ended.then(() => {
          look()
          reject(new Error(`it ended without saying "${text}":\n${output()}`))
        }, reject)
        look()
      }),
    stop: (signal = 'SIGTERM') => void child.kill(signal),
  }
}
