// A strict engine: after every operation everything must have what it needs, and nothing may be done that a database would
// refuse. It knows nothing of the diff: it reads the schema as it stands.

import type { Traits } from '../../src/diff/index.ts'
import { apply, invert } from '../../src/operations/index.ts'
import type { Operation } from '../../src/operations/operation.ts'
import {
  canonicalColumn,
  canonicalConstraint,
  canonicalIndex,
  canonicalObject,
  canonicalTable,
} from '../../src/schema/canonical.ts'
import { equalData } from '../../src/schema/json.ts'
import { objectRef, qualify, ref, unqualify } from '../../src/schema/names.ts'
import type { Constraint, Schema, SchemaObject, Table } from '../../src/schema/schema.ts'
import { needsOf, needsOfObject, needsOfTable } from './random.ts'

/** Runs the operations one by one; throws at the first that a database would refuse. Returns the schema at the end. */
export function run(schema: Schema, operations: readonly Operation[], traits: Traits): Schema {
  return operations.reduce((before, operation, at) => {
    const refused = (why: string): Error => new Error(`operation ${at} (${operation.kind}) refused: ${why}`)
    const reason = objection(before, operation, traits)
    if (reason !== undefined) throw refused(reason)
    const after = apply(before, operation)
    const flaw = flawOf(after)
    if (flaw !== undefined) throw refused(flaw)
    const inverse = invert(operation)
    if (inverse === null) throw refused('it has no inverse')
    return after
  }, schema)
}

const RELATIONS = new Set(['view', 'materialized view', 'sequence'])

/** What is wrong with a schema: something lacks what it needs, or two things share what only one can have. */
export function flawOf(schema: Schema): string | undefined {
  const names = new Set<string>()
  for (const name of [...schema.tables.flatMap(namesOfTable), ...schema.objects.flatMap(namesOfObject)]) {
    if (names.has(name)) return `two relations are called ${name}`
    names.add(name)
  }
  const needs = [...schema.tables.flatMap(needsOfTable), ...schema.objects.map(needsOfObject)]
  const refs = new Set(needs.map(([reference]) => reference))
  for (const [reference, needed] of needs) {
    for (const need of needed) if (!refs.has(need)) return `${reference} lacks ${need}`
  }
  const tables = new Map(schema.tables.map((table) => [table.name, table]))
  const homes = new Set([...tables.keys(), ...schema.objects.flatMap(({ table, name }) => (table ? [] : [name]))])
  for (const { table } of schema.objects) if (table !== undefined && !homes.has(table)) return `nothing at ${table}`
  for (const { name } of [...schema.tables, ...schema.objects.filter(({ table }) => table === undefined)]) {
    const { namespace } = unqualify(name)
    if (namespace !== undefined && !refs.has(ref('namespace', namespace))) return `${name} has no namespace`
  }
  for (const table of schema.tables) {
    const flaw = flawOfTable(table, tables)
    if (flaw !== undefined) return flaw
  }
  return undefined
}

const remembered = new WeakMap<Table, readonly string[]>()

/** The names a table takes among relations. */
function namesOfTable(table: Table): readonly string[] {
  const { namespace } = unqualify(table.name)
  const isKey = ({ type, name }: Constraint): boolean => (type === 'primary key' || type === 'unique') && name !== ''
  const known = remembered.get(table) ?? [
    table.name,
    ...table.indexes.map(({ name }) => qualify(name, namespace)),
    ...table.constraints.filter(isKey).map(({ name }) => qualify(name, namespace)),
  ]
  remembered.set(table, known)
  return known
}

function namesOfObject({ type, name, table }: SchemaObject): readonly string[] {
  if (type === 'index') return [qualify(name, unqualify(table ?? '').namespace)]
  return RELATIONS.has(type) ? [name] : []
}

