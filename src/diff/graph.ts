// The graph that an order is found in: edges between slots, by the slot that comes first.
import { byText } from '../schema/json.ts'
import type { Slot } from './plan.ts'

/** `before` must have happened when `after` happens. `cost`: what it takes to give the edge up where it closes a cycle. */
export interface Edge {
  before: Slot
  after: Slot
  cost: number
}

/** The weights of edges. What lies between them is in cycles.ts: the cost of taking an operation apart. */
const NEED = 100

/** Edges by the slot that comes first. */
export type Graph = Map<Slot, Edge[]>

/** Adds an edge. */
export function link(graph: Graph, before: Slot, after: Slot, cost = NEED): void {
  const list = graph.get(before)
  if (list === undefined) graph.set(before, [{ before, after, cost }])
  else list.push({ before, after, cost })
}

/** Edges out of an action, in a fixed order. */
export const edgesFrom = (graph: Graph, slots: ReadonlySet<Slot>): Edge[] =>
  [...slots]
    .flatMap((slot) => graph.get(slot) ?? [])
    .sort((a, b) => byText(a.after, b.after) || byText(a.before, b.before))
