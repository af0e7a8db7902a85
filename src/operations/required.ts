// What an operation cannot do without, for revision files in plain JavaScript: no compiler has read those.
import type { Kind, Operation, OperationOf } from './operation.ts'

const REQUIRED: { readonly [K in Kind]: readonly Exclude<keyof OperationOf<K>, 'kind'>[] } = {
  createTable: ['table'],
  dropTable: ['table'],
  renameTable: ['from', 'to'],
  alterTable: ['table', 'from', 'to'],
  addColumn: ['table', 'column'],
  dropColumn: ['table', 'column'],
  renameColumn: ['table', 'from', 'to'],
  alterColumn: ['table', 'from', 'to'],
  moveColumn: ['table', 'column', 'from', 'to'],
  addConstraint: ['table', 'constraint'],
  dropConstraint: ['table', 'constraint'],
  renameConstraint: ['table', 'from', 'to'],
  alterConstraint: ['table', 'from', 'to'],
  createIndex: ['table', 'index'],
  dropIndex: ['table', 'index'],
  renameIndex: ['table', 'from', 'to'],
  alterIndex: ['table', 'from', 'to'],
  createObject: ['object'],
  dropObject: ['object'],
  alterObject: ['from', 'to'],
  renameObject: ['type', 'from', 'to'],
  renameValue: ['type', 'name', 'from', 'to'],
  ensureTable: ['table'],
  ensureColumn: ['table', 'column'],
  ensureIndex: ['table', 'index'],
  ensureConstraint: ['table', 'constraint'],
  ensureColumnType: ['table', 'column', 'type'],
  ensureObject: ['object'],
  backfill: ['table', 'column', 'value'],
  takeBack: ['operation'],
  sql: ['up'],
  run: ['up'],
}

/** Whether there is such an operation. */
export const isKind = (kind: unknown): kind is Kind => typeof kind === 'string' && Object.hasOwn(REQUIRED, kind)

/** The first key that the operation lacks, if it lacks one. */
export function lackingKey(operation: Operation): string | undefined {
  const wanted: readonly string[] = REQUIRED[operation.kind]
  return wanted.find((key) => Reflect.get(operation, key) === undefined)
}
