// What a backup says of itself: where it is from, where its history stood, how many rows there were, and checksums.
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { GodwitError } from '../../errors.ts'
import type { TableCount } from '../count.ts'
import { type Entry, entriesOf, hashOf, textOf } from './archive.ts'

/** The layout of the file; a newer Godwit may raise it. */
export const BACKUP_FORMAT = 1
/** How the files are called, so that others in the folder are left alone. */
export const SUFFIX = '.backup.tar'
export const MANIFEST = 'manifest.json'
export const SUMS = 'SHA256SUMS'

/** Of the entries that are read at once. */
const LONGEST = 1 << 26

export interface Manifest {
  format: number
  /** Version of this tool. */
  godwit: string
  /** ISO 8601, UTC. */
  made: string
  database: {
    dialect: string
    /** The URL without password and query: `--keep` counts the backups of the same one. */
    display: string
    name: string
    /** Of the server or the engine. */
    version: string
  }
  /** Where the history stood, and how many revisions it had. */
  head: string[]
  applied: number
  tables: TableCount[]
  /** True: the counts were taken in the very snapshot that the dump holds; false: right before it. */
  exact: boolean
  dump: {
    /** Name of the entry. */
    file: string
    /** How to read it. */
    kind: string
    /** The program that wrote it, with its version. */
    by: string
    /** Compressed. */
    bytes: number
    sha256: string
  }
}

/** A backup that was opened: its manifest, and where the dump lies. */
export interface OpenBackup {
  path: string
  manifest: Manifest
  dump: Entry
}

/** Reads the manifest. Errors: BACKUP_INVALID. */
export async function openBackup(path: string): Promise<OpenBackup> {
  let entries: Entry[] | undefined
  try {
    entries = await entriesOf(path)
  } catch (cause) {
    throw new GodwitError('BACKUP_INVALID', `The backup ${path} cannot be read.`, {
      why: cause instanceof Error ? cause.message : String(cause),
      fix: 'Check the path: `godwit backup` says where it has put the file.',
      cause,
    })
  }
  const entry = (name: string, most = Number.POSITIVE_INFINITY): Entry => {
    const found = entries?.find((each) => each.name === name)
    if (found === undefined) throw invalid(path, 'It is no backup of Godwit, or its end is missing.')
    if (found.bytes > most) throw invalid(path, `${name} in it is too long to be ours.`)
    return found
  }
  const described = entry(MANIFEST, LONGEST)
  const sums = sumsIn(await textOf(path, entry(SUMS, LONGEST)))
  if ((await hashOf(path, described)) !== sums.get(MANIFEST)) throw invalid(path, 'Its manifest was changed.')
  const manifest = await manifestIn(path, described)
  if (manifest.format !== BACKUP_FORMAT) {
    throw new GodwitError(
      'BACKUP_INVALID',
      `The backup ${path} has format ${manifest.format}, this Godwit knows ${BACKUP_FORMAT}.`,
      { fix: 'Use the newer Godwit that made it: npm install godwit@latest' },
    )
  }
  if (!isWhole(manifest)) throw invalid(path, 'Its manifest lacks something.')
  return { path, manifest, dump: entry(manifest.dump.file) }
}

async function manifestIn(path: string, entry: Entry): Promise<Partial<Manifest>> {
  try {
    const read: unknown = JSON.parse(await textOf(path, entry))
    return Object(read) as Partial<Manifest>
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid(path, 'Its manifest is no JSON.')
    throw error
  }
}

// The file may have been in other hands: what is read below and shown to people has to be what we write.
function isWhole(manifest: Partial<Manifest>): manifest is Manifest {
  const { database, dump, head, tables, applied } = manifest
  const texts = [database?.dialect, database?.display, database?.name, database?.version, dump?.file, dump?.kind]
  return (
    [...texts, dump?.by, dump?.sha256, manifest.made].every((each) => typeof each === 'string') &&
    typeof applied === 'number' &&
    Array.isArray(head) &&
    head.every((id) => typeof id === 'string') &&
    Array.isArray(tables) &&
    tables.every((each) => typeof each?.name === 'string' && typeof each.rows === 'number')
  )
}

/** Compares the dump with its checksum. Errors: BACKUP_INVALID. */
export async function verifyDump(
  { path, manifest, dump }: OpenBackup,
  progress: (done: number, total: number) => void,
): Promise<void> {
  const actual = await hashOf(path, dump, (done) => progress(done, dump.bytes))
  if (actual === manifest.dump.sha256) return
  throw invalid(
    path,
    `The checksum of ${manifest.dump.file} is ${actual}; when it was written, it was ${manifest.dump.sha256}.`,
  )
}

const invalid = (path: string, why: string): GodwitError =>
  new GodwitError('BACKUP_INVALID', `The backup ${path} is damaged or incomplete. Nothing was changed.`, {
    why,
    fix: 'Use another backup, or copy this one again from where it was kept.',
  })

/** As `sha256sum` writes them. */
export const sumsText = (sums: readonly { name: string; sha256: string }[]): string =>
  sums.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join('')

const sumsIn = (text: string): Map<string, string> =>
  new Map(
    text.split('\n').flatMap((line) => {
      const [sha256, name] = line.split('  ')
      return sha256 !== undefined && name !== undefined ? [[name, sha256]] : []
    }),
  )

/** The backups of a folder that are of this database, newest first. What cannot be read is none. */
export async function backupsOf(folder: string, display: string): Promise<string[]> {
  const found: { path: string; made: string; at: number }[] = []
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.endsWith(SUFFIX)) continue
    const path = join(folder, name)
    const manifest = await openBackup(path).then(
      (opened) => opened.manifest,
      () => undefined,
    )
    if (manifest?.database.display !== display) continue
    found.push({ path, made: manifest.made, at: (await stat(path)).mtimeMs })
  }
  return found.sort((a, b) => b.made.localeCompare(a.made) || b.at - a.at).map(({ path }) => path)
}
