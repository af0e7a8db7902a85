// `stamp`: says where the database is, without running anything.
import type { StampReport } from '../runner/index.ts'
import { command } from './command.ts'

export type { StampReport }

/** Writes the history alone. */
export const stamp = command({
  name: 'stamp',
  summary: 'set the history without running anything',
  description: `Writes into the history that the database is at a revision, and runs none of its statements: for a database that was
built in another way, or whose history was lost. \`godwit check\` tells afterwards whether it is true.`,
  examples: [
    { line: 'godwit stamp head', does: 'the database has everything already' },
    { line: 'godwit stamp 3f9c2a', does: 'it is at this revision' },
    { line: 'godwit stamp base', does: 'nothing is applied' },
  ],
  arguments: [{ name: 'target', summary: 'head, base, or an id', required: true }],
  flags: {},
  writes: 'database',
  async run(context, { target }): Promise<StampReport> {
    const runner = await import('../runner/index.ts')
    return runner.stamp(await context.runner({ create: true }), { target })
  },
})
