// Reads an `extra` in the shape that shapes.ts declares for it: the one place where JSON gets its type.
import type {
  Column,
  Constraint,
  Extra,
  Identity,
  Index,
  IndexKey,
  SchemaObject,
  Table,
} from '../../../schema/schema.ts'
import type { ColumnExtra, ConstraintExtra, IndexExtra, IndexKeyExtra, SequenceExtra, TableExtra } from '../shapes.ts'

// Inspection and the revision loader only let through what shapes.ts declares.
const read = <Shape extends Extra>(extra: Extra | undefined): Shape => (extra ?? {}) as Shape

export const tableExtra = (table: Pick<Table, 'extra'>): TableExtra => read(table.extra)
export const columnExtra = (column: Pick<Column, 'extra'>): ColumnExtra => read(column.extra)
export const constraintExtra = (constraint: Pick<Constraint, 'extra'>): ConstraintExtra => read(constraint.extra)
export const indexExtra = (index: Pick<Index, 'extra'>): IndexExtra => read(index.extra)
export const keyExtra = (key: Pick<IndexKey, 'extra'>): IndexKeyExtra => read(key.extra)
export const sequenceOptions = (identity: Pick<Identity, 'options'>): SequenceExtra => read(identity.options)
/** An object's extra in the shape its type has. */
export const objectExtra = <Shape extends Extra>(object: Pick<SchemaObject, 'extra'>): Shape => read(object.extra)

/** Whether two JSON values are the same; key order does not matter. */
export function same(a: unknown, b: unknown): boolean {
  return stable(a) === stable(b)
}

const stable = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  ) ?? ''
