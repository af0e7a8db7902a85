// `backup`: copies the whole database into one file, and what `--backup` of other verbs does first.
import { join, resolve } from 'node:path'
import { checkInside } from '../project-root.ts'
import type { BackupReport as Taken } from '../runner/index.ts'
import { command } from './command.ts'
import type { Context } from './context.ts'
import { type Named, named, shortPath } from './files.ts'

/** A backup that was taken. Paths are as they are best typed from here. */
export interface BackupReport extends Omit<Taken, 'head'> {
  /** Host and database, without the password. */
  database: string
  /** Where the history stood. */
  head: Named[]
}

/** Folder beside the configuration. */
const FOLDER = 'backups'

/** The work is the runner's: lock, snapshot, archive. */
export const backup = command({
  name: 'backup',
  summary: 'copy the whole database into one file',
  description: `Writes one compressed file, named by database and time: the dump, a manifest (server version, history, rows of every table) and
their checksums. It is an ordinary tar archive. Until it is whole it has another name, so that a backup that was cut off is never
taken for one.

The server's own dump program is used where it is on the PATH and fits the server; otherwise Godwit copies the rows itself.
Embedded databases and database files are copied by their engine. No password is in the arguments of a process.`,
  examples: [
    { line: 'godwit backup', does: `into ./${FOLDER}` },
    {
      line: 'godwit backup --out /var/backups --keep 7',
      does: 'there, and only the newest seven of this database stay',
    },
    { line: 'godwit backup --tool godwit', does: 'rows as statements, whatever is on the PATH' },
  ],
  arguments: [],
  flags: {
    out: { type: 'text', value: 'folder', summary: `folder of the file (default: ${FOLDER})` },
    keep: {
      type: 'number',
      value: 'count',
      summary: 'delete older backups of the same database, so that this many stay',
    },
    tool: {
      type: 'text',
      value: 'way',
      choices: ['native', 'godwit'],
      summary: "native: the database's own way, or an error; godwit: rows as statements",
    },
  },
  writes: 'files',
  async run(context, { out, keep, tool }): Promise<BackupReport> {
    if (keep === 0) {
      const { GodwitError } = await import('../errors.ts')
      throw new GodwitError('USAGE', '--keep 0 would delete the backup that was just taken.', {
        fix: 'Keep at least 1, or leave --keep out to keep all.',
      })
    }
    return take(context, {
      ...(out !== undefined && { out }),
      ...(keep !== undefined && { keep }),
      ...(tool && { tool }),
    })
  },
})

async function take(
  context: Context,
  options: { out?: string; keep?: number; tool?: 'native' | 'godwit' } = {},
): Promise<BackupReport> {
  const { out, ...rest } = options
  const runner = await import('../runner/index.ts')
  const { directory } = await context.config()
  const folder = out === undefined ? join(directory, FOLDER) : resolve(context.cwd, out)
  checkInside(folder, directory)
  const taken = await runner.backup(await context.runner(), { ...rest, folder, made: context.clock() })
  const connection = await context.connection()
  return {
    ...taken,
    file: shortPath(context, taken.file),
    deleted: taken.deleted.map((file) => shortPath(context, file)),
    database: connection.location.display,
    head: await named(context, taken.head),
  }
}

/** The backup that another verb takes first; `report` is what it adds to that verb's report. */
export interface Saved {
  take(): Promise<void>
  report(): { backup?: string }
}

/** Takes it when it is told that there is something to do. */
export async function backupFirst(context: Context): Promise<Saved> {
  let file: string | undefined
  return {
    async take() {
      const report = await take(context)
      file = report.file
    },
    report: () => (file === undefined ? {} : { backup: file }),
  }
}
