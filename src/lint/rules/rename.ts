// BC101: a rename breaks the application that is still running.
import { freshTables } from '../lint.ts'
import type { Rule } from '../rule.ts'

/** Renamed tables, columns and labels: whoever uses the old name fails at once. */
export const rename: Rule = {
  code: 'BC101',
  name: 'rename',
  severity: 'info',
  check(subject) {
    const fresh = freshTables(subject)
    return subject.operations.flatMap((each, operation) => {
      const what =
        each.kind === 'renameTable'
          ? `table ${each.from}`
          : each.kind === 'renameColumn' && !fresh.has(each.table)
            ? `column ${each.table}.${each.from}`
            : each.kind === 'renameValue'
              ? `value ${each.name}.${each.from}`
              : undefined
      if (what === undefined) return []
      return [
        {
          operation,
          message: `An application that still uses ${what} fails from then on.`,
          instead:
            'If it has to keep running meanwhile: add the new one, write both, move over, and drop the old one later.',
        },
      ]
    })
  },
}
