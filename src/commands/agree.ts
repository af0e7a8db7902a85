// `upgrade --ask`: what would run, shown to whoever has to agree to it.
import { amount } from '../amount.ts'
import { GodwitError } from '../errors.ts'
import type { PlanReport, RunnerContext } from '../runner/index.ts'
import type { Context } from './context.ts'

/**
 * Asks, and gives back the target that was agreed to: not `+1` from wherever the database is by then.
 * Errors: DECISION_NEEDED (nobody to ask, or it was declined), and those of planning.
 */
export async function agreeTo(
  context: Context,
  work: RunnerContext,
  target: string | undefined,
): Promise<string | undefined> {
  const { plan } = await import('../runner/index.ts')
  const planned = await plan(work, { direction: 'up', ...(target !== undefined && { target }) })
  const { steps, incomplete, to } = planned
  if (steps.length + incomplete.length === 0) return target
  const place = (await context.connection({ create: true })).location.display
  const count = amount(steps.length, 'revision')
  if (context.ask === undefined) {
    throw new GodwitError(
      'DECISION_NEEDED',
      `This would apply ${count} to ${place}, and there is no terminal to ask at.`,
      {
        why: linesOf(planned).join('\n'),
        fix: 'Nothing was changed. Look at `godwit plan`, and leave out --ask to apply it.',
        data: { revisions: steps.map(({ revision }) => revision) },
      },
    )
  }
  if (!(await context.ask.confirm({ message: `Apply ${count} to ${place}?`, details: linesOf(planned) }))) {
    throw new GodwitError('DECISION_NEEDED', 'Declined. Nothing was changed.', {
      fix: '`godwit plan` shows the same again; `godwit upgrade --ask` asks again.',
    })
  }
  return to.length === 1 && /^\+/.test(target ?? '') ? to[0] : target
}

function linesOf({ steps, incomplete }: PlanReport): string[] {
  return [
    ...incomplete.map(({ revision, state }) => `${revision} was stopped while ${state}, and is finished first`),
    ...steps.flatMap(({ revision, message, operations, statements, losses }) => [
      `${revision} ${message}`,
      ...operations.map(({ sign, text }) => `  ${sign} ${text}`),
      ...statements.flatMap(({ sql }) =>
        `${sql.trimEnd().replace(/;$/, '')};`.split('\n').map((line) => `      ${line}`),
      ),
      ...losses.map(({ message }) => `  data lost: ${message}`),
    ]),
  ]
}
