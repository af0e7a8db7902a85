// The plan: what has to be done, before it is put in order. An action stands for one operation; its slots say what it
// gives up (`-ref`) and what it provides (`+ref`), so that dependencies can be stated between slots while actions are split.
import type { Operation } from '../operations/operation.ts'
import { constraintRef } from '../schema/identity.ts'
import { objectRef, ref } from '../schema/names.ts'
import type { Column, Schema } from '../schema/schema.ts'
import { type Element, type Facts, locate } from './facts.ts'
import type { Traits } from './traits.ts'

/** `release` and `acquire` are the two ends of a change that had to be taken apart: a default dropped and set again. */
export type Role = 'create' | 'alter' | 'drop' | 'release' | 'acquire'

/** `-ref`: the old state is gone afterwards. `+ref`: the new state is there afterwards. `!n`: the action itself. */
export type Slot = string

export interface Action {
  role: Role
  /** Absent for things that come and go with their owner: they only carry dependencies. */
  operation?: Operation
  slots: Set<Slot>
  /** Dropped only to be made again. */
  moved: boolean
}

export interface Plan {
  from: Facts
  to: Facts
  before: Schema
  traits: Traits
  actions: Set<Action>
  at: Map<Slot, Action>
  /** Constraints that match under another name, where names mean nothing: ref before to ref after. */
  counterparts: Map<string, string>
  /** Tables that stay and differ. */
  changed: Set<string>
}

/** An empty plan for the way between two sets of facts. */
export const newPlan = (from: Facts, to: Facts, traits: Traits): Plan => ({
  from,
  to,
  before: from.schema,
  traits,
  actions: new Set(),
  at: new Map(),
  counterparts: new Map(),
  changed: new Set(),
})

/** Adds an action to the plan. Slots that others hold move to it. */
export function addAction(
  plan: Plan,
  role: Role,
  operation: Operation | undefined,
  slots: Iterable<Slot>,
  moved = false,
): Action {
  const action: Action = { role, slots: new Set(), moved, ...(operation !== undefined && { operation }) }
  plan.actions.add(action)
  for (const slot of slots) takeSlot(plan, action, slot)
  return action
}

/** Gives a slot to an action, taking it from whoever had it. */
export function takeSlot(plan: Plan, action: Action, slot: Slot): void {
  plan.at.get(slot)?.slots.delete(slot)
  plan.at.set(slot, action)
  action.slots.add(slot)
}

/** Takes an action and its slots out of the plan. */
export function removeAction(plan: Plan, action: Action): void {
  plan.actions.delete(action)
  for (const slot of action.slots) plan.at.delete(slot)
}

/** The ref under which a thing is known afterwards. */
export const refAfter = (plan: Plan, reference: string): string => plan.counterparts.get(reference) ?? reference

/** The slot name of a column's default: a facet of its own, because it can be given up and taken back without the column. */
export const defaultRef = (columnRef: string): string => `default of ${columnRef}`

/** A column without its default. */
export function withoutDefault(column: Column): Column {
  const { default: _default, ...rest } = column
  return rest
}

/** The refs a thing brings with it: itself, its default, and all its parts. */
export function refsOf(element: Element): string[] {
  if (element.kind === 'object') return [objectRef(element.object)]
  const { name } = element.table
  if (element.kind === 'column') return columnRefs(name, element.column)
  if (element.kind === 'constraint') return [constraintRef(name, element.constraint)]
  if (element.kind === 'index') return [ref('index', name, element.index.name)]
  return [
    ref('table', name),
    ...element.table.columns.flatMap((column) => columnRefs(name, column)),
    ...element.table.constraints.map((constraint) => constraintRef(name, constraint)),
    ...element.table.indexes.map((index) => ref('index', name, index.name)),
  ]
}

function columnRefs(table: string, column: Column): string[] {
  const own = ref('column', table, column.name)
  return column.default === undefined ? [own] : [own, defaultRef(own)]
}

/** The operation that makes a thing. */
export function creation(element: Element): Operation {
  switch (element.kind) {
    case 'table':
      return { kind: 'createTable', table: element.table }
    case 'column':
      return { kind: 'addColumn', table: element.table.name, column: element.column }
    case 'constraint':
      return { kind: 'addConstraint', table: element.table.name, constraint: element.constraint }
    case 'index':
      return { kind: 'createIndex', table: element.table.name, index: element.index }
    case 'object':
      return { kind: 'createObject', object: element.object }
  }
}

/** The operation that takes a thing away. */
export function removal(element: Element): Operation {
  switch (element.kind) {
    case 'table':
      return { kind: 'dropTable', table: element.table }
    case 'column':
      return { kind: 'dropColumn', table: element.table.name, column: element.column }
    case 'constraint':
      return { kind: 'dropConstraint', table: element.table.name, constraint: element.constraint }
    case 'index':
      return { kind: 'dropIndex', table: element.table.name, index: element.index }
    case 'object':
      return { kind: 'dropObject', object: element.object }
  }
}

/** Plans that a thing of the new schema is made. */
export function planCreation(plan: Plan, element: Element, moved = false): Action {
  const slots = refsOf(element).map((each) => `+${each}`)
  return addAction(plan, 'create', operationUnlessImplicit(plan, element, creation), slots, moved)
}

/** Plans that a thing of the old schema goes. */
export function planRemoval(plan: Plan, element: Element, moved = false): Action {
  const slots = refsOf(element).map((each) => `-${each}`)
  return addAction(plan, 'drop', operationUnlessImplicit(plan, element, removal), slots, moved)
}

/** Plans that a thing is dropped and, where the new schema has it, made again. Changes already planned for it give way. */
export function planRecreation(plan: Plan, reference: string): Action | undefined {
  const element = locate(plan.from, reference)
  if (element === undefined) return undefined
  const after = refAfter(plan, reference)
  const successor = locate(plan.to, after)
  for (const slot of [`-${reference}`, `+${after}`, `-${defaultRef(reference)}`, `+${defaultRef(after)}`]) {
    const planned = plan.at.get(slot)
    if (planned !== undefined && planned.role !== 'create' && planned.role !== 'drop') removeAction(plan, planned)
  }
  if (element.kind === 'table') forgetParts(plan, element.table.name)
  if (successor !== undefined && !plan.at.has(`+${after}`)) planCreation(plan, successor, true)
  return planRemoval(plan, element, successor !== undefined)
}

// A table that is made anew carries its parts: what was planned for them one by one is void.
function forgetParts(plan: Plan, table: string): void {
  for (const action of [...plan.actions]) {
    const { operation } = action
    if (operation === undefined || !('table' in operation)) continue
    const isPart = /(?:Column|Constraint|Index)$/.test(operation.kind) || operation.kind === 'alterTable'
    if (isPart && operation.table === table) removeAction(plan, action)
  }
}

function operationUnlessImplicit(
  plan: Plan,
  element: Element,
  make: (element: Element) => Operation,
): Operation | undefined {
  if (element.kind === 'object' && plan.traits.implicit?.(element.object)) return undefined
  return make(element)
}
