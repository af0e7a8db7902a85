// What the diff asks of this database: what can be changed in place, and what stands in the way of a change.
import type { Traits } from '../../diff/traits.ts'
import type { AlterColumn, Operation } from '../../operations/operation.ts'
import { objectRef, ref } from '../../schema/names.ts'
import type { Column, Constraint, Index, Schema, SchemaObject, Table, TableAttributes } from '../../schema/schema.ts'
import { sequenceOf } from './render/column-text.ts'
import { constraintInPlace } from './render/constraints.ts'
import { indexInPlace } from './render/indexes.ts'
import { beside, named } from './render/names.ts'
import { sameBut } from './render/objects/family.ts'
import { familyOf } from './render/objects/index.ts'
import { columnsOfType } from './render/objects/rebuild.ts'
import { typesOver } from './render/objects/types-over.ts'
import { columnExtra, constraintExtra, indexExtra, same, tableExtra } from './render/shape.ts'
import { tableInPlace } from './render/table-changes.ts'
import { converts, joinable } from './render/types.ts'

/** Answers for this database, the same for every supported version. */
export const traits: Traits = {
  columnOrder: false,
  // The inverse of a change in place is one as well: both ways have to be possible.
  alterObject: (from: SchemaObject, to: SchemaObject) =>
    familyOf(to).inPlace(from, to) && familyOf(to).inPlace(to, from),
  alterColumn,
  converts,
  sameColumn,
  sameObject,
  alterTable: (from: Table, to: Table) => tableInPlace(from, to),
  alterConstraint: (from: Constraint, to: Constraint) => constraintInPlace(from, to),
  alterIndex: (from: Index, to: Index) => indexInPlace(from, to),
  withState,
  disturbs,
  precedence,
  names,
  alongKeys,
  isInherited: ({ extra }) => extra?.inherited === true || extra?.partitionOf !== undefined,
  between,
  occupies: (table, column) => (column.identity === undefined ? undefined : sequenceOf(table, column)),
}

// CREATE INDEX CONCURRENTLY that failed leaves its index: nothing uses it, and a unique one need not hold.
function withState(printed: Table, live: Table): Table {
  const broken = new Set(live.indexes.filter((index) => indexExtra(index).invalid).map(({ name }) => name))
  if (broken.size === 0) return printed
  const indexes = printed.indexes.map((index) =>
    broken.has(index.name) ? { ...index, extra: { ...index.extra, invalid: true } } : index,
  )
  return { ...printed, indexes }
}

function precedence(operation: Operation): 'first' | 'last' | undefined {
  // What is made after them is made under the new ones: the grants on it are said with those in mind.
  if ('object' in operation && operation.object.type === 'default privileges') return 'first'
  if (operation.kind === 'alterObject' && operation.to.type === 'default privileges') return 'first'
  if (operation.kind !== 'alterTable') return undefined
  const [before, after] = [tableExtra(operation.from), tableExtra(operation.to)]
  // Only a table that is no longer of a type can change by itself; one that becomes of a type has to fit it.
  if (before.ofType !== after.ofType) return after.ofType === undefined ? 'first' : 'last'
  if (isNew(before.partitionOf, after.partitionOf) || joins(before.inherits, after.inherits)) return 'last'
  return isNew(after.partitionOf, before.partitionOf) || joins(after.inherits, before.inherits) ? 'first' : undefined
}

// What a table says of an index: the index may be that of a constraint.
function names(operation: Operation): string[] {
  if (operation.kind !== 'alterTable') return []
  const { replicaIdentity, clusterOn } = tableExtra(operation.to)
  const identity = typeof replicaIdentity === 'object' ? replicaIdentity.index : undefined
  return [identity, clusterOn]
    .filter((index) => index !== undefined)
    .flatMap((index) => [ref('index', operation.table, index), ref('constraint', operation.table, index)])
}

// A permanent table never refers to an unlogged one.
function alongKeys(operation: Operation): 'target first' | 'target last' | undefined {
  if (operation.kind !== 'alterTable') return undefined
  const [before, after] = [tableExtra(operation.from).unlogged, tableExtra(operation.to).unlogged]
  return before === after ? undefined : after ? 'target last' : 'target first'
}

// The columns of a former parent stay: left after the parent gave one up, the table would have lost its values.
function between(from: TableAttributes, to: TableAttributes): TableAttributes | undefined {
  const [before, after] = [tableExtra(from), tableExtra(to)]
  // With another bound alone it leaves and joins at once, when its parent is what it will be.
  const [old, next] = [before.partitionOf?.parent, after.partitionOf?.parent]
  const moves = old !== undefined && next !== undefined && old !== next
  const changes = joins(before.inherits, after.inherits) && joins(after.inherits, before.inherits)
  const retyped = before.ofType !== undefined && after.ofType !== undefined && before.ofType !== after.ofType
  if (!moves && !changes && !retyped) return undefined
  const { partitionOf, inherits = [], ofType, ...rest } = before
  const kept = inherits.filter((parent) => after.inherits?.includes(parent))
  return {
    ...from,
    extra: {
      ...rest,
      ...(!retyped && ofType !== undefined && { ofType }),
      ...(!moves && partitionOf !== undefined && { partitionOf }),
      ...(kept.length > 0 && { inherits: kept }),
    },
  }
}

