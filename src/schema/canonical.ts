// One form for each database: sorted lists, defaults left out. Equality of schemas is equality of this form.
import { byText, equalData, stableText } from './json.ts'
import type {
  Column,
  Constraint,
  Extra,
  Identity,
  Index,
  IndexKey,
  Json,
  Schema,
  SchemaObject,
  Table,
} from './schema.ts'

export { hashOf } from './json.ts'

/** The same database with every list sorted and every optional field that says the default left out. Idempotent. */
export function canonical(schema: Schema): Schema {
  const dependencies = new Map(schema.dependencies.map(({ from, to }) => [`${from}\0${to}`, { from, to }]))
  return {
    tables: schema.tables.map(canonicalTable).sort((a, b) => byText(a.name, b.name)),
    objects: schema.objects.map(canonicalObject).sort(byObject),
    dependencies: [...dependencies.values()].sort((a, b) => byText(a.from, b.from) || byText(a.to, b.to)),
  }
}

/** What counts when two schemas are compared. */
export interface Sameness {
  /** The order of columns counts. */
  columnOrder: boolean
}

/** Whether two schemas describe the same database. `dependencies` never count. */
export function sameSchema(a: Schema, b: Schema, sameness: Sameness): boolean {
  return equalData(comparable(a, sameness), comparable(b, sameness))
}

/** What `sameSchema` compares, for tests and reports that show where two schemas differ. */
export function comparable(schema: Schema, sameness: Sameness): Pick<Schema, 'tables' | 'objects'> {
  const { tables, objects } = canonical(schema)
  return {
    objects,
    tables: tables.map((table) => ({
      ...table,
      columns: sameness.columnOrder ? table.columns : table.columns.toSorted((a, b) => byText(a.name, b.name)),
    })),
  }
}

/** Objects sort by type, then where they live, then name. */
export const byObject = (a: SchemaObject, b: SchemaObject): number =>
  byText(a.type, b.type) || byText(a.table ?? '', b.table ?? '') || byText(a.name, b.name)

/** Constraints sort by name; those without one by their shape. */
export const byConstraint = (a: Constraint, b: Constraint): number =>
  byText(a.name, b.name) || (a.name === '' ? byText(stableText(a), stableText(b)) : 0)

/** A table with sorted constraints and indexes; its columns keep their order. */
export function canonicalTable(table: Table): Table {
  return {
    name: table.name,
    columns: table.columns.map(canonicalColumn),
    constraints: table.constraints.map(canonicalConstraint).sort(byConstraint),
    indexes: table.indexes.map(canonicalIndex).sort((a, b) => byText(a.name, b.name)),
    ...common(table),
  }
}

/** A column without the fields that say the default. */
export function canonicalColumn(column: Column): Column {
  const { name, type, nullable, generated, identity, collation } = column
  return {
    name,
    type,
    nullable,
    ...(column.default !== undefined && { default: column.default }),
    ...(generated !== undefined && { generated: { expression: generated.expression, stored: generated.stored } }),
    ...(identity !== undefined && { identity: canonicalIdentity(identity) }),
    ...(collation !== undefined && { collation }),
    ...common(column),
  }
}

function canonicalIdentity({ kind, sequence, options }: Identity): Identity {
  const extra = canonicalExtra(options)
  return { kind, ...(sequence !== undefined && { sequence }), ...(extra !== undefined && { options: extra }) }
}

/** A constraint without the fields that say the default. The columns a condition reads are a set: sorted. */
export function canonicalConstraint(constraint: Constraint): Constraint {
  const { name, type, columns, expression, references } = constraint
  const isCondition = type === 'check' || type === 'exclude'
  return {
    name,
    type,
    columns: isCondition ? [...new Set(columns)].sort(byText) : [...columns],
    ...(expression !== undefined && { expression }),
    ...(references !== undefined && {
      references: {
        table: references.table,
        columns: [...references.columns],
        ...(references.onDelete !== undefined && { onDelete: references.onDelete }),
        ...(references.onUpdate !== undefined && { onUpdate: references.onUpdate }),
      },
    }),
    ...common(constraint),
  }
}

/** An index without the fields that say the default. */
export function canonicalIndex(index: Index): Index {
  const { name, unique, keys, method, include, where } = index
  return {
    name,
    unique,
    keys: keys.map(canonicalKey),
    ...(method !== undefined && { method }),
    ...(include !== undefined && include.length > 0 && { include: [...include] }),
    ...(where !== undefined && { where }),
    ...common(index),
  }
}

function canonicalKey({ column, expression, descending, extra }: IndexKey): IndexKey {
  const own = canonicalExtra(extra)
  return {
    ...(column !== undefined && { column }),
    ...(expression !== undefined && { expression }),
    ...(descending === true && { descending }),
    ...(own !== undefined && { extra: own }),
  }
}

/** An object without the fields that say the default. */
export function canonicalObject(object: SchemaObject): SchemaObject {
  const { type, name, table, definition, values } = object
  return {
    type,
    name,
    ...(table !== undefined && { table }),
    ...(definition !== undefined && { definition }),
    ...(values !== undefined && { values: [...values] }),
    ...common(object),
  }
}

function common({ comment, extra }: { comment?: string; extra?: Extra }): { comment?: string; extra?: Extra } {
  const own = canonicalExtra(extra)
  return {
    // An empty comment is how engines spell "no comment".
    ...(comment !== undefined && comment !== '' && { comment }),
    ...(own !== undefined && { extra: own }),
  }
}

function canonicalExtra(extra: Extra | undefined): Extra | undefined {
  if (extra === undefined) return undefined
  const sorted = sortedKeys(extra)
  return Object.keys(sorted).length === 0 ? undefined : sorted
}

// fromEntries defines own properties, so a key called __proto__ stays a key.
const sortedKeys = (value: { [key: string]: Json }): { [key: string]: Json } =>
  Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => byText(a, b))
      .map(([key, item]) => [key, canonicalJson(item)]),
  )

function canonicalJson(value: Json): Json {
  if (Array.isArray(value)) return value.map(canonicalJson)
  return typeof value === 'object' && value !== null ? sortedKeys(value) : value
}
