// `heads`: the latest revisions on disk.
import { command } from './command.ts'
import { fileHeads, type Named, named } from './files.ts'

export interface HeadsReport {
  /** Revisions that no other one comes after. More than one means that branches wait for `merge`. */
  heads: Named[]
}

/** Reads the headers of the files alone. */
export const heads = command({
  name: 'heads',
  summary: 'the latest revisions on disk',
  description:
    'Prints the revisions that no other one comes after. Two or more mean that branches were written side by side: `godwit merge` joins them.',
  examples: [{ line: 'godwit heads', does: 'no database is asked' }],
  arguments: [],
  flags: {},
  writes: 'nothing',
  async run(context): Promise<HeadsReport> {
    return { heads: await named(context, await fileHeads(context)) }
  },
})
