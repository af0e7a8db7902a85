// The package as npm packs it: installed from its tarball, without a network, it is a whole program and a whole library.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { built, root } from './support/built.ts'
import { scratchFolder } from './support/databases.ts'
import { program } from './support/program.ts'

interface Manifest {
  version: string
  dependencies: Record<string, string>
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest
const { PATH = '', HOME = '' } = process.env
const env = { PATH, HOME, NO_COLOR: '1', npm_config_offline: 'true', npm_config_update_notifier: 'false' }

let folder: { path: string; drop(): Promise<void> }
let app: string
let files: string[]

/** Makes packages of the repository stand in the project, as if they had been installed there. */
function link(names: readonly string[]): void {
  for (const name of names) {
    const path = join(app, 'node_modules', name)
    mkdirSync(dirname(path), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), path)
  }
}

beforeAll(async () => {
  await built()
  folder = await scratchFolder()
  app = join(folder.path, 'app')
  mkdirSync(app)
  const npm = (args: string[], cwd: string): string => execFileSync('npm', args, { cwd, env, encoding: 'utf8' })
  // What is built is packed: the scripts would build it anew under the other tests' feet.
  const packed = npm(['pack', '--ignore-scripts', '--json', '--pack-destination', folder.path], root)
  const [{ filename, files: listed }] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }]
  files = listed.map(({ path }) => path)
  writeFileSync(join(app, 'package.json'), '{ "name": "app", "private": true, "type": "module" }\n')
  link(Object.keys(manifest.dependencies))
  const quietly = ['--no-audit', '--no-fund', '--no-package-lock', '--legacy-peer-deps']
  npm(['install', '--offline', ...quietly, join(folder.path, filename)], app)
})
afterAll(() => folder?.drop())

test('it holds the program, its types and the papers, and nothing else', () => {
  const others = files.filter((path) => !/^dist\/.*(?:\.js|\.d\.ts)$/.test(path))
  expect(others.sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'])
  expect(files).toContain('dist/index.d.ts')
  expect(files.filter((path) => path.includes('test'))).toEqual([])
})

test('the command that npm puts on the path runs', () => {
  const run = (...args: string[]): string =>
    execFileSync(join(app, 'node_modules/.bin/godwit'), args, { cwd: app, env, encoding: 'utf8' })
  expect(run('--version').trim()).toBe(manifest.version)
  expect(run('--help')).toContain('upgrade')
})

test('what is imported is what the repository exports, and only that', () => {
  writeFileSync(
    join(app, 'look.mjs'),
    `import * as library from 'godwit'
     import manifest from 'godwit/package.json' with { type: 'json' }
     const inside = await import('godwit/dist/errors.js').catch((error) => error.code)
     console.log(JSON.stringify({ names: Object.keys(library).sort(), version: manifest.version, inside }))`,
  )
  const text = execFileSync(process.execPath, ['--no-warnings', 'look.mjs'], { cwd: app, env, encoding: 'utf8' })
  const exported = execFileSync(
    process.execPath,
    [
      '-e',
      `import(${JSON.stringify(join(root, 'dist/index.js'))}).then((m) => console.log(JSON.stringify(Object.keys(m).sort())))`,
    ],
    { encoding: 'utf8' },
  )
  expect(JSON.parse(text)).toEqual({
    names: JSON.parse(exported) as string[],
    version: manifest.version,
    inside: 'ERR_PACKAGE_PATH_NOT_EXPORTED',
  })
})

test('its types are found', () => {
  link(['typescript', '@types/node'])
  writeFileSync(
    join(app, 'typed.ts'),
    "import { godwit, type Operation } from 'godwit'\nexport const kind: Operation['kind'] = 'addColumn'\nexport const open = godwit()\n",
  )
  const flags = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--types',
    'node',
  ]
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  expect(execFileSync(process.execPath, [tsc, ...flags, 'typed.ts'], { cwd: app, encoding: 'utf8' })).toBe('')
})

test('every example can be copied: what makes a clone ready is left out where there is none', () => {
  for (const name of readdirSync(join(root, 'examples'), { withFileTypes: true }).filter((each) =>
    each.isDirectory(),
  )) {
    const { scripts } = JSON.parse(readFileSync(join(root, 'examples', name.name, 'package.json'), 'utf8')) as {
      scripts: { prestart: string }
    }
    expect(scripts.prestart, name.name).toBe(
      `node -e "import('../../scripts/ready.mjs').then(({ ready }) => ready(), () => {})"`,
    )
  }
})

test('an example that was copied elsewhere starts on it', async () => {
  const example = join(root, 'examples/hrms')
  for (const name of readdirSync(example)) {
    if (!['data', 'node_modules', 'test'].includes(name))
      cpSync(join(example, name), join(app, name), { recursive: true })
  }
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8')) as Manifest & {
    devDependencies: Record<string, string>
  }
  link([...Object.keys(dependencies), ...Object.keys(devDependencies)].filter((name) => name !== 'godwit'))
  const running = program('npm', ['start'], { cwd: app, env: { PORT: '0' } })
  try {
    const [, url] = await running.prints(/ready on (http:\S+)/)
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ users: 1 })
    expect(running.output()).toContain('Migrations completed successfully!')
  } finally {
    await running.stop()
  }
})
