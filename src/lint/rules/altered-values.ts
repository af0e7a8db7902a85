// DL105: values become others without an error, because their new type has less room or another form.
import type { Rule } from '../rule.ts'

/** Narrowings that alter values. The dialect says which, and how to count them. */
export const alteredValues: Rule = {
  code: 'DL105',
  name: 'altered-values',
  severity: 'error',
  check: ({ narrowings }) =>
    narrowings
      .filter(({ outcome }) => outcome === 'alters')
      .map(({ operation, message, probe }) => ({
        operation,
        message: `There may be ${message}: they are altered, and going down does not bring them back.`,
        instead: 'Count them first; where there are any, add a new column, copy and check the values, and switch over.',
        probe,
      })),
}
