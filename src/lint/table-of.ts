// The table an operation works on.
import type { Operation } from '../operations/operation.ts'

/** Its qualified name; undefined where it is about something else. */
export function tableOf(operation: Operation | undefined): string | undefined {
  if (operation === undefined) return undefined
  if (operation.kind === 'createTable' || operation.kind === 'dropTable' || operation.kind === 'ensureTable') {
    return operation.table.name
  }
  if (operation.kind === 'renameTable') return operation.from
  return 'table' in operation ? operation.table : undefined
}
