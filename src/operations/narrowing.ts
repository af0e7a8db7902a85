// What a change of type does to the values that are there: those that do not come back as they were, and those that are refused.
import type { Column, Schema } from '../schema/schema.ts'
import type { Operation } from './operation.ts'

/** Values of one column that a change does not carry over as they are. */
export interface Narrowing {
  /** Index of the operation. */
  operation: number
  /** The column, as a ref of schema/names.ts, by the names that it has before the operations. */
  what: string
  /** `alters`: they become other values, without an error. `fails`: the change fails while there is one. */
  outcome: 'alters' | 'fails'
  /** What is changed or refused, in words that follow the column's name: `of shop.price that numeric(4,0) rounds`. */
  message: string
  /**
   * Statements to run one after the other before the operations; the last is a query of one row with one column `rows`,
   * the number of rows it is about. Nothing that stays is written.
   */
  probe: readonly string[]
}

/** A column that was there before the operations and gets another definition. */
export interface Redefined {
  /** Index of the operation. */
  operation: number
  /** Table and column by the names that they have before the operations. */
  table: string
  column: string
  from: Column
  to: Column
  using?: string
}

/**
 * The columns that hold rows already and are redefined, in order. `ensureColumnType` is among them where the schema before
 * is given: it alone tells the type. Pure.
 */
export function redefined(operations: readonly Operation[], before?: Schema): Redefined[] {
  const found: Redefined[] = []
  // What has a name now, by the name that it had at first; undefined: it was not there.
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
  for (const [operation, each] of operations.entries()) {
    switch (each.kind) {
      case 'createTable':
        tables.set(each.table.name, undefined)
        break
      case 'addColumn':
        columnsOf(each.table).set(each.column.name, undefined)
        break
      case 'renameTable':
        tables.set(each.to, tableBefore(each.from))
        columns.set(each.to, columnsOf(each.from))
        break
      case 'renameColumn':
        columnsOf(each.table).set(each.to, columnBefore(each.table, each.from))
        break
      case 'alterColumn': {
        const [table, column] = [tableBefore(each.table), columnBefore(each.table, each.from.name)]
        if (table === undefined || column === undefined) break
        const { from, to, using } = each
        found.push({ operation, table, column, from, to, ...(using !== undefined && { using }) })
        break
      }
      case 'ensureColumnType': {
        const [table, column] = [tableBefore(each.table), columnBefore(each.table, each.column)]
        const from = before?.tables.find(({ name }) => name === table)?.columns.find(({ name }) => name === column)
        if (table === undefined || column === undefined || from === undefined) break
        const to = { ...from, type: each.type }
        found.push({ operation, table, column, from, to, ...(each.using !== undefined && { using: each.using }) })
        break
      }
    }
  }
  return found
}
