// `current`: the revisions the database is at.
import type { Incomplete } from '../runner/index.ts'
import { command } from './command.ts'
import { type Named, named } from './files.ts'

export interface CurrentReport {
  /** Heads of what is applied; empty where nothing is. */
  current: Named[]
  /** Whether they are the heads of the files, nothing is pending, and nothing is half done. */
  latest: boolean
  pending: number
  /** Interrupted half-way. */
  incomplete: Incomplete[]
}

/** Reads one row set and the headers of the files; changes nothing. */
export const current = command({
  name: 'current',
  summary: 'the revision the database is at',
  description:
    'Prints the latest applied revision (several where branches are applied side by side) and whether it is the latest there is.',
  examples: [
    { line: 'godwit current', does: 'of the configured database' },
    { line: 'godwit current --url "$STAGING_URL" --json', does: 'of another one, for a script' },
  ],
  arguments: [],
  flags: {},
  writes: 'nothing',
  async run(context): Promise<CurrentReport> {
    const { readState } = await import('../runner/index.ts')
    const state = await readState(await context.runner({ readOnly: true }))
    return {
      current: await named(context, state.current),
      latest: state.pending.length === 0 && state.missing.length === 0 && state.incomplete.length === 0,
      pending: state.pending.length,
      incomplete: state.incomplete,
    }
  },
})
