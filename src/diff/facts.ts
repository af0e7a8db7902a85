// What needs what in one schema: the catalog's own facts, and those that follow from the structure itself.
import { constraintRef, partOf } from '../schema/identity.ts'
import { objectRef, ref, unqualify } from '../schema/names.ts'
import type { Column, Constraint, Index, Schema, SchemaObject, Table } from '../schema/schema.ts'
import { identifiersOf } from '../schema/tokens.ts'

/** Look-ups in one schema. Refs that name nothing in it are simply not found. */
export interface Facts {
  schema: Schema
  tables: ReadonlyMap<string, Table>
  objects: ReadonlyMap<string, SchemaObject>
  /** The refs that cannot be missing while this one exists. */
  needs(reference: string): readonly string[]
  /** The refs that cannot exist without this one. */
  neededBy(reference: string): readonly string[]
}

/** A thing of a schema, found by its ref. */
export type Element =
  | { kind: 'table'; table: Table }
  | { kind: 'column'; table: Table; column: Column }
  | { kind: 'constraint'; table: Table; constraint: Constraint }
  | { kind: 'index'; table: Table; index: Index }
  | { kind: 'object'; object: SchemaObject }

/** Types of objects that hold other things by their names. */
const NAMESPACES = new Set(['namespace', 'schema'])

const NONE: readonly string[] = []

/** The facts of a schema. Nothing is read before it is asked for: the parts of a table only when the table is of interest. */
export function factsOf(schema: Schema): Facts {
  const tables = new Map(schema.tables.map((table) => [table.name, table]))
  const objects = new Map(schema.objects.map((object) => [objectRef(object), object]))
  let graph: Graph | undefined
  const known = (): Graph => {
    graph ??= statedGraph(schema, tables, objects)
    return graph
  }
  const read = new Set<string>()
  const readTable = (name: string | undefined): void => {
    const table = name === undefined ? undefined : tables.get(name)
    if (table === undefined || read.has(table.name)) return
    read.add(table.name)
    linkTable(table, tables, known())
  }
  const homeOf = (reference: string): string | undefined =>
    reference.startsWith('table ') ? reference.slice('table '.length) : partOf(reference)?.owner
  return {
    schema,
    tables,
    objects,
    needs(reference) {
      readTable(homeOf(reference))
      return known().needs.get(reference) ?? NONE
    },
    neededBy(reference) {
      const home = homeOf(reference)
      readTable(home)
      if (home !== undefined) for (const other of known().pointing.get(home) ?? NONE) readTable(other)
      return known().neededBy.get(reference) ?? NONE
    },
  }
}

/** The thing a ref names, if it is in the schema. */
export function locate({ tables, objects }: Facts, reference: string): Element | undefined {
  const object = objects.get(reference)
  if (object !== undefined) return { kind: 'object', object }
  if (reference.startsWith('table ')) {
    const table = tables.get(reference.slice('table '.length))
    return table && { kind: 'table', table }
  }
  const part = partOf(reference)
  const table = part && tables.get(part.owner)
  if (part === undefined || table === undefined) return undefined
  if (part.kind === 'column') {
    const column = table.columns.find(({ name }) => ref('column', table.name, name) === reference)
    return column && { kind: 'column', table, column }
  }
  if (part.kind === 'constraint') {
    const constraint = table.constraints.find((each) => constraintRef(table.name, each) === reference)
    return constraint && { kind: 'constraint', table, constraint }
  }
  const index = table.indexes.find(({ name }) => ref('index', table.name, name) === reference)
  return index && { kind: 'index', table, index }
}

interface Graph {
  needs: Map<string, string[]>
  neededBy: Map<string, string[]>
  /** Tables whose foreign keys point at a table. */
  pointing: Map<string, string[]>
}

/** What the catalog says, and what follows from where objects live. */
function statedGraph(schema: Schema, tables: Facts['tables'], objects: Facts['objects']): Graph {
  const graph: Graph = { needs: new Map(), neededBy: new Map(), pointing: new Map() }
  const relations = relationRefs(schema)
  // A column of a view, as some catalogs report it, is the view.
  const resolve = (reference: string): string => {
    if (!/^(?:column|constraint|index) /.test(reference) || objects.has(reference)) return reference
    const owner = partOf(reference)?.owner
    return owner === undefined || tables.has(owner) ? reference : (relations.get(owner) ?? reference)
  }
  for (const { from, to } of schema.dependencies) link(graph, resolve(from), resolve(to))
  for (const object of schema.objects) {
    if (object.table === undefined) continue
    const owner = tables.has(object.table) ? ref('table', object.table) : relations.get(object.table)
    if (owner !== undefined) link(graph, objectRef(object), owner)
  }
  linkNamespaces(schema, graph)
  for (const { name, constraints } of schema.tables) {
    for (const { references } of constraints) {
      if (references !== undefined && references.table !== name) push(graph.pointing, references.table, name)
    }
  }
  return graph
}

