// The snippets of the start-up guide are compiled as they stand, against the frameworks' own types.
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { blocksOf } from './support/blocks.ts'
import { root } from './support/built.ts'
import { scratchFolder } from './support/databases.ts'

test('every snippet compiles', { timeout: 180_000 }, async () => {
  const folder = await scratchFolder()
  try {
    const modules = join(folder.path, 'node_modules')
    await mkdir(join(modules, '@types'), { recursive: true })
    await mkdir(join(modules, '@hono'))
    await mkdir(join(modules, '@electric-sql'))
    for (const name of [
      'fastify',
      'hono',
      '@hono/node-server',
      '@electric-sql/pglite',
      '@types/express',
      '@types/node',
    ]) {
      await symlink(join(root, 'node_modules', name), join(modules, name))
    }
    const sources = join(root, 'src/index.ts')
    const snippets = blocksOf(readFileSync(join(root, 'docs/guides/start-up.md'), 'utf8')).filter(
      ({ kind }) => kind === 'ts',
    )
    expect(snippets.length).toBeGreaterThanOrEqual(7)
    for (const { text, line } of snippets) writeFileSync(join(folder.path, `line${line}.ts`), `${text}\nexport {}\n`)
    writeFileSync(join(folder.path, 'package.json'), '{ "type": "module" }')
    const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'))
    writeFileSync(
      join(folder.path, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: { ...compilerOptions, rewriteRelativeImportExtensions: false, paths: { godwit: [sources] } },
        include: ['*.ts'],
      }),
    )
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    const output = await new Promise<string>((resolve) => {
      execFile(process.execPath, [compiler, '-p', folder.path], { cwd: folder.path }, (_, stdout, stderr) =>
        resolve(stdout + stderr),
      )
    })
    expect(output).toBe('')
  } finally {
    await folder.drop()
  }
})
