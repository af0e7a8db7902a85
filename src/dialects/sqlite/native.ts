// What ALTER TABLE can do by itself, exactly and without copying the table (sqlite.org/lang_altertable.html).
import type { AddColumn, AddConstraint } from '../../operations/operation.ts'
import type { Facts, Statement } from '../../operations/statement.ts'
import { canonicalColumn } from '../../schema/canonical.ts'
import { equalData } from '../../schema/json.ts'
import type { Column, Constraint, Index, Schema, Table } from '../../schema/schema.ts'
import { columnText, constraintText, createIndexText, isConstant } from './ddl.ts'
import { mentions } from './dependents.ts'
import { identifier, tableName } from './quote.ts'
import { columnExtra, constraintExtra } from './shapes.ts'
import type { Numbered, TableOperation } from './steps.ts'

/** What decides whether ALTER can do it. */
export interface NativeContext {
  /** Version 3.53 or later, and the statements go to this very engine. */
  alterColumn: boolean
}

type Group = readonly Numbered<TableOperation>[]

/**
 * The statements for a group, or null where one of its operations needs a rebuild. `states` are the schemas before each
 * operation; without them only what needs no knowledge of the table is answered.
 */
export function nativeStatements(group: Group, context: NativeContext, states?: readonly Schema[]): Statement[] | null {
  const absorbed = new Set<Numbered<TableOperation>>()
  const statements: Statement[] = []
  for (const [at, entry] of group.entries()) {
    if (absorbed.has(entry)) continue
    const { operation, index } = entry
    const clauses: Constraint[] = []
    if (operation.kind === 'addColumn') {
      for (const other of group.slice(at + 1)) {
        if (other.operation.kind !== 'addConstraint' || !isClauseOf(operation, other.operation)) continue
        absorbed.add(other)
        clauses.push(other.operation.constraint)
      }
    }
    const made = native(operation, clauses, context, states?.[at])
    if (made === null) return null
    for (const one of made.map(([sql, facts]) => ({ sql, transactional: true, operation: index, facts })))
      statements.push(one)
  }
  return statements
}

// A foreign key or check of the new column alone can be written behind it.
function isClauseOf(column: AddColumn, { constraint }: AddConstraint): boolean {
  const { type, columns, extra } = constraint
  if (type === 'check' && constraintExtra(extra).onConflict !== undefined) return false
  return (type === 'foreign key' || type === 'check') && columns.length === 1 && columns[0] === column.column.name
}

type Made = [sql: string, facts: Facts][] | null
const WRITE: Facts = { lock: 'RESERVED' }
const SCAN: Facts = { lock: 'RESERVED', scans: true, blocksWrites: true }

function native(
  operation: TableOperation,
  clauses: readonly Constraint[],
  context: NativeContext,
  state?: Schema,
): Made {
  const name = tableName(typeof operation.table === 'string' ? operation.table : operation.table.name)
  const table = state?.tables.find((each) => each.name === operation.table)
  switch (operation.kind) {
    case 'addColumn': {
      if (!canAdd(operation.column, clauses)) return null
      const scans = clauses.some(({ type }) => type === 'check') || operation.column.generated !== undefined
      return [[`alter table ${name} add column ${columnText(operation.column, clauses)}`, scans ? SCAN : WRITE]]
    }
    case 'dropColumn': {
      if (table === undefined || isUsed(operation.column.name, table)) return null
      const facts = { lock: 'EXCLUSIVE', losesData: true, rewrites: true, blocksWrites: true }
      return [[`alter table ${name} drop column ${identifier(operation.column.name)}`, facts]]
    }
    case 'alterColumn': {
      const { from, to } = operation
      if (equalData(canonicalColumn(from), canonicalColumn(to))) return []
      if (!context.alterColumn || !changesOnlyNullable(from, to)) return null
      const change = to.nullable ? 'drop' : 'set'
      return [
        [`alter table ${name} alter column ${identifier(to.name)} ${change} not null`, to.nullable ? WRITE : SCAN],
      ]
    }
    case 'addConstraint': {
      const { constraint } = operation
      if (!context.alterColumn || !isPlainCheck(constraint)) return null
      return [[`alter table ${name} add ${constraintText(constraint)}`, SCAN]]
    }
    case 'dropConstraint': {
      const { constraint } = operation
      if (!context.alterColumn || !isPlainCheck(constraint) || constraint.name === '') return null
      if (table?.constraints.some(({ extra }) => constraintExtra(extra).repeated === constraint.name)) return null
      return [[`alter table ${name} drop constraint ${identifier(constraint.name)}`, WRITE]]
    }
    case 'createIndex':
      return [[createIndexText(operation.table, operation.index), SCAN]]
    case 'dropIndex':
      return [[dropIndexText(operation.index.name), WRITE]]
    case 'alterIndex':
      return [
        [dropIndexText(operation.from.name), WRITE],
        [createIndexText(operation.table, operation.to), SCAN],
      ]
    case 'renameIndex': {
      const index: Index | undefined = table?.indexes.find((each) => each.name === operation.from)
      if (index === undefined) return null
      return [
        [dropIndexText(index.name), WRITE],
        [createIndexText(operation.table, { ...index, name: operation.to }), SCAN],
      ]
    }
    case 'alterTable':
      // There are no comments on tables here: only attributes need work.
      return equalData(operation.from.extra ?? {}, operation.to.extra ?? {}) ? [] : null
    default:
      return null
  }
}

const dropIndexText = (name: string): string => `drop index ${identifier(name)}`

// The forms that ADD COLUMN refuses are left to a rebuild; NOT NULL without a default is not one of them: it fails with a
// clear message as soon as there are rows, and so it should.
function canAdd(column: Column, clauses: readonly Constraint[]): boolean {
  if (column.generated?.stored === true || column.identity !== undefined) return false
  if (column.default === undefined) return true
  const points = clauses.some(({ type }) => type === 'foreign key')
  return isConstant(column.default) && (!points || column.default === 'null')
}

function changesOnlyNullable(from: Column, to: Column): boolean {
  const plain = (column: Column) => canonicalColumn({ ...column, nullable: true })
  if (columnExtra(from.extra).notNullConflict !== undefined) return false
  return (
    from.nullable !== to.nullable && columnExtra(from.extra).names === undefined && equalData(plain(from), plain(to))
  )
}

const isPlainCheck = ({ type, extra }: Constraint): boolean => type === 'check' && Object.keys(extra ?? {}).length === 0

/** Whether anything of the table names the column, so that DROP COLUMN would refuse. */
function isUsed(column: string, table: Table): boolean {
  const texts = [
    ...table.indexes.flatMap(({ keys, where }) => [...keys.map(({ expression }) => expression), where]),
    ...table.constraints.map(({ expression }) => expression),
    ...table.columns.map(({ name, generated }) => (name === column ? undefined : generated?.expression)),
  ]
  return (
    table.columns.length === 1 ||
    table.constraints.some(({ columns }) => columns.includes(column)) ||
    table.indexes.some(({ keys }) => keys.some((key) => key.column === column)) ||
    texts.some((text) => text !== undefined && mentions(text, column))
  )
}
