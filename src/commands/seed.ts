// `seed`: runs the seeds that are due.
import type { SeedReport } from '../runner/due.ts'
import type { SeedsReport } from '../runner/seeds.ts'
import { environmentOf } from '../switches.ts'
import { command } from './command.ts'

export type { SeedReport, SeedsReport }

/** The records, the transactions and the lock are the runner's. */
export const seed = command({
  name: 'seed',
  summary: 'run the seeds that have not run yet',
  description: `Runs the files of the seeds folder in name order, each in a transaction, and remembers it: a seed runs once, unless it says
\`always\`. One that was changed afterwards is not run again by itself. The database has to be at the head.

A seed is an SQL file (\`-- always\` and \`-- environments: development, test\` in its header say more), or a module with
\`export default seed({ async run(database) { … } })\`. \`startup()\` runs the same seeds.`,
  examples: [
    { line: 'godwit seed', does: 'those that are due here' },
    { line: 'godwit seed --environment test', does: 'as in the test environment' },
    { line: 'godwit seed --again 10_products.sql', does: 'this one once more' },
  ],
  arguments: [],
  flags: {
    environment: { type: 'text', value: 'name', summary: 'default: GODWIT_ENV, NODE_ENV, development' },
    again: { type: 'list', value: 'seed', summary: 'run this seed although it has run; may be repeated' },
  },
  writes: 'database',
  async run(context, { environment, again = [] }): Promise<SeedsReport> {
    const { readSeeds } = await import('../runner/seed.ts')
    const { runSeeds } = await import('../runner/seeds.ts')
    const { GodwitError } = await import('../errors.ts')
    const { seeds: folder } = await context.config()
    const seeds = readSeeds(folder)
    const unknown = again.find((name) => !seeds.some((file) => file.name === name))
    if (unknown !== undefined) {
      throw new GodwitError('USAGE', `There is no seed called ${JSON.stringify(unknown)}.`, {
        fix:
          seeds.length === 0
            ? `The folder ${folder} has none.`
            : `They are: ${seeds.map(({ name }) => name).join(', ')}.`,
      })
    }
    return runSeeds(await context.runner(), seeds, { environment: environmentOf(process.env, environment), again })
  },
})
