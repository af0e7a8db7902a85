// What follows a rename: every structured reference, the refs in the facts, and (as far as a lexer can tell) the texts.
// The engine itself is the authority on texts: the shadow carries renames out before anything is compared.
import { byConstraint, byObject } from '../schema/canonical.ts'
import { partOf } from '../schema/identity.ts'
import { byText } from '../schema/json.ts'
import { objectRef, qualify, ref, unqualify } from '../schema/names.ts'
import type { Column, Constraint, Index, Schema, SchemaObject, Table } from '../schema/schema.ts'
import { renameColumnIn, renameRelationIn, renameTypeIn, renameValueIn } from './rewrite.ts'

type Text = (text: string) => string

/** A table gets another name: foreign keys, what lives on it, and texts that name it follow. */
export function renameTable(schema: Schema, from: string, to: string): Schema {
  const relation = renameRelationIn(from, to, othersNamed(schema, from))
  const dependants = dependantsOf(schema, from)
  return sorted({
    tables: schema.tables.map((table) => {
      const renamed =
        table.name === from ? keepSequences({ ...mapTableTexts(table, relation), name: to }, table) : table
      const points = renamed.constraints.some(({ references }) => references?.table === from)
      return points ? { ...renamed, constraints: renamed.constraints.map((each) => retarget(each, from, to)) } : renamed
    }),
    objects: schema.objects.map((object) => {
      const moved = object.table === from ? { ...object, table: to } : object
      return object.table === from || dependants.has(objectRef(object)) ? mapObjectText(moved, relation) : moved
    }),
    dependencies: mapRefs(schema, (reference) => {
      if (reference === ref('table', from)) return ref('table', to)
      const part = partOf(reference)
      return part?.owner === from ? `${part.kind} ${to}.${part.part}` : reference
    }),
  })
}

/**
 * The sequence behind a column keeps its name when the table or the column gets another one: what went without saying
 * has to be said then, and the other way round.
 */
function keepSequences(renamed: Table, before: Table): Table {
  const columns = renamed.columns.map((column, at): Column => {
    const old = before.columns[at]
    if (column.identity === undefined || column.identity.kind === 'auto increment' || old === undefined) return column
    const { sequence = conventional(before.name, old.name), ...identity } = column.identity
    const silent = sequence === conventional(renamed.name, column.name)
    return { ...column, identity: silent ? identity : { ...identity, sequence } }
  })
  return { ...renamed, columns }
}

function conventional(table: string, column: string): string {
  const { name, namespace } = unqualify(table)
  return qualify(`${name}_${column}_seq`, namespace)
}

/** A column gets another name: keys, foreign keys pointing at it, and texts that name it follow. */
export function renameColumn(schema: Schema, table: string, from: string, to: string): Schema {
  const own = renameColumnIn(table, from, to, true)
  const foreign = renameColumnIn(table, from, to, false)
  const dependants = dependantsOf(schema, table)
  const name: Text = (each) => (each === from ? to : each)
  return sorted({
    tables: schema.tables.map((each) => {
      const renamed = each.name === table ? keepSequences(mapTableTexts(mapColumnNames(each, name), own), each) : each
      const points = renamed.constraints.some(({ references }) => references?.table === table)
      if (!points) return renamed
      return {
        ...renamed,
        constraints: renamed.constraints.map((constraint) =>
          constraint.references?.table === table
            ? {
                ...constraint,
                references: { ...constraint.references, columns: constraint.references.columns.map(name) },
              }
            : constraint,
        ),
      }
    }),
    objects: schema.objects.map((object) =>
      object.table === table
        ? mapObjectText(object, own)
        : dependants.has(objectRef(object))
          ? mapObjectText(object, foreign)
          : object,
    ),
    dependencies: mapRefs(schema, exchange(ref('column', table, from), ref('column', table, to))),
  })
}

/** A constraint or an index of a table gets another name. Nothing but the facts refers to it by name. */
export function renamePart(
  schema: Schema,
  kind: 'constraint' | 'index',
  table: string,
  from: string,
  to: string,
): Schema {
  const rename = <Part extends { name: string }>(part: Part): Part =>
    part.name === from ? { ...part, name: to } : part
  return sorted({
    ...schema,
    tables: schema.tables.map((each) => {
      if (each.name !== table) return each
      return kind === 'constraint'
        ? { ...each, constraints: each.constraints.map(rename).sort(byConstraint) }
        : { ...each, indexes: each.indexes.map(rename).sort((a, b) => byText(a.name, b.name)) }
    }),
    dependencies: mapRefs(schema, exchange(ref(kind, table, from), ref(kind, table, to))),
  })
}

