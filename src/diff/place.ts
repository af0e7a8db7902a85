// Where columns stand: only for databases in which the order of columns is part of the table.
import type { Operation } from '../operations/operation.ts'
import { byText } from '../schema/json.ts'
import { ref } from '../schema/names.ts'
import type { Plan } from './plan.ts'

/**
 * The fewest moves that bring the columns that stay into their new order. They come last, when every column is what it will
 * be; `place` fills in from where and to where.
 */
export function moves(plan: Plan): Operation[] {
  return [...plan.changed].sort(byText).flatMap((name) => {
    const from = plan.from.tables.get(name)
    const to = plan.to.tables.get(name)
    if (from === undefined || to === undefined || isDropped(plan, ref('table', name))) return []
    const places = new Map(from.columns.map((column, at) => [column.name, at]))
    const kept = to.columns.filter(
      (column) => places.has(column.name) && !isDropped(plan, ref('column', name, column.name)),
    )
    const anchored = new Set(longestRising(kept.map((column) => places.get(column.name) ?? 0)))
    return kept
      .filter((_, at) => !anchored.has(at))
      .map((column) => ({ kind: 'moveColumn' as const, table: name, column, from: null, to: null }))
  })
}

const isDropped = (plan: Plan, reference: string): boolean => plan.at.get(`-${reference}`)?.role === 'drop'

/** The positions of a longest rising subsequence. */
export function longestRising(values: readonly number[]): number[] {
  // tails[n]: position of the smallest value that ends a rising run of n + 1.
  const tails: number[] = []
  const previous: (number | undefined)[] = []
  values.forEach((value, at) => {
    let low = 0
    let high = tails.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((values[tails[middle] ?? 0] ?? 0) < value) low = middle + 1
      else high = middle
    }
    previous[at] = low > 0 ? tails[low - 1] : undefined
    tails[low] = at
  })
  const run: number[] = []
  for (let at = tails.at(-1); at !== undefined; at = previous[at]) run.push(at)
  return run.reverse()
}

/**
 * Fills in where columns are added, moved to and dropped from, by following the operations in their final order. A column
 * is put right behind the nearest one before it that already stands where it should: so each place is right at the end.
 */
export function place(plan: Plan, operations: readonly Operation[]): Operation[] {
  const tables = new Map<string, Standing>()
  const standing = (name: string): Standing => {
    const known = tables.get(name) ?? standingOf(plan, name, operations)
    tables.set(name, known)
    return known
  }
  return operations.map((operation) => {
    switch (operation.kind) {
      case 'createTable':
        tables.set(operation.table.name, {
          list: operation.table.columns.map(({ name }) => name),
          settled: new Set(operation.table.columns.map(({ name }) => name)),
          target: plan.to.tables.get(operation.table.name)?.columns.map(({ name }) => name) ?? [],
        })
        return operation
      case 'addColumn': {
        const after = put(standing(operation.table), operation.column.name)
        return after === undefined ? operation : { ...operation, after }
      }
      case 'dropColumn': {
        const after = take(standing(operation.table), operation.column.name)
        return after.last ? operation : { ...operation, after: after.previous }
      }
      case 'moveColumn': {
        const table = standing(operation.table)
        const from = take(table, operation.column.name).previous
        const after = put(table, operation.column.name)
        return { ...operation, from, to: after === undefined ? (table.list.at(-2) ?? null) : after }
      }
      default:
        return operation
    }
  })
}

/** The columns as they stand, those that already stand right, and the order to reach. */
interface Standing {
  list: string[]
  settled: Set<string>
  target: string[]
}

function standingOf(plan: Plan, name: string, operations: readonly Operation[]): Standing {
  const list = plan.from.tables.get(name)?.columns.map((column) => column.name) ?? []
  const moving = new Set(
    operations.flatMap((operation) =>
      (operation.kind === 'moveColumn' || operation.kind === 'dropColumn') && operation.table === name
        ? [operation.column.name]
        : [],
    ),
  )
  const settled = new Set(list.filter((column) => !moving.has(column)))
  return { list, settled, target: plan.to.tables.get(name)?.columns.map((column) => column.name) ?? [] }
}

/** Puts a column where it belongs; answers what it stands behind: undefined for the last place. */
function put(table: Standing, column: string): string | null | undefined {
  const rank = table.target.indexOf(column)
  const before = table.target.slice(0, Math.max(rank, 0)).findLast((name) => table.settled.has(name))
  const at = before === undefined ? 0 : table.list.indexOf(before) + 1
  const isLast = at === table.list.length
  table.list.splice(at, 0, column)
  table.settled.add(column)
  return isLast ? undefined : (before ?? null)
}

function take(table: Standing, column: string): { previous: string | null; last: boolean } {
  const at = table.list.indexOf(column)
  const previous = at > 0 ? (table.list[at - 1] ?? null) : null
  const last = at === table.list.length - 1
  table.list.splice(at, 1)
  table.settled.delete(column)
  return { previous, last }
}
