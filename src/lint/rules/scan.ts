// LK102: all rows are read while writers wait.
import { freshTables } from '../lint.ts'
import type { Rule } from '../rule.ts'
import { tableOf } from '../table-of.ts'

/** Statements that read the whole of a table that was there before while they block writers. Index builds are LK103. */
export const scan: Rule = {
  code: 'LK102',
  name: 'scan-under-lock',
  severity: 'warning',
  check(subject) {
    const fresh = freshTables(subject)
    return subject.statements.flatMap(({ facts, operation }) => {
      const each = subject.operations[operation]
      const table = tableOf(each)
      if (facts?.scans !== true || facts.rewrites || !facts.blocksWrites || each?.kind === 'createIndex') return []
      if (table === undefined || fresh.has(table)) return []
      return [
        {
          operation,
          message: `All rows of ${table} are checked while ${facts.blocksReads ? 'readers and writers' : 'writers'} wait${facts.lock === undefined ? '' : ` (${facts.lock})`}.`,
          instead:
            'Where the database can: add it without checking first (NOT VALID), and validate in a revision of its own.',
        },
      ]
    })
  },
}