/** An object gets another name: column types, what lives on it, its own text and those that name it follow. */
export function renameObject(schema: Schema, object: SchemaObject, to: string): Schema {
  const from = object.name
  const reference = objectRef(object)
  const target = objectRef({ ...object, name: to })
  const relation = renameRelationIn(from, to, othersNamed(schema, from))
  const type = renameTypeIn(from, to)
  const dependants = new Set(schema.dependencies.filter((each) => each.to === reference).map((each) => each.from))
  const owns = object.table === undefined && !schema.tables.some(({ name }) => name === from)
  return sorted({
    tables: schema.tables.map((table) => {
      const affected = table.columns.some((column) => dependants.has(ref('column', table.name, column.name)))
      const inTexts =
        affected || table.constraints.some((each) => dependants.has(ref('constraint', table.name, each.name)))
      if (!inTexts) return table
      return mapTableTexts(
        { ...table, columns: table.columns.map((each) => ({ ...each, type: type(each.type) })) },
        (text) => type(relation(text)),
      )
    }),
    objects: schema.objects.map((each) => {
      if (objectRef(each) === reference) return { ...mapObjectText(each, relation), name: to }
      const moved = owns && each.table === from ? { ...each, table: to } : each
      return dependants.has(objectRef(each)) || moved !== each
        ? mapObjectText(moved, (text) => type(relation(text)))
        : moved
    }),
    dependencies: mapRefs(schema, (each) => {
      if (each === reference) return target
      const part = owns ? partOf(each) : undefined
      return part?.owner === from ? `${part.kind} ${to}.${part.part}` : each
    }),
  })
}

/** A label of an enum gets another name: defaults and conditions that hold it as a literal of that type follow. */
export function renameValue(schema: Schema, object: SchemaObject, from: string, to: string): Schema {
  const value = renameValueIn(object.name, from, to)
  return {
    ...schema,
    tables: schema.tables.map((table) => mapTableTexts(table, value)),
    objects: schema.objects.map((each) => {
      if (each !== object) return mapObjectText(each, value)
      return { ...each, values: (each.values ?? []).map((label) => (label === from ? to : label)) }
    }),
  }
}

const exchange =
  (from: string, to: string): Text =>
  (reference) =>
    reference === from ? to : reference

const mapRefs = (schema: Schema, rename: Text): Schema['dependencies'] =>
  schema.dependencies.map((each) => {
    const [from, to] = [rename(each.from), rename(each.to)]
    return from === each.from && to === each.to ? each : { from, to }
  })

const sorted = (schema: Schema): Schema => ({
  ...schema,
  tables: schema.tables.toSorted((a, b) => byText(a.name, b.name)),
  objects: schema.objects.toSorted(byObject),
})

/** Refs of what the facts say to depend on the table or on a part of it. */
function dependantsOf(schema: Schema, table: string): Set<string> {
  const whole = ref('table', table)
  return new Set(
    schema.dependencies.filter(({ to }) => to === whole || partOf(to)?.owner === table).map(({ from }) => from),
  )
}

/** Qualifiers under which another relation has the same last name: a text that says one of them means the other. */
function othersNamed(schema: Schema, qualified: string): ReadonlySet<string> {
  const { name } = unqualify(qualified)
  const others = [...schema.tables, ...schema.objects.filter(({ table }) => table === undefined)]
    .filter((each) => each.name !== qualified)
    .map((each) => unqualify(each.name))
  return new Set(others.flatMap((each) => (each.name === name && each.namespace !== undefined ? [each.namespace] : [])))
}

const retarget = (constraint: Constraint, from: string, to: string): Constraint =>
  constraint.references?.table === from
    ? { ...constraint, references: { ...constraint.references, table: to } }
    : constraint

function mapColumnNames(table: Table, name: Text): Table {
  return {
    ...table,
    columns: table.columns.map((column) => ({ ...column, name: name(column.name) })),
    constraints: table.constraints.map((each) => ({ ...each, columns: each.columns.map(name) })),
    indexes: table.indexes.map((index) => ({
      ...index,
      keys: index.keys.map((key) => (key.column === undefined ? key : { ...key, column: name(key.column) })),
      ...(index.include !== undefined && { include: index.include.map(name) }),
    })),
  }
}

function mapTableTexts(table: Table, text: Text): Table {
  const column = (each: Column): Column => ({
    ...each,
    ...(each.default !== undefined && { default: text(each.default) }),
    ...(each.generated !== undefined && {
      generated: { ...each.generated, expression: text(each.generated.expression) },
    }),
  })
  const constraint = (each: Constraint): Constraint =>
    each.expression === undefined ? each : { ...each, expression: text(each.expression) }
  const index = (each: Index): Index => ({
    ...each,
    keys: each.keys.map((key) => (key.expression === undefined ? key : { ...key, expression: text(key.expression) })),
    ...(each.where !== undefined && { where: text(each.where) }),
  })
  return {
    ...table,
    columns: table.columns.map(column),
    constraints: table.constraints.map(constraint),
    indexes: table.indexes.map(index),
  }
}

const mapObjectText = (object: SchemaObject, text: Text): SchemaObject =>
  object.definition === undefined ? object : { ...object, definition: text(object.definition) }
