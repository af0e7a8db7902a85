// What the diff asks of this database.

import type { Traits } from '../../diff/traits.ts'
import type { Operation } from '../../operations/operation.ts'
import { equalData } from '../../schema/json.ts'
import { ref } from '../../schema/names.ts'
import type { Column, Constraint, Schema, SchemaObject, Table } from '../../schema/schema.ts'
import { carriers } from './inspect/dependencies.ts'
import { type ColumnExtra, shape, type TableExtra } from './shapes.ts'

/** The answers. Nearly everything is changed in place here; a foreign key holds what it stands on. */
export const traits: Traits = {
  columnOrder: true,
  // Columns, keys and routines always; tables where the server's file system says so, and nobody has two such anywhere else.
  foldsCase: true,
  alterObject: (from, to) => from.type === to.type && from.table === to.table,
  alterColumn: (from, to) =>
    sameGeneration(from, to) && shape<ColumnExtra>(from.extra).period === shape<ColumnExtra>(to.extra).period,
  converts,
  alterTable: () => true,
  alterConstraint: (from, to) => from.type === to.type,
  alterIndex: () => true,
  disturbs,
  keepsName,
  staysWithout: (dependant, gone, after) =>
    after.tables.some((table) =>
      table.constraints.some(
        (constraint) =>
          ref('constraint', table.name, constraint.name) === dependant && isCarried(table, constraint, gone),
      ),
    ),
}

/** Whether a foreign key has a key of its own table left when this one goes. */
const isCarried = (table: Table, { type, columns }: Constraint, gone: string): boolean =>
  type === 'foreign key' &&
  [ref('index', table.name), ref('constraint', table.name)].some((owner) => gone.startsWith(`${owner}.`)) &&
  carriers(table, columns).length > 0

const TEXT = /^(?:char|varchar|tinytext|text|mediumtext|longtext|enum|set|json)\b/i
const KINDS = [
  /^(?:tinyint|smallint|mediumint|int|bigint|decimal|float|double|bit|year)\b/i,
  /^(?:date|datetime|timestamp|time)\b/i,
  ...['uuid', 'inet4', 'inet6'].map(
    (type) => new RegExp(`^(?:binary|varbinary|tinyblob|blob|mediumblob|longblob|${type})\\b`, 'i'),
  ),
]

// Any text may hold a value of another type; a date is no number.
function converts(from: string, to: string): boolean {
  const areBoth = (kind: RegExp): boolean => kind.test(from) && kind.test(to)
  return TEXT.test(from) || TEXT.test(to) || from === to || KINDS.some(areBoth)
}

// A view is kept as a text here, and is invalid once a name in it is gone.
function keepsName(object: SchemaObject, rename: Operation): boolean {
  if (object.type !== 'view') return false
  if (rename.kind === 'renameTable' || rename.kind === 'renameObject') return true
  return rename.kind === 'renameColumn' && (object.definition ?? '').includes(rename.from)
}

// Virtual columns hold no values: the server neither makes one from values nor values from one.
function sameGeneration(from: Column, to: Column): boolean {
  const kind = ({ generated }: Column): string => (generated === undefined || generated.stored ? 'rows' : 'virtual')
  return kind(from) === kind(to)
}

/** The foreign keys that hold the column or the key, on both sides. */
function disturbs(operation: Operation, before: Schema, after: Schema): string[] {
  switch (operation.kind) {
    case 'alterColumn': {
      const { table, from, to } = operation
      const same = from.type === to.type && from.collation === to.collation && from.nullable === to.nullable
      return same ? [] : holding(before, table, (columns) => columns.includes(from.name))
    }
    case 'alterTable': {
      const [from, to] = [shape<TableExtra>(operation.from.extra), shape<TableExtra>(operation.to.extra)]
      const partitions = !equalData(from.partitions, to.partitions)
      if (from.collation === to.collation && from.engine === to.engine && !partitions) return []
      return holding(before, operation.table, () => true)
    }
    case 'dropIndex':
      return keyGone(before, after, operation.table, operation.index.name)
    case 'alterIndex':
      return keyGone(before, after, operation.table, operation.from.name)
    case 'dropConstraint':
      return operation.constraint.type === 'primary key' ? keyGone(before, after, operation.table, 'PRIMARY') : []
    case 'alterConstraint':
      return operation.from.type === 'primary key' ? keyGone(before, after, operation.table, 'PRIMARY') : []
    default:
      return []
  }
}

function holding(schema: Schema, table: string, holds: (columns: readonly string[]) => boolean): string[] {
  const found: string[] = []
  for (const each of schema.tables) {
    for (const { type, name, columns, references } of each.constraints) {
      if (type !== 'foreign key') continue
      const own = each.name === table && holds(columns)
      const other = references?.table === table && holds(references.columns)
      if (own || other) found.push(ref('constraint', each.name, name))
    }
  }
  return found
}

/** The foreign keys that have no other key left when this one goes. On their own side, another one may come instead. */
function keyGone(before: Schema, after: Schema, table: string, key: string): string[] {
  const owner = before.tables.find(({ name }) => name === table)
  if (owner === undefined) return []
  const gone = [ref('index', table, key), ref('constraint', table, key)]
  const needs = (columns: readonly string[]): boolean => {
    const keys = carriers(owner, columns)
    return keys.length > 0 && keys.every((each) => gone.includes(each))
  }
  const next = after.tables.find(({ name }) => name === table)
  const others = holding(before, table, needs)
  return others.filter((reference) => {
    const own = next?.constraints.find(({ name }) => ref('constraint', table, name) === reference)
    const isSelf = own?.references?.table === table
    return next === undefined || own === undefined || isSelf || !isCarried(next, own, gone[0] ?? '')
  })
}
