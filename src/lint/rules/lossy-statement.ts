// DL103: a statement that the dialect knows to lose values, such as a sequence that goes.
import type { Rule } from '../rule.ts'

const SAID = new Set(['dropTable', 'dropColumn'])

/** Statements whose facts say `losesData`, beside plain drops. */
export const lossyStatement: Rule = {
  code: 'DL103',
  name: 'lossy-statement',
  severity: 'error',
  check({ operations, statements }) {
    const seen = new Set<number>()
    return statements.flatMap(({ facts, operation, sql }) => {
      if (facts?.losesData !== true || SAID.has(operations[operation]?.kind ?? '') || seen.has(operation)) return []
      seen.add(operation)
      return [
        {
          operation,
          message: `Values can get lost: ${sql.split('\n')[0]}`,
          instead: 'Add a new column, copy and check the values, and switch over.',
        },
      ]
    })
  },
}
