// The folder of revisions: the only module here that touches the file system.
import { randomBytes } from 'node:crypto'
import { constants, lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { copyFile, link, mkdir, open, unlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { GodwitError } from '../errors.ts'
import { checksum } from './checksum.ts'
import { readTypescriptHeader } from './header.ts'
import type { RevisionDefinition, RevisionHeader } from './revision.ts'
import { readSqlHeader } from './sql.ts'
import { tokenize } from './tokens.ts'

/** A revision file as it was read: header, text and checksum from the same bytes. Nothing was imported. */
export interface RevisionFile extends RevisionHeader {
  checksum: string
  text: string
  /** What the file exports, where it was imported already (a bundle): it is not run again. */
  definition?: RevisionDefinition
}

/** All revision files of a folder, sorted by file name. */
export interface Folder {
  path: string
  /** False: there is no such folder (yet). */
  exists: boolean
  files: RevisionFile[]
}

const REVISION = /^(?![._]).*\.(?:[cm]?[jt]s|sql)$/
const NOT_REVISION = /\.d\.[cm]?ts$|\.(?:test|spec)\.[cm]?[jt]s$/

/** The language of a revision file, by its name. */
export const kindOf = (file: string): 'typescript' | 'sql' => (file.endsWith('.sql') ? 'sql' : 'typescript')

/**
 * Reads headers and texts of all revision files (.ts, .js, .sql; names that begin with `_` or `.` are left out).
 * Reading is synchronous inside: for a thousand small files that is several times faster.
 * Errors: REVISION_INVALID, FOLDER_MISSING (it is not a folder, or may not be read).
 */
export async function readFolder(path: string): Promise<Folder> {
  let names: string[]
  try {
    names = readdirSync(path)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return { path, exists: false, files: [] }
    throw new GodwitError('FOLDER_MISSING', `The folder of revisions cannot be read: ${path}.`, {
      why: error instanceof Error ? error.message : String(error),
      fix: 'Check `revisions` in godwit.config.ts.',
      cause: error,
    })
  }
  const files = names.filter((name) => REVISION.test(name) && !NOT_REVISION.test(name)).sort()
  return { path, exists: true, files: files.map((name) => readRevisionFile(join(path, name))) }
}

/** One file. Errors: REVISION_INVALID. */
export function readRevisionFile(file: string): RevisionFile {
  let text: string
  try {
    // To read a pipe is to wait for somebody at its other end.
    if (!statSync(file).isFile()) throw new Error('It is no file.')
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new GodwitError('REVISION_INVALID', `The revision file ${file} cannot be read.`, {
      why: error instanceof Error ? error.message : String(error),
      fix: 'Check the rights of the file; where it is no revision, move it out of the folder.',
      cause: error,
    })
  }
  return parseRevisionFile(file, text)
}

/** The same from a text that is at hand already. Errors: REVISION_INVALID. */
export function parseRevisionFile(file: string, text: string): RevisionFile {
  const kind = kindOf(file)
  if (kind === 'sql') return { ...readSqlHeader(text, file), checksum: checksum(text, kind), text }
  const tokens = tokenize(text)
  return { ...readTypescriptHeader(text, file, tokens), checksum: checksum(text, kind, tokens), text }
}

/** `20261121_0915_add_user_avatar.ts`: the time is for people to sort by, the graph never looks at it. */
export function fileName(message: string, kind: 'typescript' | 'sql', time: Date = new Date()): string {
  const stamp = time.toISOString().replace(/^(\d+)-(\d+)-(\d+)T(\d+):(\d+).*$/, '$1$2$3_$4$5')
  const slug = message
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}+/gu, '')
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, 60)
    .replace(/^_+|_+$/g, '')
  return `${stamp}_${slug || 'revision'}.${kind === 'sql' ? 'sql' : 'ts'}`
}

/**
 * Writes a new revision file, whole or not at all, and never over another one (a number is added to the name then).
 * The folder is made if it is missing. Gives back the path. Errors: FOLDER_NOT_WRITABLE.
 */
export async function writeRevision(folder: string, name: string, text: string): Promise<string> {
  const path = resolve(folder)
  try {
    await mkdir(path, { recursive: true })
    const temporary = join(path, `.${name}.${randomBytes(6).toString('hex')}.tmp`)
    const handle = await open(temporary, 'wx', 0o644)
    try {
      try {
        await handle.writeFile(text)
        await handle.sync()
      } finally {
        await handle.close()
      }
      return await publish(temporary, path, name)
    } finally {
      await unlink(temporary)
    }
  } catch (error) {
    throw new GodwitError('FOLDER_NOT_WRITABLE', `The revision could not be written to ${path}.`, {
      why: error instanceof Error ? error.message : String(error),
      fix: 'Check that the folder may be written to and that the disk is not full, then run the command again. No half-written file was left.',
      cause: error,
    })
  }
}

// link fails where the name is taken, and shows the file only when it is complete.
async function publish(temporary: string, folder: string, name: string): Promise<string> {
  for (let number = 1; ; number++) {
    const target = join(folder, number === 1 ? name : name.replace(/(\.[a-z]+)$/, `_${number}$1`))
    try {
      await link(temporary, target)
      return target
    } catch (error) {
      if (hasCode(error, 'EEXIST') && number < 100) continue
      if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP'].some((code) => hasCode(error, code))) throw error
      // A file system without links: still never over another file.
      await copyFile(temporary, target, constants.COPYFILE_EXCL)
      return target
    }
  }
}

/** Removes a revision file of this folder (`squash`). A symbolic link or a file elsewhere is refused. Errors: FOLDER_NOT_WRITABLE. */
export async function removeRevision(folder: string, file: string): Promise<void> {
  try {
    if (lstatSync(file).isSymbolicLink() || !realpathSync(file).startsWith(`${realpathSync(folder)}/`)) {
      throw new Error('It is a link, or not inside the folder of revisions.')
    }
    await unlink(file)
  } catch (error) {
    throw new GodwitError('FOLDER_NOT_WRITABLE', `The revision file ${file} could not be removed.`, {
      why: error instanceof Error ? error.message : String(error),
      fix: 'Remove it by hand, or give the folder of revisions the right to be written to, then run the command again.',
      cause: error,
    })
  }
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code
