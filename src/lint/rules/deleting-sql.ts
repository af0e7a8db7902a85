// DL104: hand-written SQL that throws data away.
import type { Rule } from '../rule.ts'

/**
 * DROP, TRUNCATE, DELETE and the like in `op.sql`, as the dialect reads it: one finding for each operation. A table that
 * is made anew under its name keeps its rows; which columns it loses, the losses say.
 */
export const deletingSql: Rule = {
  code: 'DL104',
  name: 'deleting-sql',
  severity: 'warning',
  check: ({ destroyed }) =>
    [...destroyed].flatMap(([operation, found]) => {
      const lost = new Set(found.flatMap(({ keeps, message }) => (keeps === undefined ? [message] : [])))
      if (lost.size === 0) return []
      return [{ operation, message: `Hand-written SQL throws data away: ${[...lost].join('; ')}.` }]
    }),
}
