// Who else has the folder of an embedded database open: its engine takes no lock and does not notice a second one.
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { GodwitError } from '../../errors.ts'

/**
 * Ids of the processes that have files of the folder open for writing, this one included; a copy or a backup only reads.
 * Undefined: this system does not tell. Processes of other users and of other containers are seen where the system shows them.
 */
export async function openersOf(folder: string): Promise<number[] | undefined> {
  return existsSync('/proc/self/fdinfo') ? fromProcesses(folder) : askLsof(folder)
}

// Always among the files that a running engine has open, by whatever path, link or mount its process reached them.
const DATA_FILE = /\/(base\/\d+\/\w+|global\/\w+|pg_wal\/[0-9A-F]{24})$/

function fromProcesses(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => writesInto(folder, `/proc/${pid}`))
    .map(Number)
}

function writesInto(folder: string, process: string): boolean {
  return listed(`${process}/fd`).some((descriptor) => {
    try {
      const [, file] = DATA_FILE.exec(readlinkSync(`${process}/fd/${descriptor}`)) ?? []
      if (file === undefined || !isSame(`${process}/fd/${descriptor}`, join(folder, file))) return false
      const [, flags = '0'] = /^flags:\s*(\d+)/m.exec(readFileSync(`${process}/fdinfo/${descriptor}`, 'utf8')) ?? []
      return (Number.parseInt(flags, 8) & 3) !== 0
    } catch {
      // Closed in this moment.
      return false
    }
  })
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    // Ended in this moment, or somebody else's.
    return []
  }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [statSync(one), statSync(other, { throwIfNoEntry: false })]
  return a.dev === b?.dev && a.ino === b.ino
}

/** The same from lsof, which other systems bring instead. */
export function askLsof(folder: string): Promise<number[] | undefined> {
  return new Promise((resolve) => {
    execFile('lsof', ['-w', '-F', 'pa', '+D', folder], { maxBuffer: 2 ** 26 }, (error, output) => {
      // It ends with 1 where it finds nobody; a code that is text says that it could not be started.
      if (error !== null && typeof error.code === 'string') return resolve(undefined)
      const pids = new Set<number>()
      let pid = 0
      for (const line of output.split('\n')) {
        if (line.startsWith('p')) pid = Number(line.slice(1))
        else if (line === 'aw' || line === 'au') pids.add(pid)
      }
      resolve([...pids])
    })
  })
}

/** The engine's own note of its start. It replaces an older one without looking, and removes it when it ends. */
const noteOf = (folder: string): string => join(folder, 'postmaster.pid')

/**
 * Refuses a folder that some process has open. Where the system does not tell, a note that no engine has removed since
 * the machine was started is reason enough. Errors: DATABASE_IN_USE.
 */
export async function checkUnopened(folder: string, find = openersOf): Promise<void> {
  if (!existsSync(folder)) return
  const openers = await find(folder)
  if (openers === undefined && existsSync(noteOf(folder))) {
    throw new GodwitError('DATABASE_IN_USE', `The embedded database in ${folder} may be open in another process.`, {
      why: 'An engine that opened it has not closed it, and this system does not tell whether its process is still there; two at once would lose rows.',
      fix: `Stop the application and run the command again. If no process has it open any more, delete the file ${noteOf(folder)}.`,
      data: { folder },
    })
  }
  if (openers === undefined || openers.length === 0) return
  const own = openers.includes(process.pid)
  throw new GodwitError(
    'DATABASE_IN_USE',
    `${own ? 'This process itself' : 'Another process'} has the embedded database in ${folder} open.`,
    {
      why: `${own ? 'It' : named(openers)} has its files open for writing. The engine does not notice a second one: what one of them writes, the other overwrites with what it remembers.`,
      fix: own
        ? 'Close it first (`await client.close()`), or let Godwit finish before you open it.'
        : 'Stop it, then run the command again. An application migrates itself with `startup()` before it opens the folder.',
      data: { folder, pids: openers },
    },
  )
}

const named = (pids: readonly number[]): string => `Process ${pids.join(', ')}`

/** What the engine that runs now has noted. */
export function startNote(folder: string): string | undefined {
  try {
    const { ino, mtimeMs } = statSync(noteOf(folder))
    return `${ino} ${mtimeMs} ${readFileSync(noteOf(folder), 'utf8')}`
  } catch {
    return undefined
  }
}

/**
 * After our engine has ended: refuses to say that all is well where another one was at the folder meanwhile. `disturbed`:
 * our engine's note was not as it wrote it. Errors: DATABASE_IN_USE.
 */
export async function checkWasAlone(folder: string, disturbed: boolean): Promise<void> {
  const openers = (await openersOf(folder)) ?? []
  if (openers.length === 0 && !disturbed) return
  const there = openers.length > 0 ? `${named(openers)} has its files open.` : 'It is closed again.'
  throw new GodwitError('DATABASE_IN_USE', `Another engine opened ${folder} while Godwit was at work on it.`, {
    why: `${there} The engine does not notice a second one: what was written by either of them may be lost.`,
    fix: 'Stop the application, then look with `godwit status` and `godwit check` whether history and tables are what they should be.',
    data: { folder, pids: openers },
  })
}
