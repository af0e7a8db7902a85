// The slower loader: it compiles what Node cannot read (older versions read no TypeScript at all), and knows path aliases.
import { dirname, join } from 'node:path'
import type { JitiOptions } from 'jiti'
import { listing } from './listing.ts'

type Exports = Record<string, unknown>

/** As `loadModules` of load.ts. `own`: what `godwit` means in these files. */
export async function loadThroughJiti(files: readonly string[], own: string): Promise<Exports[]> {
  const [first] = files
  if (first === undefined) return []
  const { createJiti } = await import('jiti')
  // There is no such file: what is evaluated under its name imports all the others.
  const filename = join(dirname(first), 'godwit-models.ts')
  const evaluate = async (options: JitiOptions): Promise<Exports[]> => {
    const jiti = createJiti(filename, { moduleCache: false, interopDefault: false, ...options })
    const entry = listing(files, (file) => file)
    const modules = (await jiti.evalModule(entry, { filename, ext: '.ts', async: true })) as Record<string, Exports>
    return files.map((_, at) => modules[`m${at}`] ?? {})
  }
  try {
    return await evaluate({ alias: { godwit: own }, tsconfigPaths: true })
  } catch (error) {
    const missing = /^File '.+' not found\.$/.exec(messageOf(error))?.[0]
    if (missing === undefined) throw error
    // Of a tsconfig.json that extends one that is not installed. Most models need nothing of it.
    const { aliasesOf } = await import('./aliases.ts')
    return await evaluate({ alias: { ...aliasesOf(dirname(first)), godwit: own } }).catch((error: unknown) => {
      if (error instanceof Error && /^Cannot find (?:module|package)/.test(error.message)) {
        error.message = error.message.replace(
          /^.*/,
          `$& (a path alias? What tsconfig.json extends is not there: ${missing})`,
        )
      }
      throw error
    })
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : '')
