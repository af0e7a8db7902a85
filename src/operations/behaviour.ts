// What every kind of operation has to answer. One table holds them all (index.ts): a new kind gives a compile error there.
import type { Schema } from '../schema/schema.ts'
import type { Kind, OperationOf, Sign, Touches } from './operation.ts'

/** The answers of one kind. All are pure. */
export interface Behaviour<K extends Kind> {
  /** The schema afterwards. Errors: REVISION_INVALID where the operation does not fit the schema. */
  apply(schema: Schema, operation: OperationOf<K>): Schema
  /** The operation that takes it back; null where nothing can. */
  invert(operation: OperationOf<K>): OperationOf<Kind> | null
  /** One line for a person. */
  describe(operation: OperationOf<K>): string
  touches(operation: OperationOf<K>): Touches
  sign: Sign
}

/** The behaviours of some kinds: each family file holds its own. */
export type Behaviours<K extends Kind> = { [Each in K]: Behaviour<Each> }

/** Touches with the empty lists filled in. */
export const touching = (touches: Partial<Touches>): Touches => ({ creates: [], drops: [], uses: [], ...touches })
