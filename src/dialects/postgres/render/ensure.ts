// Operations that look first, as a script says them: IF NOT EXISTS, which compares names and no more. A run of the tool
// does not come here: it compares the definitions and renders what is missing.

import { UNGUARDED } from '../../../operations/fill.ts'
import type {
  EnsureColumn,
  EnsureColumnType,
  EnsureConstraint,
  EnsureIndex,
  EnsureTable,
} from '../../../operations/operation.ts'
import { addColumn, alterColumn } from './columns.ts'
import { addConstraint } from './constraints.ts'
import type { Context, Draft } from './draft.ts'
import { createIndex } from './indexes.ts'
import { createTable } from './tables.ts'

const GUARDS: readonly [RegExp, string][] = [
  [/^(create (?:unlogged |foreign )?table) /u, '$1 if not exists '],
  [/^(create (?:unique )?index(?: concurrently)?) /u, '$1 if not exists '],
  [/^(create sequence) /u, '$1 if not exists '],
  [/^(add column) /u, '$1 if not exists '],
]
// Saying these again changes nothing.
const REPEATABLE = /^(comment on|alter sequence .* owned by|(alter table .* )?alter column .* set )/u

/** The same with IF NOT EXISTS, or with a note where the server has none. */
export function guarded(draft: Draft): Draft {
  for (const [pattern, text] of GUARDS)
    if (pattern.test(draft.sql)) return { ...draft, sql: draft.sql.replace(pattern, text) }
  return REPEATABLE.test(draft.sql) ? draft : { ...draft, note: UNGUARDED }
}

/** CREATE TABLE IF NOT EXISTS and what belongs to it. */
export const ensureTable = ({ table }: EnsureTable, context: Context): Draft[] =>
  createTable(table, context).map(guarded)

/** ADD COLUMN IF NOT EXISTS. */
export const ensureColumn = ({ table, column }: EnsureColumn, context: Context): Draft[] =>
  addColumn(table, column, context).map(guarded)

/** CREATE INDEX IF NOT EXISTS. */
export const ensureIndex = ({ table, index, concurrently }: EnsureIndex, context: Context): Draft[] =>
  createIndex(table, index, concurrently ?? false, context).map(guarded)

/** ADD CONSTRAINT, which cannot look. */
export const ensureConstraint = ({ table, constraint }: EnsureConstraint, context: Context): Draft[] =>
  addConstraint(table, constraint, context).map(guarded)

/** ALTER COLUMN … TYPE: to the type that it has, it changes nothing. */
export function ensureColumnType({ table, column, type, using }: EnsureColumnType, context: Context): Draft[] {
  const from = context.before?.tables.find(({ name }) => name === table)?.columns.find(({ name }) => name === column)
  // Where the column is not known, any type that leads to this one by itself will do.
  const known = from ?? { name: column, type: 'text', nullable: true }
  if (known.type === type) return []
  return alterColumn(table, known, { ...known, type }, using, context)
}
