// Looks for the application's entry file, and whether a start from it prepares the database. Reads files; runs nothing.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, extname, join, relative, resolve } from 'node:path'
import { type Token, tokenize } from '../revisions/index.ts'

/** What was found. Paths are relative to the folder that was looked at. */
export interface Entry {
  /** The entry file; absent: none was found. */
  file?: string
  /** What names it: `scripts.start`, `bin`, `main`, or `its name`. */
  told?: string
  /** The file that calls `startup()` (or `upgrade()` of the library): the entry, or one that it imports. */
  hook?: string
  /** What it calls: `startup()` or `upgrade()`. */
  call?: string
}

const CODE = /^\.[cm]?[jt]sx?$/
const USUAL = ['main', 'index', 'server', 'app'].flatMap((name) => [
  `src/${name}.ts`,
  `src/${name}.js`,
  `${name}.ts`,
  `${name}.js`,
])
// Next.js calls `register` of this file once for each server.
const INSTRUMENTATION = ['instrumentation.ts', 'src/instrumentation.ts', 'instrumentation.js', 'src/instrumentation.js']

/** The entry file of the program in this folder, as package.json names it, and the hook in it. */
export function findEntry(directory: string): Entry {
  const found = candidates(directory).find(({ file }) => isFile(file))
  if (found === undefined) return {}
  const hook = findHook(found.file, new Set())
  const short = (path: string): string => relative(directory, path)
  return {
    file: short(found.file),
    told: found.told,
    ...(hook !== undefined && { hook: short(hook.file), call: hook.call }),
  }
}

interface Candidate {
  file: string
  told: string
}

function candidates(directory: string): Candidate[] {
  const { scripts, bin, main } = packageOf(directory)
  const at = (names: readonly string[], told: string): Candidate[] =>
    names.flatMap((name) => sourcesOf(resolve(directory, name)).map((file) => ({ file, told })))
  const start = text(record(scripts).start)
  const words = start.split(/\s+/).map((word) => word.replace(/^['"]|['"]$/g, ''))
  const bins = typeof bin === 'string' ? [bin] : Object.values(record(bin)).map(text)
  return [
    ...(/\bnext\b/.test(start) ? at(INSTRUMENTATION, 'Next.js') : []),
    ...at(
      words.filter((word) => CODE.test(extname(word))),
      'scripts.start',
    ),
    ...at(
      bins.filter((name) => name !== ''),
      'bin',
    ),
    ...at(text(main) === '' ? [] : [text(main)], 'main'),
    ...at(USUAL, 'its name'),
  ]
}

/** A compiled file is what runs; its source is what can be read before it is built. */
function sourcesOf(file: string): string[] {
  const written = file.replace(/\.([cm]?)jsx?$/, '.$1ts')
  return [file, written, ...[file, written].map((each) => each.replace(/([/\\])(?:dist|build|out)([/\\])/, '$1src$2'))]
}

function packageOf(directory: string): Record<string, unknown> {
  try {
    return record(JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as unknown)
  } catch {
    // None, or one that npm could not read either: then names have to do.
    return {}
  }
}

/** The first file, from this one along its own imports, that calls us. */
function findHook(file: string, seen: Set<string>): { file: string; call: string } | undefined {
  // Enough for any program's way to its start, and an end for those that import everything.
  if (seen.has(file) || seen.size > 200) return undefined
  seen.add(file)
  const tokens = tokenize(readFileSync(file, 'utf8'))
  const call = callOf(tokens)
  if (call !== undefined) return { file, call }
  for (const name of importsOf(tokens)) {
    const next = resolved(dirname(file), name)
    const hook = next === undefined ? undefined : findHook(next, seen)
    if (hook !== undefined) return hook
  }
  return undefined
}

/** What of ours it calls, if anything. */
function callOf(tokens: readonly Token[]): string | undefined {
  if (!tokens.some(({ type, value }) => type === 'string' && value === 'godwit')) return undefined
  const found = tokens.find(
    ({ text }, at) =>
      tokens[at + 1]?.text === '(' &&
      // A method of that name is somebody else's; `upgrade` is one of ours.
      ((text === 'startup' && tokens[at - 1]?.text !== 'function') ||
        (text === 'upgrade' && tokens[at - 1]?.text === '.')),
  )
  return found && `${found.text}()`
}

const importsOf = (tokens: readonly Token[]): string[] =>
  tokens.flatMap(({ type, value }, at) => {
    if (type !== 'string' || value === undefined || !value.startsWith('.')) return []
    const [before, two] = [tokens[at - 1]?.text, tokens[at - 2]?.text]
    return before === 'from' || before === 'import' || (before === '(' && (two === 'import' || two === 'require'))
      ? [value]
      : []
  })

const ENDINGS = ['', '.ts', '.js', '.mts', '.mjs', '.tsx', '.jsx', '/index.ts', '/index.js']

function resolved(folder: string, name: string): string | undefined {
  const path = join(folder, name)
  return [...sourcesOf(path), ...ENDINGS.map((end) => path + end)].find(
    (each) => CODE.test(extname(each)) && isFile(each),
  )
}

const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile()
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
