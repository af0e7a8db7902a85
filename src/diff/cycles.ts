// Cycles: found one by one, each broken where it costs least. A foreign key is taken out of its table before anything else.

import { detachDefault } from './displace.ts'
import { locate } from './facts.ts'
import { type Edge, edgesFrom, type Graph, link } from './graph.ts'
import {
  type Action,
  addAction,
  creation,
  defaultRef,
  type Plan,
  planRecreation,
  removal,
  type Slot,
  takeSlot,
  withoutDefault,
} from './plan.ts'

/** A way to break a cycle. The lowest cost wins. */
interface Break {
  cost: number
  /** True: dependencies have changed, so everything has to be looked at again. */
  run: () => boolean
}

/**
 * Breaks every cycle of the plan. Returns true where a change in place had to become a drop and a creation: then others may
 * have to step aside as well, and the graph is to be built anew.
 */
export function breakCycles(plan: Plan, graph: Graph, sorted: readonly Action[]): boolean {
  const done = new Set<Action>()
  const starts = [...sorted]
  for (const start of starts) {
    while (plan.actions.has(start) && !done.has(start)) {
      const cycle = findCycle(plan, graph, start, done)
      if (cycle === undefined) break
      const known = new Set(plan.actions)
      if (breakCycle(plan, graph, cycle)) return true
      for (const action of plan.actions) if (!known.has(action)) starts.push(action)
    }
  }
  return false
}

/** A depth-first walk. Actions that lead into no cycle are done for good: breaking a cycle gives them no new edges. */
function findCycle(plan: Plan, graph: Graph, start: Action, done: Set<Action>): Edge[] | undefined {
  const path: { action: Action; edges: Edge[]; next: number }[] = []
  const via: Edge[] = []
  const depth = new Map<Action, number>()
  const enter = (action: Action): void => {
    depth.set(action, path.length)
    path.push({ action, edges: edgesFrom(graph, action.slots), next: 0 })
  }
  enter(start)
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const edge = top.edges[top.next++]
    if (edge === undefined) {
      done.add(top.action)
      depth.delete(top.action)
      path.pop()
      via.pop()
      continue
    }
    const target = plan.at.get(edge.after)
    if (target === undefined || target === top.action || done.has(target)) continue
    const at = depth.get(target)
    if (at !== undefined) return [...via.slice(at), edge]
    via.push(edge)
    enter(target)
  }
  return undefined
}

function breakCycle(plan: Plan, graph: Graph, cycle: readonly Edge[]): boolean {
  let best: Break | undefined
  const offer = (candidate: Break | undefined): void => {
    if (candidate !== undefined && (best === undefined || candidate.cost < best.cost)) best = candidate
  }
  cycle.forEach((edge, at) => {
    const next = cycle[(at + 1) % cycle.length] ?? edge
    // Whatever is asked, something has to give; but an unbreakable edge only if nothing else can.
    offer({ cost: edge.cost, run: () => unlink(graph, edge) })
    const action = plan.at.get(edge.after)
    if (action !== undefined) offer(breakAt(plan, graph, action, edge.after, next.before))
  })
  return best?.run() ?? false
}

function unlink(graph: Graph, edge: Edge): boolean {
  graph.set(edge.before, graph.get(edge.before)?.filter((each) => each !== edge) ?? [])
  return false
}

/** How one action can be taken apart, when the cycle comes in at one slot and leaves at another. */
function breakAt(plan: Plan, graph: Graph, action: Action, entry: Slot, exit: Slot): Break | undefined {
  const { operation } = action
  if (operation === undefined || entry === exit) return undefined
  if (action.role === 'create' && entry.startsWith('+') && (operation.kind === 'createTable' || isDefault(entry))) {
    return { cost: costOf(plan, entry), run: () => takeOut(plan, graph, action, entry) }
  }
  if (action.role === 'drop' && exit.startsWith('-') && (operation.kind === 'dropTable' || isDefault(exit))) {
    return { cost: costOf(plan, exit), run: () => takeOut(plan, graph, action, exit) }
  }
  if (action.role !== 'alter') return undefined
  return splitAlteration(plan, entry, exit)
}

const isDefault = (slot: Slot): boolean => slot.slice(1).startsWith('default of ')

