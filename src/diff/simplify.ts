// Fewer operations with the same result: changes that cancel out vanish, changes of what was just made are made at once.
import { applyAll } from '../operations/index.ts'
import type { Operation } from '../operations/operation.ts'
import { equalData } from '../schema/json.ts'
import { objectRef, ref, unqualify } from '../schema/names.ts'
import { emptySchema, type Table } from '../schema/schema.ts'

/**
 * Folds operations into one another where nothing between them could notice. `sql` and `run` are walls: what they
 * read or write is unknown. The result of applying is the same.
 */
export function simplify(operations: readonly Operation[]): Operation[] {
  let current = operations.filter((operation) => !isEmpty(operation))
  for (;;) {
    const next = foldOnce(current)
    if (next.length === current.length) return next
    current = next
  }
}

function foldOnce(operations: readonly Operation[]): Operation[] {
  const result: Operation[] = []
  // How many kept operations have a subject: without an earlier one of its own, nothing can fold.
  const subjects = new Map<string, number>()
  const count = (operation: Operation, by: number): void => {
    const subject = subjectOf(operation)
    if (subject !== undefined) subjects.set(subject, (subjects.get(subject) ?? 0) + by)
  }
  for (const operation of operations) {
    const at = partnerOf(result, operation, subjects)
    const partner = at === undefined ? undefined : result[at]
    const folded = partner && fold(partner, operation)
    if (at === undefined || partner === undefined || folded === undefined) {
      result.push(operation)
      count(operation, 1)
      continue
    }
    const kept = folded.filter((each) => !isEmpty(each))
    result.splice(at, 1, ...kept)
    count(partner, -1)
    for (const each of kept) count(each, 1)
  }
  return result
}

function partnerOf(
  before: readonly Operation[],
  operation: Operation,
  subjects: ReadonlyMap<string, number>,
): number | undefined {
  const subject = subjectOf(operation)
  if (subject === undefined || !subjects.get(subject)) return undefined
  for (let at = before.length - 1; at >= 0; at--) {
    const other = before[at]
    if (other === undefined) return undefined
    if (fold(other, operation) !== undefined) return at
    if (!areUnrelated(other, operation)) return undefined
  }
  return undefined
}

/** Changes nothing. */
function isEmpty(operation: Operation): boolean {
  switch (operation.kind) {
    case 'alterTable':
    case 'alterColumn':
    case 'alterConstraint':
    case 'alterIndex':
    case 'alterObject':
      return equalData(operation.from, operation.to)
    case 'renameTable':
    case 'renameColumn':
    case 'renameConstraint':
    case 'renameIndex':
    case 'renameObject':
    case 'renameValue':
      return operation.from === operation.to
    default:
      return false
  }
}

/** The table (or the object) an operation is about; undefined for what nothing may fold into or hop over. */
function subjectOf(operation: Operation): string | undefined {
  switch (operation.kind) {
    case 'sql':
    case 'run':
    case 'renameTable':
    case 'renameColumn':
    case 'renameObject':
    case 'renameValue':
    case 'takeBack':
      return undefined
    case 'createObject':
    case 'dropObject':
    case 'ensureObject':
      return objectRef(operation.object)
    case 'alterObject':
      return objectRef(operation.to)
    case 'createTable':
    case 'dropTable':
    case 'ensureTable':
      return ref('table', operation.table.name)
    default:
      return ref('table', operation.table)
  }
}

/** The operations that do the same as these two in a row; undefined where they cannot be one. */
function fold(first: Operation, second: Operation): Operation[] | undefined {
  const subject = subjectOf(first)
  if (subject === undefined || subject !== subjectOf(second)) return undefined
  if (first.kind === 'createTable') return foldIntoTable(first.table, second)
  if (first.kind === 'createObject') {
    if (second.kind === 'dropObject') return []
    return second.kind === 'alterObject' ? [{ kind: 'createObject', object: second.to }] : undefined
  }
  if (first.kind === 'alterObject') {
    if (second.kind === 'alterObject') return [{ ...first, to: second.to }]
    return second.kind === 'dropObject' ? [{ kind: 'dropObject', object: first.from }] : undefined
  }
  if (first.kind === 'alterTable') return second.kind === 'alterTable' ? [{ ...first, to: second.to }] : undefined
  return foldColumn(first, second) ?? foldConstraint(first, second) ?? foldIndex(first, second)
}

function foldIntoTable(table: Table, second: Operation): Operation[] | undefined {
  if (second.kind === 'dropTable') return []
  if (second.kind === 'createIndex' && second.concurrently) return undefined
  if (second.kind === 'dropObject' || second.kind === 'createObject') return undefined
  const [folded] = applyAll({ ...emptySchema(), tables: [table] }, [second]).tables
  return folded && [{ kind: 'createTable', table: folded }]
}

