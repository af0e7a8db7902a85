// What differs: fills a plan with what has to be made, changed and dropped, thing by thing.
import {
  canonicalColumn,
  canonicalConstraint,
  canonicalIndex,
  canonicalObject,
  canonicalTable,
} from '../schema/canonical.ts'
import { constraintRef } from '../schema/identity.ts'
import { equalData } from '../schema/json.ts'
import { objectRef, ref } from '../schema/names.ts'
import type { Column, Constraint, Index, SchemaObject, Table, TableAttributes } from '../schema/schema.ts'
import { constraintShape } from '../schema/shape.ts'
import { matchParts } from './match.ts'
import { addAction, defaultRef, type Plan, planCreation, planRemoval, withoutDefault } from './plan.ts'

/** Plans every difference between the two sides, without regard to what depends on what. */
export function compare(plan: Plan): void {
  for (const table of plan.from.tables.values()) {
    if (!plan.to.tables.has(table.name)) planRemoval(plan, { kind: 'table', table })
  }
  for (const table of plan.to.tables.values()) {
    const before = plan.from.tables.get(table.name)
    if (before === undefined) planCreation(plan, { kind: 'table', table })
    else if (!same(before, table, canonicalTable)) compareTable(plan, before, table)
  }
  for (const [reference, object] of plan.from.objects) {
    if (!plan.to.objects.has(reference)) planRemoval(plan, { kind: 'object', object })
  }
  for (const [reference, object] of plan.to.objects) {
    const before = plan.from.objects.get(reference)
    if (before === undefined) planCreation(plan, { kind: 'object', object })
    else if (!same(before, object, canonicalObject)) compareObject(plan, before, object)
  }
}

/** Equal as they are, which is the common case, or in canonical form. */
const same = <T>(from: T, to: T, form: (value: T) => T): boolean =>
  equalData(from, to) || equalData(form(from), form(to))

function compareObject(plan: Plan, from: SchemaObject, to: SchemaObject): void {
  const { traits } = plan
  if (traits.implicit?.(from) && traits.implicit(to)) return
  if (traits.sameObject?.(from, to)) return
  const reference = objectRef(to)
  // Both ways: the inverse of a change in place has to be one too. A view takes a column more, but never gives it back.
  if (traits.alterObject(from, to) && traits.alterObject(to, from)) {
    addAction(plan, 'alter', { kind: 'alterObject', from, to }, [`-${reference}`, `+${reference}`])
  } else {
    planRemoval(plan, { kind: 'object', object: from }, true)
    planCreation(plan, { kind: 'object', object: to }, true)
  }
}

function compareTable(plan: Plan, from: Table, to: Table): void {
  if (!plan.traits.alterTable(from, to)) {
    planRemoval(plan, { kind: 'table', table: from }, true)
    planCreation(plan, { kind: 'table', table: to }, true)
    return
  }
  plan.changed.add(to.name)
  const before = attributesOf(from)
  const after = attributesOf(to)
  if (!equalData(before, after)) {
    const reference = ref('table', to.name)
    const between = plan.traits.between?.(before, after)
    const alter = (old: TableAttributes, next: TableAttributes, slots: string[]): void => {
      addAction(plan, 'alter', { kind: 'alterTable', table: to.name, from: old, to: next }, slots)
    }
    if (between === undefined) alter(before, after, [`-${reference}`, `+${reference}`])
    else {
      alter(before, between, [`-${reference}`])
      alter(between, after, [`+${reference}`])
    }
  }
  compareColumns(plan, from, to)
  compareConstraints(plan, from, to)
  compareIndexes(plan, from, to)
}

function attributesOf(table: Table): TableAttributes {
  const { comment, extra } = canonicalTable({ ...table, columns: [], constraints: [], indexes: [] })
  return { ...(comment !== undefined && { comment }), ...(extra !== undefined && { extra }) }
}

function compareColumns(plan: Plan, from: Table, to: Table): void {
  const after = new Map(to.columns.map((column) => [column.name, column]))
  const before = new Set(from.columns.map(({ name }) => name))
  for (const column of from.columns) {
    const other = after.get(column.name)
    if (other === undefined) planRemoval(plan, { kind: 'column', table: from, column })
    else if (!same(column, other, canonicalColumn)) compareColumn(plan, from, to, column, other)
  }
  for (const column of to.columns) {
    if (!before.has(column.name)) planCreation(plan, { kind: 'column', table: to, column })
  }
}

function compareColumn(plan: Plan, before: Table, after: Table, from: Column, to: Column): void {
  if (plan.traits.sameColumn?.(from, to)) return
  if (plan.traits.alterColumn(from, to, before)) planAlteration(plan, after, from, to)
  else {
    planRemoval(plan, { kind: 'column', table: before, column: from }, true)
    planCreation(plan, { kind: 'column', table: after, column: to }, true)
  }
}

/** Plans one change of a column, with a slot for each facet that changes: the column itself, its default. */
export function planAlteration(plan: Plan, table: Table, from: Column, to: Column): void {
  const own = ref('column', table.name, to.name)
  const facets = [
    ...(same(withoutDefault(from), withoutDefault(to), canonicalColumn) ? [] : [own]),
    ...(from.default === to.default ? [] : [defaultRef(own)]),
  ]
  const slots = facets.flatMap((facet) => [`-${facet}`, `+${facet}`])
  addAction(plan, 'alter', { kind: 'alterColumn', table: table.name, from, to }, slots)
}

function compareConstraints(plan: Plan, from: Table, to: Table): void {
  const name = (constraint: Constraint): string => constraint.name
  const matches = matchParts(from.constraints, to.constraints, { name, shape: constraintShape })
  for (const constraint of matches.dropped) planRemoval(plan, { kind: 'constraint', table: from, constraint })
  for (const constraint of matches.added) planCreation(plan, { kind: 'constraint', table: to, constraint })
  for (const [before, after] of matches.pairs) {
    const [old, next] = [constraintRef(from.name, before), constraintRef(to.name, after)]
    if (old !== next) plan.counterparts.set(old, next)
    if (same(before, after, canonicalConstraint)) continue
    if (plan.traits.alterConstraint(before, after)) {
      const operation = { kind: 'alterConstraint', table: to.name, from: before, to: after } as const
      addAction(plan, 'alter', operation, [`-${old}`, `+${next}`])
    } else {
      planRemoval(plan, { kind: 'constraint', table: from, constraint: before }, true)
      planCreation(plan, { kind: 'constraint', table: to, constraint: after }, true)
    }
  }
}

function compareIndexes(plan: Plan, from: Table, to: Table): void {
  const after = new Map(to.indexes.map((index) => [index.name, index]))
  const before = new Set(from.indexes.map(({ name }) => name))
  for (const index of from.indexes) {
    const other = after.get(index.name)
    if (other === undefined) planRemoval(plan, { kind: 'index', table: from, index })
    else if (!same(index, other, canonicalIndex)) compareIndex(plan, from, to, index, other)
  }
  for (const index of to.indexes) if (!before.has(index.name)) planCreation(plan, { kind: 'index', table: to, index })
}

function compareIndex(plan: Plan, before: Table, after: Table, from: Index, to: Index): void {
  if (plan.traits.alterIndex(from, to)) {
    const reference = ref('index', after.name, to.name)
    const operation = { kind: 'alterIndex', table: after.name, from, to } as const
    addAction(plan, 'alter', operation, [`-${reference}`, `+${reference}`])
  } else {
    planRemoval(plan, { kind: 'index', table: before, index: from }, true)
    planCreation(plan, { kind: 'index', table: after, index: to }, true)
  }
}
