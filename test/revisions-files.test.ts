// Revision files: read without running them, written never over another, hashed by what they mean.
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GodwitError, isGodwitError } from '../src/errors.ts'
import { op } from '../src/operations/op.ts'
import {
  checksum,
  fileName,
  graphOf,
  load,
  parseRevisionFile,
  printSql,
  printTypescript,
  readFolder,
  writeRevision,
} from '../src/revisions/index.ts'
import { FORMAT } from '../src/revisions/revision.ts'
import { scratchFolder } from './support/databases.ts'

const TYPESCRIPT = `import { op, revision } from 'godwit'

// id: 'not_this', export default revision({ id: 'nor_this' })
export default revision({
  id: '3f9c2a7b1e04',
  parents: ["8c1f2e90ab55"], /* parents: [] */
  message: \`it's "id: 'x'", // not a comment\`,
  operations: [
    op.addColumn({ table: 'users', column: { name: 'avatar_url', type: 'varchar(255)', nullable: true } }),
    op.sql({ up: "update users set a = 'x'" + " where a is null", down: '' }),
  ],
})
`

const failure = async (work: () => unknown): Promise<GodwitError> => {
  try {
    await work()
  } catch (error) {
    if (isGodwitError(error)) return error
    throw error
  }
  throw new Error('it did not fail')
}

