// Reads a database into a Schema: one message to the server, then joins in memory.
import { qualify, ref } from '../../schema/names.ts'
import type { Schema, SchemaObject } from '../../schema/schema.ts'
import type { Connection, InspectOptions } from '../dialect.ts'
import { CLASS, fetchCatalog } from './inspect/catalog.ts'
import { type Context, contextOf, contextQueries, flag, withExtra } from './inspect/context.ts'
import { definitionQueries, definitionsOf } from './inspect/definitions.ts'
import { dependencyQueries, noteDependencies, untangleBaseTypes } from './inspect/dependencies.ts'
import { foreignOf, foreignQueries, publicationsOf } from './inspect/foreign.ts'
import { grantQueries, grantsOf } from './inspect/grants.ts'
import { numberingOf } from './inspect/identity.ts'
import { relationQueries, relationsOf } from './inspect/relations.ts'
import { routineQueries, routinesOf } from './inspect/routines.ts'
import { tablesOf } from './inspect/tables.ts'
import type { ExtensionRow, NamespaceRow } from './inspect/tables-queries.ts'
import { typeQueries, typesOf } from './inspect/types.ts'
import { viewsOf } from './inspect/views.ts'
import { sessionOf } from './session.ts'

const queries = {
  ...contextQueries,
  ...relationQueries,
  ...typeQueries,
  ...routineQueries,
  ...definitionQueries,
  ...foreignQueries,
  ...grantQueries,
  ...dependencyQueries,
}

/**
 * Everything that shapes.ts can say, in one round trip. Members of extensions, the system's own and Godwit's tables are
 * left out. Works inside an open transaction and leaves its settings as they were.
 */
export async function inspect(connection: Connection, options: InspectOptions = {}): Promise<Schema> {
  const session = sessionOf(connection)
  const rows = await fetchCatalog(session, queries, options)
  const context = contextOf(rows, session.versionNumber)
  const objects: SchemaObject[] = [
    ...namespacesOf(rows.namespaces, context),
    ...extensionsOf(rows.extensions, context),
    ...foreignOf(rows, context),
    ...definitionsOf(rows, context),
  ]
  const relations = relationsOf(rows, context)
  const numbering = numberingOf(relations, context)
  for (const found of [numbering.objects, typesOf(rows, relations, context), viewsOf(relations, context)]) {
    for (const one of found) objects.push(one)
  }
  const tables = tablesOf(relations, numbering, context)
  for (const one of routinesOf(rows, relations, context)) objects.push(one)
  for (const one of publicationsOf(rows, (oid) => relations.byOid.get(oid)?.name, context)) objects.push(one)
  for (const one of grantsOf(rows, context)) objects.push(one)
  noteDependencies(rows, relations, context)
  return canonicalOrder({ tables, objects, dependencies: untangleBaseTypes(context.dependencies()) })
}

function namespacesOf(rows: readonly NamespaceRow[], context: Context): SchemaObject[] {
  return rows.flatMap((row) => {
    if (!row.own || row.name === 'public') return []
    if (context.extensionOf(CLASS.namespace, row.oid) !== undefined) return []
    const name = qualify(row.name)
    context.setRef(CLASS.namespace, row.oid, ref('schema', name))
    return [{ type: 'schema', name, ...context.comment(CLASS.namespace, row.oid) }]
  })
}

function extensionsOf(rows: readonly ExtensionRow[], context: Context): SchemaObject[] {
  return rows.map((row) => {
    const name = qualify(row.name)
    const own = ref('extension', name)
    context.setRef(CLASS.extension, row.oid, own)
    context.depend(own, context.ref(CLASS.namespace, row.namespace))
    const schema = context.namespace(row.namespace)
    return { type: 'extension', name, ...withExtra({ schema, fixed: flag(!row.relocatable) }) }
  })
}

const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function canonicalOrder({ tables, objects, dependencies }: Schema): Schema {
  for (const table of tables) {
    table.constraints.sort((a, b) => text(a.name, b.name))
    table.indexes.sort((a, b) => text(a.name, b.name))
  }
  return {
    tables: tables.sort((a, b) => text(a.name, b.name)),
    objects: objects.sort((a, b) => text(a.type, b.type) || text(a.table ?? '', b.table ?? '') || text(a.name, b.name)),
    dependencies: dependencies.sort((a, b) => text(a.from, b.from) || text(a.to, b.to)),
  }
}