function foldColumn(first: Operation, second: Operation): Operation[] | undefined {
  if (first.kind === 'addColumn') {
    if (second.kind === 'dropColumn' && second.column.name === first.column.name) return []
    if (second.kind !== 'alterColumn' || second.from.name !== first.column.name) return undefined
    return [{ ...first, column: second.to }]
  }
  if (first.kind !== 'alterColumn' || first.using !== undefined || first.reverseUsing !== undefined) return undefined
  if (second.kind === 'alterColumn' && second.from.name === first.to.name) {
    return second.using === undefined && second.reverseUsing === undefined ? [{ ...first, to: second.to }] : undefined
  }
  return undefined
}

function foldConstraint(first: Operation, second: Operation): Operation[] | undefined {
  if (first.kind !== 'addConstraint' || first.constraint.name === '') return undefined
  const { name } = first.constraint
  if (second.kind === 'dropConstraint' && second.constraint.name === name) return []
  if (second.kind === 'alterConstraint' && second.from.name === name) return [{ ...first, constraint: second.to }]
  if (second.kind === 'renameConstraint' && second.from === name) {
    return [{ ...first, constraint: { ...first.constraint, name: second.to } }]
  }
  return undefined
}

function foldIndex(first: Operation, second: Operation): Operation[] | undefined {
  if (first.kind !== 'createIndex') return undefined
  const { name } = first.index
  if (second.kind === 'dropIndex' && second.index.name === name) return []
  if (second.kind === 'alterIndex' && second.from.name === name) return [{ ...first, index: second.to }]
  if (second.kind === 'renameIndex' && second.from === name) {
    return [{ ...first, index: { ...first.index, name: second.to } }]
  }
  return undefined
}

/** Two operations on different tables, of which neither needs the other's table. Objects may need anything: never. */
function areUnrelated(first: Operation, second: Operation): boolean {
  const [one, two] = [tableOf(first), tableOf(second)]
  if (one === undefined || two === undefined || one === two) return false
  if (targetsOf(first).includes(two) || targetsOf(second).includes(one)) return false
  // Columns of one name may be a parent's and its child's, which follows it: a default steps aside on either side of that.
  const column = columnOf(first)
  if (column !== undefined && column === columnOf(second)) return false
  // A table that names the other one in what its dialect alone knows hangs on it: what comes after it is not for it.
  if (first.kind === 'createTable' && stringsIn(first.table.extra).includes(two)) return false
  // A name that one gives up and the other takes: in most databases tables, indexes and keys share one space.
  const names = namesOf(first)
  if (names.size > 0 && [...namesOf(second)].some((each) => names.has(each))) return false
  const { name } = unqualify(one)
  return !textOf(second).includes(name)
}

const columnOf = (operation: Operation): string | undefined =>
  operation.kind === 'alterColumn' ? operation.to.name : undefined

function tableOf(operation: Operation): string | undefined {
  const subject = subjectOf(operation)
  if (subject === undefined || operation.kind === 'createObject') return undefined
  return subject.startsWith('table ') && !('object' in operation) ? subject.slice('table '.length) : undefined
}

/** The names that an operation takes or gives up, bare; a conservative answer is a right one. */
function namesOf(operation: Operation): Set<string> {
  const parts = (table: Table): string[] => [
    unqualify(table.name).name,
    ...table.constraints.map(({ name }) => name),
    ...table.indexes.map(({ name }) => name),
  ]
  const named = (): string[] => {
    switch (operation.kind) {
      case 'createTable':
      case 'dropTable':
        return parts(operation.table)
      case 'addConstraint':
      case 'dropConstraint':
        return [operation.constraint.name]
      case 'createIndex':
      case 'dropIndex':
        return [operation.index.name]
      case 'renameConstraint':
      case 'renameIndex':
        return [operation.from, operation.to]
      case 'alterConstraint':
      case 'alterIndex':
        return [operation.from.name, operation.to.name]
      default:
        return []
    }
  }
  return new Set(named().filter((name) => name !== ''))
}

function targetsOf(operation: Operation): string[] {
  const constraints =
    'constraint' in operation
      ? [operation.constraint]
      : operation.kind === 'alterConstraint'
        ? [operation.from, operation.to]
        : operation.kind === 'createTable' || operation.kind === 'dropTable'
          ? operation.table.constraints
          : []
  return constraints.flatMap(({ references }) => (references === undefined ? [] : [references.table]))
}

/** All texts of an operation on a part of a table: types and expressions may name other tables. */
function textOf(operation: Operation): string {
  const { kind: _kind, ...payload } = operation
  return stringsIn({ ...payload, table: undefined }).join('\n')
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : []
}
