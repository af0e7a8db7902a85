// A part of a schema that stands on its own: what some changes concern, what depends on that, and what all of it needs.
// Respelling and proving a few changes of a large schema is done on such a part.
import { constraintRef, partOf } from '../schema/identity.ts'
import { objectRef, qualify, ref, unqualify } from '../schema/names.ts'
import type { Schema, Table } from '../schema/schema.ts'

/** Tables and objects by their refs; a part's ref (a column, a constraint, an index) leads to its table. */
export interface Owners {
  /** The ref of the table or object that holds this ref; undefined for what the schema does not have. */
  of(reference: string): string | undefined
}

const foreign = (table: Table) => table.constraints.filter(({ type }) => type === 'foreign key')

/** Looks refs up in a schema. */
export function ownersOf(schema: Schema): Owners {
  const owners = new Map<string, string>()
  for (const table of schema.tables) {
    const own = ref('table', table.name)
    owners.set(own, own)
    for (const { name } of table.columns) owners.set(ref('column', table.name, name), own)
    for (const constraint of table.constraints) owners.set(constraintRef(table.name, constraint), own)
    for (const { name } of table.indexes) owners.set(ref('index', table.name, name), own)
  }
  const views = new Map<string, string>()
  for (const object of schema.objects) {
    owners.set(objectRef(object), objectRef(object))
    if (object.table === undefined && object.type.endsWith('view')) views.set(object.name, objectRef(object))
  }
  return {
    of(reference) {
      // A view's column, and what a trigger calls a table, may be a view.
      const name = reference.startsWith('table ') ? reference.slice('table '.length) : (partOf(reference)?.owner ?? '')
      return owners.get(reference) ?? views.get(name)
    },
  }
}

/** Edges between tables and objects. Foreign keys are kept apart: a table can stand without the tables it points at. */
function edgesOf(schema: Schema) {
  const owners = ownersOf(schema)
  const keys = new Set(schema.tables.flatMap((table) => foreign(table).map((key) => constraintRef(table.name, key))))
  const needs = new Map<string, Set<string>>()
  const needed = new Map<string, Set<string>>()
  const pointedAt = new Map<string, Set<string>>()
  const add = (map: Map<string, Set<string>>, key: string, value: string): void => {
    const set = map.get(key)
    if (set === undefined) map.set(key, new Set([value]))
    else set.add(value)
  }
  const edge = (from: string | undefined, to: string | undefined): void => {
    if (from === undefined || to === undefined || from === to) return
    add(needs, from, to)
    add(needed, to, from)
  }
  for (const { from, to } of schema.dependencies) if (!keys.has(from)) edge(owners.of(from), owners.of(to))
  const home = (qualified: string): string | undefined => {
    const { namespace } = unqualify(qualified)
    return namespace === undefined
      ? undefined
      : (owners.of(ref('schema', qualify(namespace))) ?? owners.of(ref('namespace', qualify(namespace))))
  }
  for (const object of schema.objects) {
    edge(objectRef(object), home(object.table ?? object.name))
    if (object.table !== undefined) edge(objectRef(object), owners.of(ref('table', object.table)))
  }
  for (const { name } of schema.tables) edge(ref('table', name), home(name))
  for (const table of schema.tables) {
    for (const { references } of foreign(table)) {
      if (references !== undefined) add(pointedAt, ref('table', references.table), ref('table', table.name))
    }
  }
  return { owners, needs, needed, pointedAt }
}

const reach = (seeds: Iterable<string>, edges: Map<string, Set<string>>): Set<string> => {
  const found = new Set(seeds)
  for (const one of found) for (const next of edges.get(one) ?? []) found.add(next)
  return found
}

/** What these tables and objects (by ref) need, themselves included; foreign keys do not count. */
export function needsOf(schema: Schema, seeds: Iterable<string>): Set<string> {
  return reach(seeds, edgesOf(schema).needs)
}

/**
 * What stands on these tables and objects (by ref), themselves included; foreign keys do not count. `tables`: tables alone,
 * by way of tables alone.
 */
export function dependantsOf(schema: Schema, seeds: Iterable<string>, along: 'all' | 'tables' = 'all'): Set<string> {
  const { needed } = edgesOf(schema)
  if (along === 'all') return reach(seeds, needed)
  const tables = new Map(
    [...needed].map(([one, others]) => [one, new Set([...others].filter((other) => other.startsWith('table ')))]),
  )
  return reach(seeds, tables)
}

/**
 * What changes of these refs can concern: their tables and objects, all that depends on them, the tables at both ends of
 * their foreign keys, and what all of these need.
 */
export function concernOf(schema: Schema, references: Iterable<string>): Set<string> {
  const { owners, needs, needed, pointedAt } = edgesOf(schema)
  const own = [...references].map((reference) => owners.of(reference)).filter((owner) => owner !== undefined)
  const concerned = reach(own, needed)
  const ends = new Set(concerned)
  for (const one of concerned) for (const other of pointedAt.get(one) ?? []) ends.add(other)
  for (const table of schema.tables) {
    if (!concerned.has(ref('table', table.name))) continue
    for (const { references } of foreign(table)) if (references !== undefined) ends.add(ref('table', references.table))
  }
  return reach(ends, needs)
}

/** The schema with these tables and objects alone. Foreign keys to tables outside are left out. */
export function only(schema: Schema, wanted: ReadonlySet<string>): Schema {
  const tables = schema.tables.filter(({ name }) => wanted.has(ref('table', name)))
  const names = new Set(tables.map(({ name }) => name))
  const owners = ownersOf(schema)
  const inside = (reference: string): boolean => wanted.has(owners.of(reference) ?? '')
  return {
    tables: tables.map((table) => ({
      ...table,
      constraints: table.constraints.filter(
        ({ references }) => references === undefined || names.has(references.table),
      ),
    })),
    objects: schema.objects.filter((object) => wanted.has(objectRef(object))),
    dependencies: schema.dependencies.filter(({ from, to }) => inside(from) && inside(to)),
  }
}

/** The schema with the tables and objects of `part` in the place of its own; foreign keys that `only` left out stay. */
export function withPart(schema: Schema, part: Schema, chosen: ReadonlySet<string>): Schema {
  const tables = new Map(part.tables.map((table) => [table.name, table]))
  const objects = new Map(part.objects.map((object) => [objectRef(object), object]))
  return {
    ...schema,
    tables: schema.tables.map((table) => {
      const spelled = chosen.has(ref('table', table.name)) ? tables.get(table.name) : undefined
      if (spelled === undefined) return table
      const kept = foreign(table).filter(({ references }) => references !== undefined && !tables.has(references.table))
      const constraints = [...spelled.constraints, ...kept].sort((a, b) => (a.name < b.name ? -1 : 1))
      return { ...spelled, constraints }
    }),
    objects: schema.objects.map(
      (object) => (chosen.has(objectRef(object)) ? objects.get(objectRef(object)) : undefined) ?? object,
    ),
  }
}
