// What must come before what, as edges between slots.

import type { Operation } from '../operations/operation.ts'
import { qualify, ref, unqualify } from '../schema/names.ts'
import type { Column } from '../schema/schema.ts'
import { type Disturbance, dependsByDefault } from './displace.ts'
import { locate } from './facts.ts'
import { type Graph, link } from './graph.ts'
import { linkAlongKeys, linkJoining, linkLeaving, linkShared } from './kin.ts'
import { defaultRef, type Plan, refAfter, type Slot, takeSlot } from './plan.ts'

/** The weights of edges that can be given up. */
const PREFERENCE = 0
const NAME = 7

/** All edges of a plan. */
export function edgesOf(plan: Plan, disturbances: readonly Disturbance[]): Graph {
  const graph: Graph = new Map()
  for (const action of [...plan.actions]) {
    for (const slot of action.slots) {
      const reference = slot.slice(1)
      if (slot.startsWith('+')) linkNew(plan, graph, reference)
      else if (slot.startsWith('-')) linkOld(plan, graph, reference)
    }
  }
  linkDisturbances(plan, graph, disturbances)
  linkSingles(plan, graph)
  linkLeaving(plan, graph)
  linkAlongKeys(plan, graph)
  linkJoining(plan, graph)
  linkShared(plan, graph)
  linkNames(plan, graph)
  linkKeys(plan, graph)
  linkBodies(plan, graph)
  linkNamed(plan, graph)
  return graph
}

/** The new state of a thing comes after the new state of all it needs. */
function linkNew(plan: Plan, graph: Graph, reference: string): void {
  const element = locate(plan.to, reference)
  for (const need of plan.to.needs(reference)) {
    if (!plan.at.has(`+${need}`)) continue
    const byDefault = element?.kind === 'column' && dependsByDefault(plan, element.column, need)
    link(graph, `+${need}`, `+${byDefault ? defaultRef(reference) : reference}`)
  }
  // A changed default may depend on something where the column itself does not change.
  if (reference.startsWith('default of ')) {
    const column = reference.slice('default of '.length)
    link(graph, `+${column}`, `+${reference}`)
    if (!plan.at.has(`+${column}`)) linkNew(plan, graph, column)
  }
}

/** The old state of a thing goes before what it needed goes. */
function linkOld(plan: Plan, graph: Graph, reference: string): void {
  const element = locate(plan.from, reference)
  for (const need of plan.from.needs(reference)) {
    const other = plan.at.get(`-${need}`)
    if (other === undefined) continue
    const byDefault = element?.kind === 'column' && dependsByDefault(plan, element.column, need)
    const slot = `-${byDefault ? defaultRef(reference) : reference}`
    const action = plan.at.get(slot)
    if (action === undefined) continue
    // Of two things that both stay, the new state decides; what goes had better go before its base changes.
    if (other.role === 'drop') {
      link(graph, slot, `-${need}`)
      // What is made again from the same text had better not find the thing that goes.
      const after = refAfter(plan, reference)
      const again = `+${byDefault ? defaultRef(after) : after}`
      if (plan.at.has(again) && plan.at.get(again) !== action) link(graph, `-${need}`, again, PREFERENCE)
    } else if (action.role === 'drop') link(graph, slot, `-${need}`, PREFERENCE)
  }
  link(graph, `-${reference}`, `+${refAfter(plan, reference)}`)
  if (reference.startsWith('default of ')) {
    const column = reference.slice('default of '.length)
    link(graph, `-${reference}`, `-${column}`)
    if (!plan.at.has(`-${column}`)) linkOld(plan, graph, column)
  }
}

