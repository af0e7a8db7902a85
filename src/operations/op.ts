// The builders that revision files use: `op.addColumn({...})` is the payload with its kind.
import type { Kind, OperationOf } from './operation.ts'

type Builder<K extends Kind> = (payload: Omit<OperationOf<K>, 'kind'>) => OperationOf<K>

/** One builder for each kind. */
export type Builders = { [K in Exclude<Kind, keyof Ensuring>]: Builder<K> } & Ensuring

/** The builders of operations that look at what is there first. All of them may be run on any state of the database. */
export interface Ensuring {
  /**
   * Makes the table where it is missing. Where it is there and has at least these columns, constraints and indexes, each
   * equal to what is asked for, it is left alone, and the report says so (and what else it has); otherwise
   * ENSURE_DIFFERENT shows both. Going down drops it only where this very operation made it.
   */
  ensureTable: Builder<'ensureTable'>
  /**
   * Adds the column where the table lacks it; leaves an equal one alone; ENSURE_DIFFERENT shows both definitions where it
   * differs. Going down drops it only where this operation added it. REVISION_INVALID where the table is missing.
   */
  ensureColumn: Builder<'ensureColumn'>
  /**
   * Builds the index where the table has none of this name; leaves an equal one alone; ENSURE_DIFFERENT shows both where
   * it differs. Going down drops it only where this operation built it. `concurrently` as for `createIndex`.
   */
  ensureIndex: Builder<'ensureIndex'>
  /**
   * The same for a constraint: a foreign key, a unique key, a check. `from` is a name that it may have had (also for
   * `ensureIndex`): a constraint of that name and the same shape is renamed, not made a second time.
   */
  ensureConstraint: Builder<'ensureConstraint'>
  /**
   * Gives the column this type unless it has it already, converting the values: `using` is the SQL expression over the
   * row that does it, `reverseUsing` the one for the way back. A value that cannot be converted fails the revision.
   * A database that converts by itself alone refuses `using` with SQL_UNSUPPORTED.
   */
  ensureColumnType: Builder<'ensureColumnType'>
  /**
   * Makes the object (an enum, a view, a function) where it is missing; leaves an equal one alone; ENSURE_DIFFERENT shows both
   * definitions where it differs. They are compared as texts, so write it as `godwit migrate` does. Going down drops it only
   * where this operation made it.
   */
  ensureObject: Builder<'ensureObject'>
  /**
   * Sets `column` to `value` (an SQL expression over the row) in every row where it is NULL and `where` holds. In batches
   * of `batch` rows (default 1,000) along the primary key, each its own transaction, so that writers wait for one batch at
   * most; a run that was cut off goes on behind the last batch. A table without any key is filled in one statement. Rows
   * for which `value` is NULL stay as they are, and are counted in the report. Going down leaves the values.
   */
  backfill: Builder<'backfill'>
}

/** Builds operations: `op.dropIndex({ table, index })`. */
export const op: Builders = {
  createTable: (payload) => ({ kind: 'createTable', ...payload }),
  dropTable: (payload) => ({ kind: 'dropTable', ...payload }),
  renameTable: (payload) => ({ kind: 'renameTable', ...payload }),
  alterTable: (payload) => ({ kind: 'alterTable', ...payload }),
  addColumn: (payload) => ({ kind: 'addColumn', ...payload }),
  dropColumn: (payload) => ({ kind: 'dropColumn', ...payload }),
  renameColumn: (payload) => ({ kind: 'renameColumn', ...payload }),
  alterColumn: (payload) => ({ kind: 'alterColumn', ...payload }),
  moveColumn: (payload) => ({ kind: 'moveColumn', ...payload }),
  addConstraint: (payload) => ({ kind: 'addConstraint', ...payload }),
  dropConstraint: (payload) => ({ kind: 'dropConstraint', ...payload }),
  renameConstraint: (payload) => ({ kind: 'renameConstraint', ...payload }),
  alterConstraint: (payload) => ({ kind: 'alterConstraint', ...payload }),
  createIndex: (payload) => ({ kind: 'createIndex', ...payload }),
  dropIndex: (payload) => ({ kind: 'dropIndex', ...payload }),
  renameIndex: (payload) => ({ kind: 'renameIndex', ...payload }),
  alterIndex: (payload) => ({ kind: 'alterIndex', ...payload }),
  createObject: (payload) => ({ kind: 'createObject', ...payload }),
  dropObject: (payload) => ({ kind: 'dropObject', ...payload }),
  alterObject: (payload) => ({ kind: 'alterObject', ...payload }),
  renameObject: (payload) => ({ kind: 'renameObject', ...payload }),
  renameValue: (payload) => ({ kind: 'renameValue', ...payload }),
  ensureTable: (payload) => ({ kind: 'ensureTable', ...payload }),
  ensureColumn: (payload) => ({ kind: 'ensureColumn', ...payload }),
  ensureIndex: (payload) => ({ kind: 'ensureIndex', ...payload }),
  ensureConstraint: (payload) => ({ kind: 'ensureConstraint', ...payload }),
  ensureColumnType: (payload) => ({ kind: 'ensureColumnType', ...payload }),
  ensureObject: (payload) => ({ kind: 'ensureObject', ...payload }),
  backfill: (payload) => ({ kind: 'backfill', ...payload }),
  takeBack: (payload) => ({ kind: 'takeBack', ...payload }),
  sql: (payload) => ({ kind: 'sql', ...payload }),
  run: (payload) => ({ kind: 'run', ...payload }),
}
