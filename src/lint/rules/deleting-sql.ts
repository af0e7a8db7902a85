// DL104: hand-written SQL that throws data away.
import type { Rule } from '../rule.ts'

/** DROP, TRUNCATE, DELETE and the like in `op.sql`, as the dialect reads it: one finding for each operation. */
export const deletingSql: Rule = {
  code: 'DL104',
  name: 'deleting-sql',
  severity: 'warning',
  check: ({ destroyed }) =>
    [...destroyed].map(([operation, found]) => ({
      operation,
      message: `Hand-written SQL throws data away: ${[...new Set(found.map(({ message }) => message))].join('; ')}.`,
    })),
}
