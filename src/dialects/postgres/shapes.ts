// The vocabulary of this database: object types and the shapes of every `extra`. inspect/ writes them, render/ reads them.
// A field is absent where it has the server's default. Names are qualified as in schema/names.ts (public left out).
import type { Extra } from '../../schema/schema.ts'

/**
 * Object types, in the words of CREATE. Those marked (t) carry `table`, and their name is the bare name. All others have
 * a qualified name, with what DROP needs after it: routines and operators their argument types in parentheses
 * (`f(integer, public.mood)`, `min2(*)`, `===(integer, NONE)`), operator classes and families ` USING btree`. A cast is
 * `(source AS target)`, a user mapping `user SERVER server`. A name of pg_catalog (collation, operator class, access
 * method function) is written without namespace, as one of public is: the server looks there first.
 * `definition` is a whole CREATE statement without the semicolon for: index, function, procedure, aggregate, operator,
 * operator family, operator class, cast, conversion, language, access method, base type, text search …, trigger, rule,
 * event trigger, statistics. ALTER statements that belong to it (members of an operator family, mappings of a text
 * search configuration) follow it after `;\n`.
 */
export type ObjectType =
  | 'schema'
  | 'extension'
  | 'enum'
  | 'domain'
  | 'composite'
  | 'range'
  | 'base type'
  | 'collation'
  | 'sequence'
  | 'view'
  | 'materialized view'
  | 'index' // (t) an index of a materialized view; a table's indexes are in the table
  | 'function'
  | 'procedure'
  | 'aggregate'
  | 'operator'
  | 'operator family'
  | 'operator class'
  | 'cast'
  | 'conversion'
  | 'language'
  | 'access method'
  | 'text search parser'
  | 'text search template'
  | 'text search dictionary'
  | 'text search configuration'
  | 'trigger' // (t) of a table, view or foreign table
  | 'rule' // (t) except the _RETURN rule of a view
  | 'policy' // (t)
  | 'event trigger'
  | 'statistics'
  | 'publication'
  | 'foreign data wrapper'
  | 'server'
  | 'user mapping'
  | 'grant' // opt-in: one per object and grantee, name `<kind> <object> to <role>`
  | 'default privileges' // opt-in

/** Storage parameters and FDW options: name to text. */
export type Options = { [name: string]: string }

export type TableExtra = Extra & {
  unlogged?: true
  /** Text behind PARTITION BY: `RANGE (created_at)`. */
  partitionBy?: string
  /** A partition: its parent and the text of its bound, `FOR VALUES FROM (…) TO (…)` or `DEFAULT`. */
  partitionOf?: { parent: string; bound: string }
  /** Parents of plain inheritance, in order. */
  inherits?: string[]
  ofType?: string
  options?: Options
  toastOptions?: Options
  tablespace?: string
  /** Table access method other than heap. */
  method?: string
  rowSecurity?: true
  forceRowSecurity?: true
  /** Absent: the primary key. */
  replicaIdentity?: 'full' | 'nothing' | { index: string }
  /** Index or constraint name marked by CLUSTER ON. */
  clusterOn?: string
  foreign?: { server: string; options?: Options }
}

export type ColumnExtra = Extra & {
  /** Comes from a parent alone (attislocal false): created, altered and dropped with the parent's. */
  inherited?: true
  storage?: 'plain' | 'external' | 'extended' | 'main'
  compression?: string
  statistics?: number
  options?: Options
  foreignOptions?: Options
  /** A NOT NULL constraint that is not the plain one (18): own name, not valid, not inherited. */
  notNull?: { name?: string; notValid?: true; noInherit?: true }
}

export type ConstraintExtra = Extra & {
  inherited?: true
  deferrable?: true
  deferred?: true
  notValid?: true
  notEnforced?: true
  noInherit?: true
  match?: 'full'
  /** ON DELETE SET NULL/DEFAULT (columns). */
  onDeleteColumns?: string[]
  nullsNotDistinct?: true
  include?: string[]
  options?: Options
  tablespace?: string
  /** WITHOUT OVERLAPS or PERIOD on the last column (18). */
  period?: true
  /**
   * Exclusion constraints: the access method, and the predicate behind WHERE with its parentheses. `expression` is the
   * bare element list, `room WITH =, during WITH &&`. A check's `expression` is what pg_get_expr prints: CHECK needs
   * parentheses of its own around it. Replica identity and the like never live here: they are the table's.
   */
  method?: string
  where?: string
  /** Comment of the index behind it. */
  indexComment?: string
  /** A key of a partitioned table: its index is built ON ONLY, and the partitions' keys are attached to it. */
  partitioned?: true
  /** A partition lacks it: it is built ON ONLY, and stays invalid until the partitions' keys are attached. */
  incomplete?: true
  /** A key of a partition: the index (qualified name) of the partitioned parent that this one's index is attached to. */
  partitionOf?: string
}

