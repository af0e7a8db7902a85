// FA104: a condition or a foreign key demanded of rows that are there already.
import { emptyColumns, freshTables } from '../lint.ts'
import type { Rule } from '../rule.ts'

/** Check, foreign key and exclusion constraints on tables that were there before. */
export const newCheck: Rule = {
  code: 'FA104',
  name: 'new-constraint',
  severity: 'info',
  check(subject) {
    const fresh = freshTables(subject)
    const empty = emptyColumns(subject)
    return subject.operations.flatMap((each, operation) => {
      if (each.kind !== 'addConstraint' || fresh.has(each.table)) return []
      const { type, name, columns } = each.constraint
      if (type === 'unique' || type === 'primary key') return []
      const isEmpty = columns.some((column) => empty.has(`${each.table}\0${column}`))
      if (type === 'foreign key' && isEmpty && each.constraint.extra === undefined) return []
      return [{ operation, message: `Adding ${type} ${name} to ${each.table} fails if a row does not meet it.` }]
    })
  },
}
