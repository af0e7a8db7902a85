// LK101: a table is rewritten while nobody else can use it.
import { freshTables } from '../lint.ts'
import type { Rule } from '../rule.ts'
import { tableOf } from '../table-of.ts'

/** Statements that rewrite a table that was there before, under a lock that blocks readers or writers. */
export const rewrite: Rule = {
  code: 'LK101',
  name: 'rewrite-under-lock',
  severity: 'warning',
  check(subject) {
    const fresh = freshTables(subject)
    return subject.statements.flatMap(({ facts, operation }) => {
      const table = tableOf(subject.operations[operation])
      if (facts?.rewrites !== true || !(facts.blocksReads || facts.blocksWrites)) return []
      if (table === undefined || fresh.has(table)) return []
      const who = facts.blocksReads ? 'readers and writers' : 'writers'
      return [
        {
          operation,
          message: `The whole of ${table} is rewritten, and ${who} wait as long as that takes${facts.lock === undefined ? '' : ` (${facts.lock})`}.`,
          instead: 'On a large table: a new column, filled in batches, then switched over.',
        },
      ]
    })
  },
}
