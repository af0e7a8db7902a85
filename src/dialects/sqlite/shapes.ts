// What this database knows beyond the common model: the shapes of every `extra` it makes.
import type { Extra } from '../../schema/schema.ts'

/** The conflict clauses of sqlite.org/lang_conflict.html; `abort` is the default and left out. */
export type Conflict = 'rollback' | 'fail' | 'ignore' | 'replace'

/** Table.extra */
export type TableExtra = {
  strict?: true
  withoutRowid?: true
}

/** Column.extra */
export type ColumnExtra = {
  /** ON CONFLICT of NOT NULL. */
  notNullConflict?: Conflict
  /** Names given with CONSTRAINT to clauses that are no constraints here, by clause (`not null`, `default`, `collate`, `null`, `as`). */
  names?: { [clause: string]: string }
}

/** Constraint.extra */
export type ConstraintExtra = {
  onConflict?: Conflict
  /** Collation and order of the key columns of PRIMARY KEY and UNIQUE, one for each column; absent when all are plain. */
  keys?: KeyExtra[]
  /** As in `deferrable initially deferred`. */
  deferrable?: string
  /** Its name, where another constraint of the table has the same one (the engine lets them); `name` is empty then. */
  repeated?: string
  /** MATCH of a foreign key: parsed and ignored by the engine, kept by us. */
  match?: string
}

export type KeyExtra = { collation?: string; descending?: true }

/** IndexKey.extra */
export type IndexKeyExtra = { collation?: string }

/** SchemaObject.extra of a view */
export type ViewExtra = { columns?: string[] }

/** The object types of this dialect. */
export type ObjectType = 'view' | 'trigger' | 'virtual table'

const CONFLICTS: readonly string[] = ['rollback', 'fail', 'ignore', 'replace']
const text = (value: unknown): value is string => typeof value === 'string'
const conflictOf = (value: unknown): Conflict | undefined =>
  CONFLICTS.includes(value as string) ? (value as Conflict) : undefined

/** Reads a conflict clause from text; `abort` and anything unknown is the default. */
export const conflictFrom = (value: string | undefined): Conflict | undefined => conflictOf(value)

/** The table's extra, read from data that a person may have written. */
export function tableExtra(extra: Extra | undefined): TableExtra {
  return {
    ...(extra?.strict === true ? { strict: true } : {}),
    ...(extra?.withoutRowid === true ? { withoutRowid: true } : {}),
  }
}

export function columnExtra(extra: Extra | undefined): ColumnExtra {
  const notNullConflict = conflictOf(extra?.notNullConflict)
  const names = extra?.names
  return {
    ...(notNullConflict === undefined ? {} : { notNullConflict }),
    ...(names !== null && typeof names === 'object' && !Array.isArray(names)
      ? {
          names: Object.fromEntries(Object.entries(names).filter((entry): entry is [string, string] => text(entry[1]))),
        }
      : {}),
  }
}

export function constraintExtra(extra: Extra | undefined): ConstraintExtra {
  const onConflict = conflictOf(extra?.onConflict)
  return {
    ...(onConflict === undefined ? {} : { onConflict }),
    ...(Array.isArray(extra?.keys) ? { keys: extra.keys.map((key) => keyExtra(key)) } : {}),
    ...(text(extra?.deferrable) && DEFERRABLE.test(extra.deferrable) ? { deferrable: extra.deferrable } : {}),
    ...(text(extra?.match) ? { match: extra.match } : {}),
    ...(text(extra?.repeated) ? { repeated: extra.repeated } : {}),
  }
}

const DEFERRABLE = /^(?:not )?deferrable(?: initially (?:deferred|immediate))?$/

/** Collation and order of one key. */
export function keyExtra(value: unknown): KeyExtra {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return {}
  const { collation, descending } = value as Record<string, unknown>
  return { ...(text(collation) ? { collation } : {}), ...(descending === true ? { descending: true } : {}) }
}

export function viewExtra(extra: Extra | undefined): ViewExtra {
  return Array.isArray(extra?.columns) ? { columns: extra.columns.filter(text) } : {}
}
