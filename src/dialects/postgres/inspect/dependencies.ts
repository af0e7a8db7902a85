// What needs what, as the server's own notes say it.
import { ref } from '../../../schema/names.ts'
import type { Dependency } from '../../../schema/schema.ts'
import { CLASS, type Rows } from './catalog.ts'
import type { Context } from './context.ts'
import { depends } from './objects-queries.ts'
import type { Relation, Relations } from './relations.ts'

/** What dependencies are read from. */
export const dependencyQueries = { depends }

/** Notes all dependencies; every object has told its ref before. */
export function noteDependencies(rows: Rows<typeof dependencyQueries>, relations: Relations, context: Context): void {
  const members = new Set<string>([CLASS.familyOperator, CLASS.familyFunction])
  const owners = new Set<string>([CLASS.operatorClass, CLASS.operatorFamily])
  // What a member of an operator class needs, the class needs.
  for (const row of rows.depends) {
    const owner = members.has(row.class) && owners.has(row.toclass) ? context.ref(row.toclass, row.tooid) : undefined
    if (owner !== undefined) context.setRef(row.class, row.oid, owner)
  }
  for (const row of rows.depends) {
    const from = context.ref(row.class, row.oid, row.part)
    const to = context.ref(row.toclass, row.tooid, row.topart)
    // A view that reads a column of a view needs the view.
    context.depend(from, to)
    // A column's default is the column; a whole table behind a column is said by the column's own ref.
    if (row.class === CLASS.rewrite && row.topart > 0) context.depend(from, context.ref(row.toclass, row.tooid))
  }
  notePartitionKeys(relations, context)
  for (const relation of relations.byOid.values()) {
    // The column of a child comes and goes with its parent's.
    for (const parent of relations.parents(relation.row.oid).flatMap((oid) => relations.byOid.get(oid) ?? [])) {
      const theirs = new Set(parent.columns.map(({ name }) => name))
      for (const { name, local } of relation.columns) {
        if (!local && theirs.has(name))
          context.depend(ref('column', relation.name, name), ref('column', parent.name, name))
      }
    }
    for (const index of relation.indexes) {
      for (const parent of relations.parents(index.oid)) {
        context.depend(context.ref(CLASS.relation, index.oid), context.ref(CLASS.relation, parent))
      }
    }
  }
}

/**
 * A base type and its input and output functions need each other. A function that returns the type makes a shell of it;
 * so the functions come first, the input function before those that take the type.
 */
export function untangleBaseTypes(pairs: readonly Dependency[]): Dependency[] {
  const isRoutine = (text: string): boolean => text.startsWith('function ')
  const needed = new Map<string, string[]>()
  for (const { from, to } of pairs) {
    if (from.startsWith('base type ') && isRoutine(to)) needed.set(from, [...(needed.get(from) ?? []), to])
  }
  if (needed.size === 0) return [...pairs]
  return pairs.flatMap(({ from, to }) => {
    const functions = isRoutine(from) ? needed.get(to) : undefined
    if (functions?.includes(from) !== true) return [{ from, to }]
    const input = functions.find((text) => /\(cstring(, oid, integer)?\)$/.test(text))
    return input === undefined || input === from ? [] : [{ from, to: input }]
  })
}

/** A foreign key to a partitioned table is one to each partition: none can go before it. */
function notePartitionKeys(relations: Relations, context: Context): void {
  const children = new Map<string, Relation[]>()
  for (const relation of relations.byOid.values()) {
    for (const parent of relation.row.bound === null ? [] : relations.parents(relation.row.oid)) {
      children.set(parent, [...(children.get(parent) ?? []), relation])
    }
  }
  const partitions = (oid: string): Relation[] =>
    (children.get(oid) ?? []).flatMap((child) => [child, ...partitions(child.row.oid)])
  for (const relation of relations.byOid.values()) {
    for (const constraint of relation.constraints) {
      if (constraint.type !== 'f' || !children.has(constraint.target)) continue
      const found = partitions(constraint.target)
      if (found.includes(relation)) continue
      for (const partition of found) {
        context.depend(ref('constraint', relation.name, constraint.name), ref('table', partition.name))
      }
    }
  }
}