function link(graph: Graph, from: string, to: string): void {
  if (from === to) return
  push(graph.needs, from, to)
  push(graph.neededBy, to, from)
}

/** What follows from a table's own structure. Called once for each table. */
function linkTable(table: Table, tables: Facts['tables'], graph: Graph): void {
  const stated = (reference: string): readonly string[] => graph.needs.get(reference) ?? NONE
  const column = (name: string): string => ref('column', table.name, name)
  const readsFrom = (from: string, texts: readonly (string | undefined)[]): void => {
    // What an expression reads is the catalog's to say; only where it is silent are the words of the text looked at.
    if (stated(from).length > 0) return
    const words = identifiersOf(texts.filter((text) => text !== undefined).join(' '))
    for (const { name } of table.columns) if (words.has(name)) link(graph, from, column(name))
  }
  for (const each of table.columns) {
    if (each.generated !== undefined) readsFrom(column(each.name), [each.generated.expression])
  }
  for (const index of table.indexes) {
    const from = ref('index', table.name, index.name)
    if (index.where !== undefined || index.keys.some((key) => key.expression !== undefined)) {
      readsFrom(from, [index.where, ...index.keys.map((key) => key.expression)])
    }
    for (const key of index.keys) if (key.column !== undefined) link(graph, from, column(key.column))
    for (const name of index.include ?? []) link(graph, from, column(name))
  }
  for (const constraint of table.constraints) {
    const from = constraintRef(table.name, constraint)
    if (constraint.expression !== undefined && constraint.columns.length === 0) readsFrom(from, [constraint.expression])
    const target = constraint.references
    if (target !== undefined) {
      const says = stated(from).some((to) => isKeyOf(tables.get(target.table), to))
      const unique = says ? undefined : uniqueRef(tables.get(target.table), target.columns)
      if (unique !== undefined) link(graph, from, unique)
      link(graph, from, ref('table', target.table))
      for (const name of target.columns) link(graph, from, ref('column', target.table, name))
    }
    for (const name of constraint.columns) link(graph, from, column(name))
  }
}

/** Whether a ref names a constraint or an index that the table has. */
const isKeyOf = (table: Table | undefined, reference: string): boolean =>
  table !== undefined &&
  (table.constraints.some((each) => constraintRef(table.name, each) === reference) ||
    table.indexes.some(({ name }) => ref('index', table.name, name) === reference))

/** What makes the target of a foreign key unique: its primary key, else a unique constraint, else a unique index. */
function uniqueRef(table: Table | undefined, columns: readonly string[]): string | undefined {
  if (table === undefined) return undefined
  const wanted = columns.toSorted().join('\0')
  const fits = (names: readonly string[]): boolean => names.toSorted().join('\0') === wanted
  const keyed = (type: Constraint['type']) => table.constraints.find((each) => each.type === type && fits(each.columns))
  const constraint = keyed('primary key') ?? keyed('unique')
  if (constraint !== undefined) return constraintRef(table.name, constraint)
  const index = table.indexes.find(
    ({ unique, where, keys }) => unique && where === undefined && fits(keys.map((key) => key.column ?? '\0')),
  )
  return index && ref('index', table.name, index.name)
}

/** Views and the like by name: what a trigger's `table` can mean where no table has that name. */
function relationRefs(schema: Schema): Map<string, string> {
  const relations = new Map<string, string>()
  for (const object of schema.objects) {
    if (object.table !== undefined || NAMESPACES.has(object.type) || object.type === 'extension') continue
    if (!relations.has(object.name) || object.type.includes('view')) relations.set(object.name, objectRef(object))
  }
  return relations
}

function linkNamespaces(schema: Schema, graph: Graph): void {
  const namespaces = new Map<string, string>()
  for (const object of schema.objects) {
    if (NAMESPACES.has(object.type)) namespaces.set(unqualify(object.name).name, objectRef(object))
  }
  if (namespaces.size === 0) return
  const place = (reference: string, name: string): void => {
    const { namespace } = unqualify(name)
    const home = namespace === undefined ? undefined : namespaces.get(namespace)
    if (home !== undefined) link(graph, reference, home)
  }
  for (const { name } of schema.tables) place(ref('table', name), name)
  for (const object of schema.objects) if (object.table === undefined) place(objectRef(object), object.name)
}

function push(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}
