// Loads JavaScript and TypeScript modules of the project as one graph: natively where Node can, through jiti elsewhere.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import nodeModule, { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { listing } from './listing.ts'

type Exports = Record<string, unknown>

const compiled = import.meta.url.endsWith('.js')
const own = new URL(compiled ? './index.js' : './index.ts', import.meta.url)

/** Imports one file: as `loadModules` does. */
export async function loadModule(file: string): Promise<Exports> {
  const [exports = {}] = await loadModules([file])
  // CommonJS that was compiled from a module keeps all its exports inside of one.
  const inner = exports.default
  return typeof inner === 'object' && inner !== null && '__esModule' in inner ? (inner as Exports) : exports
}

/**
 * Imports files of the project and returns what each exports. They are one graph: a module that several of them import
 * runs once. Each call has a graph of its own, so that files that have changed are read again; only plain JavaScript stays
 * as it was where Node has no hooks (before 22.15). `import … from 'godwit'` means this very package, however it is linked
 * or installed. Errors: whatever the files throw.
 */
export async function loadModules(files: readonly string[]): Promise<Exports[]> {
  if (isForNode(files)) {
    try {
      return await imported(files)
    } catch (error) {
      // Nearly all of these are found while the graph is linked: nothing of it has run yet.
      if (!isRefused(error)) throw error
    }
  }
  const { loadThroughJiti } = await import('./load-jiti.ts')
  return loadThroughJiti(files, fileURLToPath(own))
}

// 'strip' or 'transform'; absent before Node 22.10, false where it is switched off.
const stripsTypes = Boolean(Reflect.get(process.features, 'typescript'))

const isForNode = (files: readonly string[]): boolean =>
  ((stripsTypes && hook()) || files.every((file) => /\.[cm]?js$/.test(file))) &&
  !files.some((file) => isCommonJs(file) || usesCommonJs(file)) &&
  (hook() || files.every((file) => resolvesToUs(file) || !mentionsUs(file)))

/** One module imports them all: it is linked as a whole before anything runs, and test runners leave its graph to Node. */
async function imported(files: readonly string[]): Promise<Exports[]> {
  runs++
  const entry = `${listing(files, urlOf(files))}\n// ${runs}`
  const modules = (await import(`data:text/javascript,${encodeURIComponent(entry)}`)) as Record<string, Exports>
  return files.map((_, at) => modules[`m${at}`] ?? {})
}

let runs = 0
// Node never forgets a module: the URLs of another run are other modules.
const RUN = 'godwit'

function urlOf(files: readonly string[]): (file: string) => string {
  return (file) => {
    const url = pathToFileURL(file)
    if (hook()) url.searchParams.set(RUN, String(runs))
    // Without hooks only this file can be told from what it was. Several would no longer be one graph.
    else if (files.length === 1) {
      url.searchParams.set('v', createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12))
    }
    return url.href
  }
}

// What Node refuses and bundlers allow: endings left out, path aliases, enums, decorators, TypeScript of a package.
const REFUSED = new Set([
  'ERR_MODULE_NOT_FOUND',
  'ERR_UNSUPPORTED_DIR_IMPORT',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_INVALID_TYPESCRIPT_SYNTAX',
  'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING',
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_PACKAGE_IMPORT_NOT_DEFINED',
  'ERR_REQUIRE_ESM',
  'MODULE_NOT_FOUND',
])

// Of a syntax error Node does not say where it is; the compiler of the other way does.
function isRefused(error: unknown): boolean {
  // Told by name: test runners have classes of their own.
  const { name, message, code } = Object(error) as { name?: unknown; message?: unknown; code?: unknown }
  if (name === 'SyntaxError' || REFUSED.has(String(code))) return true
  return name === 'ReferenceError' && /\b(?:require|module|exports|__dirname|__filename)\b/.test(String(message))
}

// In a package that says "commonjs", Node will not read `import` in a .ts or .js file.
const isCommonJs = (file: string): boolean => /\.[jt]s$/.test(file) && packageType(file) === 'commonjs'

/** What the package of a file says of its modules. */
function packageType(file: string): unknown {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    try {
      return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { type?: unknown }).type
    } catch (error) {
      // No package.json here, or one that npm could not read either.
      if (!(error instanceof Error && 'code' in error) || folder === dirname(folder)) return undefined
    }
  }
}

// Where the package says nothing, Node tries CommonJS first, and warns of what that costs. The words of a module tell as well.
function formatOf(file: string): { format?: string } {
  if (!/\.[jt]s$/.test(file) || packageType(file) !== undefined) return {}
  if (!/^\s*(?:import|export)\b/m.test(readFileSync(file, 'utf8'))) return {}
  return { format: file.endsWith('.ts') ? 'module-typescript' : 'module' }
}

// Words that bundlers allow in a module and Node does not. It would find out half way.
const usesCommonJs = (file: string): boolean =>
  !/\.c[jt]s$/.test(file) && /\b__(?:dir|file)name\b|\brequire\s*\(/.test(readFileSync(file, 'utf8'))

interface ResolveContext {
  parentURL?: string | undefined
  conditions?: readonly string[] | undefined
}
type Resolved = { url: string; shortCircuit?: boolean; format?: string | null | undefined }
type Resolve = (
  specifier: string,
  context: ResolveContext,
  next: (specifier: string, context: ResolveContext) => Resolved,
) => Resolved
const { registerHooks } = nodeModule as unknown as { registerHooks?: (hooks: { resolve: Resolve }) => unknown }
let hooked: boolean | undefined

/** Node 22.15 and later can be told, in this thread, what a name means and which run an import belongs to. */
function hook(): boolean {
  hooked ??= tellNode()
  return hooked
}

function tellNode(): boolean {
  try {
    registerHooks?.({ resolve: resolveForRun })
    return registerHooks !== undefined
  } catch {
    // Jest has it and refuses: what runs in its sandbox is not loaded by Node.
    return false
  }
}

const resolveForRun: Resolve = (specifier, context, next) => {
  if (specifier === 'godwit') return { url: own.href, shortCircuit: true }
  const found = next(specifier, context)
  const run = runOf(context.parentURL) ?? runOf(specifier)
  if (run === undefined || !found.url.startsWith('file:') || found.url.includes('/node_modules/')) return found
  const url = new URL(found.url)
  url.searchParams.set(RUN, run)
  return { ...found, url: url.href, ...formatOf(fileURLToPath(url)) }
}

function runOf(url: string | undefined): string | undefined {
  return url?.startsWith('file:') && url.includes(`${RUN}=`)
    ? (new URL(url).searchParams.get(RUN) ?? undefined)
    : undefined
}

const mentionsUs = (file: string): boolean => readFileSync(file, 'utf8').includes('godwit')

function resolvesToUs(file: string): boolean {
  if (!compiled) return false
  try {
    return createRequire(file).resolve('godwit') === fileURLToPath(own)
  } catch {
    return false
  }
}