export type IndexExtra = Extra & {
  nullsNotDistinct?: true
  options?: Options
  tablespace?: string
  /** The index of the partitioned parent that this one is attached to. */
  partitionOf?: string
  /** An index of a partitioned table: built ON ONLY, and the partitions' indexes are attached to it. */
  partitioned?: true
  /** A partition lacks it: it is built ON ONLY, and stays invalid until the partitions' indexes are attached. */
  incomplete?: true
  /** Statistics targets of expression keys: key number (from 1) to target. */
  statistics?: { [key: string]: number }
  /** Left invalid by a failed CREATE INDEX CONCURRENTLY. */
  invalid?: true
}

export type IndexKeyExtra = Extra & {
  opclass?: string
  opclassOptions?: Options
  collation?: string
  /** Only where it is not the default of the direction (last when ascending, first when descending). */
  nulls?: 'first' | 'last'
}

/** Options of an owned sequence (identity.options) and of a sequence object: only what differs from the defaults of its type. */
export type SequenceExtra = Extra & {
  /** smallint or integer where it is not what the column (serial, identity) or bigint (object) implies. */
  type?: string
  start?: string
  increment?: string
  min?: string
  max?: string
  cache?: string
  cycle?: true
  unlogged?: true
  /** A logged sequence behind a column of an unlogged table. */
  logged?: true
  comment?: string
  /** A sequence object only: qualified table and column, where it is owned but not folded into the column. */
  ownedBy?: { table: string; column: string }
}

export type DomainExtra = Extra & {
  base: string
  notNull?: true
  default?: string
  collation?: string
  checks?: { name: string; expression: string; notValid?: true; comment?: string }[]
}

export type CompositeExtra = Extra & {
  attributes: { name: string; type: string; collation?: string; comment?: string }[]
}

export type RangeExtra = Extra & {
  subtype: string
  opclass?: string
  collation?: string
  canonical?: string
  subtypeDiff?: string
  /** Only where it is not the name the server would make. */
  multirange?: string
}

export type CollationExtra = Extra & {
  provider: 'libc' | 'icu' | 'builtin'
  locale?: string
  collate?: string
  ctype?: string
  rules?: string
  nondeterministic?: true
}

/** `definition` is the SELECT as pg_get_viewdef prints it, without the trailing semicolon. */
export type ViewExtra = Extra & {
  columns: { name: string; type: string; default?: string; comment?: string }[]
  options?: Options
  /** Materialized views only. */
  tablespace?: string
  method?: string
  /** Holds no data: how one is made, and no difference between two. */
  unpopulated?: true
}

/** `definition` is the whole CREATE OR REPLACE text of pg_get_functiondef. Its name ends with the identity arguments. */
export type RoutineExtra = Extra & {
  /** pg_get_function_result: if it changes, CREATE OR REPLACE is refused. */
  returns?: string
  /** pg_get_function_arguments, with names and defaults: likewise. */
  arguments: string
}

/** `definition` is pg_get_triggerdef / pg_get_ruledef / the CREATE EVENT TRIGGER text. */
export type EnabledExtra = Extra & {
  /** Absent: fires in origin mode. */
  enabled?: 'disabled' | 'replica' | 'always'
}

export type PolicyExtra = Extra & {
  /** Absent: permissive, for ALL, to PUBLIC. */
  restrictive?: true
  command?: 'select' | 'insert' | 'update' | 'delete'
  roles?: string[]
  using?: string
  check?: string
}

export type StatisticsExtra = Extra & { target?: number }

export type PublicationExtra = Extra & {
  allTables?: true
  /** Tables with optional column list and row filter. */
  tables?: { table: string; columns?: string[]; where?: string }[]
  schemas?: string[]
  /** `publish` and friends, as WITH options. */
  options?: Options
}

export type ServerExtra = Extra & { wrapper: string; type?: string; version?: string; options?: Options }
export type WrapperExtra = Extra & { handler?: string; validator?: string; options?: Options }
export type UserMappingExtra = Extra & { server: string; user: string; options?: Options }
/** `fixed`: SET SCHEMA is refused (extrelocatable), so that another schema means another extension. */
export type ExtensionExtra = Extra & { schema?: string; fixed?: true }

/** One grantee's privileges on one object. `columns` are column privileges: privilege to columns. */
export type GrantExtra = Extra & {
  /** TABLE, SEQUENCE, FUNCTION, PROCEDURE, SCHEMA, TYPE, DOMAIN, LANGUAGE, FOREIGN DATA WRAPPER, FOREIGN SERVER. */
  on: string
  object: string
  grantee: string
  privileges: string[]
  grantable?: string[]
  columns?: { [privilege: string]: string[] }
  /** Privileges that the default gives and that were revoked (PUBLIC's EXECUTE, the owner's own). */
  revoked?: string[]
  /** Privileges that the default privileges would give a new thing, and this one has not: taken away where it is made. */
  withheld?: string[]
  /** Privileges of PUBLIC that the default privileges would not give a new thing, and this one has. */
  regranted?: string[]
}

export type DefaultPrivilegesExtra = Extra & {
  role: string
  namespace?: string
  on: string
  grantee: string
  privileges: string[]
  grantable?: string[]
  revoked?: string[]
}