function linkDisturbances(plan: Plan, graph: Graph, disturbances: readonly Disturbance[]): void {
  disturbances.forEach(({ reference, action }, number) => {
    const own = `!${number}`
    takeSlot(plan, action, own)
    const isOther = (slot: Slot): boolean => plan.at.has(slot) && plan.at.get(slot) !== action
    for (const dependant of [...plan.from.neededBy(reference), reference]) {
      for (const slot of [`-${dependant}`, `-${defaultRef(dependant)}`]) {
        if (!isOther(slot)) continue
        const role = plan.at.get(slot)?.role
        if (dependant === reference && role !== 'drop') continue
        // The column of a child follows its parent's: changed in one go, and not before.
        if (role === 'alter' && dependant.startsWith('column ') && reference.startsWith('column ')) continue
        link(graph, slot, own)
      }
    }
    const after = refAfter(plan, reference)
    for (const dependant of [...plan.to.neededBy(after), after]) {
      for (const slot of [`+${dependant}`, `+${defaultRef(dependant)}`]) {
        if (!isOther(slot)) continue
        if (dependant === after && plan.at.get(slot)?.role !== 'create') continue
        link(graph, own, slot)
      }
    }
  })
}

/** What names a thing comes after it is made. */
function linkNamed(plan: Plan, graph: Graph): void {
  for (const { operation, slots } of plan.actions) {
    for (const reference of (operation && plan.traits.names?.(operation)) ?? []) {
      if (plan.at.get(`+${reference}`)?.role !== 'create') continue
      for (const slot of slots) if (slot.startsWith('+')) link(graph, `+${reference}`, slot, NAME)
    }
  }
}

/** A table has one primary key: the old one goes first. */
function linkSingles(plan: Plan, graph: Graph): void {
  const old = new Map<string, Slot>()
  for (const { operation, slots } of plan.actions) {
    if (operation?.kind !== 'dropConstraint' || operation.constraint.type !== 'primary key') continue
    for (const slot of slots) if (slot.startsWith('-')) old.set(operation.table, slot)
  }
  for (const { operation, slots } of plan.actions) {
    if (operation?.kind !== 'addConstraint' || operation.constraint.type !== 'primary key') continue
    const before = old.get(operation.table)
    for (const slot of slots) if (before !== undefined && slot.startsWith('+')) link(graph, before, slot)
  }
}

/** A name is given up before it is taken, whatever the kinds: in most databases tables, views and indexes share one space. */
function linkNames(plan: Plan, graph: Graph): void {
  const given = new Map<string, Slot[]>()
  const taken: [name: string, slot: Slot][] = []
  for (const action of plan.actions) {
    for (const slot of action.slots) {
      if (action.role === 'drop' && slot.startsWith('-')) {
        const name = spaceOf(plan, slot, 'from')
        if (name !== undefined) given.set(name, [...(given.get(name) ?? []), slot])
      } else if (action.role === 'create' && slot.startsWith('+')) {
        const name = spaceOf(plan, slot, 'to')
        if (name !== undefined) taken.push([name, slot])
      }
    }
    for (const [name, slot] of occupied(plan, action.operation)) {
      if (!action.slots.has(slot)) continue
      if (slot.startsWith('+')) taken.push([name, slot])
      else given.set(name, [...(given.get(name) ?? []), slot])
    }
  }
  for (const [name, slot] of taken) {
    const cost = name.startsWith(RELATION) ? NAME : PREFERENCE
    for (const other of given.get(name) ?? []) if (other.slice(1) !== slot.slice(1)) link(graph, other, slot, cost)
  }
}

/** The names that columns take beside their own, with the slots by which they are given up and taken. */
function occupied({ traits }: Plan, operation: Operation | undefined): [name: string, slot: Slot][] {
  const held = (sign: '+' | '-', table: string, columns: readonly Column[], whole?: Slot): [string, Slot][] =>
    columns.flatMap((column): [string, Slot][] => {
      const name = traits.occupies?.(table, column)
      return name === undefined ? [] : [[`${RELATION}${name}`, whole ?? `${sign}${ref('column', table, column.name)}`]]
    })
  switch (operation?.kind) {
    case 'createTable':
      return held('+', operation.table.name, operation.table.columns, `+${ref('table', operation.table.name)}`)
    case 'dropTable':
      return held('-', operation.table.name, operation.table.columns, `-${ref('table', operation.table.name)}`)
    case 'addColumn':
      return held('+', operation.table, [operation.column])
    case 'dropColumn':
      return held('-', operation.table, [operation.column])
    case 'alterColumn':
      return [...held('-', operation.table, [operation.from]), ...held('+', operation.table, [operation.to])]
    default:
      return []
  }
}

