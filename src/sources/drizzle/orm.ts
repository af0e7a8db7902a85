// The user's own Drizzle ORM: its classes tell tables from views, whatever version it is.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { GodwitError } from '../../errors.ts'

/** What every database's models share: `is`, `SQL`, `getTableName`. */
export type OrmCore = typeof import('drizzle-orm')
export type PostgresCore = typeof import('drizzle-orm/pg-core')
export type SqliteCore = typeof import('drizzle-orm/sqlite-core')
export type MysqlCore = typeof import('drizzle-orm/mysql-core')

/** The package as the models see it. */
export interface Orm {
  core: OrmCore
  /**
   * The 1.0 line names constraints in another way than the 0.x line. Prereleases of 1.0 before rc have not settled
   * theirs and count as 1.0.
   */
  line: '0' | '1'
  folder: string
}

/** Resolved from the file of the models, not from here. Errors: SOURCE_FAILED. */
export async function loadOrm(file: string): Promise<Orm> {
  let folder: string
  try {
    folder = dirname(createRequire(file).resolve('drizzle-orm'))
  } catch (cause) {
    throw new GodwitError('SOURCE_FAILED', 'Drizzle ORM is not installed where the models are.', {
      why: `"drizzle-orm" cannot be resolved from ${file}.`,
      fix: 'Install it in the project of the models: npm install drizzle-orm',
      cause,
    })
  }
  const manifest: { version?: string } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  refuseOld(manifest.version ?? '', folder)
  const core: OrmCore = await importFrom(folder, 'index.js')
  return { core, folder, line: manifest.version?.startsWith('0.') ? '0' : '1' }
}

const OLDEST = 45

// Older ones lack what is asked of the tables, or say it otherwise.
function refuseOld(version: string, folder: string): void {
  const [, major, minor] = /^(\d+)\.(\d+)\./.exec(version) ?? []
  if (major !== '0' || Number(minor) >= OLDEST) return
  throw new GodwitError('SOURCE_FAILED', `The models are made with drizzle-orm ${version}, which is too old.`, {
    why: `Godwit reads the tables of drizzle-orm 0.${OLDEST} and later, and of the 1.0 line. This one is in ${folder}.`,
    fix: `Update it in the project of the models: npm install drizzle-orm@0.${OLDEST}`,
    data: { version },
  })
}

/** The part for one database, from the same copy of the package. */
export const postgresCore = (orm: Orm): Promise<PostgresCore> => importFrom(orm.folder, 'pg-core/index.js')
export const sqliteCore = (orm: Orm): Promise<SqliteCore> => importFrom(orm.folder, 'sqlite-core/index.js')
export const mysqlCore = (orm: Orm): Promise<MysqlCore> => importFrom(orm.folder, 'mysql-core/index.js')

// By path: the package's ESM build is what the models have loaded already, so this costs nothing.
const importFrom = (folder: string, path: string) => import(pathToFileURL(join(folder, path)).href)
