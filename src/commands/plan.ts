// `plan`: what `upgrade` or `downgrade` would do.
import type { PlanReport } from '../runner/index.ts'
import { command } from './command.ts'

export type { PlanReport }

/** Reads the history and the files; runs nothing. */
export const plan = command({
  name: 'plan',
  summary: 'what upgrade would do',
  description:
    'Shows the revisions that `upgrade` (or, with --down, `downgrade`) would run: their statements, locks, findings, and the data that would go.',
  examples: [
    { line: 'godwit plan', does: 'everything that is pending' },
    { line: 'godwit plan --down', does: 'what `godwit downgrade` would do' },
    { line: 'godwit plan --json', does: 'for a script or a review' },
  ],
  arguments: [{ name: 'target', summary: 'as for upgrade (or, with --down, for downgrade)' }],
  flags: {
    down: { type: 'boolean', summary: 'plan a downgrade' },
    exitCode: { type: 'boolean', summary: 'exit with 3 where there is something to do' },
  },
  writes: 'nothing',
  async run(context, { target, down }): Promise<PlanReport> {
    const runner = await import('../runner/index.ts')
    return runner.plan(await context.runner({ readOnly: true }), {
      ...(target !== undefined && { target }),
      direction: down ? 'down' : 'up',
    })
  },
  outcome: (report, { exitCode }) => (exitCode && report.steps.length + report.incomplete.length > 0 ? 3 : 0),
})
