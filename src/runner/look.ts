// Looks at what is there before an ensure does anything. Texts that differ are compared once more as the engine spells
// them, so that `varchar(20)` against `character varying(20)` is no difference.
import type { Connection, Dialect } from '../dialects/dialect.ts'
import { GodwitError, isGodwitError } from '../errors.ts'
import { describe, differentError, type Resolution, resolve, respelled, specimen } from '../operations/index.ts'
import type { Ensure, EnsureInTable } from '../operations/operation.ts'
import type { Schema } from '../schema/schema.ts'
import { SendFailure } from './send.ts'
import type { Speller } from './speller.ts'
import type { Item } from './step.ts'

/** What was found; or what has to be made, with the definition as the engine spells it where it was asked. */
export type Look = Exclude<Resolution, { outcome: 'different' }>

/** Compares with `schema`, what this connection holds now. Errors: ENSURE_DIFFERENT, REVISION_INVALID, those of spelling. */
export async function look(speller: Speller, connection: Connection, schema: Schema, operation: Ensure): Promise<Look> {
  const first = resolve(schema, operation)
  // Only what lives in a table is asked for again; the text of an object is compared as it stands.
  if (operation.kind === 'ensureObject') return undisputed(first, operation)
  if (first.outcome === 'found' || (first.outcome === 'absent' && !isDoubtful(operation))) return first
  const spelled = respelled(operation, await speller.spell(connection, specimen(schema, operation)))
  return undisputed(resolve(schema, spelled), operation)
}

// Only the engine knows whether two names mean one type, and whether it keeps a unique key as a constraint at all.
const isDoubtful = (operation: EnsureInTable): boolean =>
  operation.kind === 'ensureColumnType' ||
  (operation.kind === 'ensureConstraint' && operation.constraint.type === 'unique')

function undisputed(resolution: Resolution, operation: Ensure): Look {
  if (resolution.outcome === 'different') throw differentError(operation, resolution.differences, subject(operation))
  return resolution
}

const subject = (operation: Ensure): string => {
  const words = describe(operation)
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** What an engine would not spell is a statement that failed: it is told like one. Other errors say which revision it was. */
export function lookFailure(
  dialect: Dialect,
  error: unknown,
  operation: Ensure,
  { revision, index }: { revision: { id: string; message: string; file: string }; index: number },
): unknown {
  if (isGodwitError(error) || error instanceof SendFailure) return inRevision(error, revision)
  const failure = dialect.explain(error)
  const statement = { sql: describe(operation), operation: 0, transactional: true }
  const item: Item = { type: 'statement', statement }
  return new SendFailure(failure, { sql: '', index, item }, error)
}

/** The same error, saying which revision it was. */
export function inRevision(error: unknown, revision: { id: string; message: string; file: string }): unknown {
  if (!isGodwitError(error) || error.data?.revision !== undefined) return error
  const { code, message, why, fix, data, underlying: cause } = error
  return new GodwitError(code, `Revision ${revision.id} (${revision.message}): ${message}`, {
    ...(why !== undefined && { why }),
    ...(fix !== undefined && { fix }),
    place: { file: revision.file },
    data: { ...data, revision: revision.id },
    cause,
  })
}
