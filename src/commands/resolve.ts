// `resolve`: settles what an interrupted run left in doubt.
import { GodwitError } from '../errors.ts'
import type { ResolveReport } from '../runner/index.ts'
import { command } from './command.ts'

export type { ResolveReport }

/** Looks at the schema first; only what that cannot tell has to be said by a person. */
export const resolve = command({
  name: 'resolve',
  summary: 'settle a step that is in doubt',
  description: `After a crash in the middle of a statement that has no transaction, \`upgrade\` looks at the schema to see whether it happened.
Where that cannot be seen (hand-written SQL), it stops with exit code 6. Look at the database, then say how it ended.

A revision that stopped half-way can also be given up: take back by hand what it had done (\`downgrade\` lists it), then pass its id and --undone.`,
  examples: [
    { line: 'godwit resolve', does: 'look at the schema and settle what can be seen' },
    { line: 'godwit resolve 3f9c2a --done', does: 'the statement in doubt has happened' },
    { line: 'godwit resolve 3f9c2a --absent', does: 'it has not: run it again' },
    { line: 'godwit resolve 3f9c2a --undone', does: 'what it had done is undone by hand: forget it' },
  ],
  arguments: [{ name: 'revision', summary: 'the revision in doubt (default: the only one)' }],
  flags: {
    done: { type: 'boolean', summary: 'the statement has happened' },
    absent: { type: 'boolean', summary: 'the statement has not happened' },
    undone: { type: 'boolean', summary: 'all it had done is undone by hand: take it out of the history' },
  },
  writes: 'database',
  async run(context, { revision, done, absent, undone }): Promise<ResolveReport> {
    const said = (['done', 'absent', 'undone'] as const).filter((each) => ({ done, absent, undone })[each])
    const [outcome, other] = said
    if (other !== undefined) {
      throw new GodwitError('USAGE', `--${outcome} and --${other} exclude each other.`, {
        fix: 'Pass the one that is true.',
      })
    }
    if (outcome === 'undone' && revision === undefined) {
      throw new GodwitError('USAGE', '--undone needs the revision that is to be forgotten.', {
        fix: 'godwit resolve <id> --undone',
      })
    }
    const runner = await import('../runner/index.ts')
    return runner.resolve(await context.runner(), {
      ...(revision !== undefined && { revision }),
      ...(outcome !== undefined && { outcome }),
    })
  },
})
