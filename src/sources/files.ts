// Finds the files that a source reads: single files, folders and globs, always in the same order.
import { readdir, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { GodwitError } from '../errors.ts'

const MAGIC = /[*?{[]|[!@+]\(/
const SKIPPED = new Set(['node_modules', '.git'])

/**
 * The files behind `paths`, absolute, each once: a file stands for itself, a folder for every file in it (recursively,
 * in name order) that has one of the `extensions`, a glob (`*`, `**`, `?`, `{a,b}`, `[ab]`, `!(a|b)`) for what it matches.
 * What a path with `!` before it stands for is left out, wherever it stands in the list. Errors: SOURCE_MISSING.
 */
export async function findFiles(
  paths: readonly string[],
  directory: string,
  extensions: readonly string[],
): Promise<string[]> {
  const found = new Set<string>()
  for (const path of paths.filter((each) => !isExclusion(each))) {
    const files = await expand(path, directory, extensions)
    if (files.length === 0) {
      throw new GodwitError('SOURCE_MISSING', `No model file matches "${path}".`, {
        why: `Looked from ${directory}${MAGIC.test(path) ? '' : ` for files ending in ${extensions.join(', ')}`}.`,
        fix: 'Correct the path in the configuration; it is relative to the configuration file.',
      })
    }
    for (const file of files) found.add(file)
  }
  const excluded = paths.filter(isExclusion)
  for (const path of excluded) for (const file of await expand(path.slice(1), directory, extensions)) found.delete(file)
  if (found.size === 0 && excluded.length > 0) {
    throw new GodwitError('SOURCE_MISSING', 'The configuration leaves out every model file that it names.', {
      why: `Left out is what these stand for: ${excluded.join(', ')}.`,
      fix: "Name what is to be read as well, such as ['./models', '!./models/*.test.ts'].",
    })
  }
  return [...found]
}

const isExclusion = (path: string): boolean => path.startsWith('!') && !path.startsWith('!(')

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
    else if (kind === 'folder' && !entry.isSymbolicLink() && !SKIPPED.has(entry.name))
      for (const one of await walk(path)) files.push(one)
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
export const globPattern = (glob: string): RegExp => new RegExp(`^${sourceOf(glob)}$`, 'u')

// How often what stands in parentheses may come; what `!` excludes is for `sourceOf`.
const REPEATED: Record<string, string> = { '@': '', '?': '?', '*': '*', '+': '+' }

function sourceOf(glob: string): string {
  let source = ''
  let braces = 0
  for (let at = 0; at < glob.length; at++) {
    const char = glob[at] ?? ''
    const close = /[!@?*+]/.test(char) && glob[at + 1] === '(' ? closing(glob, at + 1) : -1
    if (close > 0) {
      const choices = `(?:${alternatives(glob.slice(at + 2, close))
        .map(sourceOf)
        .join('|')})`
      if (char === '!') {
        const rest = sourceOf(glob.slice(close + 1))
        return `${source}(?!${choices}${rest}$)[^/]*${rest}${')'.repeat(braces)}`
      }
      source += `${choices}${REPEATED[char]}`
      at = close
    } else if (char === '*' && glob[at + 1] === '*') {
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
  return `${source}${')'.repeat(braces)}`
}

/** Where the parenthesis that opens at `from` closes; -1: nowhere. */
function closing(glob: string, from: number): number {
  let depth = 0
  for (let at = from; at < glob.length; at++) {
    if (glob[at] === '(') depth++
    else if (glob[at] === ')' && --depth === 0) return at
  }
  return -1
}

/** The parts between the bars that stand in no parentheses of their own. */
function alternatives(text: string): string[] {
  const parts = ['']
  let depth = 0
  for (const char of text) {
    if (char === '(') depth++
    else if (char === ')') depth--
    if (char === '|' && depth === 0) parts.push('')
    else parts[parts.length - 1] += char
  }
  return parts
}
