// A source knows one way of writing models. It only has to print DDL: the shadow spells it, inspection reads it.

/** What the source prints for. */
export interface SourceTarget {
  /** Dialect name, for sources that serve several. */
  dialect: string
  /** Folder that relative paths start from (the configuration's). */
  directory: string
}

/** What models can say of a database. Everything else in it was made by hand and is left alone (unspoken.ts). */
export interface Vocabulary {
  /** Object types. */
  objects: readonly string[]
  /** Constraint types. */
  constraints: readonly string[]
  comments: boolean
  collations: boolean
  /** Keys of `extra` they can say: of tables, columns, constraints, indexes. */
  extra: {
    table: readonly string[]
    column: readonly string[]
    constraint: readonly string[]
    index: readonly string[]
  }
}

/** Models that can say what database they want. */
export interface Source {
  name: string
  /** Files or folders it reads, for messages and caching. */
  paths: readonly string[]
  /** Absent: the models can say everything. */
  vocabulary?: Vocabulary
  /** One statement each, in an order that can be executed. Errors: SOURCE_MISSING, SOURCE_FAILED, SQL_SYNTAX. */
  ddl(target: SourceTarget): Promise<string[]>
}
