// Functions and procedures, triggers, rules, policies and statistics.
import { objectRef, ref } from '../../../schema/names.ts'
import type { SchemaObject } from '../../../schema/schema.ts'
import { CLASS, type Rows } from './catalog.ts'
import { type Context, flag, given, inNamespace, withExtra } from './context.ts'
import { type HangingRow, policies, routines, rules, statistics, triggers } from './objects-queries.ts'
import type { Relations } from './relations.ts'

/** What these objects are made from. */
export const routineQueries = { routines, triggers, rules, policies, statistics }

type RoutineRows = Rows<typeof routineQueries>

/** The objects of this file. */
export function routinesOf(rows: RoutineRows, relations: Relations, context: Context): SchemaObject[] {
  return [
    ...functionsOf(rows, context),
    ...hangingOf('trigger', CLASS.trigger, rows.triggers, relations, context),
    ...rulesOf(rows, relations, context),
    ...policiesOf(rows, relations, context),
    ...statisticsOf(rows, context),
  ]
}

function functionsOf(rows: RoutineRows, context: Context): SchemaObject[] {
  return rows.routines.map((row) => {
    const type = row.kind === 'p' ? 'procedure' : 'function'
    const name = `${context.name(row.namespace, row.name)}(${row.types ?? ''})`
    context.setRef(CLASS.routine, row.oid, ref(type, name))
    inNamespace(context, ref(type, name), row.namespace)
    return {
      type,
      name,
      definition: row.definition.trimEnd(),
      ...context.comment(CLASS.routine, row.oid),
      ...withExtra({ returns: given(row.returns), arguments: row.arguments }),
    }
  })
}

const ENABLED: ReadonlyMap<string, string> = new Map([
  ['D', 'disabled'],
  ['R', 'replica'],
  ['A', 'always'],
])

/** How a trigger or a rule fires; undefined in the usual mode. */
export const enabledOf = (mode: string): string | undefined => ENABLED.get(mode)

function hangingOf(
  type: 'trigger' | 'rule',
  catalog: string,
  rows: readonly HangingRow[],
  relations: Relations,
  context: Context,
): SchemaObject[] {
  return rows.flatMap((row) => {
    const relation = relations.byOid.get(row.relation)
    if (relation === undefined || context.extensionOf(catalog, row.oid) !== undefined) return []
    const object = { type, table: relation.name, name: row.name, definition: row.definition.replace(/;\s*$/, '') }
    context.setRef(catalog, row.oid, objectRef(object))
    context.depend(objectRef(object), context.ref(CLASS.relation, row.relation))
    return [{ ...object, ...context.comment(catalog, row.oid), ...withExtra({ enabled: enabledOf(row.enabled) }) }]
  })
}

function rulesOf(rows: RoutineRows, relations: Relations, context: Context): SchemaObject[] {
  for (const row of rows.rules) {
    // What a view's rule needs, the view needs.
    const view = row.isview ? context.ref(CLASS.relation, row.relation) : undefined
    if (view !== undefined) context.setRef(CLASS.rewrite, row.oid, view)
  }
  const own = rows.rules.filter(({ isview }) => !isview)
  return hangingOf('rule', CLASS.rewrite, own, relations, context)
}

const COMMANDS: ReadonlyMap<string, string> = new Map([
  ['r', 'select'],
  ['a', 'insert'],
  ['w', 'update'],
  ['d', 'delete'],
])

function policiesOf(rows: RoutineRows, relations: Relations, context: Context): SchemaObject[] {
  return rows.policies.flatMap((row) => {
    const relation = relations.byOid.get(row.relation)
    if (relation === undefined) return []
    const object = { type: 'policy', table: relation.name, name: row.name }
    context.setRef(CLASS.policy, row.oid, objectRef(object))
    context.depend(objectRef(object), ref('table', relation.name))
    return [
      {
        ...object,
        ...context.comment(CLASS.policy, row.oid),
        ...withExtra({
          restrictive: flag(!row.permissive),
          command: COMMANDS.get(row.command),
          roles: row.roles === null ? undefined : [...row.roles].sort(),
          using: given(row.using),
          check: given(row.check),
        }),
      },
    ]
  })
}

function statisticsOf(rows: RoutineRows, context: Context): SchemaObject[] {
  return rows.statistics.flatMap((row) => {
    const name = context.name(row.namespace, row.name)
    const own = ref('statistics', name)
    if (context.ref(CLASS.relation, row.relation) === undefined) return []
    context.setRef(CLASS.statistics, row.oid, own)
    context.depend(own, context.ref(CLASS.relation, row.relation))
    inNamespace(context, own, row.namespace)
    return [
      {
        type: 'statistics',
        name,
        definition: row.definition,
        ...context.comment(CLASS.statistics, row.oid),
        ...withExtra({ target: row.target === null || row.target < 0 ? undefined : row.target }),
      },
    ]
  })
}