function flawOfTable(table: Table, tables: ReadonlyMap<string, Table>): string | undefined {
  const columns = new Set(table.columns.map(({ name }) => name))
  if (columns.size < table.columns.length) return `${table.name} has a column twice`
  if (table.constraints.filter(({ type }) => type === 'primary key').length > 1)
    return `${table.name} has two primary keys`
  for (const { columns: used, references, name } of table.constraints) {
    for (const column of used) if (!columns.has(column)) return `constraint ${name} of ${table.name} lacks ${column}`
    if (references === undefined) continue
    const target = tables.get(references.table)
    if (target === undefined) return `${name} of ${table.name} points at nothing`
    const wanted = references.columns.toSorted().join('\0')
    const isUnique =
      target.constraints.some(
        (each) =>
          (each.type === 'unique' || each.type === 'primary key') && each.columns.toSorted().join('\0') === wanted,
      ) || target.indexes.some((each) => each.unique && each.keys.map((key) => key.column ?? '').join('\0') === wanted)
    if (!isUnique) return `${name} of ${table.name} points at columns of ${target.name} that are not unique`
  }
  for (const index of table.indexes) {
    for (const { column } of index.keys) {
      if (column !== undefined && !columns.has(column)) return `index ${index.name} of ${table.name} lacks ${column}`
    }
  }
  return undefined
}

/** What a database would say against the step itself. */
function objection(before: Schema, operation: Operation, traits: Traits): string | undefined {
  switch (operation.kind) {
    case 'dropTable': {
      const table = before.tables.find(({ name }) => name === operation.table.name)
      if (table === undefined || !equalData(canonicalTable(table), canonicalTable(operation.table)))
        return 'another table'
      const resident = before.objects.find((object) => object.table === table.name)
      return resident && `${objectRef(resident)} lives on it`
    }
    case 'dropObject': {
      const object = before.objects.find((each) => objectRef(each) === objectRef(operation.object))
      if (object === undefined || !equalData(canonicalObject(object), canonicalObject(operation.object)))
        return 'another object'
      const owns = object.table === undefined && ['view', 'materialized view'].includes(object.type)
      const resident = before.objects.find((each) => owns && each.table === object.name)
      return resident && `${objectRef(resident)} lives on it`
    }
    case 'alterObject': {
      const object = before.objects.find((each) => objectRef(each) === objectRef(operation.from))
      if (object === undefined || !equalData(canonicalObject(object), canonicalObject(operation.from)))
        return 'another object'
      return traits.alterObject(operation.from, operation.to) ? undefined : 'it cannot be altered in place'
    }
    case 'alterConstraint':
    case 'dropConstraint': {
      const wanted = operation.kind === 'dropConstraint' ? operation.constraint : operation.from
      const table = before.tables.find(({ name }) => name === operation.table)
      const found = table?.constraints.some((each) => equalData(canonicalConstraint(each), canonicalConstraint(wanted)))
      if (!found) return 'another constraint'
      if (operation.kind === 'dropConstraint' || traits.alterConstraint(operation.from, operation.to)) return undefined
      return 'it cannot be altered in place'
    }
    case 'alterIndex':
    case 'dropIndex': {
      const wanted = operation.kind === 'dropIndex' ? operation.index : operation.from
      const table = before.tables.find(({ name }) => name === operation.table)
      const found = table?.indexes.some((each) => equalData(canonicalIndex(each), canonicalIndex(wanted)))
      if (!found) return 'another index'
      if (operation.kind === 'dropIndex' || traits.alterIndex(operation.from, operation.to)) return undefined
      return 'it cannot be altered in place'
    }
    case 'dropColumn':
    case 'alterColumn':
      return objectionToColumn(before, operation, traits)
    case 'moveColumn':
      return traits.columnOrder ? undefined : 'columns have no order'
    default:
      return undefined
  }
}

function objectionToColumn(
  before: Schema,
  operation: Extract<Operation, { kind: 'dropColumn' | 'alterColumn' }>,
  traits: Traits,
): string | undefined {
  const wanted = operation.kind === 'dropColumn' ? operation.column : operation.from
  const table = before.tables.find(({ name }) => name === operation.table)
  const column = table?.columns.find(({ name }) => name === wanted.name)
  if (table === undefined || column === undefined) return 'no such column'
  if (!equalData(canonicalColumn(column), canonicalColumn(wanted))) return 'another column'
  if (operation.kind === 'dropColumn') return undefined
  if (!traits.alterColumn(operation.from, operation.to, table)) return 'it cannot be altered in place'
  if (operation.from.type === operation.to.type) return undefined
  const own = ref('column', operation.table, column.name)
  for (const [reference, needs] of needsOf(before)) {
    const isCarried = reference.startsWith('constraint ') || reference.startsWith('index ')
    if (
      needs.includes(own) &&
      reference !== own &&
      (!isCarried || before.objects.some((each) => objectRef(each) === reference))
    ) {
      return `${reference} is built on the column whose type changes`
    }
  }
  return undefined
}
