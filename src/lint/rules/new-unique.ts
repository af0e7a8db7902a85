// FA103: uniqueness demanded of rows that are there already.
import { freshTables } from '../lint.ts'
import type { Rule } from '../rule.ts'

/** Unique constraints, primary keys and unique indexes on tables that were there before. */
export const newUnique: Rule = {
  code: 'FA103',
  name: 'new-unique',
  severity: 'warning',
  check(subject) {
    const fresh = freshTables(subject)
    return subject.operations.flatMap((each, operation) => {
      const added =
        each.kind === 'addConstraint' && (each.constraint.type === 'unique' || each.constraint.type === 'primary key')
          ? each.constraint.columns
          : each.kind === 'createIndex' && each.index.unique
            ? each.index.keys.map(({ column, expression }) => column ?? `(${expression})`)
            : undefined
      if (added === undefined || !('table' in each) || typeof each.table !== 'string' || fresh.has(each.table))
        return []
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
