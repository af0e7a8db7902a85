// What a database is: plain data. Every list is sorted by name, except columns, whose order is the table's own.

/** JSON, as it is stored in revision files and reports. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** What only one dialect knows about a thing. The core compares it by equality; the dialect declares and validates its shape. */
export type Extra = { [key: string]: Json }

/** A whole database, spelled by its own engine. `dependencies` are facts for ordering and no part of equality. */
export interface Schema {
  tables: Table[]
  objects: SchemaObject[]
  dependencies: Dependency[]
}

/** `from` cannot exist without `to`. Both are refs made by `ref()` in names.ts. */
export interface Dependency {
  from: string
  to: string
}

/** A base table. `name` is a qualified name (names.ts): the default namespace is left out. */
export interface Table {
  name: string
  columns: Column[]
  constraints: Constraint[]
  indexes: Index[]
  comment?: string
  extra?: Extra
}

/** What `alterTable` can change: everything of a table but its name and its parts. */
export type TableAttributes = Pick<Table, 'comment' | 'extra'>

/** A column. `type` and all expressions are the database's own spelling. */
export interface Column {
  name: string
  type: string
  nullable: boolean
  /** An SQL expression, for example `'it''s'` or `now()`. */
  default?: string
  generated?: { expression: string; stored: boolean }
  identity?: Identity
  collation?: string
  comment?: string
  extra?: Extra
}

/**
 * A column that numbers itself. `sequence` names the sequence behind it where the name is not the conventional one;
 * `options` are the options that differ from the dialect's defaults.
 */
export interface Identity {
  kind: 'always' | 'by default' | 'serial' | 'auto increment'
  sequence?: string
  options?: Extra
}

/** A table constraint. NOT NULL is a flag of the column, never a constraint here. */
export interface Constraint {
  /** Empty only where the engine keeps no name (an unnamed constraint in an embedded file database). */
  name: string
  type: 'primary key' | 'unique' | 'foreign key' | 'check' | 'exclude'
  /** Key columns in order; for `check` and `exclude` the columns it reads, as far as the engine tells. */
  columns: string[]
  /** The condition of a check; the element list of an exclusion constraint. */
  expression?: string
  references?: Reference
  comment?: string
  extra?: Extra
}

/** Where a foreign key points. An action is absent where it is the default, NO ACTION. */
export interface Reference {
  table: string
  columns: string[]
  onDelete?: ReferenceAction
  onUpdate?: ReferenceAction
}

export type ReferenceAction = 'cascade' | 'restrict' | 'set null' | 'set default'

/** An index that no constraint owns. */
export interface Index {
  name: string
  unique: boolean
  keys: IndexKey[]
  /** Access method where it is not the default (btree). */
  method?: string
  /** Non-key columns. */
  include?: string[]
  /** Predicate of a partial index. */
  where?: string
  comment?: string
  extra?: Extra
}

/** One key of an index: a column or an expression (exactly one of the two). */
export interface IndexKey {
  column?: string
  expression?: string
  descending?: boolean
  extra?: Extra
}

/**
 * Everything that is not a table: types, sequences, views, functions, triggers, policies, extensions, namespaces…
 * `type` is declared by the dialect. Identity is (type, table, name).
 */
export interface SchemaObject {
  type: string
  /** Qualified name; a routine's name ends with its argument types, as in `audit.log(integer, text)`. */
  name: string
  /** The table (or view) it lives on and is dropped with: triggers, policies, rules. */
  table?: string
  /** The text the database itself prints for it. */
  definition?: string
  /** Ordered labels of an enum. */
  values?: string[]
  comment?: string
  extra?: Extra
}

/** A database with nothing in it. */
export const emptySchema = (): Schema => ({ tables: [], objects: [], dependencies: [] })
