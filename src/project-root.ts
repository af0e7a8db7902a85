// Where a project ends, and whose files in it are trusted: what is found there is run.
import { existsSync, lstatSync, readFileSync, readlinkSync, realpathSync, type Stats, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { GodwitError } from './errors.ts'

/** A folder with one of these holds all packages of a workspace. */
const WORKSPACE = ['.git', '.hg', '.jj', 'pnpm-workspace.yaml', 'lerna.json', 'rush.json']
const PACKAGE = ['package.json', 'deno.json', 'deno.jsonc']

/** The folders from this one up to `/`. */
function upwards(folder: string): string[] {
  const parent = dirname(folder)
  return parent === folder ? [folder] : [folder, ...upwards(parent)]
}

/**
 * The folder that a project does not reach beyond: the root of its workspace, else that of its package (the outermost one,
 * because a workspace may have no mark of its own). Undefined: no folder up from here has a mark of either.
 */
export function projectRoot(from: string): string | undefined {
  const folders = upwards(resolve(from))
  const has = (folder: string, names: readonly string[]): boolean =>
    names.some((name) => existsSync(join(folder, name)))
  return (
    folders.find((folder) => has(folder, WORKSPACE) || isWorkspace(folder)) ??
    folders.find((folder) => has(folder, PACKAGE))
  )
}

function isWorkspace(folder: string): boolean {
  try {
    return 'workspaces' in Object(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')))
  } catch {
    // None, or one that npm could not read either.
    return false
  }
}

/**
 * Refuses a configuration file that was found and not named, where somebody else may have put it there: it is run.
 * Errors: CONFIG_UNTRUSTED.
 */
export function checkTrusted(file: string, cwd: string): void {
  const found = statSync(file)
  const refuse = (why: string, fix: string): GodwitError =>
    new GodwitError('CONFIG_UNTRUSTED', `${basename(file)} was found, and is not read.`, {
      why: `${why} What a configuration says is run.`,
      fix: `${fix}\nOr say that it is meant: --config ${file}`,
      place: { file },
    })
  if (!found.isFile()) throw refuse('It is no file.', 'Put a file in its place.')
  const own = process.getuid?.()
  // Only POSIX has owners and rights that say something.
  if (own === undefined) return
  if ((found.mode & 0o002) !== 0) {
    throw refuse('Everybody may write to it.', `Take that right away: chmod o-w ${file}`)
  }
  const link = lstatSync(file)
  const trusted = new Set([own, 0, statSync(cwd).uid, ownerOf(projectRoot(cwd))])
  const stranger = [found, link].find(({ uid }: Stats) => !trusted.has(uid))
  if (stranger === undefined) return
  throw refuse(
    `It belongs to the user ${stranger.uid}, who is neither you (${own}) nor root nor the owner of the project's folder.`,
    `Where you trust it, make it yours: chown ${own} ${file}`,
  )
}

const ownerOf = (folder: string | undefined): number | undefined =>
  folder === undefined ? undefined : statSync(folder).uid

/**
 * Refuses a path in the project that a symbolic link takes out of it: what is written there would land in a place that
 * nobody has named. A path outside that was named as such is somebody's word. Errors: FOLDER_NOT_WRITABLE.
 */
export function checkInside(path: string, directory: string): void {
  const root = projectRoot(directory) ?? resolve(directory)
  const wanted = resolve(path)
  if (!isWithin(root, wanted)) return
  const real = realOf(wanted)
  if (isWithin(realpathSync(root), real)) return
  throw new GodwitError('FOLDER_NOT_WRITABLE', `${path} is not written to.`, {
    why: `A symbolic link leads to ${real}, which is outside of the project (${root}).`,
    fix: `Where that is meant, name the place itself: ${real}`,
  })
}

const isWithin = (root: string, path: string): boolean => {
  const way = relative(root, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !/^[A-Za-z]:/.test(way)
}

/** Where a path really leads, also one whose end is not there yet. */
function realOf(path: string, left = 40): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if (left === 0 || Reflect.get(Object(error), 'code') !== 'ENOENT') throw error
    const link = lstatSync(path, { throwIfNoEntry: false })
    // A link to what is not there yet: writing would make it.
    if (link?.isSymbolicLink()) return realOf(resolve(dirname(path), readlinkSync(path)), left - 1)
    return join(realOf(dirname(path), left), basename(path))
  }
}
