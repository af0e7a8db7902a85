// Operations as SQL: one cell for each kind, then neighbours joined.

import { FILL_NOTE, fillText } from '../../operations/fill.ts'
import type { Kind, Operation, OperationOf } from '../../operations/operation.ts'
import type { Statement } from '../../operations/statement.ts'
import type { RenderOptions } from '../dialect.ts'
import { identifier } from './quote.ts'
import { addColumn, alterColumn, dropColumn, renameColumn } from './render/columns.ts'
import { addConstraint, alterConstraint, dropConstraint, renameConstraint } from './render/constraints.ts'
import { type Context, type Draft, statement } from './render/draft.ts'
import { ensureColumn, ensureColumnType, ensureConstraint, ensureIndex, ensureTable, guarded } from './render/ensure.ts'
import { alterIndex, createIndex, dropIndex, renameIndex } from './render/indexes.ts'
import { marksAgain, remakesIndexes } from './render/marks.ts'
import { merge, type Placed } from './render/merge.ts'
import { renameValue } from './render/objects/enums.ts'
import { familyOf, isRoutine } from './render/objects/index.ts'
import { joined, noteRights, putRightsBack, remadeIn } from './render/rights.ts'
import { alterTable } from './render/table-changes.ts'
import { createTable, dropTable, renameRelation } from './render/tables.ts'
import { changesTypes, fasten, loosen, looseTables } from './render/typed.ts'

type Cell<K extends Kind> = (operation: OperationOf<K>, context: Context) => Draft[]

const cells: { [K in Kind]: Cell<K> } = {
  createTable: ({ table }, context) => createTable(table, context),
  dropTable: ({ table }) => dropTable(table),
  renameTable: ({ from, to }) => renameRelation(from, to, 'table'),
  alterTable: ({ table, from, to }) => alterTable(table, from, to),
  addColumn: ({ table, column }, context) => addColumn(table, column, context),
  dropColumn: ({ table, column }, context) => dropColumn(table, column, context),
  renameColumn: ({ table, from, to }) => renameColumn(table, from, to),
  alterColumn: ({ table, from, to, using }, context) => alterColumn(table, from, to, using, context),
  // Columns stand where they were made: their order is no part of a table here.
  moveColumn: () => [],
  addConstraint: ({ table, constraint }, context) => [
    ...addConstraint(table, constraint, context),
    ...marksAgain(table, constraint.name, context),
  ],
  dropConstraint: ({ table, constraint }, context) => dropConstraint(table, constraint, context),
  renameConstraint: ({ table, from, to }) => renameConstraint(table, from, to),
  alterConstraint: ({ table, from, to }, context) => alterConstraint(table, from, to, context),
  createIndex: ({ table, index, concurrently }, context) => [
    ...createIndex(table, index, concurrently ?? false, context),
    ...marksAgain(table, index.name, context),
  ],
  dropIndex: ({ table, index, concurrently }, context) => dropIndex(table, index, concurrently ?? false, context),
  renameIndex: ({ table, from, to }) => renameIndex(table, from, to),
  alterIndex: ({ table, from, to }, context) => alterIndex(table, from, to, context),
  createObject: ({ object }, context) => familyOf(object).create(object, context),
  dropObject: ({ object }, context) => familyOf(object).drop(object, context),
  alterObject: ({ from, to }, context) => familyOf(to).alter(from, to, context),
  renameObject: ({ type, from, to, table }) =>
    familyOf({ type, name: from }).rename({ from, to, ...(table !== undefined && { table }) }),
  renameValue: ({ name, from, to }) => renameValue(name, from, to),
  ensureTable,
  ensureColumn,
  ensureIndex,
  ensureConstraint,
  ensureColumnType,
  ensureObject: ({ object }, context) => familyOf(object).create(object, context).map(guarded),
  backfill: (operation) => [statement(fillText(identifier, operation), undefined, { note: FILL_NOTE })],
  // What this takes back is known to the journal: the runner has put that in its place.
  takeBack: () => [],
  // The runner sends the user's own SQL itself, statement by statement; here it only stands in a script.
  sql: ({ up }) => (up.trim() === '' ? [] : [statement(up.trim().replace(/;$/u, ''), undefined, apart(up))]),
  run: () => [],
}

