// DL105: values become others without an error, because their new type has less room or another form.
import { accepts } from '../../operations/narrowing.ts'
import type { Operation } from '../../operations/operation.ts'
import type { Rule } from '../rule.ts'

/** Its code: what an operation's `accept` names. */
export const ALTERED_VALUES = 'DL105'

const isAccepted = (operation: Operation | undefined): boolean =>
  operation !== undefined && accepts(operation, ALTERED_VALUES)

/** Narrowings that alter values, unless the operation says why they may. The dialect says which, and how to count them. */
export const alteredValues: Rule = {
  code: ALTERED_VALUES,
  name: 'altered-values',
  severity: 'error',
  check: ({ operations, narrowings }) =>
    narrowings
      .filter(({ operation, outcome }) => outcome === 'alters' && !isAccepted(operations[operation]))
      .map(({ operation, message, probe }) => ({
        operation,
        message: `There may be ${message}: they are altered, and going down does not bring them back.`,
        instead: 'Count them first; where there are any, add a new column, copy and check the values, and switch over.',
        probe,
      })),
}