function splitAlteration(plan: Plan, entry: Slot, exit: Slot): Break | undefined {
  const facet = [entry, exit].find(isDefault)
  if (facet !== undefined) {
    const column = facet.slice('-default of '.length)
    return {
      cost: 3,
      run: () => {
        detachDefault(plan, column)
        return true
      },
    }
  }
  if (!exit.startsWith('-') || entry.startsWith('-')) return undefined
  const reference = exit.slice(1)
  const element = locate(plan.from, reference)
  // A table's rows are never given up for the sake of order; a column's values only where there is no other way.
  if (element === undefined || element.kind === 'table') return undefined
  const holdsValues = element.kind === 'column' && element.column.generated === undefined
  return { cost: holdsValues ? 50 : 4, run: () => planRecreation(plan, reference) !== undefined }
}

function costOf(plan: Plan, slot: Slot): number {
  if (isDefault(slot)) return 3
  const element = locate(slot.startsWith('+') ? plan.to : plan.from, slot.slice(1))
  if (element?.kind === 'constraint') return element.constraint.type === 'foreign key' ? 1 : 2
  if (element?.kind === 'index') return 2
  return element?.kind === 'column' ? 6 : 100
}

/** Gives a part of a table (or the default of a column) an operation of its own: after the table is made, before it is dropped. */
function takeOut(plan: Plan, graph: Graph, action: Action, slot: Slot): boolean {
  const isNew = slot.startsWith('+')
  const side = isNew ? plan.to : plan.from
  if (isDefault(slot)) return takeOutDefault(plan, graph, action, slot)
  const reference = slot.slice(1)
  const element = locate(side, reference)
  const { operation } = action
  const isTable = operation?.kind === 'createTable' || operation?.kind === 'dropTable'
  if (element === undefined || element.kind === 'table' || element.kind === 'object' || !isTable) return false
  const { table } = operation
  const whole = `${isNew ? '+' : '-'}table ${table.name}`
  const own = (each: { name: string }): boolean =>
    element.kind === 'column' ? each.name !== element.column.name : true
  // The column as the table has it now: its default may have been taken out before.
  const column = element.kind === 'column' ? table.columns.find(({ name }) => name === element.column.name) : undefined
  action.operation = {
    ...operation,
    table: {
      ...table,
      columns: table.columns.filter(own),
      constraints: table.constraints.filter((each) => element.kind !== 'constraint' || each !== element.constraint),
      indexes: table.indexes.filter((each) => element.kind !== 'index' || each !== element.index),
    },
  }
  const part = column === undefined || element.kind !== 'column' ? element : { ...element, column }
  const split = isNew
    ? addAction(plan, 'create', creation(part), [slot])
    : addAction(plan, 'drop', removal(part), [slot])
  const facet = `${isNew ? '+' : '-'}${defaultRef(reference)}`
  if (plan.at.get(facet) === action) takeSlot(plan, split, facet)
  if (isNew) link(graph, whole, slot)
  else link(graph, slot, whole)
  return false
}

function takeOutDefault(plan: Plan, graph: Graph, action: Action, slot: Slot): boolean {
  const isNew = slot.startsWith('+')
  const reference = slot.slice('+default of '.length)
  const element = locate(isNew ? plan.to : plan.from, reference)
  const { operation } = action
  if (element?.kind !== 'column' || operation === undefined) return false
  const bare = withoutDefault(element.column)
  const table = element.table.name
  if (operation.kind === 'createTable' || operation.kind === 'dropTable') {
    const columns = operation.table.columns.map((each) => (each.name === bare.name ? bare : each))
    action.operation = { ...operation, table: { ...operation.table, columns } }
  } else if (operation.kind === 'addColumn' || operation.kind === 'dropColumn') {
    action.operation = { ...operation, column: bare }
  } else return false
  const [from, to] = isNew ? [bare, element.column] : [element.column, bare]
  addAction(plan, isNew ? 'acquire' : 'release', { kind: 'alterColumn', table, from, to }, [slot])
  const column = `${isNew ? '+' : '-'}${reference}`
  if (isNew) link(graph, column, slot)
  else link(graph, slot, column)
  return false
}
