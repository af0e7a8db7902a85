// What a change of type does to the values that are there: those that do not come back as they were, and those that are refused.
import type { Column, Schema } from '../schema/schema.ts'
import { formerNames } from './former-names.ts'
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
  /** The same rows in two parts: a table, and a condition in SQL. */
  among: Among
}

/** Rows of a table that meet a condition, both in SQL. */
export interface Among {
  from: string
  where: string
}

/** Whether the operation gives a reason why this finding is none to stop for. */
export const accepts = (operation: Operation, code: string): boolean =>
  'accept' in operation && operation.accept?.[code] !== undefined

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
  const names = formerNames()
  for (const [operation, each] of operations.entries()) {
    switch (each.kind) {
      case 'alterColumn': {
        const [table, column] = [names.table(each.table), names.column(each.table, each.from.name)]
        if (table === undefined || column === undefined) break
        const { from, to, using } = each
        found.push({ operation, table, column, from, to, ...(using !== undefined && { using }) })
        break
      }
      case 'ensureColumnType': {
        const [table, column] = [names.table(each.table), names.column(each.table, each.column)]
        const from = before?.tables.find(({ name }) => name === table)?.columns.find(({ name }) => name === column)
        if (table === undefined || column === undefined || from === undefined) break
        const to = { ...from, type: each.type }
        found.push({ operation, table, column, from, to, ...(each.using !== undefined && { using: each.using }) })
        break
      }
    }
    names.take(each)
  }
  return found
}
