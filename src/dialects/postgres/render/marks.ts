// What a table says of one of its indexes, that it is clustered on it or known to replicas by it, goes with that index.
import type { Operation } from '../../../operations/operation.ts'
import type { Table } from '../../../schema/schema.ts'
import { identifier } from '../quote.ts'
import type { Context, Draft } from './draft.ts'
import { clause, PHASE } from './draft.ts'
import { EXCLUSIVE, QUIET } from './facts.ts'
import { named } from './names.ts'
import { tableExtra } from './shape.ts'
import { replicaIdentity } from './tables.ts'

/** Whether these operations make an index anew that a table may have said something about. */
export function remakesIndexes(operations: readonly Operation[]): boolean {
  const gone = new Set(operations.flatMap(indexGone))
  return gone.size > 0 && operations.some((operation) => indexMade(operation).some((name) => gone.has(name)))
}

function indexGone(operation: Operation): string[] {
  if (operation.kind === 'dropIndex') return [`${operation.table} ${operation.index.name}`]
  return operation.kind === 'dropConstraint' ? [`${operation.table} ${operation.constraint.name}`] : []
}

function indexMade(operation: Operation): string[] {
  if (operation.kind === 'createIndex') return [`${operation.table} ${operation.index.name}`]
  return operation.kind === 'addConstraint' ? [`${operation.table} ${operation.constraint.name}`] : []
}

/** Says it again of the index of this name, which is made anew, unless the table changes in these operations anyway. */
export function marksAgain(table: string, index: string, { before, operations, position }: Context): Draft[] {
  const found: Table | undefined = before?.tables.find(({ name }) => name === table)
  const name = `${table} ${index}`
  if (found === undefined || !operations.slice(0, position).some((each) => indexGone(each).includes(name))) return []
  const changed = operations.find((each) => each.kind === 'alterTable' && each.table === table)
  const wanted = tableExtra(changed?.kind === 'alterTable' ? changed.to : found)
  const had = tableExtra(found)
  const identity = wanted.replicaIdentity
  const target = `alter table ${named(table)}`
  return [
    ...(had.clusterOn === index && wanted.clusterOn === index
      ? [clause(target, PHASE.other, `cluster on ${identifier(index)}`, QUIET)]
      : []),
    ...(typeof identity === 'object' && identity.index === index && typeof had.replicaIdentity === 'object'
      ? [clause(target, PHASE.other, replicaIdentity(identity), EXCLUSIVE)]
      : []),
  ]
}
