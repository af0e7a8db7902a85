// The tree is the architecture: imports run one way, databases stay in their folders, the terminal stays in cli.
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CODES } from '../src/errors.ts'
import {
  cycles,
  importsOf,
  importViolations,
  type SourceFile,
  testsThatLookBeside,
  wordViolations,
} from './support/architecture.ts'

const root = resolve(import.meta.dirname, '..')

function readTree(folder: string): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path: path.split(sep).join('/'), text: readFileSync(join(root, folder, path), 'utf8') }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

const source = readTree('src')

describe('the source tree', () => {
  test('imports run one way', () => {
    expect(importViolations(source)).toEqual([])
  })
  test('has no circles, not even of types', () => {
    expect(cycles(source)).toEqual([])
  })
  test('names databases and the terminal only where they belong, and every file says what it is', () => {
    expect(wordViolations(source)).toEqual([])
  })
  test('imports only files that exist', () => {
    const paths = new Set(source.map(({ path }) => path))
    const missing = source.flatMap(importsOf).filter(({ to }) => !paths.has(to) && to !== '../package.json')
    expect(missing).toEqual([])
  })
})

test('every error code is documented, and nothing else is', () => {
  const page = readFileSync(join(root, 'docs/reference/errors.md'), 'utf8')
  const documented = [...page.matchAll(/^#{2,4} `?([A-Z][A-Z_]+)`?/gm)].map((match) => match[1])
  expect([...new Set(documented)].sort()).toEqual(Object.keys(CODES).sort())
})

test('what a test does depends on nothing beside the checkout', () => {
  expect(testsThatLookBeside([...readTree('test'), ...readTree('examples')])).toEqual([])
})

describe('the checks see a violation', () => {
  const file = (path: string, text: string): SourceFile => ({
    path,
    text: `// A file that breaks a rule on purpose.\n${text}`,
  })

  test.each([
    ['schema/x.ts', "import { apply } from '../operations/index.ts'"],
    ['diff/x.ts', "import type { Rule } from '../lint/rule.ts'"],
    ['operations/x.ts', "export { render } from '../dialects/dialect.ts'"],
    ['runner/x.ts', "const x = await import('../dialects/postgres/index.ts')"],
    ['dialects/sqlite/x.ts', "import { quote } from '../postgres/quote.ts'"],
    ['sources/x.ts', "import { plan } from '../runner/plan.ts'"],
    ['commands/x.ts', "import {\n  print,\n} from '../cli/text.ts'"],
    ['schema/x.ts', "import '../../test/support/databases.ts'"],
    ['elsewhere/x.ts', ''],
  ])('%s: %s', (path, text) => {
    expect(importViolations([file(path, text)])).toHaveLength(1)
  })

  test('what is allowed is no violation', () => {
    expect(
      importViolations([
        file('dialects/sqlite/x.ts', "import type { Dialect } from '../dialect.ts'\nimport type { A } from './y.ts'"),
        file(
          'commands/x.ts',
          "import { dialectOf } from '../dialects/index.ts'\nimport { GodwitError } from '../errors.ts'",
        ),
        file('index.ts', "export { op } from './operations/op.ts'"),
      ]),
    ).toEqual([])
  })

  test('a circle of types through three files', () => {
    const circle = [
      file('schema/b.ts', "import type { C } from './c.ts'"),
      file('schema/a.ts', "import type { B } from './b.ts'"),
      file('schema/c.ts', "import type { A } from './a.ts'"),
    ]
    expect(cycles(circle)).toEqual(['schema/a.ts > schema/b.ts > schema/c.ts > schema/a.ts'])
  })

  test.each([
    ['runner/x.ts', '// as PostgreSQL does it'],
    ['commands/x.ts', "if (name === 'sqlite') {}"],
    ['dialects/x.ts', 'console.log(1)'],
    ['commands/x.ts', 'process.exit(1)'],
    ['startup/x.ts', 'const [, , verb] = process.argv'],
  ])('the words of %s: %s', (path, text) => {
    expect(wordViolations([file(path, text)])).toHaveLength(1)
  })

  test.each([
    ['cases.test.ts', "resolve(import.meta.dirname, '../../shared/data')"],
    ['dialects/x.test.ts', "import { filesOf } from '../support/shared.ts'"],
    ['status.test.ts', 'const url = process.env.GODWIT_TEST_MYSQL_URL'],
  ])('%s looks beside the checkout: %s', (path, text) => {
    expect(testsThatLookBeside([file(path, text)])).toEqual([path])
    expect(testsThatLookBeside([file(`shared/${path}`, text)])).toEqual([])
  })

  test('a file without its first line', () => {
    expect(wordViolations([{ path: 'schema/x.ts', text: 'export const x = 1' }])).toHaveLength(1)
  })
})
