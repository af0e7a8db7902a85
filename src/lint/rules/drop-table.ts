// DL101: a table goes, and its rows with it.
import type { Rule } from '../rule.ts'

/** Every `dropTable`. */
export const dropTable: Rule = {
  code: 'DL101',
  name: 'drop-table',
  severity: 'error',
  check: ({ operations }) =>
    operations.flatMap((each, operation) =>
      each.kind === 'dropTable'
        ? [
            {
              operation,
              message: `Dropping table ${each.table.name} throws its rows away.`,
              instead: 'Stop using it first, deploy that, and drop it in a later release; take a backup before.',
            },
          ]
        : [],
    ),
}
