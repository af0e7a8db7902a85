// Small steps on a schema, without mutation: they either do what they say or throw, so that no operation is half applied.
import { GodwitError } from '../errors.ts'
import { byObject } from '../schema/canonical.ts'
import { byText } from '../schema/json.ts'
import { objectRef } from '../schema/names.ts'
import type { Schema, SchemaObject, Table } from '../schema/schema.ts'

/** The error for an operation that does not fit the schema it is applied to. */
export function misfit(what: string): GodwitError {
  return new GodwitError('REVISION_INVALID', `An operation does not fit the schema before it: ${what}.`, {
    why: 'It was written for another state of the database, or an operation before it is missing.',
    fix: 'Correct the operation in its revision, or generate the revision again.',
  })
}

/** The table of this name. Errors: REVISION_INVALID. */
export function tableOf(schema: Schema, name: string): Table {
  const table = schema.tables.find((candidate) => candidate.name === name)
  if (table === undefined) throw misfit(`there is no table ${name}`)
  return table
}

/** The schema with one table replaced by what `change` makes of it. */
export function editTable(schema: Schema, name: string, change: (table: Table) => Table): Schema {
  const table = tableOf(schema, name)
  return { ...schema, tables: schema.tables.map((each) => (each === table ? change(table) : each)) }
}

/** The schema with a further table, in its sorted place. */
export function insertTable(schema: Schema, table: Table): Schema {
  if (schema.tables.some(({ name }) => name === table.name)) throw misfit(`the table ${table.name} is there already`)
  return { ...schema, tables: insertSorted(schema.tables, table, (a, b) => byText(a.name, b.name)) }
}

/** The schema with a further object, in its sorted place. */
export function insertObject(schema: Schema, object: SchemaObject): Schema {
  const ref = objectRef(object)
  if (schema.objects.some((each) => objectRef(each) === ref)) throw misfit(`the ${ref} is there already`)
  return { ...schema, objects: insertSorted(schema.objects, object, byObject) }
}

/** The object of this identity. Errors: REVISION_INVALID. */
export function objectOf(schema: Schema, identity: Pick<SchemaObject, 'type' | 'name' | 'table'>): SchemaObject {
  const ref = objectRef(identity)
  const found = schema.objects.find((each) => objectRef(each) === ref)
  if (found === undefined) throw misfit(`there is no ${ref}`)
  return found
}

/** A sorted list with one more item in its place. */
export function insertSorted<T>(list: readonly T[], item: T, compare: (a: T, b: T) => number): T[] {
  const at = list.findIndex((each) => compare(each, item) > 0)
  return at < 0 ? [...list, item] : list.toSpliced(at, 0, item)
}

/** The list without the one item that fits, or the misfit error that `what` names. */
export function without<T>(list: readonly T[], fits: (item: T) => boolean, what: string): T[] {
  const at = list.findIndex(fits)
  if (at < 0) throw misfit(`there is no ${what}`)
  return list.toSpliced(at, 1)
}
