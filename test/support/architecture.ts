// The rules of the source tree as plain functions, so that a test can also try them on a violation.
import { dirname, join, normalize } from 'node:path/posix'

/** A file of `src`: its path from there, and its text. */
export interface SourceFile {
  path: string
  text: string
}

/**
 * Who may import whom: each layer only what stands above it in this list. Siblings in one line do not import each other.
 * `base` are the files in `src` itself that know nothing of databases.
 */
export const LAYERS: readonly (readonly string[])[] = [
  ['base'],
  ['schema'],
  ['operations'],
  ['diff', 'revisions', 'lint'],
  ['dialects'],
  ['sources', 'runner'],
  ['config'],
  ['startup', 'commands'],
  ['cli', 'web'],
  ['index'],
]

const CONFIG = /^config[\w-]*\.ts$/
/** Above `dialects/` only these are visible. */
const VISIBLE_DIALECTS = new Set(['dialects/dialect.ts', 'dialects/index.ts'])

/** The layer a file belongs to; undefined for a folder that no line of the table names. */
export function layerOf(path: string): string | undefined {
  const [first = '', ...rest] = path.split('/')
  if (rest.length > 0) return LAYERS.some((layer) => layer.includes(first)) ? first : undefined
  return path === 'index.ts' ? 'index' : CONFIG.test(path) ? 'config' : 'base'
}

export interface Import {
  from: string
  to: string
  /** `import()`: loaded when used, so it closes no circle when modules start. */
  lazy: boolean
}

const STATIC =
  /(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s*['"](\.[^'"]+)['"]|(?:^|\n)\s*import\s*['"](\.[^'"]+)['"]/g
const LAZY = /\bimport\(\s*['"](\.[^'"]+)['"]\s*\)/g

/** All relative imports, types included. */
export function importsOf(file: SourceFile): Import[] {
  const resolve = (target: string): string => normalize(join(dirname(file.path), target))
  return [
    ...[...file.text.matchAll(STATIC)].map((match) => ({ to: resolve(match[1] ?? match[2] ?? ''), lazy: false })),
    ...[...file.text.matchAll(LAZY)].map((match) => ({ to: resolve(match[1] ?? ''), lazy: true })),
  ].map((found) => ({ from: file.path, ...found }))
}

// The names of servers have one place too: whoever looks for one by itself forgets to say what it left out.
const BESIDE = /\.\.\/shared\b|\bsupport\/shared\.ts|\bGODWIT_TEST_\w+_URL\b/

/** Tests that look beside the checkout or for a server by themselves: test/shared and test/support/servers.ts do it for all. */
export const testsThatLookBeside = (files: readonly SourceFile[]): string[] =>
  files
    .filter(
      ({ path }) => !/^(?:shared\/|support\/(?:shared|servers|architecture)\.ts$|architecture\.test\.ts$)/.test(path),
    )
    .filter(({ text }) => BESIDE.test(text.replace(/^\s*\/\/.*$/gm, '')))
    .map(({ path }) => path)

/** Imports against the table, one line each. */
export function importViolations(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const layer = layerOf(file.path)
    if (layer === undefined) return [`${file.path}: its folder stands in no layer`]
    return importsOf(file).flatMap(({ from, to }) => {
      if (to.startsWith('..')) return to === '../package.json' ? [] : [`${from} reaches out of src: ${to}`]
      const target = layerOf(to)
      if (target === undefined) return [`${from} imports ${to}, which stands in no layer`]
      if (!mayImport(layer, target)) return [`${from} (${layer}) must not import ${to} (${target})`]
      if (target === 'dialects' && layer !== 'dialects' && !VISIBLE_DIALECTS.has(to)) {
        return [`${from} must not look into a database's folder: ${to}`]
      }
      const [, ours = ''] = from.split('/')
      const [, theirs = ''] = to.split('/')
      const foreign = layer === 'dialects' && target === 'dialects' && isFolder(to) && isFolder(from) && ours !== theirs
      return foreign ? [`${from} must not import another database's ${to}`] : []
    })
  })
}

const isFolder = (path: string): boolean => path.split('/').length > 2

function mayImport(from: string, to: string): boolean {
  if (from === to) return true
  const rank = (layer: string): number => LAYERS.findIndex((names) => names.includes(layer))
  return rank(to) < rank(from)
}

/** Circles of imports (types count, lazy ones do not), each as the path around it. */
export function cycles(files: readonly SourceFile[]): string[] {
  const edges = new Map(
    files.map((file) => [
      file.path,
      importsOf(file)
        .filter(({ lazy }) => !lazy)
        .map(({ to }) => to),
    ]),
  )
  const found = new Set<string>()
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path)
    if (at >= 0) {
      const circle = trail.slice(at)
      const first = circle.indexOf([...circle].sort()[0] ?? '')
      found.add([...circle.slice(first), ...circle.slice(0, first), circle[first]].join(' > '))
      return
    }
    if (done.has(path)) return
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const { path } of files) visit(path, [])
  return [...found]
}

const DATABASES = /postgres|pglite|mysql|mariadb|sqlite/i
const TERMINAL = /\bconsole\s*\.|\bprocess\s*\.\s*(?:argv|exit)\b/

/** Words in files where they have no business, and files without a first line that says what they are. */
export function wordViolations(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const layer = layerOf(path)
    const lines = text.split('\n')
    const found: string[] = []
    for (const [at, line] of lines.entries()) {
      const word = DATABASES.exec(line)?.[0]
      if (word !== undefined && layer !== 'dialects' && layer !== 'sources')
        found.push(`${path}:${at + 1} says "${word}"`)
      const terminal = TERMINAL.exec(line)?.[0]
      if (terminal !== undefined && layer !== 'cli') found.push(`${path}:${at + 1} uses ${terminal}`)
    }
    const first = lines[0]?.startsWith('#!') ? lines[1] : lines[0]
    if (!/^\/\/ \S.{10,}/.test(first ?? '')) found.push(`${path} does not begin with a comment that says what it is`)
    return found
  })
}
