// Indexes and keys of partitioned tables. The server would make the partitions' ones under names of its own; so the
// parent's is built on itself ONLY, and the partitions' are attached to it.
import type { Operation } from '../../../operations/operation.ts'
import type { Index, TableAttributes } from '../../../schema/schema.ts'
import { indexShape } from '../../../schema/shape.ts'
import { type Context, type Draft, statement } from './draft.ts'
import { EXCLUSIVE } from './facts.ts'
import { beside, named } from './names.ts'
import { constraintExtra, indexExtra, tableExtra } from './shape.ts'

/** The indexes (as SQL) that these operations make to hang on the parent's index, which is SQL too. */
function hanging(operations: readonly Operation[], parent: string): string[] {
  return operations.flatMap((operation) => {
    const part = added(operation)
    return part?.partitionOf !== undefined && named(part.partitionOf) === parent ? [part.name] : []
  })
}

function added(operation: Operation): { name: string; partitionOf?: string | undefined } | undefined {
  if (operation.kind === 'createIndex') {
    const { index, table } = operation
    return { name: beside(table, index.name), partitionOf: indexExtra(index).partitionOf }
  }
  if (operation.kind === 'addConstraint') {
    const { constraint, table } = operation
    return { name: beside(table, constraint.name), partitionOf: constraintExtra(constraint).partitionOf }
  }
  return undefined
}

/** Attaches the index of a partition to the one of its parent. Attaching twice is allowed. */
const attach = (parent: string, child: string): Draft =>
  statement(`alter index ${parent} attach partition ${child}`, { lock: 'ACCESS EXCLUSIVE' })

/** How the index or key of a partitioned table is built: ONLY where the partitions' ones follow. */
export function partitionedParent(
  index: string,
  incomplete: true | undefined,
  context: Context,
): { only: boolean; after: Draft[] } {
  const { operations, position } = context
  // A table that is attached later is paired then: an index built ONLY would stay invalid.
  const here = (list: readonly Operation[]): Operation[] =>
    list.filter((each) => !('table' in each && typeof each.table === 'string' && joinsParent(each.table, context)))
  const only = incomplete || hanging(here(operations.slice(position + 1)), index).length > 0
  if (!only) return { only, after: [] }
  return { only, after: hanging(here(operations.slice(0, position)), index).map((child) => attach(index, child)) }
}

/** Attaches a partition's index, unless the parent's is made later and finds it by itself. */
export function partitionChild(
  table: string,
  partitionOf: string | undefined,
  child: string,
  context: Context,
): Draft[] {
  // ATTACH PARTITION pairs the indexes by itself.
  if (partitionOf === undefined || joinsParent(table, context)) return []
  const parent = named(partitionOf)
  const later = context.operations.slice(context.position + 1).some((operation) => added(operation)?.name === parent)
  return later ? [] : [attach(parent, child)]
}

/** The index that an operation takes away, as SQL, and what it hangs on. */
function dropped(operation: Operation): { name: string; partitionOf?: string | undefined } | undefined {
  if (operation.kind === 'dropIndex') {
    const { index, table } = operation
    return { name: beside(table, index.name), partitionOf: indexExtra(index).partitionOf }
  }
  if (operation.kind === 'dropConstraint') {
    const { constraint, table } = operation
    // A key of the partition's own is dropped by itself, whatever its index hangs on.
    const { inherited, partitionOf } = constraintExtra(constraint)
    return { name: beside(table, constraint.name), partitionOf: inherited ? partitionOf : undefined }
  }
  return undefined
}

/**
 * A partition's index goes with its parent's. Where its name is taken again, that has to be early enough: then the
 * parent's goes in place of the first partition's. Answers the operation that takes the parent's away.
 */
export function parentDrop(partitionOf: string, child: string, context: Context): Operation | undefined {
  const { operations, position } = context
  const parent = named(partitionOf)
  const retaken = operations.slice(position + 1).some((operation) => added(operation)?.name === child)
  if (!retaken || isGone(parent, context)) return undefined
  return operations.slice(position + 1).find((operation) => dropped(operation)?.name === parent)
}

