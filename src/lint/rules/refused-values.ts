// FA105: values that the new type refuses make the revision fail.
import type { Rule } from '../rule.ts'

/** Narrowings that fail. The dialect says which, and how to count the rows. */
export const refusedValues: Rule = {
  code: 'FA105',
  name: 'refused-values',
  severity: 'warning',
  check: ({ narrowings }) =>
    narrowings
      .filter(({ outcome }) => outcome === 'fails')
      .map(({ operation, message, probe }) => ({
        operation,
        message: `There may be ${message}: it fails while there is one.`,
        instead: 'Count them first, and change those rows in a revision before.',
        probe,
      })),
}
