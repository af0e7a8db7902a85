// DL102: a column goes, and its values with it.
import { freshTables } from '../lint.ts'
import type { Rule } from '../rule.ts'

/** Every `dropColumn` of a column that holds values of its own. */
export const dropColumn: Rule = {
  code: 'DL102',
  name: 'drop-column',
  severity: 'error',
  check(subject) {
    const fresh = freshTables(subject)
    return subject.operations.flatMap((each, operation) =>
      each.kind === 'dropColumn' && each.column.generated === undefined && !fresh.has(each.table)
        ? [
            {
              operation,
              message: `Dropping ${each.table}.${each.column.name} throws its values away.`,
              instead: 'Stop reading and writing it first, deploy that, and drop it in a later release.',
            },
          ]
        : [],
    )
  },
}
