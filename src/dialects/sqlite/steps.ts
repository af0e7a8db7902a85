// Groups operations: what changes one table is done together, so that a table is copied at most once.
import type { Operation } from '../../operations/operation.ts'
import { objectRef } from '../../schema/names.ts'
import { freed, taken } from './namespace.ts'

/** Operations that change one table and nothing else. */
export type TableOperation = Extract<
  Operation,
  {
    kind:
      | 'createTable'
      | 'dropTable'
      | 'alterTable'
      | 'addColumn'
      | 'dropColumn'
      | 'alterColumn'
      | 'moveColumn'
      | 'addConstraint'
      | 'dropConstraint'
      | 'renameConstraint'
      | 'alterConstraint'
      | 'createIndex'
      | 'dropIndex'
      | 'renameIndex'
      | 'alterIndex'
  }
>

/** One operation and its place in the list that was asked for. */
export interface Numbered<O extends Operation = Operation> {
  operation: O
  index: number
}

/** All operations on one table between two others, or one operation that everything has to wait for. */
export type Step =
  | { table: string; operations: Numbered<TableOperation>[] }
  | ({ table?: never } & Numbered<Exclude<Operation, TableOperation>>)

/**
 * Cuts a list into steps. Between two operations that everything has to wait for (renames, the user's own SQL), views and
 * triggers are dropped first and created last, and the tables in between can trade places: a foreign key may point at a
 * table that is not there yet, and a view or trigger is looked at when it is used.
 */
export function stepsOf(operations: readonly Operation[]): Step[] {
  const steps: Step[] = []
  for (const segment of segmentsOf(operations)) {
    let open = new Map<string, Numbered<TableOperation>[]>()
    for (const { operation, index } of segment) {
      if (!isTableOperation(operation)) {
        open = new Map()
        steps.push({ operation, index })
        continue
      }
      const table = tableOf(operation)
      const group = open.get(table)
      // After a drop, a table of the same name is another one.
      if (group === undefined || group.at(-1)?.operation.kind === 'dropTable') {
        const started = [{ operation, index }]
        open.set(table, started)
        steps.push({ table, operations: started })
      } else group.push({ operation, index })
    }
  }
  return steps
}

// Runs of operations that can trade places. What has to give up a name that somebody else takes is a run before the others.
function segmentsOf(operations: readonly Operation[]): Numbered[][] {
  const numbered = operations.map((operation, index): Numbered => ({ operation, index }))
  const starts = startsOf(operations)
  const hoisted = hoistedTo(numbered, starts)
  const moved = new Set([...hoisted.values()].flat())
  return [...new Set(starts)].flatMap((start) => {
    const own = numbered.filter(({ index }) => starts[index] === start && !moved.has(index))
    return [
      own.filter(({ operation }) => operation.kind === 'dropObject'),
      (hoisted.get(start) ?? []).map((place) => numbered[place]!),
      own.filter(({ operation }) => operation.kind !== 'dropObject' && operation.kind !== 'createObject'),
      own.filter(({ operation }) => operation.kind === 'createObject'),
    ]
  })
}

// For each operation, where its stretch begins: an operation that everything waits for is one by itself.
function startsOf(operations: readonly Operation[]): number[] {
  const created = new Set<string>()
  let start = 0
  return operations.map((operation, index) => {
    const known = operation.kind === 'dropObject' && created.has(objectRef(operation.object))
    if (operation.kind === 'createObject') created.add(objectRef(operation.object))
    const moves = isTableOperation(operation) || operation.kind === 'createObject' || operation.kind === 'dropObject'
    if (moves && !known) return start
    start = index + 1
    created.clear()
    return index
  })
}

/** Places of operations to be done before the stretch that begins at the key. */
function hoistedTo(numbered: readonly Numbered[], starts: readonly number[]): Map<number, number[]> {
  const frees = new Map<string, number[]>()
  for (const { operation, index } of numbered) {
    for (const name of freed(operation)) frees.set(name, [...(frees.get(name) ?? []), index])
  }
  const hoisted = new Map<number, number[]>()
  const done = new Set<number>()
  for (const { operation, index } of numbered) {
    const to = starts[index] ?? 0
    for (const name of taken(operation)) {
      for (const from of frees.get(name) ?? []) {
        const other = numbered[from]?.operation
        if (other === undefined || from < to || done.has(from)) continue
        // Within a stretch, objects are dropped first and created last, and a table's own operations keep their order.
        const tables = isTableOperation(operation) && isTableOperation(other)
        if (starts[from] === to && (!tables || (from < index && tableOf(operation) === tableOf(other)))) continue
        const places = withCompanions(numbered, to, from).filter((place) => !done.has(place))
        for (const place of places) done.add(place)
        hoisted.set(to, [...(hoisted.get(to) ?? []), ...places])
      }
    }
  }
  return hoisted
}

// What was to be done to a table before it goes, goes with it.
function withCompanions(numbered: readonly Numbered[], to: number, from: number): number[] {
  const operation = numbered[from]?.operation
  if (operation?.kind !== 'dropTable') return [from]
  const { name } = operation.table
  const companions = numbered.slice(to, from).filter(({ operation: other }) => {
    if (other.kind === 'dropObject') return other.object.table === name
    return isTableOperation(other) && tableOf(other) === name
  })
  return [...companions.map(({ index }) => index), from]
}

function isTableOperation(operation: Operation): operation is TableOperation {
  switch (operation.kind) {
    case 'renameTable':
    case 'renameColumn':
    case 'createObject':
    case 'dropObject':
    case 'alterObject':
    case 'renameObject':
    case 'renameValue':
    case 'ensureTable':
    case 'ensureColumn':
    case 'ensureIndex':
    case 'ensureConstraint':
    case 'ensureColumnType':
    case 'ensureObject':
    case 'backfill':
    case 'takeBack':
    case 'sql':
    case 'run':
      return false
    default:
      return true
  }
}

const tableOf = (operation: TableOperation): string =>
  operation.kind === 'createTable' || operation.kind === 'dropTable' ? operation.table.name : operation.table