describe('reading', () => {
  it('finds the header of TypeScript whatever strings and comments hold', () => {
    const file = parseRevisionFile('a.ts', TYPESCRIPT)
    expect(file).toMatchObject({
      id: '3f9c2a7b1e04',
      parents: ['8c1f2e90ab55'],
      message: `it's "id: 'x'", // not a comment`,
    })
  })

  it('reads literal files without running them, and runs the others from the same bytes', async () => {
    const literal = await load(parseRevisionFile('a.ts', TYPESCRIPT))
    expect(literal.operations).toEqual([
      op.addColumn({ table: 'users', column: { name: 'avatar_url', type: 'varchar(255)', nullable: true } }),
      op.sql({ up: "update users set a = 'x' where a is null", down: '' }),
    ])
    const code = `import { op, revision } from 'godwit'
const names: string[] = ['a', 'b']
export default revision({
  id: 'withcode', parents: [], message: 'm',
  operations: [...names.map((name) => op.sql({ up: \`select '\${name}'\` })), op.run({ async up(database) { await database.execute('select 1') } })],
})`
    const run = await load(parseRevisionFile('/nowhere/b.ts', code))
    expect(run.operations.map(({ kind }) => kind)).toEqual(['sql', 'sql', 'run'])
    expect(run.operations[1]).toEqual({ kind: 'sql', up: "select 'b'" })
  })

  it('reads SQL with its sections, lines and directives', async () => {
    const text =
      '-- id: abc\r\n-- parents: p1, p2\r\n-- message: add; -- things\r\n\r\n-- up\r\nselect 1;\r\n\r\n-- down\r\nselect 2;\r\n'
    const revision = await load(parseRevisionFile('a.sql', text))
    expect(revision).toMatchObject({
      id: 'abc',
      parents: ['p1', 'p2'],
      message: 'add; -- things',
      operations: [{ kind: 'sql', up: 'select 1;', down: 'select 2;' }],
      lines: { up: 6, down: 9 },
    })
    const bare = await load(
      parseRevisionFile('b.sql', '-- id: b\n-- message: m\n-- no transaction\nvacuum;\n\n-- irreversible\n'),
    )
    expect(bare).toMatchObject({
      parents: [],
      transaction: false,
      down: 'irreversible',
      operations: [{ up: 'vacuum;' }],
    })
    expect((await load(parseRevisionFile('c.sql', '-- id: c\n\n-- up\nselect 1\n'))).operations).toEqual([
      { kind: 'sql', up: 'select 1' },
    ])
    expect((await load(parseRevisionFile('c.sql', '-- id: c\n\n-- up\nselect 1\n-- down\n'))).operations).toEqual([
      { kind: 'sql', up: 'select 1', down: '' },
    ])
  })

  it('says file, line and column of what is wrong', async () => {
    const cases: [string, string, number | undefined][] = [
      ['a.ts', 'const a = 1\n', 1],
      ['b.ts', "const id = 'x'\nexport default revision({\n  id,\n  parents: [], message: '', operations: [] })", 2],
      ['c.ts', "export default revision({\n  id: make(),\n  parents: [], message: '', operations: [] })", 2],
      ['d.ts', "export default revision({ id: 'Not OK', parents: [], message: '', operations: [] })", 1],
      ['e.sql', 'select 1;\n', 1],
      ['f.sql', '-- id: f\n-- up\nselect 1\n-- up\n', 4],
      ['g.sql', '-- id: g\n-- parents: ../x\n-- up\n', 2],
    ]
    for (const [file, text, line] of cases) {
      const error = await failure(() => load(parseRevisionFile(file, text)))
      expect([file, error.code, error.place?.line]).toEqual([file, 'REVISION_INVALID', line])
    }
    const syntax =
      "import { op, revision } from 'godwit'\nexport default revision({\n  id: 'x', parents: [], message: '',\n  operations: [op.sql({ up: 'a' b })],\n})\n"
    const error = await failure(() => load(parseRevisionFile('/nowhere/s.ts', syntax)))
    expect(error.code).toBe('REVISION_INVALID')
    expect(error.place).toMatchObject({
      file: '/nowhere/s.ts',
      line: 4,
      text: "  operations: [op.sql({ up: 'a' b })],",
    })
    const thrown = await failure(() =>
      load(
        parseRevisionFile(
          '/nowhere/t.ts',
          `throw new Error('no luck')\nexport default revision({ id: 'x', parents: [], message: '', operations: [] })`,
        ),
      ),
    )
    expect(thrown.code).toBe('REVISION_FAILED')
    expect(thrown.message).toContain('no luck')
    const misspelt =
      "import { op, revision } from 'godwit'\nexport default revision({ id: 'x', parents: [], message: '', operations: [\n  op.renameColumn({ table: 't', from: 'a', to: 'b' }),\n  op.renameColumn({ tabel: 't', from: 'b', to: 'c' }),\n] })\n"
    const lacking = await failure(() => load(parseRevisionFile('/nowhere/m.ts', misspelt)))
    expect(lacking).toMatchObject({ code: 'REVISION_INVALID', place: { file: '/nowhere/m.ts', line: 4 } })
    expect(lacking.message).toContain('op.renameColumn lacks `table`')
    for (const [operation, said] of [
      ["{ kind: 'addColum', table: 't' }", 'operation 1 has the unknown kind "addColum"'],
      ['undefined', 'operation 1 is not an operation'],
    ]) {
      const text = `export default { id: 'x', parents: [], message: '', operations: [${operation}] }\n`
      const error = await failure(() => load(parseRevisionFile('/nowhere/k.mjs', text)))
      expect([error.code, error.message]).toEqual(['REVISION_INVALID', expect.stringContaining(said ?? '')])
    }
  })

  it('prints what it reads', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is hostile on purpose
    const hostile = ["'", '"', '`', '\\', '${x}', '\n', '\u2028', '*/', '-- down', '😀', '__proto__', '\0', '\r\n']
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom(...hostile),
      fc.array(fc.constantFrom(...hostile)).map((parts) => parts.join('')),
    )
    await fc.assert(
      fc.asyncProperty(text, text, text, async (message, name, sql) => {
        const definition = {
          id: 'abc_1',
          parents: ['p'],
          message,
          operations: [
            op.addColumn({
              table: name,
              column: {
                name,
                type: 'text',
                nullable: true,
                extra: { [`k${name.replaceAll(/[\r\n]/g, '')}`]: sql, list: [1, -2.5, null, true] },
              },
            }),
            op.sql({ up: sql, down: '' }),
          ],
        }
        const printed = printTypescript(definition)
        const { file: _, text: __, checksum: ___, ...loaded } = await load(parseRevisionFile('x.ts', printed))
        expect(loaded).toEqual({ ...definition, format: FORMAT })
      }),
      { numRuns: 300 },
    )
    const sql = printSql({ id: 'a', parents: [], message: 'two\n-- up\nlines' }, 'select 1;', null)
    expect(await load(parseRevisionFile('x.sql', sql))).toMatchObject({
      message: 'two -- up lines',
      down: 'irreversible',
    })
  })
})

