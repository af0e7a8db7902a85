// Values that change with their type: a person agrees to that once, and the file keeps the consent.
import { GodwitError } from '../errors.ts'
import { ALTERED_VALUES } from '../lint/rules/altered-values.ts'
import type { Narrowing } from '../operations/narrowing.ts'
import type { Operation } from '../operations/operation.ts'
import type { Context } from './context.ts'

interface Input {
  acceptLoss?: boolean | undefined
  dryRun?: boolean | undefined
}

/**
 * The operations with the consent of whoever is asked. Without a terminal they stay as they are: `upgrade` stops where
 * there are such values. Errors: DATA_LOSS where it is refused.
 */
export async function agreeing(
  context: Context,
  operations: readonly Operation[],
  narrowings: readonly Narrowing[],
  { acceptLoss, dryRun }: Input,
): Promise<Operation[]> {
  const { unaccepted } = await import('../runner/index.ts')
  const open = unaccepted(operations, narrowings)
  if (open.length === 0 || dryRun) return [...operations]
  const values = open.map(({ message }) => message)
  if (acceptLoss) return consented(operations, open, 'agreed to with --accept-loss')
  if (context.ask === undefined) return [...operations]
  const details = [
    'Their new type does not keep these as they are, and going down does not bring them back:',
    ...open.flatMap(({ message, probe }) => [`  ${message}`, `    ${probe.at(-1) ?? ''}`]),
  ]
  if (await context.ask.confirm({ message: 'May these values change?', details })) {
    return consented(operations, open, 'agreed to when it was written')
  }
  throw new GodwitError('DATA_LOSS', 'Refused. Nothing was written.', {
    fix: 'Add a column of the new type, fill it as you want it, and drop the old one; or change the model back.',
    data: { values },
  })
}

function consented(operations: readonly Operation[], open: readonly Narrowing[], reason: string): Operation[] {
  const places = new Set(open.map(({ operation }) => operation))
  return operations.map((operation, at) => {
    if (!places.has(at)) return operation
    const accept = { ...('accept' in operation ? operation.accept : undefined), [ALTERED_VALUES]: reason }
    return { ...operation, accept } as Operation
  })
}
