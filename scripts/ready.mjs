// Makes a fresh clone ready with nothing but Node and npm: installs what is missing, builds. Uses only Node's own modules.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, lstatSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The folder of the project. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Runs a command in the project's folder with its output shown; ends the process with its exit code when it fails. */
export function run(command, args, env = {}) {
  const done = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } })
  if (done.error) throw done.error
  if (done.status !== 0) process.exit(done.status ?? 1)
}

/** The file of an installed package's command, run with this Node rather than through a shell. */
export const bin = (name, path) => join(root, 'node_modules', name, path)

function installed() {
  const stamp = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(stamp)) return false
  const lock = join(root, 'package-lock.json')
  if (statSync(stamp).mtimeMs >= statSync(lock).mtimeMs) return true
  // A checkout touches files without changing them: what counts is whether every package stands there in its version.
  const has = JSON.parse(readFileSync(stamp, 'utf8')).packages
  const wants = JSON.parse(readFileSync(lock, 'utf8')).packages
  return Object.entries(wants).every(
    ([path, { version, optional }]) => path === '' || optional || has[path]?.version === version,
  )
}

/** The examples import `godwit` and run its command as every other project does: they find both where npm would put them. */
function linkItself() {
  const main = join(root, 'dist/cli/main.js')
  chmodSync(main, 0o755)
  for (const [target, path] of [
    [root, join(root, 'node_modules/godwit')],
    [main, join(root, 'node_modules/.bin/godwit')],
  ]) {
    // Somebody else may be doing the same at this moment: what counts is that it stands there.
    if (lstatSync(path, { throwIfNoEntry: false }) && existsSync(path)) continue
    rmSync(path, { force: true })
    try {
      symlinkSync(target, path, 'junction')
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
  }
}

/** Installs and builds what is missing. */
export function ready() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`Godwit needs Node 20.19 or newer; this is ${process.versions.node}.`)
    process.exit(1)
  }
  if (!installed()) run('npm', ['ci', '--no-audit', '--no-fund'])
  run(process.execPath, [bin('typescript', 'bin/tsc'), '-p', 'tsconfig.build.json'])
  linkItself()
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) ready()