/** Whether the parent's index has gone before, in place of a partition's. */
export function isGone(parent: string, { operations, position }: Context): boolean {
  return operations.slice(0, position).some((operation, at) => {
    const part = dropped(operation)
    if (part?.partitionOf === undefined || named(part.partitionOf) !== parent) return false
    const retaken = operations.slice(at + 1).some((later) => added(later)?.name === part.name)
    return retaken && operations.slice(at + 1).some((later) => dropped(later)?.name === parent)
  })
}

/** The statements between leaving the parent and joining it again, where the table does neither by itself. */
export function whileDetached(table: string, drafts: Draft[], context: Context): Draft[] {
  const found = context.before?.tables.find(({ name }) => name === table)
  const place = found && tableExtra(found).partitionOf
  if (place === undefined || isDetached(table, context)) return drafts
  const leave = statement(`alter table ${named(place.parent)} detach partition ${named(table)}`, EXCLUSIVE)
  return [leave, ...drafts, attachPartition(place, table)]
}

/** ATTACH PARTITION. */
export function attachPartition({ parent, bound }: { parent: string; bound: string }, child: string): Draft {
  return statement(`alter table ${named(parent)} attach partition ${named(child)} ${bound}`, {
    lock: 'SHARE UPDATE EXCLUSIVE',
    scans: true,
  })
}

/**
 * A table that joins takes, of the indexes that fit the parent's, the one that was made first. Where that is to stay the
 * table's own, it gives its name to the one that hangs on the parent's. Answers the index to be made in its place.
 */
export function olderTwin(table: string, index: Index, context: Context): Index | undefined {
  if (indexExtra(index).partitionOf === undefined || !joinsParent(table, context)) return undefined
  const touched = (name: string): boolean =>
    context.operations.some(
      (operation) =>
        (operation.kind === 'dropIndex' && operation.table === table && operation.index.name === name) ||
        (operation.kind === 'alterIndex' && operation.table === table && operation.from.name === name) ||
        (operation.kind === 'renameIndex' && operation.table === table),
    )
  const own = context.before?.tables.find(({ name }) => name === table)?.indexes ?? []
  const shape = (each: Index): string => indexShape({ ...each, extra: { ...each.extra, partitionOf: null } })
  return own.find((each) => shape(each) === shape(index) && !touched(each.name))
}

/**
 * Whether the table joins a parent later: until then, what it will inherit is its own to make. A part that comes from
 * another parent, which it has already, comes with that one's.
 */
export function joinsParent(table: string, { operations, position }: Context, part?: string): boolean {
  const join = operations
    .slice(position + 1)
    .find((each) => each.kind === 'alterTable' && each.table === table && gainsParent(each.from, each.to))
  if (join?.kind !== 'alterTable') return false
  const kept = tableExtra(join.from).inherits ?? []
  return !operations.some(
    (each) =>
      (each.kind === 'addColumn' && kept.includes(each.table) && each.column.name === part) ||
      (each.kind === 'addConstraint' && kept.includes(each.table) && each.constraint.name === part),
  )
}

/** Whether the table leaves a parent in these operations: then what it inherited is its own, unless another one has it. */
export function isDetached(table: string, { operations }: Context, part?: string): boolean {
  const leave = operations.find(
    (each) => each.kind === 'alterTable' && each.table === table && gainsParent(each.to, each.from),
  )
  if (leave?.kind !== 'alterTable') return false
  const kept = tableExtra(leave.to).inherits ?? []
  return !operations.some(
    (each) =>
      (each.kind === 'dropColumn' && kept.includes(each.table) && each.column.name === part) ||
      (each.kind === 'dropConstraint' && kept.includes(each.table) && each.constraint.name === part),
  )
}

function gainsParent(from: TableAttributes, to: TableAttributes): boolean {
  const [before, after] = [tableExtra(from), tableExtra(to)]
  if (after.partitionOf !== undefined && before.partitionOf === undefined) return true
  return (after.inherits ?? []).some((parent) => before.inherits?.includes(parent) !== true)
}
