// What the tests share: the databases they run on, and a look at rows.
import { cp, mkdir, readFile, symlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { sql } from 'drizzle-orm'
import {
  postgresAnswers,
  type ScratchDatabase,
  scratchFolder,
  scratchPglite,
  scratchPostgres,
} from '../../../test/support/databases.ts'
import { openDatabase } from '../src/database.ts'

/** The folder of the example. */
export const example = resolve(import.meta.dirname, '..')

/** Every database that the example serves; what needs a server that does not answer is skipped. */
export const targets: { name: string; scratch: () => Promise<ScratchDatabase>; answers?: boolean }[] = [
  { name: 'embedded', scratch: scratchPglite },
  { name: 'server', scratch: scratchPostgres, answers: await postgresAnswers() },
]

/** Where a test need not be run on each of them: the server, if it answers. */
export const last = targets.filter(({ answers }) => answers !== false).slice(-1)

export const legacy = (name: string): Promise<string> => readFile(resolve(example, 'legacy', `${name}.sql`), 'utf8')

/** Runs a script. */
export async function run(url: string, script: string): Promise<void> {
  const database = await openDatabase(url)
  try {
    await database.script(script)
  } finally {
    await database.close()
  }
}

/** The rows of one query, as plain JSON. */
export async function rows(url: string, query: string): Promise<Record<string, unknown>[]> {
  const database = await openDatabase(url)
  try {
    const result: unknown = await database.db.execute(sql.raw(query))
    return JSON.parse(JSON.stringify((result as { rows: unknown }).rows)) as Record<string, unknown>[]
  } finally {
    await database.close()
  }
}

/** A copy of the project, for tests that write files. */
export async function copyOfExample(): Promise<{ path: string; drop(): Promise<void> }> {
  const folder = await scratchFolder()
  const path = join(folder.path, 'hrms')
  await mkdir(path)
  for (const name of ['godwit.config.ts', 'migrations', 'package.json', 'src']) {
    await cp(join(example, name), join(path, name), { recursive: true })
  }
  await symlink(join(example, '../../node_modules'), join(path, 'node_modules'))
  return { path, drop: folder.drop }
}
