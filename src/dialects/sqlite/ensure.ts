// Operations that look first, as a script says them: IF NOT EXISTS where the engine has it, which compares names and no
// more; otherwise what the schema at hand lacks. A run of the tool does not come here: it compares the definitions.

import { UNGUARDED } from '../../operations/fill.ts'
import type { Ensure, Operation } from '../../operations/operation.ts'
import type { Statement } from '../../operations/statement.ts'
import type { Schema } from '../../schema/schema.ts'
import { constraintShape } from '../../schema/shape.ts'
import { createIndexText, createObjectText, createTableText } from './ddl.ts'

/** Statements of its own, or the plain operations that are still to be rendered, with a note. */
export type Looking = { statements: string[] } | { operations: Operation[]; note: string }

/** What a script says. */
export function looking(operation: Ensure, schema: Schema | undefined): Looking {
  const guarded = (sql: string): string =>
    sql.replace(/^create (table|(?:unique )?index|view|trigger|virtual table) /iu, 'create $1 if not exists ')
  switch (operation.kind) {
    case 'ensureTable': {
      const { table } = operation
      return {
        statements: [createTableText(table), ...table.indexes.map((index) => createIndexText(table.name, index))].map(
          guarded,
        ),
      }
    }
    case 'ensureIndex':
      return { statements: [guarded(createIndexText(operation.table, operation.index))] }
    case 'ensureObject':
      return { statements: [guarded(createObjectText(operation.object))] }
    case 'ensureColumn': {
      const found = columnIn(schema, operation.table, operation.column.name)
      return { operations: found === undefined ? [{ ...operation, kind: 'addColumn' }] : [], note: UNGUARDED }
    }
    case 'ensureConstraint': {
      const { table, constraint } = operation
      const found = schema?.tables.find(({ name }) => name === table)?.constraints ?? []
      const isThere = found.some((each) => constraintShape(each) === constraintShape(constraint))
      return { operations: isThere ? [] : [{ kind: 'addConstraint', table, constraint }], note: UNGUARDED }
    }
    case 'ensureColumnType': {
      const { table, type } = operation
      const from = columnIn(schema, table, operation.column)
      if (from === undefined || from.type === type) return { statements: [] }
      return { operations: [{ kind: 'alterColumn', table, from, to: { ...from, type } }], note: UNGUARDED }
    }
  }
}

const columnIn = (schema: Schema | undefined, table: string, column: string) =>
  schema?.tables.find(({ name }) => name === table)?.columns.find(({ name }) => name === column)

/** The statements with the note on the first. */
export const noted = ([first, ...rest]: readonly Statement[], note: string): Statement[] =>
  first === undefined ? [] : [{ ...first, note }, ...rest]