/** Whether `after` holds what `before` does not. */
const joins = (before: readonly string[] = [], after: readonly string[] = []): boolean =>
  after.some((parent) => !before.includes(parent))

const isNew = (before: unknown, after: unknown): boolean => after !== undefined && !same(before, after)

// Before 17 a generating expression cannot change; the values are computed anew either way, so nothing is lost.
function alterColumn(from: Column, to: Column): boolean {
  if (to.generated === undefined) return true
  if (from.generated === undefined || from.generated.stored !== to.generated.stored) return false
  return from.generated.expression === to.generated.expression
}

// A column that a child has both by itself and from its parent: the server does not take the former back.
function sameColumn(from: Column, to: Column): boolean {
  const rest = ({ extra, ...column }: Column) => ({ ...column, extra: { ...extra, inherited: null } })
  return columnExtra(to).inherited === true && same(rest(from), rest(to))
}

// A dump of a schema says WITH NO DATA of every materialized view: nobody means to empty them by that.
function sameObject(from: SchemaObject, to: SchemaObject): boolean {
  return from.type === 'materialized view' && from.comment === to.comment && sameBut(from, to, 'unpopulated')
}

function disturbs(operation: Operation, before: Schema, after: Schema): string[] {
  switch (operation.kind) {
    case 'dropIndex':
      return disturbedByUnhooking(operation.table, indexExtra(operation.index).partitionOf, before, after)
    case 'dropConstraint': {
      const { inherited, partitionOf } = constraintExtra(operation.constraint)
      return inherited ? disturbedByUnhooking(operation.table, partitionOf, before, after) : []
    }
    case 'alterColumn':
      return disturbedByType(operation, before)
    case 'alterObject':
      return disturbedByRebuild(operation.from, operation.to, before)
    default:
      return []
  }
}

// The server refuses another type or collation while a view, rule, policy, trigger or generated column reads the column.
function disturbedByType({ table, from, to }: AlterColumn, before: Schema): string[] {
  if (from.type === to.type && from.collation === to.collation) return []
  if (columnExtra(from).inherited && columnExtra(to).inherited) return []
  return [table, ...childrenOf(table, before)].flatMap((each) => [
    ref('column', each, from.name),
    ...(joinable(from.type, to.type) ? [] : foreignKeysOn(each, from.name, before)),
  ])
}

/** Tables that have the table's columns from it, at any depth. */
function childrenOf(table: string, before: Schema): string[] {
  const children = before.tables.filter((each) => {
    const { partitionOf, inherits } = tableExtra(each)
    return partitionOf?.parent === table || inherits?.includes(table)
  })
  return children.flatMap(({ name }) => [name, ...childrenOf(name, before)])
}

// The server rebuilds the foreign keys of a column whose type changes. Where the two ends no longer compare, it cannot.
function foreignKeysOn(table: string, column: string, before: Schema): string[] {
  return before.tables.flatMap((owner) =>
    owner.constraints
      .filter(
        ({ type, columns, references }) =>
          type === 'foreign key' &&
          ((owner.name === table && columns.includes(column)) ||
            (references?.table === table && references.columns.includes(column))),
      )
      .map((constraint) => ref('constraint', owner.name, constraint.name)),
  )
}

// An index that hangs on the parent's goes with it, and only with it: while the table stays a partition, the parent's goes too.
function disturbedByUnhooking(table: string, partitionOf: string | undefined, before: Schema, after: Schema): string[] {
  if (partitionOf === undefined) return []
  const parentOf = ({ tables }: Schema): string | undefined => {
    const found = tables.find(({ name }) => name === table)
    return found && tableExtra(found).partitionOf?.parent
  }
  const parent = parentOf(before)
  if (parent === undefined || parentOf(after) !== parent) return []
  const owner = before.tables.find(({ name }) => name === parent)
  const own = ({ name }: { name: string }): boolean => beside(parent, name) === named(partitionOf)
  return [
    ...(owner?.indexes ?? []).filter(own).map(({ name }) => ref('index', parent, name)),
    ...(owner?.constraints ?? []).filter(own).map(({ name }) => ref('constraint', parent, name)),
  ]
}

// A type made anew is another type to all that names it. Its columns are carried over; what reads them cannot stay.
function disturbedByRebuild(from: SchemaObject, to: SchemaObject, before: Schema): string[] {
  if (familyOf(to).disturbs?.(from, to) === true) return [objectRef(from)]
  if (familyOf(to).needsSchema?.(from, to) !== true) return []
  const types = [from, ...typesOver(before, from)]
  const columns = types.flatMap(({ name }) => columnsOfType(before, name))
  return [
    ...types.map((type) => objectRef(type)),
    ...columns.map(({ table, column }) => ref('column', table.name, column.name)),
    // One of the two columns moves over before the other.
    ...columns.flatMap(({ table, column }) => foreignKeysOn(table.name, column.name, before)),
  ]
}
