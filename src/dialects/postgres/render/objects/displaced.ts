// What stands in the way while types are made anew, and was not taken out before: on the way back of a change that needed no
// new type (a label that was added), views, policies and the like are still there.
import type { Operation } from '../../../../operations/operation.ts'
import { constraintRef } from '../../../../schema/identity.ts'
import { objectRef, ref } from '../../../../schema/names.ts'
import type { Column, Constraint, Schema, SchemaObject } from '../../../../schema/schema.ts'
import { identifiersOf } from '../../../../schema/tokens.ts'
import { identifier } from '../../quote.ts'
import { type Context, clause, type Draft, PHASE } from '../draft.ts'
import { EXCLUSIVE } from '../facts.ts'
import { named, ownName } from '../names.ts'
import { grantsOn } from './grants.ts'

/** Statements that take out of the way what names the types or reads their columns, and those that put it back. */
export function displaced(
  schema: Schema,
  types: readonly SchemaObject[],
  context: Context,
): { objects: SchemaObject[]; go: Draft[]; comeBack: Draft[] } {
  const spelled = new Set(types.flatMap(({ name }) => [named(name), `${named(name)}[]`]))
  const columns = schema.tables.flatMap((table) =>
    table.columns.filter(({ type }) => spelled.has(type)).map((column) => ({ table: table.name, column })),
  )
  const typeRefs = types.map((type) => objectRef(type))
  const columnRefs = columns.map(({ table, column }) => ref('column', table, column.name))
  const objects = objectsIn(schema, new Set([...typeRefs, ...columnRefs]), context, types, columns)
  const gone = new Set([...typeRefs, ...objects.map((object) => objectRef(object))])
  const hit = new Set(schema.dependencies.filter(({ to }) => gone.has(to)).map(({ from }) => from))
  const parts = schema.tables.flatMap((table): [Operation, Operation][] => [
    ...table.constraints
      .filter(
        (constraint) => hit.has(constraintRef(table.name, constraint)) || joins(table.name, constraint, columnRefs),
      )
      .map((constraint): [Operation, Operation] => [
        { kind: 'dropConstraint', table: table.name, constraint },
        { kind: 'addConstraint', table: table.name, constraint },
      ]),
    ...table.indexes
      .filter(({ name }) => hit.has(ref('index', table.name, name)))
      .map((index): [Operation, Operation] => [
        { kind: 'dropIndex', table: table.name, index },
        { kind: 'createIndex', table: table.name, index },
      ]),
  ])
  const defaults = schema.tables.flatMap((table) =>
    table.columns
      .filter(({ name, type }) => hit.has(ref('column', table.name, name)) && !spelled.has(type))
      .filter((column) => column.default !== undefined && column.generated === undefined)
      .map((column) => ({ table: table.name, column })),
  )
  return {
    objects,
    go: [
      ...objects.toReversed().flatMap((object) => context.cell({ kind: 'dropObject', object })),
      ...parts.flatMap(([drop]) => context.cell(drop)),
      ...defaults.map(({ table, column }) => ofDefault(table, column, 'drop default')),
    ],
    comeBack: [
      ...defaults.map(({ table, column }) => ofDefault(table, column, `set default ${column.default}`)),
      ...parts.flatMap(([, make]) => context.cell(make)),
      ...objects.flatMap((object) => [...context.cell({ kind: 'createObject', object }), ...grantsOn(schema, object)]),
    ],
  }
}

/** A foreign key over columns that move over one after the other. What comes from a parent's goes with that one. */
const joins = (table: string, { type, columns, references, extra }: Constraint, moved: readonly string[]): boolean =>
  type === 'foreign key' &&
  extra?.inherited !== true &&
  (columns.some((each) => moved.includes(ref('column', table, each))) ||
    references?.columns.some((each) => moved.includes(ref('column', references.table, each))) === true)

const ofDefault = (table: string, column: Column, change: string): Draft =>
  clause(`alter table ${named(table)}`, PHASE.other, `alter column ${identifier(column.name)} ${change}`, EXCLUSIVE)

/** Objects that depend on these refs, directly or not: each after those that it needs. Types are no part of them. */
function objectsIn(
  schema: Schema,
  refs: ReadonlySet<string>,
  { before }: Context,
  types: readonly SchemaObject[],
  columns: readonly { table: string; column: Column }[],
): SchemaObject[] {
  const known = new Set(before?.objects.map((object) => objectRef(object)))
  const own = new Set(types.map((type) => objectRef(type)))
  const objects = new Map(
    schema.objects.filter((object) => !own.has(objectRef(object))).map((object) => [objectRef(object), object]),
  )
  const reached = new Set(refs)
  const needs = new Map<string, string[]>()
  const need = (from: string, to: string): void => void needs.set(from, [...(needs.get(from) ?? []), to])
  for (const { from, to } of schema.dependencies) need(from, to)
  for (const [key, object] of objects) {
    if (object.table === undefined) continue
    const owner = schema.objects.find(({ name, table }) => table === undefined && name === object.table)
    if (owner !== undefined) need(key, objectRef(owner))
  }
  const found: SchemaObject[] = []
  for (let count = -1; count !== found.length; ) {
    count = found.length
    for (const [key, object] of objects) {
      if (reached.has(key)) continue
      const meets = needs.get(key)?.some((each) => reached.has(each)) ?? false
      // What these operations have made themselves is in no catalog yet: its words are looked at.
      if (!meets && (known.has(key) || !reads(object, types, columns))) continue
      reached.add(key)
      found.push(object)
    }
  }
  return inOrder(found, needs)
}

function reads(
  object: SchemaObject,
  types: readonly SchemaObject[],
  columns: readonly { table: string; column: Column }[],
): boolean {
  if (object.type === 'grant' || object.type === 'extension') return false
  const words = identifiersOf(textsOf({ ...object, name: '' }).join(' '))
  if (types.some(({ name }) => words.has(ownName(name)))) return true
  return columns.some(
    ({ table, column }) => words.has(column.name) && (object.table === table || words.has(ownName(table))),
  )
}

const textsOf = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(textsOf)
      : []

function inOrder(objects: readonly SchemaObject[], needs: ReadonlyMap<string, readonly string[]>): SchemaObject[] {
  const ordered: SchemaObject[] = []
  const rest = [...objects]
  while (rest.length > 0) {
    const open = new Set(rest.map((object) => objectRef(object)))
    const at = rest.findIndex((object) => !(needs.get(objectRef(object)) ?? []).some((each) => open.has(each)))
    ordered.push(...rest.splice(Math.max(at, 0), 1))
  }
  return ordered
}
