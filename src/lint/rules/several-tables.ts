// LK104: one transaction holds the locks of several busy tables at once.
import { freshTables } from '../lint.ts'
import type { Rule } from '../rule.ts'
import { tableOf } from '../table-of.ts'

/** More than one table that was there before is locked against readers in one revision. */
export const severalTables: Rule = {
  code: 'LK104',
  name: 'several-tables-locked',
  severity: 'info',
  check(subject) {
    const fresh = freshTables(subject)
    const locked = new Set<string>()
    for (const { facts, operation, transactional } of subject.statements) {
      const table = tableOf(subject.operations[operation])
      if (transactional && facts?.blocksReads && table !== undefined && !fresh.has(table)) locked.add(table)
    }
    if (locked.size < 2) return []
    return [
      {
        message: `${locked.size} tables are locked together until the revision commits: ${[...locked].join(', ')}.`,
        instead:
          'One revision for each table: shorter locks, and no deadlock with a transaction that takes them in another order.',
      },
    ]
  },
}
