// CREATE TABLE as a reader would write it, and everything a new table needs around it.
import type { Column, Constraint, Index, Table } from '../../../schema/schema.ts'
import { identifier } from '../quote.ts'
import type { TableExtra } from '../shapes.ts'
import { afterColumn, beforeColumn, columnText } from './column-text.ts'
import { comment } from './comments.ts'
import { addConstraint, constraintComment, constraintText, fitsInline } from './constraints.ts'
import { type Context, clause, type Draft, PHASE, statement } from './draft.ts'
import { EXCLUSIVE, EXCLUSIVE_LOSS, NONE, QUIET, WRITERS_WAIT } from './facts.ts'
import { createIndex } from './indexes.ts'
import { beside, named, namespaceOf, ownName } from './names.ts'
import { assignments, foreignOptions, withOptions } from './options.ts'
import { attachPartition } from './partitions.ts'
import { columnExtra, constraintExtra, tableExtra } from './shape.ts'

/** What the table is called in ALTER, DROP and COMMENT. */
export const tableWord = (table: Pick<Table, 'extra'>): string =>
  tableExtra(table).foreign === undefined ? 'table' : 'foreign table'

/** The table with its columns, constraints and indexes, its place under its parents, and all comments. */
export function createTable(table: Table, context: Context): Draft[] {
  const name = named(table.name)
  const target = `alter ${tableWord(table)} ${name}`
  const own = table.constraints.filter((constraint) => belongs(table, constraintExtra(constraint).inherited))
  const references = own.some(({ type }) => type === 'foreign key')
  return [
    ...ownColumns(table).flatMap((column) => beforeColumn(table.name, column, context)),
    statement(createText(table, context), references ? WRITERS_WAIT : NONE),
    ...own
      .filter((constraint) => !fitsInline(constraint))
      .flatMap((constraint) => addConstraint(table.name, withoutParent(constraint), context)),
    ...table.indexes
      .filter((index) => !comesLater(table, index))
      .flatMap((index) => createIndex(table.name, withoutParent(index), false, context)),
    ...placement(table),
    ...own
      .filter((constraint) => fitsInline(constraint) && comesLater(table, constraint))
      .flatMap((constraint) => addConstraint(table.name, constraint, context)),
    ...table.indexes
      .filter((index) => comesLater(table, index))
      .flatMap((index) => createIndex(table.name, index, false, context)),
    ...own
      .filter((constraint) => fitsInline(constraint) && needsIndex(table, constraint))
      .flatMap((constraint) => addConstraint(table.name, constraint, context)),
    ...(tableExtra(table).partitionOf === undefined ? table.columns : ownColumns(table)).flatMap((column) =>
      afterColumn(table.name, column, context, target),
    ),
    ...inheritedChanges(table, target),
    ...comment(`${tableWord(table)} ${name}`, table.comment),
    ...own
      .filter(
        (constraint) => fitsInline(constraint) && !comesLater(table, constraint) && !needsIndex(table, constraint),
      )
      .flatMap((constraint) => constraintComment(table.name, constraint)),
    ...attributes(table, target),
  ]
}

// A partition is made on its own, with everything it has, and attached: names and column order are its own then.
const belongs = ({ extra }: Table, inherited: true | undefined): boolean =>
  inherited !== true || extra?.partitionOf !== undefined

// ATTACH PARTITION takes the first index that fits for a parent's: those that are the partition's own come after it.
function comesLater(table: Table, part: Constraint | Index): boolean {
  if (part.extra?.partitionOf !== undefined) return false
  if ('type' in part && !/^(primary key|unique)$/u.test(part.type)) return false
  const extra = tableExtra(table)
  return (
    extra.partitionOf !== undefined && [...table.constraints, ...table.indexes].some((each) => each.extra?.partitionOf)
  )
}

// A foreign key of a table to itself, to columns that only an index of the table makes unique.
function needsIndex({ name, constraints, indexes }: Table, { references }: Constraint): boolean {
  if (references?.table !== name) return false
  const wanted = references.columns.toSorted().join('\0')
  const isWanted = (columns: readonly (string | undefined)[]): boolean => columns.toSorted().join('\0') === wanted
  const isKey = constraints.some(({ type, columns }) => /^(primary key|unique)$/u.test(type) && isWanted(columns))
  return !isKey && indexes.some(({ unique, keys }) => unique && isWanted(keys.map(({ column }) => column)))
}

// ATTACH PARTITION pairs the partition's indexes with the parent's by itself.
function withoutParent<Part extends { extra?: Table['extra'] }>(part: Part): Part {
  if (part.extra?.partitionOf === undefined) return part
  const { partitionOf: _partitionOf, inherited: _inherited, ...extra } = part.extra
  return { ...part, extra }
}

function ownColumns(table: Table): Column[] {
  const own = table.columns.filter((column) => belongs(table, columnExtra(column).inherited))
  // A partition is attached without identity and gets its parent's (17).
  if (tableExtra(table).partitionOf === undefined) return own
  return own.map(({ identity, ...column }) =>
    identity === undefined || (identity.kind === 'serial' && !columnExtra(column).inherited)
      ? { ...column, ...(identity && { identity }) }
      : column,
  )
}

