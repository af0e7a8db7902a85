// Everything one can ask of an operation. The one table of behaviours is here: a kind without one does not compile.
import type { Schema } from '../schema/schema.ts'
import type { Behaviours } from './behaviour.ts'
import { columns } from './columns.ts'
import { constraints } from './constraints.ts'
import { ensures } from './ensure.ts'
import { indexes } from './indexes.ts'
import { objects } from './objects.ts'
import type { Kind, Operation, OperationOf, Sign, Touches } from './operation.ts'
import { raw } from './raw.ts'
import { tables } from './tables.ts'
import { oneLine } from './words.ts'

const behaviours: Behaviours<Kind> = {
  ...tables,
  ...columns,
  ...constraints,
  ...indexes,
  ...objects,
  ...ensures,
  ...raw,
}

/** The schema after the operation. Errors: REVISION_INVALID where it does not fit; nothing is ever half applied. */
export const apply = (schema: Schema, operation: Operation): Schema => applyKind(operation.kind, schema, operation)

// The compiler can follow one kind at a time: each helper ties the kind to its own operation.
const applyKind = <K extends Kind>(kind: K, schema: Schema, operation: OperationOf<K>): Schema =>
  behaviours[kind].apply(schema, operation)
const invertKind = <K extends Kind>(kind: K, operation: OperationOf<K>): Operation | null =>
  behaviours[kind].invert(operation)
const describeKind = <K extends Kind>(kind: K, operation: OperationOf<K>): string =>
  behaviours[kind].describe(operation)
const touchesKind = <K extends Kind>(kind: K, operation: OperationOf<K>): Touches => behaviours[kind].touches(operation)

/** The schema after all operations, in order. Errors: REVISION_INVALID. */
export const applyAll = (schema: Schema, operations: readonly Operation[]): Schema => operations.reduce(apply, schema)

/** The operation that takes this one back; null where nothing can (SQL or code without a `down`). */
export const invert = (operation: Operation): Operation | null => invertKind(operation.kind, operation)

/** The inverses, last first; null as soon as one operation has none. */
export function invertAll(operations: readonly Operation[]): Operation[] | null {
  const inverses: Operation[] = []
  for (const operation of operations.toReversed()) {
    const inverse = invert(operation)
    if (inverse === null) return null
    inverses.push(inverse)
  }
  return inverses
}

/** One line for a person: `add column users.avatar_url varchar(255)`. */
export const describe = (operation: Operation): string => oneLine(describeKind(operation.kind, operation))

/** The refs it creates, drops and needs. Texts are not read: what an expression needs is known to the database alone. */
export const touches = (operation: Operation): Touches => touchesKind(operation.kind, operation)

/** Whether it adds, takes away or changes. */
export const sign = (operation: Operation): Sign => behaviours[operation.kind].sign

export { asMade, BATCH, isEnsure } from './ensure.ts'
export { type Difference, differentError, type Resolution, resolve, retyped } from './resolve.ts'
export { respelled, specimen } from './specimen.ts'
