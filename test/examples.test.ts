// Runs the shell blocks of the tutorial, of a guide and of the examples' READMEs, in order, and looks for what they promise to print.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { chmod, cp, mkdir, symlink } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { type Block, blocksOf } from './support/blocks.ts'
import { scratchFolder } from './support/databases.ts'

const root = resolve(import.meta.dirname, '..')
const examples = join(root, 'examples')
const pages = [
  join(root, 'docs/tutorial/five-minutes.md'),
  join(root, 'docs/guides/existing-databases.md'),
  ...(existsSync(examples) ? readdirSync(examples).map((name) => join(examples, name, 'README.md')) : []).filter(
    existsSync,
  ),
]

/** What a start left in the folder belongs to whoever started it. */
const isSource = (path: string): boolean => !/^(data(\.db.*)?|node_modules)$/.test(basename(path))

/** A project folder in which `godwit` and its peers are installed, as `npm install` would leave them. */
async function install(folder: string): Promise<void> {
  const modules = join(folder, 'node_modules')
  await mkdir(join(modules, '.bin'), { recursive: true })
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (!name.startsWith('.') && name !== 'godwit') await symlink(join(root, 'node_modules', name), join(modules, name))
  }
  await symlink(root, join(modules, 'godwit'))
  const main = join(root, 'dist/cli/main.js')
  await chmod(main, 0o755)
  await symlink(main, join(modules, '.bin/godwit'))
}

function run(block: Block, cwd: string): string {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    NO_COLOR: '1',
    // An example sets its repository up before it starts; here everything stands already.
    npm_config_ignore_scripts: 'true',
    npm_config_update_notifier: 'false',
    PATH: `${join(cwd, 'node_modules/.bin')}:${process.env.PATH}`,
  }
  // The page is read by people at a terminal: what the test runner set is none of its business.
  for (const name of ['CI', 'NODE_OPTIONS', 'DATABASE_URL', 'NODE_ENV', 'VITEST']) delete env[name]
  // npx starts a second process only to find what PATH has already.
  const script = `set -euo pipefail\nnpx() { "$@"; }\n${block.text}`
  const done = spawnSync('bash', ['-c', script], { cwd, env, encoding: 'utf8', timeout: 120_000 })
  const output = `${done.stdout}${done.stderr}`
  expect(done.status, `line ${block.line}: ${block.text}\n${output}`).toBe(0)
  return output
}

for (const page of pages) {
  test(`the commands of ${relative(root, page)} do what it says`, { timeout: 300_000 }, async () => {
    expect(existsSync(join(root, 'dist/cli/main.js')), 'build first: npm test does').toBe(true)
    const folder = await scratchFolder()
    try {
      // An example works on its own files; the tutorial writes what it needs.
      if (page.startsWith(examples)) await cp(dirname(page), folder.path, { recursive: true, filter: isSource })
      await install(folder.path)
      let output = ''
      for (const block of blocksOf(readFileSync(page, 'utf8'))) {
        if (block.kind === 'sh') output = run(block, folder.path)
        else if (block.kind === 'text') {
          for (const line of block.text.split('\n').filter((text) => text.trim() !== '')) {
            expect(output, `line ${block.line}`).toContain(line)
          }
        }
      }
    } finally {
      await folder.drop()
    }
  })
}
