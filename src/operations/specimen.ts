// What an engine has to make so that it spells a definition: one small table, and the way back from it to the operation.
import type { Column, Schema, Table } from '../schema/schema.ts'
import { tableOf } from './edit.ts'
import type { EnsureInTable } from './operation.ts'

/**
 * The smallest table that holds the definition; beside it, what the definition may name. Errors: REVISION_INVALID where
 * the table is missing.
 */
export function specimen(schema: Schema, operation: EnsureInTable): Table {
  switch (operation.kind) {
    case 'ensureTable':
      return operation.table
    case 'ensureColumn': {
      const { column } = operation
      const table = tableOf(schema, operation.table)
      // A column that numbers itself has to be a key on some engines.
      const keys = table.constraints.filter(
        ({ type, columns }) => column.identity !== undefined && type === 'primary key' && columns.includes(column.name),
      )
      return { ...bare(table), columns: replaced(table, column), constraints: keys }
    }
    case 'ensureIndex': {
      const table = tableOf(schema, operation.table)
      return { ...bare(table), indexes: [operation.index] }
    }
    case 'ensureConstraint': {
      const table = tableOf(schema, operation.table)
      return { ...bare(table), constraints: [operation.constraint] }
    }
    case 'ensureColumnType': {
      const table = tableOf(schema, operation.table)
      const column: Column = { name: operation.column, type: operation.type, nullable: true }
      return { ...bare(table), columns: replaced(table, column) }
    }
  }
}

/** The operation with the definition as the engine has spelled it in the specimen. */
export function respelled(operation: EnsureInTable, spelled: Table): EnsureInTable {
  switch (operation.kind) {
    case 'ensureTable':
      return { ...operation, table: spelled }
    case 'ensureColumn': {
      const column = spelled.columns.find(({ name }) => name === operation.column.name)
      return column === undefined ? operation : { ...operation, column }
    }
    case 'ensureIndex': {
      const index = spelled.indexes.find(({ name }) => name === operation.index.name)
      return index === undefined ? operation : { ...operation, index }
    }
    case 'ensureConstraint': {
      const { type, name } = operation.constraint
      const constraint = spelled.constraints.find((each) => each.type === type && each.name === name)
      if (constraint !== undefined) return { ...operation, constraint }
      // Some engines keep a unique key as the index that it is.
      const index = spelled.indexes.find((each) => each.name === name)
      const { kind: _kind, constraint: _constraint, ...rest } = operation
      return index === undefined ? operation : { ...rest, kind: 'ensureIndex', index }
    }
    case 'ensureColumnType': {
      const column = spelled.columns.find(({ name }) => name === operation.column)
      return column === undefined ? operation : { ...operation, type: column.type }
    }
  }
}

const bare = (table: Table): Table => ({
  name: table.name,
  columns: table.columns.map(plain),
  constraints: [],
  indexes: [],
  ...(table.extra !== undefined && { extra: table.extra }),
})

// Enough to be named in an expression or an index.
const plain = ({ name, type, nullable, collation }: Column): Column => ({
  name,
  type,
  nullable,
  ...(collation !== undefined && { collation }),
})

function replaced(table: Table, column: Column): Column[] {
  const others = table.columns.map(plain)
  return others.some(({ name }) => name === column.name)
    ? others.map((each) => (each.name === column.name ? column : each))
    : [...others, column]
}
