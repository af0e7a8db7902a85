// From a driver's error to the error a user meets: which statement of which revision, where in the file, what now.
import type { Failure, FailureKind } from '../dialects/dialect.ts'
import { type ErrorCode, GodwitError } from '../errors.ts'
import type { Revision } from '../revisions/index.ts'
import { placeOf } from './place.ts'
import type { Item } from './step.ts'

const CODES: Partial<Record<FailureKind, ErrorCode>> = {
  'connection refused': 'CONNECTION_REFUSED',
  'connection lost': 'CONNECTION_LOST',
  'connection failed': 'CONNECTION_FAILED',
  'permission denied': 'PERMISSION_DENIED',
  'read only': 'DATABASE_READ_ONLY',
  'in use': 'DATABASE_IN_USE',
  full: 'DATABASE_FULL',
  'lock timeout': 'STATEMENT_LOCK_TIMEOUT',
  deadlock: 'STATEMENT_LOCK_TIMEOUT',
  syntax: 'SQL_SYNTAX',
  'duplicate object': 'OBJECT_EXISTS',
  'foreign key': 'FOREIGN_KEY_FAILED',
  'type conflict': 'TYPE_CONFLICT',
}

const FIXES: Partial<Record<ErrorCode, string>> = {
  PERMISSION_DENIED: 'Run it as a role that may do this, or grant the right, then run the command again.',
  DATABASE_READ_ONLY: 'Use the URL of the primary, or a role that may write.',
  DATABASE_FULL: 'Make room on the disk of the database, then run the command again.',
  STATEMENT_LOCK_TIMEOUT:
    'Another session holds a lock for long. End it or wait for it, then run the command again; `lockTimeout` is how long each try waits.',
  OBJECT_EXISTS:
    'Somebody made it by hand, or an older tool did: `godwit check` shows how the database differs from its history. Where no revision is complete yet, `godwit adopt` takes the database over as it is; otherwise let the revision look first: op.ensureTable and op.ensureColumn leave alone what is there.',
  FOREIGN_KEY_FAILED:
    'Create the table that is referenced first, in this revision above it or in one before, with a primary or unique key; rows that point at nothing have to be repaired first.',
  TYPE_CONFLICT:
    'Say how the values become the new type (`using` of op.alterColumn, where the database takes one), or add a new column, fill it and drop the old one.',
  DATABASE_IN_USE: 'Another process has the database open. Let it finish, then run the command again.',
}

/** The code of an error of this kind. */
export const codeOf = (kind: FailureKind): ErrorCode => CODES[kind] ?? 'STATEMENT_FAILED'

/** What to do about an error of this code, where nobody has better advice. */
export const fixOf = (code: ErrorCode): string | undefined => FIXES[code]

/** What the error has to say about the work around the statement. */
export interface Surroundings {
  revision: Revision
  direction: 'up' | 'down'
  /** What became of the rest: `Nothing of it is left in the database.` */
  outcome: string
  item?: Item | undefined
  /** Index of the statement in the plan. */
  index?: number | undefined
}

/** The coded error for a statement that failed. */
export function statementError(failure: Failure, around: Surroundings, cause: unknown): GodwitError {
  const { revision, direction, outcome, item, index } = around
  const code = codeOf(failure.kind)
  const statement = item?.type === 'statement' ? item.statement : undefined
  const place = placeOf(revision, item, failure.offset)
  const doing = direction === 'up' ? 'Revision' : 'Undoing revision'
  return new GodwitError(code, `${doing} ${revision.id} (${revision.message}) failed: ${failure.message}`, {
    why: [statement === undefined ? undefined : `The statement: ${excerpt(statement.sql)}`, outcome]
      .filter((line) => line !== undefined)
      .join('\n'),
    fix: fixFor(failure.hint ?? FIXES[code], revision, direction),
    place,
    data: {
      revision: revision.id,
      direction,
      ...(index !== undefined && { index }),
      ...(statement !== undefined && { statement: statement.sql }),
      ...(failure.state !== undefined && { state: failure.state }),
      ...(failure.detail !== undefined && { detail: failure.detail }),
      ...failure.data,
    },
    cause,
  })
}

// A file that is applied cannot simply be corrected: its text is what the database was given.
function fixFor(advice: string | undefined, { id, file }: Revision, direction: 'up' | 'down'): string {
  const where = file || 'the revision'
  if (direction === 'up') {
    return advice ?? `Correct ${where} (or what is in the way in the database), then run the command again.`
  }
  const correct = `Correct what is in the way in the database and run the command again; or write another \`down\` into ${where}, which \`godwit stamp ${id}\` takes over where it is the only head.`
  return advice === undefined ? correct : `${advice}\n${correct}`
}

/** The beginning of a statement, for a message. */
export function excerpt(sql: string, longest = 400): string {
  const trimmed = sql.trim()
  return trimmed.length > longest ? `${trimmed.slice(0, longest)} …` : trimmed
}
