// Imports the files of the models: by Node itself where it strips types, otherwise by the project's esbuild or by jiti.
import { stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { GodwitError, isGodwitError } from '../../errors.ts'
import { moduleFailure } from '../../place.ts'
import { loadBundled } from './bundle.ts'

/** Endings of files that can hold models. */
export const MODEL_EXTENSIONS: readonly string[] = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs']

// 'strip' or 'transform'; absent before Node 22.10, false where it is switched off.
const stripsTypes = Boolean(Reflect.get(process.features, 'typescript'))
const loadedBefore = new Set<string>()

/** What the files export, in the order of the files; a thing exported twice is there once. Errors: SOURCE_FAILED. */
export async function loadExports(files: readonly string[]): Promise<unknown[]> {
  const values = new Set<unknown>()
  const bundled = stripsTypes || files.every(isJavaScript) ? undefined : await loadBundled(files)
  for (const [at, file] of files.entries()) {
    const exported = bundled?.[at] ?? (await loadFile(file))
    for (const [name, value] of Object.entries(exported)) {
      // CommonJS files arrive as one default export that holds all of them.
      if (name === 'default' && isPlain(value)) for (const inner of Object.values(value)) values.add(inner)
      else values.add(value)
    }
  }
  return [...values]
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

async function loadFile(file: string): Promise<Record<string, unknown>> {
  try {
    // Node never forgets a module. A file that this process has read before goes through jiti, which can read it again,
    // and with it everything it imports.
    const again = loadedBefore.has(file)
    loadedBefore.add(file)
    if (!again && (isJavaScript(file) || stripsTypes)) {
      try {
        return await import(`${pathToFileURL(file).href}?v=${(await stat(file)).mtimeMs}`)
      } catch (error) {
        if (!needsJiti(error)) throw error
      }
    }
    const { createJiti } = await import('jiti')
    const jiti = createJiti(pathToFileURL(file).href, {
      moduleCache: false,
      interopDefault: false,
      tsconfigPaths: true,
    })
    return await jiti.import(file)
  } catch (cause) {
    if (isGodwitError(cause)) throw cause
    const { message, place } = moduleFailure(cause, file)
    throw new GodwitError('SOURCE_FAILED', `The models in ${file} cannot be loaded: ${message}`, {
      why: 'Godwit imports the file as your application does, and the import failed.',
      fix: 'Correct the error; keep the models free of code that needs a database or a server.',
      place,
      cause,
    })
  }
}

const isJavaScript = (file: string): boolean => ['.js', '.mjs', '.cjs'].includes(extname(file))

// What Node's type stripping refuses and bundlers allow: endings left out, path aliases, enums, decorators.
const REFUSED = new Set([
  'ERR_MODULE_NOT_FOUND',
  'ERR_UNSUPPORTED_DIR_IMPORT',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_INVALID_TYPESCRIPT_SYNTAX',
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_PACKAGE_IMPORT_NOT_DEFINED',
  'ERR_REQUIRE_ESM',
])
const needsJiti = (error: unknown): boolean =>
  error instanceof SyntaxError ||
  (error instanceof ReferenceError && /\b(?:require|module|exports|__dirname|__filename)\b/.test(error.message)) ||
  (error instanceof Error && 'code' in error && REFUSED.has(String(error.code)))
