// Tables that belong together, parents and children or the two ends of a foreign key, and who of them moves first.
import type { Operation } from '../operations/operation.ts'
import { ref } from '../schema/names.ts'
import type { Column, Constraint, Index } from '../schema/schema.ts'
import { type Graph, link } from './graph.ts'
import type { Action, Plan, Slot } from './plan.ts'

/** Given up rather than a column's values. */
const ORDER = 8

/** What a table has from a parent is its own once it has left: not before. It leaves before the parent's goes. */
export function linkLeaving(plan: Plan, graph: Graph): void {
  const { traits } = plan
  const leaving = new Map<string, Action>()
  for (const action of plan.actions) {
    const { operation } = action
    if (operation?.kind === 'alterTable' && traits.precedence?.(operation) === 'first') {
      leaving.set(operation.table, action)
    }
  }
  if (leaving.size === 0) return
  for (const [name, action] of leaving) {
    for (const column of plan.from.tables.get(name)?.columns ?? []) {
      for (const need of plan.from.needs(ref('column', name, column.name))) {
        if (plan.at.get(`-${need}`)?.role !== 'drop') continue
        for (const slot of action.slots) if (slot.startsWith('-')) link(graph, slot, `-${need}`)
      }
    }
  }
  for (const { operation, slots } of plan.actions) {
    const part = operation === undefined ? undefined : partGoing(operation)
    const action = part === undefined ? undefined : leaving.get(part.table)
    if (part === undefined || action === undefined || traits.isInherited?.(part.part) !== true) continue
    for (const before of action.slots) {
      for (const after of slots) if (before.startsWith('-') && after.startsWith('-')) link(graph, before, after)
    }
  }
}

/** Two tables that a foreign key ties change one after the other. */
export function linkAlongKeys(plan: Plan, graph: Graph): void {
  for (const action of plan.actions) {
    const { operation } = action
    const wanted = operation === undefined ? undefined : plan.traits.alongKeys?.(operation)
    if (wanted === undefined || operation?.kind !== 'alterTable') continue
    for (const { references } of plan.to.tables.get(operation.table)?.constraints ?? []) {
      const target = references && plan.at.get(`+${ref('table', references.table)}`)
      if (target === undefined || target === action || references === undefined) continue
      const [own, other] = [ref('table', operation.table), ref('table', references.table)]
      if (wanted === 'target first') link(graph, `+${other}`, `+${own}`)
      else link(graph, `+${own}`, `+${other}`)
    }
  }
}

/** A new table on top of another one has to fit it as it is then: what that one gives up, it gives up before. */
export function linkJoining(plan: Plan, graph: Graph): void {
  const going = new Map<string, Slot[]>()
  for (const { operation, slots } of plan.actions) {
    const part = operation === undefined ? undefined : partGoing(operation)
    if (part === undefined) continue
    going.set(part.table, [...(going.get(part.table) ?? []), ...[...slots].filter((slot) => slot.startsWith('-'))])
  }
  for (const { operation } of plan.actions) {
    if (operation?.kind === 'dropTable') linkGoing(plan, graph, operation.table.name)
    if (operation?.kind !== 'createTable') continue
    const own = ref('table', operation.table.name)
    for (const need of plan.to.needs(own)) {
      const parent = need.startsWith('table ') ? need.slice('table '.length) : ''
      for (const slot of going.get(parent) ?? []) link(graph, slot, `+${own}`)
    }
  }
}

// The way back makes it again: on a parent that is as it was.
function linkGoing(plan: Plan, graph: Graph, table: string): void {
  const own = ref('table', table)
  const parents = new Set(plan.from.needs(own).filter((need) => need.startsWith('table ')))
  if (parents.size === 0) return
  for (const { role, operation, slots } of plan.actions) {
    if (operation === undefined || !('table' in operation) || typeof operation.table !== 'string') continue
    if (
      role === 'drop' ||
      !parents.has(ref('table', operation.table)) ||
      !/(?:Column|Constraint)$/.test(operation.kind)
    )
      continue
    for (const slot of slots) if (slot.startsWith('+')) link(graph, `-${own}`, slot, ORDER)
  }
}

/** What a table has both by itself and from a parent: made before the parent's, which then joins it, and gone after it. */
export function linkShared(plan: Plan, graph: Graph): void {
  for (const { operation } of plan.actions) {
    const part = operation === undefined ? undefined : inheritable(operation)
    if (operation === undefined || part === undefined || plan.traits.isInherited?.(part.part) !== false) continue
    const isNew = operation.kind.startsWith('add')
    const side = isNew ? plan.to : plan.from
    for (const need of side.needs(ref('table', part.table))) {
      if (!need.startsWith('table ')) continue
      const own = ref(part.type, part.table, part.part.name)
      const theirs = ref(part.type, need.slice('table '.length), part.part.name)
      if (plan.at.get(`${isNew ? '+' : '-'}${theirs}`)?.operation?.kind !== operation.kind) continue
      if (isNew) link(graph, `+${own}`, `+${theirs}`, ORDER)
      else link(graph, `-${theirs}`, `-${own}`, ORDER)
    }
  }
}

function inheritable(operation: Operation) {
  switch (operation.kind) {
    case 'addColumn':
    case 'dropColumn':
      return { type: 'column', table: operation.table, part: operation.column }
    case 'addConstraint':
    case 'dropConstraint':
      return operation.constraint.type === 'check'
        ? { type: 'constraint', table: operation.table, part: operation.constraint }
        : undefined
    default:
      return undefined
  }
}

function partGoing(operation: Operation): { table: string; part: Column | Constraint | Index } | undefined {
  if (operation.kind === 'dropConstraint') return { table: operation.table, part: operation.constraint }
  if (operation.kind === 'dropIndex') return { table: operation.table, part: operation.index }
  return operation.kind === 'dropColumn' ? { table: operation.table, part: operation.column } : undefined
}
