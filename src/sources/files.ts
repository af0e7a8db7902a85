// Finds the files that a source reads: single files, folders and globs, always in the same order.
import { readdir, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { GodwitError } from '../errors.ts'

const MAGIC = /[*?{[]/
const SKIPPED = new Set(['node_modules', '.git'])

/**
 * The files behind `paths`, absolute, each once: a file stands for itself, a folder for every file in it (recursively,
 * in name order) that has one of the `extensions`, a glob (`*`, `**`, `?`, `{a,b}`, `[ab]`) for what it matches.
 * Errors: SOURCE_MISSING.
 */
export async function findFiles(
  paths: readonly string[],
  directory: string,
  extensions: readonly string[],
): Promise<string[]> {
  const found = new Set<string>()
  for (const path of paths) {
    const files = await expand(path, directory, extensions)
    if (files.length === 0) {
      throw new GodwitError('SOURCE_MISSING', `No model file matches "${path}".`, {
        why: `Looked from ${directory}${MAGIC.test(path) ? '' : ` for files ending in ${extensions.join(', ')}`}.`,
        fix: 'Correct the path in the configuration; it is relative to the configuration file.',
      })
    }
    for (const file of files) found.add(file)
  }
  return [...found]
}

async function expand(path: string, directory: string, extensions: readonly string[]): Promise<string[]> {
  const absolute = isAbsolute(path) ? path : resolve(directory, path)
  const kind = await kindOf(absolute)
  // One that is named may be a pipe: `<(pg_dump …)` of a shell is.
  if (kind === 'file' || kind === 'other') return [absolute]
  if (kind === 'folder') return (await walk(absolute)).filter((file) => extensions.some((end) => file.endsWith(end)))
  if (!MAGIC.test(path)) return []
  const root = fixedPart(absolute)
  if ((await kindOf(root)) !== 'folder') return []
  const pattern = globPattern(relative(root, absolute).split(sep).join('/'))
  return (await walk(root)).filter((file) => pattern.test(relative(root, file).split(sep).join('/')))
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'other' | undefined> {
  try {
    const found = await stat(path)
    return found.isDirectory() ? 'folder' : found.isFile() ? 'file' : 'other'
  } catch {
    return undefined
  }
}

/** All files below a folder, by name within each folder: `1.sql` and `10.sql` sort as people count. */
async function walk(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  entries.sort((a, b) => compareNames(a.name, b.name))
  const files: string[] = []
  for (const entry of entries) {
    const path = join(folder, entry.name)
    const kind = entry.isSymbolicLink()
      ? await kindOf(path)
      : entry.isDirectory()
        ? 'folder'
        : entry.isFile()
          ? 'file'
          : 'other'
    if (kind === 'file') files.push(path)
    else if (kind === 'folder' && !entry.isSymbolicLink() && !SKIPPED.has(entry.name)) files.push(...(await walk(path)))
  }
  return files
}

// A fixed locale: the order of the files must not depend on the machine.
const collator = new Intl.Collator('en', { numeric: true })
const compareNames = (a: string, b: string): number => collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0)

/** The folder above the first part of the path that holds a wildcard. */
function fixedPart(pattern: string): string {
  const parts = pattern.split(sep)
  const magic = parts.findIndex((part) => MAGIC.test(part))
  return parts.slice(0, magic).join(sep) || sep
}

/** The regular expression of a glob; `**` crosses folders, everything else does not. */
export function globPattern(glob: string): RegExp {
  let source = ''
  let braces = 0
  for (let at = 0; at < glob.length; at++) {
    const char = glob[at] ?? ''
    if (char === '*' && glob[at + 1] === '*') {
      const folder = glob[at + 2] === '/'
      source += folder ? '(?:[^/]+/)*' : '.*'
      at += folder ? 2 : 1
    } else if (char === '*') source += '[^/]*'
    else if (char === '?') source += '[^/]'
    else if (char === '{') {
      source += '(?:'
      braces++
    } else if (char === '}' && braces > 0) {
      source += ')'
      braces--
    } else if (char === ',' && braces > 0) source += '|'
    else if (char === '[' && glob.indexOf(']', at + 2) > 0) {
      const end = glob.indexOf(']', at + 2)
      const set = glob.slice(at + 1, end).replaceAll('\\', '\\\\')
      source += `[${set.startsWith('!') ? `^${set.slice(1)}` : set}]`
      at = end
    } else source += char.replace(/[.+^$()|\\{}[\]]/, '\\$&')
  }
  return new RegExp(`^${source}${')'.repeat(braces)}$`, 'u')
}
