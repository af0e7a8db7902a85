// Views and materialized views, with the indexes of the latter.
import { ref } from '../../../schema/names.ts'
import type { SchemaObject } from '../../../schema/schema.ts'
import { CLASS } from './catalog.ts'
import { type Context, compact, flag, given, inNamespace, optionsOf, withExtra } from './context.ts'
import { viewIndexesOf } from './indexes.ts'
import type { Relation, Relations } from './relations.ts'

/** All views. */
export function viewsOf(relations: Relations, context: Context): SchemaObject[] {
  return [...relations.byOid.values()].flatMap((relation) => {
    if (relation.row.kind !== 'v' && relation.row.kind !== 'm') return []
    return [viewOf(relation, relations, context), ...viewIndexesOf(relation, context)]
  })
}

function viewOf(relation: Relation, relations: Relations, context: Context): SchemaObject {
  const { row, name } = relation
  const materialized = row.kind === 'm'
  const type = materialized ? 'materialized view' : 'view'
  inNamespace(context, ref(type, name), row.namespace)
  const columns = relation.columns.map((column) =>
    compact({
      name: column.name,
      type: relations.typeText(column.type, column.typmod),
      default: given(column.expression),
      ...context.comment(CLASS.relation, row.oid, column.number),
    }),
  )
  return {
    type,
    name,
    definition: (row.definition ?? '').replace(/;\s*$/, '').trim(),
    ...context.comment(CLASS.relation, row.oid),
    ...withExtra({
      columns,
      options: optionsOf(row.options),
      tablespace: given(row.tablespace),
      method: materialized && row.method !== 'heap' ? given(row.method) : undefined,
      unpopulated: flag(materialized && !row.populated),
    }),
  }
}
