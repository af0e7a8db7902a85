// What an operation that looks first comes to, given what is there: nothing, the operations that make it, or an error.
import { GodwitError } from '../errors.ts'
import {
  canonicalColumn,
  canonicalConstraint,
  canonicalIndex,
  canonicalObject,
  canonicalTable,
} from '../schema/canonical.ts'
import { constraintRef } from '../schema/identity.ts'
import { equalData, stableText } from '../schema/json.ts'
import { objectRef, ref } from '../schema/names.ts'
import type { Column, Constraint, Index, Schema, Table } from '../schema/schema.ts'
import { constraintShape } from '../schema/shape.ts'
import { misfit, tableOf } from './edit.ts'
import type { Ensure, Operation } from './operation.ts'
import { columnWords, constraintWords, indexWords, objectWords } from './words.ts'

/** One part that is there and not as it was asked for. `found` is absent where the part is missing. */
export interface Difference {
  /** A ref of schema/names.ts. */
  what: string
  wanted: string
  found?: string
}

export type Resolution =
  /** `more`: refs of parts of the table that nobody asked for; they are left alone as well. */
  | { outcome: 'found'; more: string[] }
  | { outcome: 'absent'; operations: Operation[] }
  | { outcome: 'different'; differences: Difference[] }

/**
 * Compares with the schema, text by text: both have to be spelled by the same engine. A comment counts where the
 * operation gives one. Errors: REVISION_INVALID where the table (or the column whose type is meant) is missing.
 */
export function resolve(schema: Schema, operation: Ensure): Resolution {
  switch (operation.kind) {
    case 'ensureTable': {
      const found = schema.tables.find(({ name }) => name === operation.table.name)
      if (found === undefined) return { outcome: 'absent', operations: [{ ...operation, kind: 'createTable' }] }
      return compared(tableDifferences(operation.table, found), unasked(operation.table, found))
    }
    case 'ensureColumn': {
      const { table, column } = operation
      const found = tableOf(schema, table).columns.find(({ name }) => name === column.name)
      if (found === undefined) return { outcome: 'absent', operations: [{ ...operation, kind: 'addColumn' }] }
      return compared(columnDifferences(table, column, found))
    }
    case 'ensureIndex': {
      const { table, index } = operation
      const { indexes } = tableOf(schema, table)
      const found = indexes.find(({ name }) => name === index.name)
      if (found !== undefined) return compared(indexDifferences(table, index, found))
      const { from, ...rest } = operation
      const old = indexes.find(({ name }) => name === from)
      if (old === undefined) return { outcome: 'absent', operations: [{ ...rest, kind: 'createIndex' }] }
      const differences = indexDifferences(table, index, { ...old, name: index.name })
      if (differences.length > 0) return { outcome: 'different', differences }
      return { outcome: 'absent', operations: [{ kind: 'renameIndex', table, from: old.name, to: index.name }] }
    }
    case 'ensureConstraint': {
      const { table, constraint, from } = operation
      const { constraints } = tableOf(schema, table)
      const add: Operation = { kind: 'addConstraint', table, constraint }
      const isThere = constraints.some((each) =>
        constraint.name === '' || each.name === ''
          ? constraintShape(each) === constraintShape(constraint)
          : each.name === constraint.name,
      )
      if (isThere) return compared(constraintDifferences(table, constraint, constraints))
      const old = constraints.find(({ name }) => from !== undefined && name === from)
      if (old === undefined) return { outcome: 'absent', operations: [add] }
      const differences = constraintDifferences(table, constraint, [{ ...old, name: constraint.name }])
      if (differences.length > 0) return { outcome: 'different', differences }
      return {
        outcome: 'absent',
        operations: [{ kind: 'renameConstraint', table, from: old.name, to: constraint.name }],
      }
    }
    case 'ensureObject': {
      const { object } = operation
      const what = objectRef(object)
      const found = schema.objects.find((each) => objectRef(each) === what)
      if (found === undefined) return { outcome: 'absent', operations: [{ ...operation, kind: 'createObject' }] }
      if (same(canonicalObject(object), canonicalObject(found))) return { outcome: 'found', more: [] }
      return { outcome: 'different', differences: [difference(what, objectWords, object, found)] }
    }
    case 'ensureColumnType': {
      const { table, column, type, using, reverseUsing } = operation
      const from = tableOf(schema, table).columns.find(({ name }) => name === column)
      if (from === undefined) throw misfit(`there is no column ${ref('', table, column).trimStart()}`)
      if (from.type === type) return { outcome: 'found', more: [] }
      const conversion = { ...(using !== undefined && { using }), ...(reverseUsing !== undefined && { reverseUsing }) }
      return {
        outcome: 'absent',
        operations: [{ kind: 'alterColumn', table, from, to: retyped(from, type), ...conversion }],
      }
    }
  }
}

