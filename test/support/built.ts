// The real program, built: tests that run it call this first. One process builds, the others wait for it.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export const root = resolve(import.meta.dirname, '../..')
const program = join(root, 'dist', 'cli', 'main.js')
const stamp = join(root, 'node_modules', '.cache', 'godwit-test-built')
const lock = join(root, 'node_modules', '.cache', 'godwit-test-build')

function newest(folder: string): number {
  let time = 0
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) time = Math.max(time, statSync(join(entry.parentPath, entry.name)).mtimeMs)
  }
  return time
}

function isCurrent(): boolean {
  try {
    return existsSync(program) && statSync(stamp).mtimeMs > newest(join(root, 'src'))
  } catch {
    return false
  }
}

/** The path of the built `main.js`; builds where the sources are newer. Types are another check's business. */
export async function built(): Promise<string> {
  mkdirSync(join(root, 'node_modules', '.cache'), { recursive: true })
  while (!isCurrent()) {
    try {
      mkdirSync(lock)
    } catch {
      // A builder that was killed leaves its folder behind.
      if (Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 60_000)
        rmSync(lock, { recursive: true, force: true })
      await sleep(100)
      continue
    }
    try {
      const started = new Date()
      execFileSync(
        process.execPath,
        [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--noCheck'],
        {
          cwd: root,
          stdio: 'pipe',
        },
      )
      writeFileSync(stamp, '')
      utimesSync(stamp, started, started)
    } catch (error) {
      const output = error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error)
      throw new Error(`the build failed:\n${output}`)
    } finally {
      rmSync(lock, { recursive: true, force: true })
    }
  }
  return program
}
