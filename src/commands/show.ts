// `show`: one revision: its place in the history, what it does, its text.

import { type Change, changes } from './changes.ts'
import { command } from './command.ts'
import { fileGraph, loadRevisions, type Named, named, shortPath } from './files.ts'

export interface ShowReport extends Named {
  file: string
  parents: Named[]
  children: Named[]
  checksum: string
  operations: Change[]
  /** The operations of its own way down, where it does not take the inverses. */
  down?: Change[] | 'irreversible'
  text: string
}

/** Reads the files alone. */
export const show = command({
  name: 'show',
  summary: 'one revision: what it does',
  description:
    'Shows a revision: what comes before and after it, its operations in words, and its file. No database is asked.',
  examples: [
    { line: 'godwit show head', does: 'the latest' },
    { line: 'godwit show 3f9c', does: 'by the beginning of its id' },
  ],
  arguments: [{ name: 'revision', summary: 'head, an id, or the beginning of one', required: true }],
  flags: {},
  writes: 'nothing',
  async run(context, { revision }): Promise<ShowReport> {
    const { findRevision } = await import('../revisions/index.ts')
    const graph = await fileGraph(context)
    const id = findRevision(graph, revision)
    const file = (await context.folder()).files.find((candidate) => candidate.id === id)
    const [loaded] = await loadRevisions(context, [id])
    if (file === undefined || loaded === undefined) throw new Error(`The graph knows ${id}, and the folder does not.`)
    return {
      revision: id,
      message: file.message,
      file: shortPath(context, file.file),
      parents: await named(context, file.parents),
      children: await named(context, graph.children.get(id) ?? []),
      checksum: file.checksum,
      operations: changes(loaded.operations),
      ...(loaded.down !== undefined && { down: loaded.down === 'irreversible' ? loaded.down : changes(loaded.down) }),
      text: file.text,
    }
  },
})