// The statements that users write by hand and the server refuses inside a transaction.
const apart = (sql: string): { transactional?: false } =>
  /\bconcurrently\b|^\s*(vacuum|create\s+database|drop\s+database|alter\s+system)\b/iu.test(sql)
    ? { transactional: false }
    : {}

/** The SQL for the operations, in order. Neighbouring changes of one table become one ALTER TABLE where that is the same. */
export function render(operations: readonly Operation[], options: RenderOptions): Statement[] {
  const major = Number(/\d+/u.exec(options.version ?? '')?.[0] ?? OLDEST)
  const script = options.purpose === 'script'
  const around = options.around ?? operations
  const loose = looseTables(operations, options.before)
  const placed: Placed[] = []
  const remade = remadeIn(around)
  const goes = remade.filter((each) => operations.includes(each.gone))
  const comesBack = remade.filter((each) => operations.includes(each.back))
  const [gone, back] = [new Set(goes.map((each) => each.gone)), new Set(comesBack.map((each) => each.back))]
  const first = operations.findIndex((each) => gone.has(each))
  const last = operations.findLastIndex((each) => back.has(each))
  operations.forEach((operation, position) => {
    const before = options.before === undefined ? {} : { before: options.before }
    const cell = (each: Operation): Draft[] => draftsOf(each, context)
    const context: Context = { operations, around, position, major, script, cell, ...before }
    const drafts = [
      ...loose.filter((each) => each.first === position).map(loosen),
      ...(position === first ? noteRights(joined(goes.flatMap(({ things }) => things))) : []),
      ...draftsOf(operation, context),
      ...(position === last ? putRightsBack(joined(comesBack.flatMap(({ things }) => things))) : []),
      ...loose.filter((each) => each.last === position).map(fasten),
    ]
    for (const draft of drafts) placed.push({ draft, operation: position })
  })
  return [...(script ? withoutBodyChecks(operations) : []), ...merge(placed)]
}

const OLDEST = 14

// The cell of a kind takes the operation of that kind: the compiler cannot see it through the lookup.
const draftsOf = <K extends Kind>(operation: OperationOf<K> & { kind: K }, context: Context): Draft[] =>
  (cells[operation.kind] as Cell<K>)(operation, context)

// A routine's body may name what is made after it. The runner's transactions set this themselves; a script has to say it.
function withoutBodyChecks(operations: readonly Operation[]): Statement[] {
  const first = operations.findIndex(
    (operation) =>
      (operation.kind === 'createObject' && isRoutine(operation.object.type)) ||
      (operation.kind === 'alterObject' &&
        isRoutine(operation.to.type) &&
        operation.from.definition !== operation.to.definition),
  )
  return first < 0 ? [] : [{ sql: 'set check_function_bodies = off', transactional: true, operation: first }]
}

/**
 * True where a type has to be made anew (the columns that use it are read then), where parents and children are tied, and
 * where a materialized view is made without data: it may have been filled since it was made so the last time.
 */
export const needsSchema = (operations: readonly Operation[]): boolean =>
  remakesIndexes(operations) ||
  changesTypes(operations) ||
  changesAlike(operations) ||
  operations.some((operation) => {
    if (operation.kind === 'ensureColumnType') return true
    if (operation.kind === 'alterColumn') {
      return operation.to.extra?.inherited === true && operation.from.nullable !== operation.to.nullable
    }
    if (operation.kind === 'dropConstraint') return operation.constraint.extra?.partitionOf !== undefined
    if (operation.kind === 'createIndex') return operation.index.extra?.partitionOf !== undefined
    if (operation.kind === 'createObject') return operation.object.extra?.unpopulated === true
    return (
      operation.kind === 'alterObject' && familyOf(operation.to).needsSchema?.(operation.from, operation.to) === true
    )
  })

// Columns of one name that change their type together may be one column, a parent's and its child's.
function changesAlike(operations: readonly Operation[]): boolean {
  const changed = operations.flatMap((each) =>
    each.kind === 'alterColumn' && each.from.type !== each.to.type && each.to.extra?.inherited !== true
      ? [`${each.to.name} ${each.to.type}`]
      : [],
  )
  return new Set(changed).size < changed.length
}
