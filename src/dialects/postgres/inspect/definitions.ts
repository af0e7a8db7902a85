// Objects that are their CREATE statement and nothing else.
import { ref } from '../../../schema/names.ts'
import type { SchemaObject } from '../../../schema/schema.ts'
import { CLASS, type Rows } from './catalog.ts'
import { type Context, inNamespace, withExtra } from './context.ts'
import {
  accessMethods,
  aggregates,
  baseTypes,
  casts,
  conversions,
  type DefinitionRow,
  eventTriggers,
  languages,
  operatorFamilies,
  operators,
  ownOperatorClasses,
  searchConfigurations,
  searchDictionaries,
  searchParsers,
  searchTemplates,
} from './definitions-queries.ts'
import { enabledOf } from './routines.ts'

/** What these objects are made from. */
export const definitionQueries = {
  aggregates,
  operators,
  operatorFamilies,
  ownOperatorClasses,
  casts,
  conversions,
  languages,
  accessMethods,
  searchParsers,
  searchTemplates,
  searchDictionaries,
  searchConfigurations,
  baseTypes,
  eventTriggers,
}

const KINDS: readonly [query: keyof typeof definitionQueries, type: string, catalog: string][] = [
  ['baseTypes', 'base type', CLASS.type],
  ['aggregates', 'aggregate', CLASS.routine],
  ['operators', 'operator', CLASS.operator],
  ['operatorFamilies', 'operator family', CLASS.operatorFamily],
  ['ownOperatorClasses', 'operator class', CLASS.operatorClass],
  ['casts', 'cast', CLASS.cast],
  ['conversions', 'conversion', CLASS.conversion],
  ['languages', 'language', CLASS.language],
  ['accessMethods', 'access method', CLASS.accessMethod],
  ['searchParsers', 'text search parser', CLASS.searchParser],
  ['searchTemplates', 'text search template', CLASS.searchTemplate],
  ['searchDictionaries', 'text search dictionary', CLASS.searchDictionary],
  ['searchConfigurations', 'text search configuration', CLASS.searchConfiguration],
  ['eventTriggers', 'event trigger', CLASS.eventTrigger],
]

/** The objects of this file. */
export function definitionsOf(rows: Rows<typeof definitionQueries>, context: Context): SchemaObject[] {
  return KINDS.flatMap(([query, type, catalog]) => rows[query].map((row) => objectOf(row, type, catalog, context)))
}

function objectOf(row: DefinitionRow, type: string, catalog: string, context: Context): SchemaObject {
  // Without a namespace the name stands by itself: a dot in it is no separator.
  const name = `${row.namespace === null ? row.name : context.name(row.namespace, row.name)}${row.tail}`
  const own = ref(type, name)
  context.setRef(catalog, row.oid, own)
  if (row.namespace !== null) inNamespace(context, own, row.namespace)
  return {
    type,
    name,
    definition: row.definition,
    ...context.comment(catalog, row.oid),
    ...withExtra({ enabled: row.enabled === undefined ? undefined : enabledOf(row.enabled) }),
  }
}
