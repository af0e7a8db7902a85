// RB101: nobody has said how to take it back.
import { invert } from '../../operations/index.ts'
import type { Rule } from '../rule.ts'

/** SQL or code without `down`. */
export const irreversible: Rule = {
  code: 'RB101',
  name: 'irreversible',
  severity: 'warning',
  check: ({ operations }) =>
    operations.flatMap((each, operation) =>
      invert(each) === null
        ? [
            {
              operation,
              message: `This ${each.kind === 'run' ? 'code' : 'SQL'} has no \`down\`: the revision cannot be undone.`,
              instead: "Write `down`, or `down: ''` where nothing has to be taken back.",
            },
          ]
        : [],
    ),
}