// A literal that is cast to the old type in the default's text would keep it: it takes the new one by itself.
/** The column with another type. */
export function retyped(column: Column, type: string): Column {
  const literal = /^('(?:[^']|'')*')::[^:()]+(?:\([\d, ]*\))?$/u.exec(column.default ?? '')?.[1]
  return { ...column, type, ...(literal !== undefined && { default: literal }) }
}

const compared = (differences: Difference[], more: string[] = []): Resolution =>
  differences.length > 0 ? { outcome: 'different', differences } : { outcome: 'found', more }

const same = (wanted: { comment?: string }, found: { comment?: string }): boolean => {
  const { comment: _ignored, ...uncommented } = found
  return equalData(wanted, wanted.comment === undefined ? uncommented : found)
}

function columnDifferences(table: string, wanted: Column, found: Column | undefined): Difference[] {
  if (found !== undefined && same(canonicalColumn(wanted), canonicalColumn(found))) return []
  return [difference(ref('column', table, wanted.name), columnWords, wanted, found)]
}

function indexDifferences(table: string, wanted: Index, found: Index | undefined): Difference[] {
  if (found !== undefined && same(canonicalIndex(wanted), canonicalIndex(found))) return []
  return [difference(ref('index', table, wanted.name), indexWords, wanted, found)]
}

// Some engines keep no name for a constraint: where one side has none, the shape tells.
const fits = (wanted: Constraint, found: Constraint): boolean =>
  wanted.name === found.name || wanted.name === '' || found.name === ''

function constraintDifferences(table: string, wanted: Constraint, all: readonly Constraint[]): Difference[] {
  const alike = all.filter((each) => constraintShape(each) === constraintShape(wanted))
  const found = alike.find((each) => fits(wanted, each))
  if (found !== undefined && same(canonicalConstraint({ ...wanted, name: found.name }), canonicalConstraint(found))) {
    return []
  }
  const other = all.find(({ name }) => name !== '' && name === wanted.name) ?? alike[0]
  return [difference(constraintRef(table, wanted), constraintWords, wanted, other)]
}

function tableDifferences(wanted: Table, found: Table): Difference[] {
  const { name, columns, constraints, indexes } = wanted
  const bare = (table: Table) => canonicalTable({ ...table, columns: [], constraints: [], indexes: [] })
  const attributes = same(bare(wanted), bare(found))
    ? []
    : [difference(ref('table', name), ({ extra, comment }: Table) => stableText({ extra, comment }), wanted, found)]
  return [
    ...attributes,
    ...columns.flatMap((each) => columnDifferences(name, each, found.columns.find(named(each)))),
    ...constraints.flatMap((each) => constraintDifferences(name, each, found.constraints)),
    ...indexes.flatMap((each) => indexDifferences(name, each, found.indexes.find(named(each)))),
  ]
}

const named =
  ({ name }: { name: string }) =>
  (other: { name: string }): boolean =>
    other.name === name

/** What stands beside what was asked for. */
function unasked(wanted: Table, found: Table): string[] {
  const { name } = wanted
  return [
    ...found.columns.filter((each) => !wanted.columns.some(named(each))).map((each) => ref('column', name, each.name)),
    ...found.constraints
      .filter((each) => !wanted.constraints.some((one) => constraintShape(one) === constraintShape(each)))
      .map((each) => constraintRef(name, each)),
    ...found.indexes.filter((each) => !wanted.indexes.some(named(each))).map((each) => ref('index', name, each.name)),
  ]
}

function difference<Part>(what: string, words: (part: Part) => string, wanted: Part, found: Part | undefined) {
  if (found === undefined) return { what, wanted: words(wanted) }
  const [one, other] = [words(wanted), words(found)]
  // What words leave out (storage, collation, options) is shown as it is.
  if (one !== other) return { what, wanted: one, found: other }
  return { what, wanted: stableText(wanted), found: stableText(found) }
}

/** The error for a thing that is there differently: it shows both definitions. */
export function differentError(operation: Ensure, differences: readonly Difference[], subject: string): GodwitError {
  const lines = differences.flatMap(({ what, wanted, found }) => [
    `${what}`,
    `  asked for: ${wanted}`,
    `  there is:  ${found ?? 'nothing'}`,
  ])
  return new GodwitError('ENSURE_DIFFERENT', `${subject}: it is there, and differently.`, {
    why: `Nothing was changed. The two definitions, as the database spells them:\n${lines.join('\n')}`,
    fix: 'Decide which is right: correct the operation, or bring the database to it first (op.ensureColumnType converts a type, op.ensureColumn adds what a table lacks, op.alterColumn changes the rest). Where the database is further than its history says, `godwit adopt` finds out where.',
    data: { operation: operation.kind, differences },
  })
}
