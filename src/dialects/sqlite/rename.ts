// Renames that ALTER does not know, or not quite.
import { GodwitError } from '../../errors.ts'
import { apply } from '../../operations/index.ts'
import type { RenameObject } from '../../operations/operation.ts'
import { equalData } from '../../schema/json.ts'
import { objectRef } from '../../schema/names.ts'
import type { Schema, SchemaObject } from '../../schema/schema.ts'
import { createObjectText, dropObjectText } from './ddl.ts'
import { bare, identifier, tableName } from './quote.ts'

/** ALTER TABLE … RENAME; in two steps where only the case of the name changes, which the engine takes for the same name. */
export function renameTable(from: string, to: string): string[] {
  const rename = (old: string, next: string) => `alter table ${old} rename to ${next}`
  if (bare(from).toLowerCase() !== bare(to).toLowerCase()) return [rename(tableName(from), tableName(to))]
  const between = identifier(`godwit_new_${bare(from)}`)
  return [rename(tableName(from), between), rename(between, tableName(to))]
}

/**
 * A view or trigger is dropped and created under its new name, and so is what names it; a virtual table is renamed.
 * Errors: REVISION_INVALID where it is not there, BUG without the schema.
 */
export function renameObject(operation: RenameObject, schema: Schema | undefined): string[] {
  if (operation.type === 'virtual table') return renameTable(operation.from, operation.to)
  if (schema === undefined) {
    throw new GodwitError(
      'BUG',
      `The ${operation.type} ${operation.from} has to be created again, and its definition is not known.`,
    )
  }
  const next = apply(schema, operation)
  const gone = schema.objects.filter((object) => !next.objects.some((each) => equalData(each, object)))
  const come = next.objects.filter((object) => !schema.objects.some((each) => equalData(each, object)))
  // Views first when creating, their triggers first when dropping; a view may name another that comes later.
  const views = (object: SchemaObject) => (object.type === 'view' ? 0 : 1)
  const order = (a: SchemaObject, b: SchemaObject) => views(a) - views(b) || (objectRef(a) < objectRef(b) ? -1 : 1)
  return [...gone.toSorted(order).reverse().map(dropObjectText), ...come.toSorted(order).map(createObjectText)]
}
