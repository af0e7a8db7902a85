// From a revision file to its operations: only what is about to run is ever loaded.
import { randomBytes } from 'node:crypto'
import { GodwitError } from '../errors.ts'
import type { Operation } from '../operations/operation.ts'
import { isKind, lackingKey } from '../operations/required.ts'
import { kindOf, type RevisionFile } from './folder.ts'
import { placeAt } from './place.ts'
import type { Revision, RevisionDefinition } from './revision.ts'
import { readSql } from './sql.ts'
import { loadTypescript, readTypescript } from './typescript.ts'

/** Loads one revision from the text that was read. Errors: REVISION_INVALID, REVISION_FAILED. */
export async function load(source: RevisionFile): Promise<Revision> {
  const { file, text, checksum } = source
  if (kindOf(file) === 'sql') {
    const { definition, lines } = readSql(text, source)
    return { ...definition, file, text, checksum, lines }
  }
  return checked(source.definition ?? (await loadTypescript(text, file)), source)
}

/**
 * The same from a text that a database keeps. It is read, never run: whoever may write a row there is not whoever may run
 * code here. Undefined: it has code of its own. Errors: REVISION_INVALID.
 */
export async function loadStored(source: RevisionFile): Promise<Revision | undefined> {
  if (kindOf(source.file) === 'sql') return load(source)
  const definition = readTypescript(source.text, source.file)
  return definition === undefined ? undefined : checked(definition, source)
}

function checked(definition: RevisionDefinition, source: RevisionFile): Revision {
  const { file, text, checksum } = source
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
  checkOperations(definition.operations, source)
  if (Array.isArray(definition.down)) checkOperations(definition.down, source)
  return { ...definition, file, text, checksum }
}

// Plain JavaScript tells nobody about a key that is misspelt or missing: it is found here, before anything is planned.
function checkOperations(operations: readonly Operation[], { file, text }: RevisionFile): void {
  for (const [at, operation] of operations.entries()) {
    if (!isKind(Reflect.get(Object(operation), 'kind'))) throw unknownKind(operation, at, file)
    const lacking = lackingKey(operation)
    if (lacking === undefined) continue
    const { kind, ...payload } = operation
    const nth = operations.slice(0, at).filter((each) => each.kind === kind).length
    const call = [...text.matchAll(/\bop\.(\w+)/g)].filter(([, name]) => name === kind)[nth]
    throw new GodwitError(
      'REVISION_INVALID',
      `The revision file ${file} is not valid: op.${kind} lacks \`${lacking}\`.`,
      {
        why: `It is operation ${at + 1} of its list, and has: ${Object.keys(payload).join(', ') || 'nothing'}.`,
        fix: 'Correct the key: an editor shows which ones there are.',
        place: call === undefined ? { file } : placeAt(text, call.index, file),
      },
    )
  }
}

function unknownKind(operation: unknown, at: number, file: string): GodwitError {
  const kind: unknown = Reflect.get(Object(operation), 'kind')
  const said = kind === undefined ? 'is not an operation' : `has the unknown kind ${JSON.stringify(kind)}`
  return new GodwitError('REVISION_INVALID', `The revision file ${file} is not valid: operation ${at + 1} ${said}.`, {
    fix: 'Write operations with `op.…`: an editor shows which ones there are.',
    place: { file },
  })
}

/** A new revision id: 12 random hex digits. */
export const newId = (): string => randomBytes(6).toString('hex')
