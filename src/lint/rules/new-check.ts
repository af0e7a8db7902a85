// FA104: a condition or a foreign key demanded of rows that are there already.
import { freshTables } from '../lint.ts'
import type { Rule } from '../rule.ts'

/** Check, foreign key and exclusion constraints on tables that were there before. */
export const newCheck: Rule = {
  code: 'FA104',
  name: 'new-constraint',
  severity: 'info',
  check(subject) {
    const fresh = freshTables(subject)
    return subject.operations.flatMap((each, operation) => {
      if (each.kind !== 'addConstraint' || fresh.has(each.table)) return []
      const { type, name } = each.constraint
      if (type === 'unique' || type === 'primary key') return []
      return [{ operation, message: `Adding ${type} ${name} to ${each.table} fails if a row does not meet it.` }]
    })
  },
}
