// FA101: a NOT NULL column without a value for the rows that are there.
import { freshTables } from '../lint.ts'
import type { Rule } from '../rule.ts'

/** `addColumn` of a NOT NULL column with no default, no expression and no numbering. */
export const notNullColumn: Rule = {
  code: 'FA101',
  name: 'not-null-column-without-default',
  severity: 'error',
  check(subject) {
    const fresh = freshTables(subject)
    return subject.operations.flatMap((each, operation) => {
      if (each.kind !== 'addColumn' || fresh.has(each.table)) return []
      const { nullable, default: value, generated, identity, name } = each.column
      if (nullable || value !== undefined || generated !== undefined || identity !== undefined) return []
      return [
        {
          operation,
          message: `${each.table}.${name} is NOT NULL and has no default: it fails as soon as the table has rows.`,
          instead: 'Add it nullable, fill it, and set NOT NULL then; or give it a default.',
        },
      ]
    })
  },
}
