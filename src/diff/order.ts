// The order: what is needed comes first; among what is free, additions before changes before losses, and the same every time.
import type { Operation } from '../operations/operation.ts'
import { constraintRef } from '../schema/identity.ts'
import { byText } from '../schema/json.ts'
import { objectRef } from '../schema/names.ts'
import type { SchemaObject } from '../schema/schema.ts'
import { breakCycles } from './cycles.ts'
import { displace } from './displace.ts'
import { edgesOf } from './edges.ts'
import { edgesFrom, type Graph } from './graph.ts'
import { heap } from './heap.ts'
import type { Action, Plan } from './plan.ts'
import type { Traits } from './traits.ts'

/** The operations of a plan in an order that can be executed. Completes the plan on the way. */
export function order(plan: Plan): Operation[] {
  for (;;) {
    const disturbances = displace(plan)
    const graph = edgesOf(plan, disturbances)
    const sorted = keyed(plan).map(({ action }) => action)
    if (!breakCycles(plan, graph, sorted)) return topological(plan, graph)
  }
}

interface Keyed {
  action: Action
  key: string
}

/** Kahn's algorithm with a heap: of all actions that may come next, the one with the lowest key. */
function topological(plan: Plan, graph: Graph): Operation[] {
  const actions = keyed(plan)
  const items = new Map(actions.map((each) => [each.action, each]))
  const waiting = new Map<Action, number>()
  const following = new Map<Action, Set<Action>>()
  for (const { action } of actions) {
    const targets = new Set<Action>()
    for (const { after } of edgesFrom(graph, action.slots)) {
      const target = plan.at.get(after)
      if (target !== undefined && target !== action) targets.add(target)
    }
    following.set(action, targets)
    for (const target of targets) waiting.set(target, (waiting.get(target) ?? 0) + 1)
  }
  const ready = heap<Keyed>((a, b) => byText(a.key, b.key))
  for (const each of actions) if (!waiting.has(each.action)) ready.push(each)
  const ordered: Operation[] = []
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    if (next.action.operation !== undefined) ordered.push(next.action.operation)
    for (const target of following.get(next.action) ?? []) {
      const left = (waiting.get(target) ?? 0) - 1
      waiting.set(target, left)
      const item = items.get(target)
      if (left === 0 && item !== undefined) ready.push(item)
    }
  }
  return ordered
}

const keyed = ({ actions, traits }: Plan): Keyed[] =>
  [...actions].map((action) => ({ action, key: keyOf(action, traits) })).sort((a, b) => byText(a.key, b.key))

/** What comes early when it is made, and late when it goes. What is not listed comes after all others. */
const TYPES = [
  'namespace',
  'schema',
  'extension',
  'collation',
  'enum',
  'domain',
  'composite',
  'range',
  'type',
  'sequence',
]
const PARTS = ['table', 'column', 'primary key', 'unique', 'exclude', 'check', 'index', 'foreign key']
const CODE = [
  'function',
  'procedure',
  'aggregate',
  'operator',
  'view',
  'materialized view',
  'rule',
  'trigger',
  'policy',
]
const RANKS = new Map([...TYPES, ...PARTS, ...CODE].map((type, rank) => [type, rank]))

function keyOf({ operation, role, moved, slots }: Action, traits: Traits): string {
  if (operation === undefined) return `0 ${[...slots].sort(byText).join()}`
  const asked = traits.precedence?.(operation)
  const phase = asked === 'first' ? 0 : asked === 'last' ? 6 : phaseOf(role, moved)
  const rank = RANKS.get(thingOf(operation)) ?? RANKS.size
  const placed = role === 'drop' ? RANKS.size - rank : rank
  return `${phase} ${String(placed).padStart(2, '0')} ${subjectOf(operation)}`
}

// What has to step aside does so next to the change it makes room for: among the changes, not among the losses.
function phaseOf(role: Action['role'], moved: boolean): number {
  if (role === 'create') return moved ? 4 : 1
  if (role === 'drop') return moved ? 2 : 5
  return 3
}

function thingOf(operation: Operation): string {
  switch (operation.kind) {
    case 'createObject':
    case 'dropObject':
      return operation.object.type
    case 'alterObject':
      return operation.to.type
    case 'addConstraint':
    case 'dropConstraint':
      return operation.constraint.type
    case 'alterConstraint':
      return operation.to.type
    case 'createTable':
    case 'dropTable':
    case 'alterTable':
      return 'table'
    case 'createIndex':
    case 'dropIndex':
    case 'alterIndex':
      return 'index'
    default:
      return 'column'
  }
}

function subjectOf(operation: Operation): string {
  const of = (object: SchemaObject): string => objectRef(object)
  switch (operation.kind) {
    case 'createTable':
    case 'dropTable':
      return operation.table.name
    case 'createObject':
    case 'dropObject':
      return of(operation.object)
    case 'alterObject':
      return of(operation.to)
    case 'addColumn':
    case 'dropColumn':
    case 'moveColumn':
      return `${operation.table} ${operation.column.name}`
    case 'addConstraint':
    case 'dropConstraint':
      return constraintRef(operation.table, operation.constraint)
    case 'createIndex':
    case 'dropIndex':
      return `${operation.table} ${operation.index.name}`
    case 'alterTable':
      return operation.table
    case 'alterColumn':
    case 'alterConstraint':
    case 'alterIndex':
      return `${operation.table} ${operation.to.name}`
    default:
      return ''
  }
}
