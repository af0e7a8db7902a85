// What a table or column is called before a list of operations, while one walks through them.
import type { Operation } from './operation.ts'

/** The names before the operations that were taken so far; undefined for what they have made themselves. */
export interface FormerNames {
  /** Goes on behind this operation. */
  take(operation: Operation): void
  table(name: string): string | undefined
  column(table: string, name: string): string | undefined
}

/** Starts before the first operation. */
export function formerNames(): FormerNames {
  const tables = new Map<string, string | undefined>()
  const columns = new Map<string, Map<string, string | undefined>>()
  const tableBefore = (name: string): string | undefined => (tables.has(name) ? tables.get(name) : name)
  const columnsOf = (table: string): Map<string, string | undefined> => {
    const known = columns.get(table) ?? new Map<string, string | undefined>()
    columns.set(table, known)
    return known
  }
  const columnBefore = (table: string, name: string): string | undefined =>
    columnsOf(table).has(name) ? columnsOf(table).get(name) : name
  return {
    take(operation) {
      switch (operation.kind) {
        case 'createTable':
          tables.set(operation.table.name, undefined)
          columns.delete(operation.table.name)
          break
        case 'addColumn':
          columnsOf(operation.table).set(operation.column.name, undefined)
          break
        case 'renameTable': {
          const former = columnsOf(operation.from)
          tables.set(operation.to, tableBefore(operation.from))
          columns.set(operation.to, former)
          break
        }
        case 'renameColumn':
          columnsOf(operation.table).set(operation.to, columnBefore(operation.table, operation.from))
          break
      }
    },
    table: tableBefore,
    column: columnBefore,
  }
}
