// FA103: uniqueness demanded of rows that are there already.

import type { OperationOf } from '../../operations/operation.ts'
import { emptyColumns, freshTables } from '../lint.ts'
import type { Rule } from '../rule.ts'

const isPlain = (operation: OperationOf<'addConstraint' | 'createIndex'>): boolean =>
  operation.kind === 'createIndex'
    ? operation.index.extra === undefined
    : operation.constraint.type === 'unique' && operation.constraint.extra === undefined

/** Unique constraints, primary keys and unique indexes on tables that were there before. */
export const newUnique: Rule = {
  code: 'FA103',
  name: 'new-unique',
  severity: 'warning',
  check(subject) {
    const fresh = freshTables(subject)
    const empty = emptyColumns(subject)
    return subject.operations.flatMap((each, operation) => {
      const added =
        each.kind === 'addConstraint' && (each.constraint.type === 'unique' || each.constraint.type === 'primary key')
          ? each.constraint.columns
          : each.kind === 'createIndex' && each.index.unique
            ? each.index.keys.map(({ column, expression }) => column ?? `(${expression})`)
            : undefined
      if (
        added === undefined ||
        (each.kind !== 'addConstraint' && each.kind !== 'createIndex') ||
        fresh.has(each.table)
      )
        return []
      // Rows without a value do not repeat each other, unless the dialect has something more to say of it.
      if (added.some((column) => empty.has(`${each.table}\0${column}`)) && isPlain(each)) return []
      return [
        {
          operation,
          message: `${each.table} (${added.join(', ')}) becomes unique: it fails if rows repeat a value.`,
          instead: 'Look for duplicates first, and remove them in the same revision.',
        },
      ]
    })
  },
}
