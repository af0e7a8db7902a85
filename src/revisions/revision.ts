// A revision: one node of the history on disk.
import { GodwitError } from '../errors.ts'
import type { Operation } from '../operations/operation.ts'

/** What `export default revision({...})` takes. */
export interface RevisionDefinition {
  /** `[a-z0-9_]{1,64}`, unique in the folder. */
  id: string
  /** The revisions it comes after: none for the first, two or more for a merge. */
  parents: string[]
  message: string
  /** The rules that it was written under: absent is 1. From 2 on (`CONSENTS`), changing values needs consent. */
  format?: number
  operations: Operation[]
  /** Overrules the inverses of the operations; `'irreversible'` refuses to go down. */
  down?: Operation[] | 'irreversible'
  /** False: hand-written SQL of this revision runs outside of transactions, one statement at a time. */
  transaction?: boolean
}

/** A revision as read from its file. */
export interface Revision extends RevisionDefinition {
  file: string
  /** Of the normalised text: see checksum.ts. */
  checksum: string
  /** The file's text as it was hashed and run: one read for both. */
  text: string
  /** On which lines the sections of an SQL file begin. */
  lines?: { up: number; down?: number }
}

/** What a static read of the header gives, without running the file. */
export interface RevisionHeader {
  id: string
  parents: string[]
  message: string
  file: string
}

/** The format of the files that are written now. */
export const FORMAT = 2
/** From this format on, a file says itself where values may change; without it a run stops where they would. */
export const CONSENTS = 2

const ID = /^[a-z0-9_]{1,64}$/

const isFormat = (format: unknown): boolean =>
  format === undefined || (Number.isInteger(format) && Number(format) >= 1 && Number(format) <= FORMAT)

/** Checks and returns the definition; used as `export default revision({...})`. Errors: REVISION_INVALID. */
export function revision(definition: RevisionDefinition): RevisionDefinition {
  const problem = !ID.test(definition.id)
    ? 'its id must be 1 to 64 of a-z, 0-9 and _'
    : !Array.isArray(definition.parents) || !definition.parents.every((parent) => ID.test(parent))
      ? 'its parents must be a list of revision ids'
      : typeof definition.message !== 'string'
        ? 'it has no message'
        : !isFormat(definition.format)
          ? `its format must be a number from 1 to ${FORMAT}: was it written by a newer Godwit?`
          : !Array.isArray(definition.operations)
            ? 'its operations must be a list'
            : undefined
  if (problem !== undefined) {
    throw new GodwitError(
      'REVISION_INVALID',
      `The revision ${JSON.stringify(definition.id)} is not valid: ${problem}.`,
      {
        fix: '`godwit revision -m "…"` writes an example of the form; correct the file after it.',
      },
    )
  }
  return definition
}
