// Operations that look at what is there first, the filling of NULLs, and their way back.
import { ref } from '../schema/names.ts'
import type { Schema } from '../schema/schema.ts'
import { type Behaviours, touching } from './behaviour.ts'
import { columns } from './columns.ts'
import { constraints } from './constraints.ts'
import { editTable, misfit } from './edit.ts'
import { indexes } from './indexes.ts'
import { objects } from './objects.ts'
import type { Backfill, Ensure, Operation, OperationOf } from './operation.ts'
import { differentError, resolve } from './resolve.ts'
import { tables } from './tables.ts'
import { excerpt } from './words.ts'

type EnsureKind = Ensure['kind'] | 'backfill' | 'takeBack'

/**
 * Rows in one batch of a backfill. Measured beside writers on a live table: batches of 1,000 held a writer up for 44 ms
 * at most, one statement for all rows for 1,443 ms.
 */
export const BATCH = 1000

const path = (table: string, column: string): string => ref('', table, column).trimStart()

/**
 * In a schema alone, an ensure adds what is absent and leaves alone what is equal. What it found or made in a database is
 * known to the journal there, so its inverse only names it.
 */
export const ensures: Behaviours<EnsureKind> = {
  ensureTable: {
    apply: applied,
    invert: takenBack,
    describe: ({ table }) => describing(tables.createTable.describe({ kind: 'createTable', table })),
    touches: ({ table }) => tables.createTable.touches({ kind: 'createTable', table }),
    sign: '+',
  },
  ensureColumn: {
    apply: applied,
    invert: takenBack,
    describe: (operation) => describing(columns.addColumn.describe({ ...operation, kind: 'addColumn' })),
    touches: (operation) => columns.addColumn.touches({ ...operation, kind: 'addColumn' }),
    sign: '+',
  },
  ensureIndex: {
    apply: applied,
    invert: takenBack,
    describe: (operation) => describing(indexes.createIndex.describe({ ...operation, kind: 'createIndex' })),
    touches: (operation) => indexes.createIndex.touches({ ...operation, kind: 'createIndex' }),
    sign: '+',
  },
  ensureConstraint: {
    apply: applied,
    invert: takenBack,
    describe: (operation) => describing(constraints.addConstraint.describe({ ...operation, kind: 'addConstraint' })),
    touches: (operation) => constraints.addConstraint.touches({ ...operation, kind: 'addConstraint' }),
    sign: '+',
  },
  ensureColumnType: {
    apply: applied,
    invert: takenBack,
    describe: ({ table, column, type }) => `ensure column ${path(table, column)} is ${type}`,
    touches: ({ table, column }) => touching({ uses: [ref('table', table), ref('column', table, column)] }),
    sign: '~',
  },
  ensureObject: {
    apply: applied,
    invert: takenBack,
    describe: ({ object }) => describing(objects.createObject.describe({ kind: 'createObject', object })),
    touches: ({ object }) => objects.createObject.touches({ kind: 'createObject', object }),
    sign: '+',
  },
  backfill: {
    apply: (schema, { table, column }) =>
      editTable(schema, table, (each) => {
        if (each.columns.some(({ name }) => name === column)) return each
        throw misfit(`there is no column ${path(table, column)}`)
      }),
    invert: takenBack,
    describe: ({ table, column, value, where }) =>
      `fill ${path(table, column)} where it is null${where === undefined ? '' : ` and ${excerpt(where, 40)}`}: ${excerpt(value, 40)}`,
    touches: ({ table, column }) => touching({ uses: [ref('table', table), ref('column', table, column)] }),
    sign: '~',
  },
  takeBack: {
    apply: (schema, { operation }) => withdrawn(schema, operation),
    invert: ({ operation }) => operation,
    describe: ({ operation }) =>
      operation.kind === 'backfill'
        ? `leave the values of ${path(operation.table, operation.column)} that were filled in`
        : `take back, where it was made here: ${describe(operation.kind, operation)}`,
    touches: () => touching({}),
    sign: '-',
  },
}

const describe = <K extends Ensure['kind']>(kind: K, operation: OperationOf<K>): string =>
  ensures[kind].describe(operation)

const describing = (made: string): string => made.replace(/^(create|add) /u, 'ensure ')

function applied(schema: Schema, operation: Ensure): Schema {
  const resolution = resolve(schema, operation)
  if (resolution.outcome === 'found') return schema
  if (resolution.outcome === 'different') {
    throw differentError(operation, resolution.differences, describe(operation.kind, operation))
  }
  return resolution.operations.reduce(applyMade, schema)
}

function applyMade(schema: Schema, made: Operation): Schema {
  switch (made.kind) {
    case 'createTable':
      return tables.createTable.apply(schema, made)
    case 'addColumn':
      return columns.addColumn.apply(schema, made)
    case 'createIndex':
      return indexes.createIndex.apply(schema, made)
    case 'createObject':
      return objects.createObject.apply(schema, made)
    case 'alterColumn':
      return columns.alterColumn.apply(schema, made)
    case 'renameIndex':
      return indexes.renameIndex.apply(schema, made)
    case 'addConstraint':
      return constraints.addConstraint.apply(schema, made)
    case 'renameConstraint':
      return constraints.renameConstraint.apply(schema, made)
    default:
      return schema
  }
}

function takenBack(operation: Ensure | Backfill): OperationOf<'takeBack'> {
  return { kind: 'takeBack', operation }
}

// As if the operation had made it: the type a column had before is known to the journal alone.
function withdrawn(schema: Schema, operation: Ensure | Backfill): Schema {
  switch (operation.kind) {
    case 'ensureTable':
      return tables.dropTable.apply(schema, { kind: 'dropTable', table: operation.table })
    case 'ensureColumn':
      return columns.dropColumn.apply(schema, { kind: 'dropColumn', table: operation.table, column: operation.column })
    case 'ensureIndex':
      return indexes.dropIndex.apply(schema, { kind: 'dropIndex', table: operation.table, index: operation.index })
    case 'ensureObject':
      return objects.dropObject.apply(schema, { kind: 'dropObject', object: operation.object })
    case 'ensureConstraint': {
      const { table, constraint } = operation
      return constraints.dropConstraint.apply(schema, { kind: 'dropConstraint', table, constraint })
    }
    case 'ensureColumnType':
    case 'backfill':
      return schema
  }
}

const LOOKING = new Set<string>([
  'ensureTable',
  'ensureColumn',
  'ensureIndex',
  'ensureConstraint',
  'ensureColumnType',
  'ensureObject',
])

/** Whether an operation looks at what is there before it does anything. */
export const isEnsure = (operation: Operation): operation is Ensure => LOOKING.has(operation.kind)

/** What it comes to where nothing is there: for rules and prices. Conversions stay as they are: their start is not known. */
export function asMade(operation: Operation): Operation {
  switch (operation.kind) {
    case 'ensureTable':
      return { ...operation, kind: 'createTable' }
    case 'ensureColumn':
      return { ...operation, kind: 'addColumn' }
    case 'ensureIndex':
      return { ...operation, kind: 'createIndex' }
    case 'ensureConstraint':
      return { ...operation, kind: 'addConstraint' }
    case 'ensureObject':
      return { ...operation, kind: 'createObject' }
    default:
      return operation
  }
}