function createText(table: Table, context: Context): string {
  const extra = tableExtra(table)
  const typed = extra.ofType !== undefined
  const lines = [
    ...ownColumns(table).flatMap((column) =>
      typed ? typedColumn(table, column, context) : [columnText(table.name, column, context)],
    ),
    ...table.constraints
      .filter((constraint) => belongs(table, constraintExtra(constraint).inherited) && fitsInline(constraint))
      .filter((constraint) => !comesLater(table, constraint) && !needsIndex(table, constraint))
      .map(constraintText),
  ]
  const words = ['create', ...(extra.unlogged ? ['unlogged'] : []), tableWord(table), named(table.name)]
  const body = lines.length === 0 ? (typed ? '' : ' ()') : ` (\n  ${lines.join(',\n  ')}\n)`
  const tail = [
    ...(extra.inherits === undefined ? [] : [`inherits (${extra.inherits.map(named).join(', ')})`]),
    ...(extra.partitionBy === undefined ? [] : [`partition by ${extra.partitionBy}`]),
    ...(extra.foreign === undefined
      ? []
      : [`server ${identifier(extra.foreign.server)}${foreignOptions(extra.foreign.options)}`]),
    ...(extra.method === undefined ? [] : [`using ${identifier(extra.method)}`]),
    ...storage(extra),
    ...(extra.tablespace === undefined ? [] : [`tablespace ${identifier(extra.tablespace)}`]),
  ]
  const of = extra.ofType === undefined ? '' : ` of ${extra.ofType}`
  return [`${words.join(' ')}${of}${body}`, ...tail].join('\n')
}

function storage(extra: TableExtra): string[] {
  const text = withOptions(assignments(extra.options), assignments(extra.toastOptions, 'toast.')).trim()
  return text === '' ? [] : [text]
}

// The columns of a typed table are its type's: only what differs from the type is said.
function typedColumn(table: Table, column: Column, context: Context): string[] {
  const whole = columnText(table.name, column, context)
  const plain = columnText(table.name, { name: column.name, type: column.type, nullable: true }, context)
  if (whole === plain) return []
  return [`${identifier(column.name)} with options${whole.slice(plain.length)}`]
}

/** Puts a new partition under its parent. */
function placement(table: Table): Draft[] {
  const { partitionOf } = tableExtra(table)
  return partitionOf === undefined ? [] : [attachPartition(partitionOf, table.name)]
}

// A child takes the columns of its parents as they are; where it has another default or stricter NOT NULL, that is said.
function inheritedChanges(table: Table, target: string): Draft[] {
  if (tableExtra(table).inherits === undefined) return []
  return table.columns
    .filter((column) => columnExtra(column).inherited && column.default !== undefined)
    .map((column) =>
      clause(target, PHASE.other, `alter column ${identifier(column.name)} set default ${column.default}`, EXCLUSIVE),
    )
}

/** Row security, replica identity and clustering, which only ALTER TABLE can say. */
function attributes(table: Table, target: string): Draft[] {
  const extra = tableExtra(table)
  const say = (sql: string, facts = EXCLUSIVE): Draft => clause(target, PHASE.other, sql, facts)
  return [
    ...(extra.clusterOn === undefined ? [] : [say(`cluster on ${identifier(extra.clusterOn)}`, QUIET)]),
    ...(extra.replicaIdentity === undefined ? [] : [say(replicaIdentity(extra.replicaIdentity))]),
    ...(extra.rowSecurity ? [say('enable row level security')] : []),
    ...(extra.forceRowSecurity ? [say('force row level security')] : []),
  ]
}

/** The clause that says how rows are known to replicas. */
export function replicaIdentity(identity: TableExtra['replicaIdentity']): string {
  if (identity === undefined) return 'replica identity default'
  if (typeof identity === 'string') return `replica identity ${identity}`
  return `replica identity using index ${identifier(identity.index)}`
}

/** DROP TABLE: what hangs on it is dropped before, never by CASCADE. */
export const dropTable = (table: Table): Draft[] => [
  statement(`drop ${tableWord(table)} ${named(table.name)}`, EXCLUSIVE_LOSS),
]

/** RENAME, and SET SCHEMA where the namespace changes. `word` is what the thing is called in ALTER. */
export function renameRelation(from: string, to: string, word: string, facts = EXCLUSIVE): Draft[] {
  const drafts: Draft[] = []
  let at = named(from)
  if (namespaceOf(from) !== namespaceOf(to)) {
    drafts.push(statement(`alter ${word} ${at} set schema ${identifier(namespaceOf(to))}`, facts))
    at = beside(to, ownName(from))
  }
  if (ownName(from) !== ownName(to)) {
    drafts.push(statement(`alter ${word} ${at} rename to ${identifier(ownName(to))}`, facts))
  }
  return drafts
}
