// Imports the files of the models and gathers what they export.
import { GodwitError, isGodwitError } from '../../errors.ts'
import { loadModules } from '../../load.ts'
import { failedFile, moduleFailure } from '../../place.ts'

/** Endings of files that can hold models. */
export const MODEL_EXTENSIONS: readonly string[] = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs']

/** What the files export, in the order of the files; a thing exported twice is there once. Errors: SOURCE_FAILED. */
export async function loadExports(files: readonly string[]): Promise<unknown[]> {
  const values = new Set<unknown>()
  for (const exports of await load(files)) {
    for (const [name, value] of Object.entries(exports)) {
      // CommonJS files arrive as one default export that holds all of them.
      if (name === 'default' && isPlain(value)) for (const inner of Object.values(value)) values.add(inner)
      else values.add(value)
    }
  }
  return [...values]
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

async function load(files: readonly string[]): Promise<Record<string, unknown>[]> {
  try {
    return await loadModules(files)
  } catch (cause) {
    if (isGodwitError(cause)) throw cause
    const file = failedFile(cause, files)
    const { message, place } = moduleFailure(cause, file)
    throw new GodwitError('SOURCE_FAILED', `The models in ${file} cannot be loaded: ${message}`, {
      why: 'Godwit imports the file as your application does, and the import failed.',
      fix: 'Correct the error; keep the models free of code that needs a database or a server.',
      place,
      cause,
    })
  }
}
