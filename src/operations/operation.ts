// What can happen to a database: the whole vocabulary on one page. Operations are plain JSON with both sides, so that
// the inverse, the printer, the hash, the linter and the display are generic. Only `run` holds functions.
import type { Column, Constraint, Index, SchemaObject, Table, TableAttributes } from '../schema/schema.ts'

/**
 * Why a finding is no reason to stop here, by its code: `{ DL105: 'cents were never used' }`. It is consent to what the
 * finding says.
 */
export type Accept = Readonly<Record<string, string>>

export type CreateTable = { kind: 'createTable'; table: Table }
export type DropTable = { kind: 'dropTable'; table: Table }
export type RenameTable = { kind: 'renameTable'; from: string; to: string }
export type AlterTable = {
  kind: 'alterTable'
  table: string
  from: TableAttributes
  to: TableAttributes
  accept?: Accept
}

/** `after` is the column before it, null for the first place, absent for the last; only dialects with column order heed it. */
export type AddColumn = { kind: 'addColumn'; table: string; column: Column; after?: string | null }
/** `after` says where it was, so that the inverse can put it back there. */
export type DropColumn = { kind: 'dropColumn'; table: string; column: Column; after?: string | null }
export type RenameColumn = { kind: 'renameColumn'; table: string; from: string; to: string }
/** `using` is the conversion of the values where the type changes; `reverseUsing` the one for the way back. */
export type AlterColumn = {
  kind: 'alterColumn'
  table: string
  from: Column
  to: Column
  using?: string
  reverseUsing?: string
  accept?: Accept
}
/** Column order changed: only from dialects whose capabilities say `columnOrder`. */
export type MoveColumn = { kind: 'moveColumn'; table: string; column: Column; from: string | null; to: string | null }

export type AddConstraint = { kind: 'addConstraint'; table: string; constraint: Constraint }
export type DropConstraint = { kind: 'dropConstraint'; table: string; constraint: Constraint }
export type RenameConstraint = { kind: 'renameConstraint'; table: string; from: string; to: string }
/** Same name, other definition: in place where the dialect can, otherwise dropped and added. */
export type AlterConstraint = { kind: 'alterConstraint'; table: string; from: Constraint; to: Constraint }

export type CreateIndex = { kind: 'createIndex'; table: string; index: Index; concurrently?: boolean }
export type DropIndex = { kind: 'dropIndex'; table: string; index: Index; concurrently?: boolean }
export type RenameIndex = { kind: 'renameIndex'; table: string; from: string; to: string }
/** Same name, other definition: in place where the dialect can, otherwise dropped and created. */
export type AlterIndex = { kind: 'alterIndex'; table: string; from: Index; to: Index }

export type CreateObject = { kind: 'createObject'; object: SchemaObject }
export type DropObject = { kind: 'dropObject'; object: SchemaObject }
/** Same identity, other definition, changed in place (`traits.alterable` said so). */
export type AlterObject = { kind: 'alterObject'; from: SchemaObject; to: SchemaObject; accept?: Accept }
export type RenameObject = { kind: 'renameObject'; type: string; from: string; to: string; table?: string }
/** One label of an enum gets another name; the rows that hold it follow. */
export type RenameValue = { kind: 'renameValue'; type: string; name: string; from: string; to: string }

/**
 * The table is made where it is missing, with all its parts. Where it is there with at least these parts, each of them
 * equal, it is left alone; where one of them is missing or differs, ENSURE_DIFFERENT.
 */
export type EnsureTable = { kind: 'ensureTable'; table: Table }
/** The column is added where the table lacks it; left alone where it is there and equal; otherwise ENSURE_DIFFERENT. */
export type EnsureColumn = { kind: 'ensureColumn'; table: string; column: Column; after?: string | null }
/**
 * The index is built where the table has none of this name; left alone where it is equal; otherwise ENSURE_DIFFERENT.
 * `from` is a name that it may have had: such an index is renamed, not built a second time.
 */
export type EnsureIndex = { kind: 'ensureIndex'; table: string; index: Index; concurrently?: boolean; from?: string }
/** The same for a constraint. */
export type EnsureConstraint = { kind: 'ensureConstraint'; table: string; constraint: Constraint; from?: string }
/** The column gets the type, and its values are converted (`using`), unless it has the type already. */
export type EnsureColumnType = {
  kind: 'ensureColumnType'
  table: string
  column: string
  type: string
  using?: string
  reverseUsing?: string
  accept?: Accept
}
/**
 * The object (an enum, a view, a function …) is made where it is missing, left alone where it is there and equal; otherwise
 * ENSURE_DIFFERENT. Definitions are compared as texts: it has to be the one that the database prints, as the generator writes it.
 */
export type EnsureObject = { kind: 'ensureObject'; object: SchemaObject }
/** The operations that look at what is there first. */
export type Ensure = EnsureTable | EnsureColumn | EnsureIndex | EnsureConstraint | EnsureColumnType | EnsureObject
/** Those whose definition an engine can spell in a table of its own. */
export type EnsureInTable = Exclude<Ensure, EnsureObject>

/**
 * Rows whose column is NULL (and that meet `where`) get `value`, an SQL expression over the row: in batches along the
 * primary key, each its own transaction. `batch` is the number of rows in one of them.
 */
export type Backfill = {
  kind: 'backfill'
  table: string
  column: string
  value: string
  where?: string
  batch?: number
}
/**
 * The way back of the two above: takes away what this very operation has made in this database, as the journal tells,
 * and leaves alone what it found. Values that were filled in stay.
 */
export type TakeBack = { kind: 'takeBack'; operation: Ensure | Backfill }

/** Hand-written SQL. Without `down` it cannot be taken back; `down: ''` says that there is nothing to take back. */
export type Sql = { kind: 'sql'; up: string; down?: string; accept?: Accept }
/** Code on data. The functions get a connection inside the revision's transaction. */
export type Run = { kind: 'run'; up: RunFunction; down?: RunFunction }
export type RunFunction = (database: RunDatabase) => Promise<void> | void
/** What `run` may use: parameters are `$1…` or `?`, as the database's driver wants them. */
export interface RunDatabase {
  query<Row = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>
  execute(sql: string): Promise<void>
}

export type Operation =
  | CreateTable
  | DropTable
  | RenameTable
  | AlterTable
  | AddColumn
  | DropColumn
  | RenameColumn
  | AlterColumn
  | MoveColumn
  | AddConstraint
  | DropConstraint
  | RenameConstraint
  | AlterConstraint
  | CreateIndex
  | DropIndex
  | RenameIndex
  | AlterIndex
  | CreateObject
  | DropObject
  | AlterObject
  | RenameObject
  | RenameValue
  | EnsureTable
  | EnsureColumn
  | EnsureIndex
  | EnsureConstraint
  | EnsureColumnType
  | EnsureObject
  | Backfill
  | TakeBack
  | Sql
  | Run

export type Kind = Operation['kind']
export type OperationOf<K extends Kind> = Extract<Operation, { kind: K }>
/** The kinds that say the same whatever the database holds; the others look first, or are the user's own. */
export type StructuralOperation = Exclude<Operation, Ensure | Backfill | TakeBack | Sql | Run>

/** What an operation touches, as refs (schema/names.ts). Used by order, simplify, and merge. */
export interface Touches {
  creates: string[]
  drops: string[]
  /** Must exist before and still exists after: the table of a column, the target of a foreign key. */
  uses: string[]
}

/** `+` adds, `-` takes away, `~` changes. */
export type Sign = '+' | '-' | '~'
