// Which files a source reads: what its paths stand for, and what they leave out.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findFiles, globPattern } from '../src/sources/files.ts'
import { drizzle, sql } from '../src/sources/index.ts'
import { scratchFolder } from './support/databases.ts'

let folder: Awaited<ReturnType<typeof scratchFolder>>
beforeAll(async () => {
  folder = await scratchFolder()
  for (const name of [
    'm/a.ts',
    'm/a.test.ts',
    'm/sub/b.ts',
    'm/sub/b.spec.ts',
    'm/old/c.ts',
    's/1.sql',
    's/2.sql',
    's/2.draft.sql',
  ]) {
    await mkdir(dirname(join(folder.path, name)), { recursive: true })
    await writeFile(
      join(folder.path, name),
      name.endsWith('.sql') ? `create table t${name.length} (id int);` : 'throw new Error()',
    )
  }
})
afterAll(() => folder.drop())

const found = async (paths: string[]): Promise<string[]> =>
  (await findFiles(paths, folder.path, ['.ts', '.sql'])).map((file) => relative(folder.path, file))

test.each([
  { paths: ['./m/*.ts', '!./m/*.test.ts'], files: ['m/a.ts'] },
  { paths: ['!**/*.{test,spec}.ts', './m'], files: ['m/a.ts', 'm/old/c.ts', 'm/sub/b.ts'] },
  { paths: ['./m', '!./m/old', '!./m/sub/b.ts'], files: ['m/a.test.ts', 'm/a.ts', 'm/sub/b.spec.ts'] },
  { paths: ['m/!(*.test).ts'], files: ['m/a.ts'] },
  { paths: ['m/!(old)/*.ts'], files: ['m/sub/b.spec.ts', 'm/sub/b.ts'] },
  { paths: ['m/**/!(*.test|*.spec).ts'], files: ['m/a.ts', 'm/old/c.ts', 'm/sub/b.ts'] },
  { paths: ['m/@(sub|old)/+(b|c).ts'], files: ['m/old/c.ts', 'm/sub/b.ts'] },
  { paths: ['s/*.sql', '!s/*.draft.sql'], files: ['s/1.sql', 's/2.sql'] },
])('$paths', async ({ paths, files }) => {
  expect((await found(paths)).sort()).toEqual(files)
})

test('a source takes them', async () => {
  const target = { dialect: 'sqlite', directory: folder.path }
  expect(await sql(['./s', '!./s/*.draft.sql']).ddl(target)).toHaveLength(2)
  await expect(drizzle(['./m', '!./m/**']).ddl(target)).rejects.toMatchObject({
    code: 'SOURCE_MISSING',
    message: 'The configuration leaves out every model file that it names.',
  })
  await expect(drizzle('!./m/*.test.ts').ddl(target)).rejects.toMatchObject({ code: 'SOURCE_MISSING' })
})

test('parentheses that are part of a name stay that', () => {
  expect(globPattern('(group)/*.ts').test('(group)/a.ts')).toBe(true)
  expect(globPattern('a!b/*.ts').test('a!b/a.ts')).toBe(true)
})
