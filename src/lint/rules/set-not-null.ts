// FA102: NOT NULL on a column that may hold NULLs.
import { freshTables } from '../lint.ts'
import type { Rule } from '../rule.ts'

/** `alterColumn` from nullable to NOT NULL. */
export const setNotNull: Rule = {
  code: 'FA102',
  name: 'set-not-null',
  severity: 'warning',
  check(subject) {
    const fresh = freshTables(subject)
    // Filled above it, all its rows.
    const isFilled = (table: string, column: string, before: number): boolean =>
      subject.operations
        .slice(0, before)
        .some(
          (each) =>
            each.kind === 'backfill' && each.table === table && each.column === column && each.where === undefined,
        )
    return subject.operations.flatMap((each, operation) =>
      each.kind === 'alterColumn' &&
      each.from.nullable &&
      !each.to.nullable &&
      !fresh.has(each.table) &&
      !isFilled(each.table, each.to.name, operation)
        ? [
            {
              operation,
              message: `${each.table}.${each.to.name} becomes NOT NULL: it fails if a row has no value there.`,
              instead: `Look first: select count(*) … where ${each.to.name} is null; fill those rows in the same revision.`,
            },
          ]
        : [],
    )
  },
}
