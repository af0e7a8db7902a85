// `bundle`: all revisions and seeds as one module, so that a start reads no file.
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { GodwitError } from '../errors.ts'
import { checkInside } from '../project-root.ts'
import { graphOf, isLiteral, kindOf, load, type Revision } from '../revisions/index.ts'
import { BUNDLE_FORMAT, type Bundle } from '../runner/bundle.ts'
import { readSeeds } from '../runner/seed.ts'
import { command } from './command.ts'
import type { Context } from './context.ts'
import { shortPath } from './files.ts'

export interface BundleReport {
  /** The module. */
  file: string
  revisions: number
  seeds: number
  /** Files with code of their own: the module imports them, and the program's bundler takes them in. */
  imported: string[]
  bytes: number
  /** The file was as it has to be already. */
  current: boolean
  written: boolean
}

/** Where it goes unless told otherwise. */
const DEFAULT = 'godwit.bundle.ts'

/** The same input gives the same bytes. */
export const bundle = command({
  name: 'bundle',
  summary: 'write revisions and seeds as one module',
  description: `Writes one module that holds all revisions and seeds, for places that cannot read files at run time: functions on Lambda or
Vercel, single-file programs. Pass what it exports to \`startup({ bundle })\`. Files with code of their own are imported by the
module, everything else is data in it. Run it in the build, or commit the module and hold it to the files with --check.`,
  examples: [
    { line: 'godwit bundle', does: `write ${DEFAULT}` },
    { line: 'godwit bundle --out src/migrations.bundle.ts', does: 'write it there' },
    { line: 'godwit bundle --check', does: 'exit with 3 where it is not current' },
  ],
  arguments: [],
  flags: {
    out: { type: 'text', value: 'file', summary: `the module (default: ${DEFAULT})` },
    check: { type: 'boolean', summary: 'write nothing; exit with 3 where the module is not current' },
  },
  writes: 'files',
  async run(context, { out = DEFAULT, check }): Promise<BundleReport> {
    const file = resolve(context.cwd, out)
    const { bundle: content, imports } = await collect(context, dirname(file))
    const text = print(content, imports)
    const current = read(file) === text
    const written = !current && check !== true
    if (written) {
      checkInside(file, (await context.config()).directory)
      write(file, text)
    }
    return {
      file: shortPath(context, file),
      revisions: content.revisions.length,
      seeds: content.seeds.length,
      imported: [...imports.values()],
      bytes: Buffer.byteLength(text),
      current,
      written,
    }
  },
  outcome: ({ current }, { check }) => (check && !current ? 3 : 0),
})

/** What goes in, and which files are imported: by the id of the revision or the name of the seed, their paths. */
async function collect(context: Context, from: string): Promise<{ bundle: Bundle; imports: Map<string, string> }> {
  const { seeds: seedFolder } = await context.config()
  const dialect = await context.dialect()
  const folder = await context.folder()
  // Broken files and graphs are found here and not at run time.
  const { order } = graphOf(folder.files)
  const texts = new Set<string>()
  const imports = new Map<string, string>()
  const path = (file: string): string => `./${relative(from, file).replaceAll('\\', '/')}`.replace(/^\.\/\.\.\//, '../')
  const revisions: Bundle['revisions'][number][] = []
  for (const id of order) {
    const source = folder.files.find((file) => file.id === id)
    if (source === undefined) continue
    const { parents, message, file, checksum, text } = source
    for (const sql of writtenIn(await load(source))) texts.add(sql)
    if (kindOf(file) === 'typescript' && !isLiteral(text)) imports.set(`revision ${id}`, path(file))
    revisions.push({ id, parents, message, file: file.split(/[\\/]/).at(-1) ?? file, checksum, text })
  }
  const seeds = readSeeds(seedFolder).map(({ name, file, checksum, text }) => {
    if (text === undefined) imports.set(`seed ${name}`, path(file))
    else texts.add(text)
    return { name, checksum, ...(text !== undefined && { text }) }
  })
  const split: Bundle['split'][number][] = []
  for (const text of texts) {
    if (text.trim() !== '') split.push({ text, statements: await dialect.split(text) })
  }
  return { bundle: { format: BUNDLE_FORMAT, revisions, seeds, split }, imports }
}

/** Both ways: the way down is read before the way up is gone. */
const writtenIn = ({ operations, down }: Revision): string[] =>
  [...operations, ...(Array.isArray(down) ? down : [])].flatMap((each) =>
    each.kind === 'sql' ? [each.up, each.down ?? ''] : [],
  )

function print({ format, revisions, seeds, split }: Bundle, imports: ReadonlyMap<string, string>): string {
  const names = new Map([...imports.keys()].map((key, index) => [key, `code${index + 1}`]))
  const entry = (value: object, key: string): string => {
    const name = names.get(key)
    const text = safe(value)
    return name === undefined ? `    ${text},` : `    { ...${text}, definition: ${name} },`
  }
  const list = (lines: readonly string[]): string => (lines.length === 0 ? '[]' : `[\n${lines.join('\n')}\n  ]`)
  return [
    '// @ts-nocheck',
    '/* eslint-disable */',
    '// Written by `godwit bundle`: revisions and seeds for places where no file can be read. Not to be edited.',
    ...[...imports].map(([key, file]) => `import ${names.get(key)} from ${safe(file)}`),
    '',
    'export default {',
    `  format: ${format},`,
    `  revisions: ${list(revisions.map((revision) => entry(revision, `revision ${revision.id}`)))},`,
    `  seeds: ${list(seeds.map((seed) => entry(seed, `seed ${seed.name}`)))},`,
    `  split: ${list(split.map((each) => `    ${safe(each)},`))},`,
    '}',
    '',
  ].join('\n')
}

// Line separators are line ends to some parsers; `__proto__` as a key would be a prototype, and no key of ours is one.
const safe = (value: unknown): string =>
  JSON.stringify(value).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')

function read(file: string): string | undefined {
  try {
    return statSync(file).isFile() ? readFileSync(file, 'utf8') : undefined
  } catch {
    return undefined
  }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (cause) {
    throw new GodwitError('FOLDER_NOT_WRITABLE', `The module could not be written to ${file}.`, {
      why: cause instanceof Error ? cause.message : String(cause),
      fix: 'Check the path (--out) and the rights of the folder.',
      cause,
    })
  }
}
