// LK103: an index is built while writers wait.
import { freshTables } from '../lint.ts'
import type { Rule } from '../rule.ts'

/** `createIndex` on a table that was there before, where its statement blocks writers. */
export const indexBlocksWrites: Rule = {
  code: 'LK103',
  name: 'index-blocks-writes',
  severity: 'warning',
  check(subject) {
    const fresh = freshTables(subject)
    const blocking = new Set(
      subject.statements.flatMap(({ facts, operation }) => (facts?.blocksWrites && facts.scans ? [operation] : [])),
    )
    const beside = subject.concurrentIndex === true
    return subject.operations.flatMap((each, operation) =>
      each.kind === 'createIndex' && blocking.has(operation) && !fresh.has(each.table)
        ? [
            {
              operation,
              message: `Writers to ${each.table} wait while the index ${each.index.name} is built.`,
              ...(beside && {
                instead:
                  'Set `concurrently: true` on the operation: it is then built outside of a transaction, beside the writers.',
              }),
            },
          ]
        : [],
    )
  },
}
