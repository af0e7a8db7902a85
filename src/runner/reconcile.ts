// What lies between a live database and the schema that revisions make, sorted by what may be done about it: lacking
// things are made, different ones changed if that is meant, and what only the database has is left alone. Pure.
import { diff, type Traits } from '../diff/index.ts'
import { describe, retyped } from '../operations/index.ts'
import type { Operation, OperationOf } from '../operations/operation.ts'
import { constraintRef } from '../schema/identity.ts'
import { equalData } from '../schema/json.ts'
import { objectRef, ref } from '../schema/names.ts'
import type { Column, Schema } from '../schema/schema.ts'

/** One thing that both sides have, and differently. */
export interface Differing {
  /** A ref of schema/names.ts. */
  what: string
  /** The change in words. */
  change: string
  /** False: its values would be lost on the way, so nothing of ours does it. */
  alterable: boolean
}

export interface Gap {
  /** Operations that make what the database lacks, in an order that can be executed. */
  lacking: Operation[]
  different: Differing[]
  /** Refs of what only the database has. */
  only: string[]
  /** Columns that stand elsewhere in their tables: left alone as well, unless it is asked for. */
  moves: Operation[]
  /** All the rest in order; renames of parts among it. */
  operations: Operation[]
}

/** Sorts the difference. */
export function gapBetween(live: Schema, wanted: Schema, traits: Traits): Gap {
  const all = diff(live, wanted, { traits })
  const made = new Set(all.flatMap((each) => creates(each) ?? []))
  const dropped = new Set(all.flatMap((each) => drops(each) ?? []))
  const fresh = new Set<string>()
  const gap: Gap = { lacking: [], different: [], only: [], moves: [], operations: [] }
  for (const operation of all) {
    const [create, drop] = [creates(operation), drops(operation)]
    if (drop !== undefined && !made.has(drop)) {
      gap.only.push(drop)
      continue
    }
    if (operation.kind === 'moveColumn') {
      gap.moves.push(operation)
      continue
    }
    gap.operations.push(operation)
    // Of the same name as one that would go first: it is there, and only different. The one that comes says so.
    const lacks = create !== undefined && !dropped.has(create)
    if (lacks) fresh.add(create)
    // In a circle, a thing is made first and gets its default or its text later: it is lacking all the same.
    if (lacks || (create === undefined && isOf(fresh, operation))) gap.lacking.push(operation)
    else if (drop === undefined) {
      const what = create ?? subjectOf(operation)
      const lost = create?.startsWith('column ') === true || create?.startsWith('table ') === true
      gap.different.push({ what, change: changeOf(operation, all), alterable: !lost })
    }
  }
  return gap
}

function isOf(fresh: ReadonlySet<string>, operation: Operation): boolean {
  const table = 'table' in operation && typeof operation.table === 'string' ? ref('table', operation.table) : ''
  return fresh.has(subjectOf(operation)) || fresh.has(table)
}

function changeOf(operation: Operation, all: readonly Operation[]): string {
  const create = creates(operation)
  const gone = create === undefined ? undefined : all.find((each) => drops(each) === create)
  return gone === undefined ? describe(operation) : `${describe(gone)}; ${describe(operation)}`
}

/** The operations of a revision that does this on any database: where all of it is there already, it changes nothing. */
export function reconciling(gap: Gap, wanted: Schema): Operation[] {
  const lacking = new Set(gap.lacking)
  return gap.operations.flatMap((operation): Operation[] =>
    lacking.has(operation) ? [ensuring(operation)] : repeatable(operation, wanted),
  )
}

function ensuring(operation: Operation): Operation {
  switch (operation.kind) {
    case 'createTable':
      return { ...operation, kind: 'ensureTable' }
    case 'addColumn':
      return { ...operation, kind: 'ensureColumn' }
    case 'createIndex':
      return { ...operation, kind: 'ensureIndex' }
    case 'addConstraint':
      return { ...operation, kind: 'ensureConstraint' }
    case 'createObject':
      return { ...operation, kind: 'ensureObject' }
    default:
      return operation
  }
}

// Changes of columns, and dropping one thing for another of the same name, come to the same however often they run.
function repeatable(operation: Operation, wanted: Schema): Operation[] {
  switch (operation.kind) {
    case 'alterColumn':
      return conversion(operation)
    case 'renameIndex': {
      const { table, from, to } = operation
      const index = tableIn(wanted, table)?.indexes.find(({ name }) => name === to)
      return index === undefined ? [operation] : [{ kind: 'ensureIndex', table, index, from }]
    }
    case 'renameConstraint': {
      const { table, from, to } = operation
      const constraint = tableIn(wanted, table)?.constraints.find(({ name }) => name === to)
      return constraint === undefined ? [operation] : [{ kind: 'ensureConstraint', table, constraint, from }]
    }
    default:
      return [operation]
  }
}

const tableIn = ({ tables }: Schema, name: string) => tables.find((table) => table.name === name)

// The conversion of the values is what a person will want to read and correct: it stands by itself.
function conversion(operation: OperationOf<'alterColumn'>): Operation[] {
  const { table, from, to, using } = operation
  if (from.type === to.type) return [operation]
  const converted: Column = retyped(from, to.type)
  const convert: Operation = {
    kind: 'ensureColumnType',
    table,
    column: to.name,
    type: to.type,
    ...(using !== undefined && { using }),
  }
  return equalData(converted, to) ? [convert] : [convert, { kind: 'alterColumn', table, from: converted, to }]
}

function creates(operation: Operation): string | undefined {
  switch (operation.kind) {
    case 'createTable':
      return ref('table', operation.table.name)
    case 'addColumn':
      return ref('column', operation.table, operation.column.name)
    case 'createIndex':
      return ref('index', operation.table, operation.index.name)
    case 'addConstraint':
      return constraintRef(operation.table, operation.constraint)
    case 'createObject':
      return objectRef(operation.object)
    default:
      return undefined
  }
}

function drops(operation: Operation): string | undefined {
  switch (operation.kind) {
    case 'dropTable':
      return ref('table', operation.table.name)
    case 'dropColumn':
      return ref('column', operation.table, operation.column.name)
    case 'dropIndex':
      return ref('index', operation.table, operation.index.name)
    case 'dropConstraint':
      return constraintRef(operation.table, operation.constraint)
    case 'dropObject':
      return objectRef(operation.object)
    default:
      return undefined
  }
}

function subjectOf(operation: Operation): string {
  switch (operation.kind) {
    case 'alterTable':
      return ref('table', operation.table)
    case 'alterColumn':
      return ref('column', operation.table, operation.to.name)
    case 'alterConstraint':
      return constraintRef(operation.table, operation.to)
    case 'alterIndex':
      return ref('index', operation.table, operation.to.name)
    case 'renameConstraint':
      return ref('constraint', operation.table, operation.from)
    case 'renameIndex':
      return ref('index', operation.table, operation.from)
    case 'alterObject':
      return objectRef(operation.to)
    default:
      return operation.kind
  }
}
