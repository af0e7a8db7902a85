// The fast way to load TypeScript models where Node strips no types: esbuild, if the project has it (drizzle-kit, vite
// and tsx bring it). It takes milliseconds where a loader in JavaScript takes seconds.
import { randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

interface Esbuild {
  build(options: Record<string, unknown>): Promise<{ outputFiles: { text: string }[] }>
}

/**
 * What the files export, one namespace each, or undefined where it cannot be had this way: no esbuild, or anything that
 * goes wrong, so that the slower way tells the error.
 */
export async function loadBundled(files: readonly string[]): Promise<Record<string, unknown>[] | undefined> {
  const [first] = files
  if (first === undefined) return undefined
  // All files at once: a table that two of them use has to stay one table. Beside the models, because packages are
  // looked up from where the file is.
  const output = join(dirname(first), `.godwit-${randomBytes(6).toString('hex')}.mjs`)
  try {
    const { build }: Esbuild = await import(pathToFileURL(createRequire(first).resolve('esbuild')).href)
    const contents = files.map((file, at) => `export * as file${at} from ${JSON.stringify(file)}`).join('\n')
    const result = await build({
      stdin: { contents, resolveDir: dirname(first), loader: 'ts' },
      bundle: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      write: false,
      logLevel: 'silent',
    })
    await writeFile(output, result.outputFiles[0]?.text ?? '', { flag: 'wx' })
    const modules: Record<string, Record<string, unknown>> = await import(pathToFileURL(output).href)
    return files.map((_, at) => modules[`file${at}`] ?? {})
  } catch {
    return undefined
  } finally {
    await rm(output, { force: true })
  }
}
