// The vocabulary of this database: object types and the shapes of every `extra`. inspect/ writes them, render/ reads them.
// A field is absent where it has the server's default. The namespace of a name is a database, left out for our own.
import type { Extra } from '../../schema/schema.ts'

/** Object types, in the words of CREATE. A trigger carries `table`. */
export type ObjectType = 'view' | 'function' | 'procedure' | 'trigger' | 'event' | 'sequence'

/** Option names, upper case, to their values as the server writes them. */
export type Options = { [name: string]: string }

export type TableExtra = Extra & {
  /** Storage engine other than InnoDB. */
  engine?: string
  /** Collation other than the database's; it implies the character set. */
  collation?: string
  options?: Options
  partitions?: PartitionExtra
  /** Rows keep their history (MariaDB). */
  versioned?: true
  /** Application and explicit system periods: the text behind PERIOD FOR. */
  periods?: string[]
}

/** `by`: the text behind PARTITION BY. `list`: the partitions in order, absent for those that have none of their own. */
export type PartitionExtra = { by: string; list?: { name: string; values: string }[] }

export type ColumnExtra = Extra & {
  /** ON UPDATE, as in current_timestamp(). */
  onUpdate?: string
  invisible?: true
  /** The CHECK written at the column, where the server keeps it there (MariaDB). */
  check?: string
  /** COMPRESSED, with its method where it is not the default one (MariaDB). */
  compressed?: string
  unversioned?: true
  /** A column of a system period. */
  period?: 'start' | 'end'
  /** Spatial reference system (MySQL). */
  srid?: string
  options?: Options
}

export type ConstraintExtra = Extra & {
  /** A check that is not enforced (MySQL). */
  notEnforced?: true
  /** A primary key: its comment is the constraint's, its parts are here where they are more than columns. */
  keys?: { column: string; length?: number; descending?: true; withoutOverlaps?: true }[]
  using?: string
  options?: Options
}

export type IndexExtra = Extra & {
  /** Written as USING btree, which is the default anyway, or hash. */
  using?: string
  /** INVISIBLE, or IGNORED in MariaDB. */
  hidden?: true
  parser?: string
  options?: Options
}

export type IndexKeyExtra = Extra & {
  /** Length of a prefix, in characters. */
  length?: number
  /** The period of a key WITHOUT OVERLAPS. */
  withoutOverlaps?: true
}

/** `definition` is the query. */
export type ViewExtra = Extra & {
  algorithm?: 'merge' | 'temptable'
  security?: 'invoker'
  check?: 'cascaded' | 'local'
  /** The list of column names before AS, where the server keeps one. */
  columns?: string
}

/** `definition` is the body. */
export type TriggerExtra = Extra & {
  timing: 'before' | 'after'
  event: string
  /** The trigger of the same time and event that runs right before. */
  follows?: string
}

/** `definition` is everything behind the name. */
export type RoutineExtra = Extra & { aggregate?: true }

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads an `extra` as the shape its owner declares; what a revision file says otherwise is left to the server to refuse. */
export function shape<Shape extends Extra>(extra: Extra | undefined): Partial<Shape> {
  return isShape<Shape>(extra) ? extra : {}
}

const isShape = <Shape extends Extra>(extra: unknown): extra is Partial<Shape> => isRecord(extra)
