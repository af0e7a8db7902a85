// RB103: the database cannot go back.
import type { Rule } from '../rule.ts'

/** No way down was taken by the shadow database: the revision says that there is none. */
export const noWayBack: Rule = {
  code: 'RB103',
  name: 'impossible-on-the-way-back',
  severity: 'warning',
  check: ({ noWayBack: why }) =>
    why === undefined
      ? []
      : [
          {
            message: `The database does not take this back, and the revision says \`down: 'irreversible'\`. ${why}`,
            instead: 'Write a `down` of your own if there is one, or take a backup before (`--backup`).',
          },
        ],
}
