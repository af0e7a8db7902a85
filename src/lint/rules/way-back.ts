// RB102: a column that goes could not come back to rows.
import { freshTables } from '../lint.ts'
import type { Rule } from '../rule.ts'

/** `dropColumn` of a NOT NULL column with no default, no expression and no numbering. */
export const wayBack: Rule = {
  code: 'RB102',
  name: 'values-missing-on-the-way-back',
  severity: 'warning',
  check(subject) {
    if (subject.wayBack) return []
    const fresh = freshTables(subject)
    return subject.operations.flatMap((each, operation) => {
      if (each.kind !== 'dropColumn' || fresh.has(each.table)) return []
      const { nullable, default: value, generated, identity, name } = each.column
      if (nullable || value !== undefined || generated !== undefined || identity !== undefined) return []
      return [
        {
          operation,
          message: `Going down could not bring ${each.table}.${name} back to a table with rows: it is NOT NULL without a default.`,
          instead: 'Write a way down that names a value for the rows, or take a backup before (`--backup`).',
        },
      ]
    })
  },
}
