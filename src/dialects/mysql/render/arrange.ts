// While a table has a virtual column, the server moves, adds and drops others only by a copy: so virtual columns come as
// late as they can, and go as early as they can.
import type { AddColumn, DropColumn, Operation } from '../../../operations/operation.ts'

/** An operation with its index in the list it came from. */
export interface Placed {
  operation: Operation
  at: number
}

/** The operations in an order that leads to the same schema. */
export function arrange(operations: readonly Operation[]): Placed[] {
  const list = operations.map((operation, at): Placed => ({ operation, at }))
  for (let from = list.length - 1; from >= 0; from--) {
    const own = list[from]
    if (own?.operation.kind !== 'addColumn' || !isVirtual(own.operation)) continue
    for (let at = from; at + 1 < list.length; at++) {
      const next = list[at + 1]
      if (next === undefined || !mayPass(own.operation, next.operation)) break
      list[at] = next
      list[at + 1] = own
    }
  }
  for (let from = 0; from < list.length; from++) {
    const own = list[from]
    if (own?.operation.kind !== 'dropColumn' || !isVirtual(own.operation)) continue
    for (let at = from; at > 0; at--) {
      const previous = list[at - 1]
      if (previous === undefined || !mayPass(own.operation, previous.operation)) break
      list[at] = previous
      list[at - 1] = own
    }
  }
  return list
}

const isVirtual = ({ column }: AddColumn | DropColumn): boolean => column.generated?.stored === false

function mayPass(own: AddColumn | DropColumn, other: Operation): boolean {
  if (other.kind === 'sql' || other.kind === 'run' || other.kind === 'renameTable' || other.kind === 'renameColumn') {
    return false
  }
  if (
    (other.kind === 'addColumn' || other.kind === 'dropColumn' || other.kind === 'moveColumn') &&
    other.table === own.table
  ) {
    if (isVirtual({ ...own, column: other.column })) return false
  }
  // What names the column, in whatever way, may need it.
  const name = JSON.stringify(own.column.name).slice(1, -1)
  if (JSON.stringify(other).includes(name)) return false
  if (other.kind === 'createTable' || other.kind === 'dropTable' || other.kind === 'ensureTable')
    return other.table.name !== own.table
  if (!('table' in other) || other.table !== own.table) return true
  if (own.kind === 'dropColumn') return true
  // Its place is told by a neighbour: which must stay, and get no other neighbour meanwhile.
  const place = own.after
  if (other.kind === 'addColumn') return other.after !== place
  if (other.kind === 'moveColumn') return other.to !== place && other.column.name !== place
  return !(other.kind === 'dropColumn' && other.column.name === place)
}
