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
Where that cannot be seen (hand-written SQL), it stops with exit code 6. Look at the database, then say how it ended.`,
  examples: [
    { line: 'godwit resolve', does: 'look at the schema and settle what can be seen' },
    { line: 'godwit resolve 3f9c2a --done', does: 'the statement in doubt has happened' },
    { line: 'godwit resolve 3f9c2a --absent', does: 'it has not: run it again' },
  ],
  arguments: [{ name: 'revision', summary: 'the revision in doubt (default: the only one)' }],
  flags: {
    done: { type: 'boolean', summary: 'the statement has happened' },
    absent: { type: 'boolean', summary: 'the statement has not happened' },
  },
  writes: 'database',
  async run(context, { revision, done, absent }): Promise<ResolveReport> {
    if (done && absent) {
      throw new GodwitError('USAGE', '--done and --absent exclude each other.', { fix: 'Pass the one that is true.' })
    }
    const runner = await import('../runner/index.ts')
    return runner.resolve(await context.runner(), {
      ...(revision !== undefined && { revision }),
      ...(done && { outcome: 'done' as const }),
      ...(absent && { outcome: 'absent' as const }),
    })
  },
})