describe('checksum', () => {
  const same = (left: string, right: string, kind: 'typescript' | 'sql') =>
    expect(checksum(left, kind)).toBe(checksum(right, kind))
  const differs = (left: string, right: string, kind: 'typescript' | 'sql') =>
    expect(checksum(left, kind)).not.toBe(checksum(right, kind))

  it('of TypeScript stays when a formatter was at work', () => {
    const formatted = TYPESCRIPT.replaceAll('\n', '\r\n')
      .replace("'users'", '"users"')
      .replace('nullable: true }', '\n nullable: true, }')
      .replace("from 'godwit'", 'from "godwit";')
      .replace('// id:', '// another comment id:')
    same(TYPESCRIPT, `\uFEFF${formatted}`, 'typescript')
    differs(TYPESCRIPT, TYPESCRIPT.replace("set a = 'x'", "set a =  'x'"), 'typescript')
    differs(TYPESCRIPT, TYPESCRIPT.replace('(255)', '(256)'), 'typescript')
    differs('f(`a\n b`)', 'f(`a\n  b`)', 'typescript')
    same('f(`a\n b`)', 'f(`a\r\n b`)', 'typescript')
    differs('() => { return\nx }', '() => { return x }', 'typescript')
    differs('[,]', '[]', 'typescript')
    differs("a = /x /.test('')", "a = /x/.test('')", 'typescript')
  })

  it('of SQL stays for blanks and comments, and changes for SQL', () => {
    const sql = "-- id: a\n-- up\nselect 'a  b', $$ -- body\n $$;\n"
    same(sql, "-- id:  a\r\n\r\n-- up\r\n  select\t'a  b' ,\n $$ -- body\n $$; -- done\n\n".replace(' ,', ','), 'sql')
    differs(sql, sql.replace('a  b', 'a b'), 'sql')
    differs(sql, sql.replace('-- body', '-- other'), 'sql')
    differs('-- id: a\n-- up\na\n-- down\nb', '-- id: a\n-- up\na b', 'sql')
    differs('select 1 /*! + 1 */', 'select 1', 'sql')
    differs("select 'it\\'s  ok'", "select 'it\\'s ok'", 'sql')
    differs('select 5--1', 'select 5', 'sql')
  })

  // What is quadratic in such a text would meet no time limit.
  it('comes to an end with a long text', () => {
    for (const part of ["'", '"', '`', '/*', '$a$', '-- x\n', '((((', '\\', '${', '/', 'a ']) {
      const text = part.repeat(300_000 / part.length)
      expect(checksum(text, 'sql')).toMatch(/^[0-9a-f]+$/)
      expect(checksum(text, 'typescript')).toMatch(/^[0-9a-f]+$/)
    }
  })
})

describe('folder', () => {
  let folder: Awaited<ReturnType<typeof scratchFolder>>
  beforeAll(async () => {
    folder = await scratchFolder()
  })
  afterAll(() => folder.drop())

  it('is empty where there is none, and reads only revisions', async () => {
    expect(await readFolder(join(folder.path, 'none'))).toMatchObject({ exists: false, files: [] })
    const path = join(folder.path, 'mixed')
    await mkdir(path)
    await writeFile(join(path, '_helpers.ts'), 'export const a = 1')
    await writeFile(join(path, 'types.d.ts'), 'export {}')
    await writeFile(join(path, 'README.md'), '# hello')
    await writeFile(join(path, 'b.sql'), '-- id: b\n-- parents: a\n')
    await writeFile(join(path, 'a.ts'), printTypescript({ id: 'a', parents: [], message: '', operations: [] }))
    expect((await readFolder(path)).files.map(({ id }) => id)).toEqual(['a', 'b'])
  })

  it('never overwrites, and leaves nothing half written', async () => {
    const path = join(folder.path, 'new')
    const name = fileName("Añadir: 'users'; ../../etc", 'typescript', new Date('2026-11-21T09:15:30Z'))
    expect(name).toBe('20261121_0915_anadir_users_etc.ts')
    const written = await Promise.all(Array.from({ length: 5 }, (_, at) => writeRevision(path, name, `// ${at}`)))
    expect(new Set(written).size).toBe(5)
    expect((await readdir(path)).length).toBe(5)
    expect(new Set(await Promise.all(written.map((file) => readFile(file, 'utf8')))).size).toBe(5)
    await writeFile(join(folder.path, 'file'), '')
    expect((await failure(() => writeRevision(join(folder.path, 'file'), name, ''))).code).toBe('FOLDER_NOT_WRITABLE')
    expect(fileName('😀', 'sql', new Date(0))).toBe('19700101_0000_revision.sql')
  })

  it.skipIf(process.getuid?.() === 0)('says so when it may not be written', async () => {
    const path = join(folder.path, 'locked')
    await mkdir(path)
    await chmod(path, 0o500)
    expect((await failure(() => writeRevision(path, 'a.ts', ''))).code).toBe('FOLDER_NOT_WRITABLE')
  })

  it('lists 1,000 files fast', async () => {
    const path = join(folder.path, 'many')
    await mkdir(path)
    for (let at = 0; at < 1000; at++) {
      const definition = {
        id: `r${at}`,
        parents: at === 0 ? [] : [`r${at - 1}`],
        message: `number ${at}`,
        operations: [
          op.createIndex({
            table: 'a_table',
            index: { name: `index_${at}`, unique: false, keys: [{ column: 'a_column' }] },
          }),
        ],
      }
      await writeFile(join(path, `${String(at).padStart(4, '0')}.ts`), printTypescript(definition))
    }
    const { files } = await readFolder(path)
    const graph = graphOf(files)
    for (const file of files) await load(file)
    expect(graph.order.length).toBe(1000)
  })
})
