// Settles by a person's word, or by looking at the schema, what an interrupted run left in doubt.
import { GodwitError } from '../errors.ts'
import { findRevision } from '../revisions/index.ts'
import { underLock } from './locked.ts'
import type { ResolveOutcome, ResolveReport, RunnerContext } from './reports.ts'
import { settle } from './resume.ts'
import { folderOf, readState } from './run.ts'
import { withSession } from './session.ts'
import { begun, incomplete } from './state.ts'

/** Nothing of the revision is run: the next upgrade or downgrade goes on from there. Errors: IN_DOUBT, REVISION_UNKNOWN. */
export async function resolveStep(
  context: RunnerContext,
  { revision, outcome }: { revision?: string; outcome?: ResolveOutcome },
): Promise<ResolveReport> {
  const folder = await folderOf(context)
  return withSession(context, 'write', (session) =>
    underLock(session, async () => {
      const state = await readState(session, folder)
      const open = incomplete(state)
      const wanted = revision === undefined ? open : [findRevision(state.graph, revision)]
      const other = wanted.find((id) => !open.includes(id))
      if (other !== undefined) {
        throw new GodwitError(
          'REVISION_UNKNOWN',
          `Revision ${other} was not interrupted: there is nothing to resolve.`,
          {
            fix: open.length === 0 ? 'No revision is in doubt.' : `In doubt: ${open.join(', ')}.`,
          },
        )
      }
      const settled: ResolveReport['settled'] = []
      for (const id of wanted) for (const one of await settle(session, state, id, outcome)) settled.push(one)
      return { settled, incomplete: begun(await readState(session, folder)) }
    }),
  )
}
