// The foreign keys that a rebuild can have broken.
import type { Constraint, Schema, Table } from '../../schema/schema.ts'
import { constraintShape } from '../../schema/shape.ts'
import type { Guard } from './guard.ts'
import { bare, literal } from './quote.ts'
import { constraintExtra } from './shapes.ts'

export interface ChangedTable {
  before: Table
  after: Table
  /** The schema after the change of this table, and when all changes are done. */
  schema: Schema
  latest(): Schema
  /** Columns that are new, gone, or may hold other values than before. */
  touched: ReadonlySet<string>
}

/** Requires that new foreign keys, and those on either side of changed values, point at rows that are there. */
export function requireForeignKeys(change: ChangedTable, out: Guard, operation: number): void {
  const { before, after, schema, touched } = change
  const known = new Set(before.constraints.map(constraintShape))
  const pairs = new Map<string, { child: string; parent: string }>()
  const add = (child: string, parent: string) => pairs.set(`${child}\0${parent}`, { child, parent })
  const isTouched = (columns: readonly string[]): boolean => columns.some((column) => touched.has(column))
  for (const constraint of after.constraints) {
    if (constraint.type !== 'foreign key' || constraint.references === undefined) continue
    if (!known.has(constraintShape(constraint)) || isTouched(constraint.columns))
      add(after.name, constraint.references.table)
  }
  const key = after.constraints.find(({ type }) => type === 'primary key')?.columns ?? []
  for (const table of schema.tables) {
    for (const { references } of table.constraints) {
      if (references?.table !== after.name) continue
      if (isTouched(references.columns.length === 0 ? key : references.columns)) add(table.name, after.name)
    }
  }
  for (const { child, parent } of pairs.values()) {
    const [from, to] = [literal(bare(child)), literal(bare(parent))]
    out.requireLast(
      `rows of ${bare(child)} point at rows of ${bare(parent)} that are not there`,
      () =>
        canBeChecked(child, parent, change.latest())
          ? `not exists (select 1 from pragma_foreign_key_check(${from}) where parent = ${to} collate nocase)`
          : undefined,
      operation,
    )
  }
}

// The engine takes foreign keys to tables that are missing and to columns that are no key, and fails only when it is
// asked to check them. That is the author's affair: what the schema says is made.
function canBeChecked(child: string, parent: string, { tables }: Schema): boolean {
  const [from, to] = [tables.find(({ name }) => name === child), tables.find(({ name }) => name === parent)]
  if (from === undefined || to === undefined) return false
  return from.constraints.every(({ columns, references }) => {
    if (references === undefined) return true
    const target = tables.find(({ name }) => name === references.table)
    // A missing parent gives rows, not an error, and rows of another parent are not looked at.
    return target === undefined || isKey(target, references.columns, columns.length)
  })
}

function isKey(table: Table, columns: readonly string[], count: number): boolean {
  const primary = table.constraints.find(({ type }) => type === 'primary key')
  if (columns.length === 0) return primary?.columns.length === count
  const same = (names: readonly (string | undefined)[]): boolean =>
    names.length === columns.length && columns.every((column) => names.includes(column))
  const plain = (extra: Constraint['extra']): boolean =>
    constraintExtra(extra).keys?.every(({ collation }) => collation === undefined) ?? true
  return (
    table.constraints.some(
      ({ type, columns: own, extra }) => (type === 'primary key' || type === 'unique') && plain(extra) && same(own),
    ) ||
    table.indexes.some(
      ({ unique, where, keys }) =>
        unique &&
        where === undefined &&
        keys.every(({ extra }) => extra === undefined) &&
        same(keys.map(({ column }) => column)),
    )
  )
}
