// From a revision file to its operations: only what is about to run is ever loaded.
import { randomBytes } from 'node:crypto'
import { GodwitError } from '../errors.ts'
import { kindOf, type RevisionFile } from './folder.ts'
import type { Revision } from './revision.ts'
import { readSql } from './sql.ts'
import { loadTypescript } from './typescript.ts'

/** Loads one revision from the text that was read. Errors: REVISION_INVALID, REVISION_FAILED. */
export async function load(source: RevisionFile): Promise<Revision> {
  const { file, text, checksum } = source
  if (kindOf(file) === 'sql') {
    const { definition, lines } = readSql(text, source)
    return { ...definition, file, text, checksum, lines }
  }
  const definition = source.definition ?? (await loadTypescript(text, file))
  if (definition.id !== source.id || definition.parents.join() !== source.parents.join()) {
    throw new GodwitError(
      'REVISION_INVALID',
      `The revision file ${file} says another id or other parents when it is run.`,
      {
        why: 'The header is read without running the file, so it has to be plain text.',
        fix: 'Write id and parents as plain literals, and nowhere else.',
        place: { file },
      },
    )
  }
  return { ...definition, file, text, checksum }
}

/** A new revision id: 12 random hex digits. */
export const newId = (): string => randomBytes(6).toString('hex')