const RELATION = 'relation '
/** Types of objects whose names are a space of their own, shared with nothing but their like. */
const APART = new Set([
  'namespace',
  'schema',
  'extension',
  'function',
  'procedure',
  'aggregate',
  'rule',
  'trigger',
  'policy',
])

/** A foreign key takes whatever makes its target unique at the time: a key that goes has to be gone by then. */
function linkKeys(plan: Plan, graph: Graph): void {
  const key = (table: string, columns: readonly string[]): string => [table, ...columns.toSorted()].join('\0')
  const going = new Map<string, Slot[]>()
  for (const { role, operation, slots } of plan.actions) {
    if (role !== 'drop' || operation === undefined) continue
    const columns = uniqueColumns(operation)
    if (columns === undefined || !('table' in operation) || typeof operation.table !== 'string') continue
    const name = key(operation.table, columns)
    going.set(name, [...(going.get(name) ?? []), ...slots])
  }
  if (going.size === 0) return
  for (const { role, slots } of plan.actions) {
    if (role !== 'create') continue
    for (const slot of slots) {
      const element = slot.startsWith('+constraint ') ? locate(plan.to, slot.slice(1)) : undefined
      const target = element?.kind === 'constraint' ? element.constraint.references : undefined
      if (target === undefined) continue
      for (const other of going.get(key(target.table, target.columns)) ?? []) link(graph, other, slot, NAME)
    }
  }
}

function uniqueColumns(operation: Operation): string[] | undefined {
  if (operation.kind === 'dropConstraint') {
    return /^(?:primary key|unique)$/.test(operation.constraint.type) ? operation.constraint.columns : undefined
  }
  if (operation.kind !== 'dropIndex' || !operation.index.unique || operation.index.where !== undefined) return undefined
  const columns = operation.index.keys.map(({ column }) => column)
  return columns.every((column) => column !== undefined) ? columns : undefined
}

/**
 * What a routine's body names is made before it, where that can be: the catalog does not know of it, and what calls the
 * routine while it is made (an index over it) would fail.
 */
function linkBodies(plan: Plan, graph: Graph): void {
  const made = new Map<string, Slot[]>()
  const routines: [slot: Slot, definition: string][] = []
  for (const { role, operation, slots } of plan.actions) {
    if (role !== 'create' || operation?.kind !== 'createObject' || !operation.object.name.includes('(')) continue
    const { name, definition } = operation.object
    const own = unqualify(name.slice(0, name.indexOf('('))).name
    for (const slot of slots) {
      made.set(own, [...(made.get(own) ?? []), slot])
      if (definition !== undefined) routines.push([slot, definition])
    }
  }
  for (const [slot, definition] of routines) {
    for (const word of new Set(definition.match(/[\p{L}_][\p{L}\p{N}_$]*/gu))) {
      for (const other of made.get(word) ?? []) if (other !== slot) link(graph, other, slot, PREFERENCE)
    }
  }
}

/** The space and the name a thing takes in it; columns have a space of their own in each table. */
function spaceOf(plan: Plan, slot: Slot, side: 'from' | 'to'): string | undefined {
  const reference = slot.slice(1)
  if (reference.startsWith('column ') || reference.startsWith('default of ')) return undefined
  const element = locate(plan[side], reference)
  if (element === undefined || element.kind === 'column') return undefined
  if (element.kind === 'table') return `${RELATION}${element.table.name}`
  if (element.kind === 'object') {
    const { type, table, name } = element.object
    const space = APART.has(type) ? `${type} ` : RELATION
    return `${space}${table === undefined ? name : qualify(name, unqualify(table).namespace)}`
  }
  const part = element.kind === 'constraint' ? element.constraint : element.index
  const owns = element.kind === 'index' || /^(?:primary key|unique|exclude)$/.test(element.constraint.type)
  const { namespace } = unqualify(element.table.name)
  return part.name === '' ? undefined : `${owns ? RELATION : 'constraint '}${qualify(part.name, namespace)}`
}
