// What the diff asks a dialect: small questions about pairs, no SQL.
import type { Operation } from '../operations/operation.ts'
import type { Column, Constraint, Index, Schema, SchemaObject, Table, TableAttributes } from '../schema/schema.ts'

/** The answers of one dialect. Every member is pure. */
export interface Traits {
  /** The order of a table's columns is part of its definition (and `moveColumn` exists). */
  columnOrder: boolean
  /** Names that differ in nothing but capitals are one name: a change of them alone is a rename, and nobody is asked. */
  foldsCase?: boolean
  /** In place (true) or drop and create (false), for two objects of the same identity. */
  alterObject(from: SchemaObject, to: SchemaObject): boolean
  /** False: the column cannot be changed in place and has to be dropped and added (values are lost: the last resort). */
  alterColumn(from: Column, to: Column, table: Table): boolean
  /** False: hardly a value of one type is one of the other, so that nobody renames a column over this change. */
  converts?(from: string, to: string): boolean
  /** True for two columns that mean the same, where what differs cannot be changed. */
  sameColumn?(from: Column, to: Column): boolean
  /** True for two objects that mean the same: what differs is the state of their data. */
  sameObject?(from: SchemaObject, to: SchemaObject): boolean
  /** The table as another engine prints it, with what only the live one knows: the state of its data (an index left invalid). */
  withState?(printed: Table, live: Table): Table
  /** False: drop and create the table (for example, it becomes partitioned). */
  alterTable(from: Table, to: Table): boolean
  alterConstraint(from: Constraint, to: Constraint): boolean
  alterIndex(from: Index, to: Index): boolean
  /**
   * The refs whose dependants must be out of the way while this operation runs: a view over a column whose type
   * changes. The diff drops those dependants before and creates them again after. Constraints and indexes over a disturbed
   * table or column are the engine's to carry along; one that has to go meanwhile is named itself: `constraint orders.fk`.
   */
  disturbs(operation: Operation, before: Schema, after: Schema): string[]
  /**
   * True where what depends on a thing that goes can stay all the same: another one takes over at that very moment, as one
   * key does for another one under a foreign key. `dependant` and `gone` are refs that mean the same on both sides.
   */
  staysWithout?(dependant: string, gone: string, after: Schema): boolean
  /** True for an object whose text keeps the old name when something it reads gets another. Absent: all texts follow. */
  keepsName?(object: SchemaObject, rename: Operation): boolean
  /**
   * Where an operation wants to stand among those that no dependency holds: a table leaves its parent before the parent
   * changes, and joins one after.
   */
  precedence?(operation: Operation): 'first' | 'last' | undefined
  /** The refs of what an operation names without being a part of it: it comes after they are made. */
  names?(operation: Operation): string[]
  /** Which of two tables comes first where a foreign key ties them and both change like this: the one it points to? */
  alongKeys?(operation: Operation): 'target first' | 'target last' | undefined
  /** True for a part that a table has from its parent: it is the table's own to drop once it has left that parent. */
  isInherited?(part: Column | Constraint | Index): boolean
  /**
   * What a table has to be in between, where one change of it cannot be made at once: it leaves its old parent first of
   * all and joins the new one last.
   */
  between?(from: TableAttributes, to: TableAttributes): TableAttributes | undefined
  /** The qualified name that a column takes beside its own: the sequence behind a column that numbers itself. */
  occupies?(table: string, column: Column): string | undefined
  /** True for an object that appears and disappears with its owner and is never created by itself. */
  implicit?(object: SchemaObject): boolean
}
