// A file is written only if it reads as what was proved: names and texts of a database may hold anything.
import { GodwitError, isGodwitError } from '../errors.ts'
import { equalData } from '../schema/json.ts'
import { parseRevisionFile } from './folder.ts'
import { load } from './load.ts'
import type { Revision, RevisionDefinition } from './revision.ts'

/**
 * Reads the text as the next run will. Errors: REVISION_INVALID where it says anything else than `expected` (a line
 * inside of a text that reads as the mark of a section, for one).
 */
export async function checkReadBack(text: string, file: string, expected: RevisionDefinition): Promise<void> {
  const { file: _, text: __, checksum: ___, lines: ____, ...found } = await read(text, file)
  if (equalData(JSON.parse(JSON.stringify(found)), JSON.parse(JSON.stringify(expected)))) return
  throw cannotBeWritten('read again, it says something else')
}

async function read(text: string, file: string): Promise<Revision> {
  try {
    return await load(parseRevisionFile(file, text))
  } catch (error) {
    if (!isGodwitError(error)) throw error
    throw cannotBeWritten(`read again, it is no revision (${error.message})`)
  }
}

/** What was proved does not fit into a file of this form. */
export const cannotBeWritten = (why: string): GodwitError =>
  new GodwitError('REVISION_INVALID', `The revision cannot be written in this form: ${why}.`, {
    why: 'A default, a comment or the body of a function holds text that means something in such a file (a line `-- down`, for one). Nothing was written.',
    fix: 'Write it as TypeScript: --format ts. Where that is what was tried, please report it.',
  })
