// A bundle: all revisions and seeds as one module, for places where no file can be read at run time.
import type { Dialect, TextStatement } from '../dialects/dialect.ts'
import { GodwitError } from '../errors.ts'
import type { Folder, RevisionDefinition } from '../revisions/index.ts'
import type { SeedDefinition, SeedFile } from './seed.ts'

/** What `godwit bundle` writes as the default export. */
export interface Bundle {
  /** Layout of the bundle. */
  format: number
  revisions: readonly {
    id: string
    parents: readonly string[]
    message: string
    file: string
    checksum: string
    text: string
    definition?: RevisionDefinition
  }[]
  seeds: readonly { name: string; checksum: string; text?: string; definition?: SeedDefinition }[]
  /** Hand-written SQL, split when the bundle was made: the parser need not come along. */
  split: readonly { text: string; statements: readonly unknown[] }[]
}

/** The layout that this version writes and reads. */
export const BUNDLE_FORMAT = 1

/** Its revisions as a folder. Errors: CONFIG_INVALID (it is no bundle, or of another layout). */
export function folderOfBundle(bundle: Bundle): Folder {
  if (bundle?.format !== BUNDLE_FORMAT || !Array.isArray(bundle.revisions)) {
    throw new GodwitError('CONFIG_INVALID', 'This is no bundle that this version of Godwit reads.', {
      fix: 'Write it again with `godwit bundle`, and pass its default export.',
    })
  }
  const files = bundle.revisions.map((file) => ({ ...file, parents: [...file.parents] }))
  return { path: 'the bundle', exists: true, files }
}

/** Its seeds. */
export const seedsOfBundle = ({ seeds }: Bundle): SeedFile[] => seeds.map((each) => ({ ...each, file: each.name }))

/** The dialect, knowing how the texts of the bundle are split. */
export function withBundle(dialect: Dialect, { split }: Bundle): Dialect {
  // A bundle is this program's own print: the statements are as `dialect.split` gave them.
  const known = new Map(split.map(({ text, statements }) => [text, statements as readonly TextStatement[]]))
  return {
    ...dialect,
    split: async (text, file) => [...(known.get(text) ?? (await dialect.split(text, file)))],
  }
}
