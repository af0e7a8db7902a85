// Constraints and indexes of the same shape under another name are renamed, not dropped and built again.
import type { Operation } from '../operations/operation.ts'
import { constraintRef } from '../schema/identity.ts'
import { byText, equalData } from '../schema/json.ts'
import { objectRef, ref } from '../schema/names.ts'
import type { Constraint, Index, Schema, Table } from '../schema/schema.ts'
import { constraintShape, indexShape } from '../schema/shape.ts'
import { matchParts } from './match.ts'

/** The renames of constraints and indexes, and the old schema as it is after them. */
export function renamedParts(from: Schema, to: Schema): { operations: Operation[]; schema: Schema } {
  const after = new Map(to.tables.map((table) => [table.name, table]))
  const operations: Operation[] = []
  const refs = new Map<string, string>()
  let taken: ReadonlySet<string> | undefined
  // A name that something else still holds, and gives up only later, is not free for a rename that comes first.
  const isFree = (name: string): boolean => {
    taken ??= vanishingNames(from, to)
    return !taken.has(name)
  }
  const tables = from.tables.map((table) => {
    const target = after.get(table.name)
    if (target === undefined || equalData(table, target)) return table
    const names = new Map<Constraint | Index, string>()
    for (const [before, next] of renames(table.constraints, target.constraints, constraintShape)) {
      if (!isFree(next.name)) continue
      operations.push({ kind: 'renameConstraint', table: table.name, from: before.name, to: next.name })
      refs.set(constraintRef(table.name, before), constraintRef(table.name, next))
      names.set(before, next.name)
    }
    for (const [before, next] of renames(table.indexes, target.indexes, indexShape)) {
      if (!isFree(next.name)) continue
      operations.push({ kind: 'renameIndex', table: table.name, from: before.name, to: next.name })
      refs.set(ref('index', table.name, before.name), ref('index', table.name, next.name))
      names.set(before, next.name)
    }
    return names.size === 0 ? table : withNames(table, names)
  })
  if (operations.length === 0) return { operations, schema: from }
  const dependencies = from.dependencies.map((each) => ({
    from: refs.get(each.from) ?? each.from,
    to: refs.get(each.to) ?? each.to,
  }))
  const order = (operation: Operation): string => ('table' in operation ? `${operation.table} ${operation.kind}` : '')
  operations.sort((a, b) => byText(order(a), order(b)))
  return { operations, schema: { ...from, tables, dependencies } }
}

function renames<Part extends { name: string }>(
  from: readonly Part[],
  to: readonly Part[],
  shape: (part: Part) => string,
): [Part, Part][] {
  const { pairs } = matchParts(from, to, { name: (part) => part.name, shape })
  return pairs.filter(([before, after]) => before.name !== after.name)
}

function withNames(table: Table, names: ReadonlyMap<Constraint | Index, string>): Table {
  const named = <Part extends Constraint | Index>(part: Part): Part => {
    const name = names.get(part)
    return name === undefined ? part : { ...part, name }
  }
  return { ...table, constraints: table.constraints.map(named), indexes: table.indexes.map(named) }
}

/** Names of relations, constraints and indexes that exist before under a ref that does not exist afterwards. */
function vanishingNames(from: Schema, to: Schema): ReadonlySet<string> {
  const remaining = new Set(namesByRef(to).map(([reference]) => reference))
  return new Set(namesByRef(from).flatMap(([reference, name]) => (remaining.has(reference) ? [] : [name])))
}

const namesByRef = (schema: Schema): [string, string][] => [
  ...schema.objects.map((object): [string, string] => [objectRef(object), object.name]),
  ...schema.tables.flatMap((table): [string, string][] => [
    [ref('table', table.name), table.name],
    ...table.constraints.map((each): [string, string] => [constraintRef(table.name, each), each.name]),
    ...table.indexes.map((each): [string, string] => [ref('index', table.name, each.name), each.name]),
  ]),
]
