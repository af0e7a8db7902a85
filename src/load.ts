// Loads a JavaScript or TypeScript module of the project: natively where Node can, through jiti (with its cache) elsewhere.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import nodeModule, { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const compiled = import.meta.url.endsWith('.js')
const own = new URL(compiled ? './index.js' : './index.ts', import.meta.url)

/**
 * Imports a file and returns its exports. `import … from 'godwit'` inside it means this very package, however the
 * project is linked or installed. A file that has changed since it was last loaded is loaded again.
 * Errors: whatever the file throws.
 */
export async function loadModule(file: string): Promise<Record<string, unknown>> {
  const typescript = /\.[cm]?ts$/.test(file)
  const native =
    (!typescript || Boolean((process.features as { typescript?: unknown }).typescript)) && !isCommonJs(file)
  if (native && (hookOwnName() || resolvesToUs(file) || !mentionsUs(file))) {
    const url = pathToFileURL(file)
    url.searchParams.set('v', createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12))
    try {
      return (await import(url.href)) as Record<string, unknown>
    } catch (error) {
      // Of a syntax error this engine does not say where it is; the compiler of the other way does.
      const retried =
        error instanceof SyntaxError || (error instanceof Error && REFUSED.has(String(Reflect.get(error, 'code'))))
      if (!retried) throw error
    }
  }
  const { createJiti } = await import('jiti')
  const jiti = createJiti(import.meta.url, { alias: { godwit: fileURLToPath(own) }, interopDefault: true })
  return await jiti.import<Record<string, unknown>>(file)
}

// What Node refuses and bundlers allow: endings left out, enums, path aliases.
const REFUSED = new Set([
  'ERR_MODULE_NOT_FOUND',
  'ERR_UNSUPPORTED_DIR_IMPORT',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_INVALID_TYPESCRIPT_SYNTAX',
  'ERR_UNKNOWN_FILE_EXTENSION',
])

// In a package that says "commonjs", Node will not read `import` in a .ts or .js file.
function isCommonJs(file: string): boolean {
  if (!/\.[jt]s$/.test(file)) return false
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    try {
      const { type } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { type?: unknown }
      return type === 'commonjs'
    } catch (error) {
      // No package.json here, or one that npm could not read either.
      if (!(error instanceof Error && 'code' in error) || folder === dirname(folder)) return false
    }
  }
}

type Resolve = (specifier: string, context: object, next: (specifier: string, context: object) => unknown) => unknown
const { registerHooks } = nodeModule as unknown as { registerHooks?: (hooks: { resolve: Resolve }) => unknown }
let hooked = false

// Node 22.15 and later can be told, in this thread, what a name means.
function hookOwnName(): boolean {
  if (registerHooks === undefined) return false
  if (!hooked) {
    registerHooks({
      resolve: (specifier, context, next) =>
        specifier === 'godwit' ? { url: own.href, shortCircuit: true } : next(specifier, context),
    })
    hooked = true
  }
  return true
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
