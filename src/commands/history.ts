// `history`: who applied what, when, and how long it took.
import type { JournalEntry } from '../runner/index.ts'
import { command } from './command.ts'
import { fileGraph, type Named, shortPath } from './files.ts'

/** A revision with what the database remembers of it. */
export interface HistoryEntry extends Named {
  parents: string[]
  /** `pending`: on disk, not applied. Absent: no database was asked. */
  state?: 'done' | 'upgrading' | 'downgrading' | 'pending'
  appliedAt?: string
  appliedBy?: string
  /** Milliseconds; absent where it was stamped. */
  duration?: number
  version?: string
  /** A latest revision on disk. */
  head: boolean
}

export interface HistoryReport {
  /** In the order in which they run. */
  entries: HistoryEntry[]
  /** With --journal: every statement that ran, in order. */
  journal?: JournalEntry[]
}

/** Without a database URL it lists the files alone. */
export const history = command({
  name: 'history',
  summary: 'all revisions: who applied them, when, how long it took',
  description: `Lists the revisions in the order in which they run, with what the database remembers of each. Without a database URL
the files alone are listed.`,
  examples: [
    { line: 'godwit history', does: 'all revisions' },
    { line: 'godwit history --journal', does: 'every statement that ran, too' },
  ],
  arguments: [],
  flags: { journal: { type: 'boolean', summary: 'list the statements that ran' } },
  writes: 'nothing',
  async run(context, { journal }): Promise<HistoryReport> {
    const graph = await fileGraph(context)
    const { headsOf } = await import('../revisions/index.ts')
    const heads = new Set(headsOf(graph))
    const { url } = await context.config()
    const runner = await import('../runner/index.ts')
    const known =
      url === undefined && !journal ? undefined : await runner.readHistory(await context.runner({ readOnly: true }))
    const applied = new Map((known?.applied ?? []).map((row) => [row.revision, row]))
    const entries: HistoryEntry[] = graph.order.map((revision) => {
      const node = graph.nodes.get(revision)
      const row = applied.get(revision)
      applied.delete(revision)
      return {
        revision,
        parents: node?.parents ?? [],
        message: node?.message ?? '',
        ...(node !== undefined && { file: shortPath(context, node.file) }),
        head: heads.has(revision),
        ...(row !== undefined ? facts(row) : known !== undefined && { state: 'pending' as const }),
      }
    })
    // Applied, and gone from the folder: nobody should have to look for them.
    for (const row of applied.values()) {
      entries.push({ revision: row.revision, parents: row.parents, message: row.message, head: false, ...facts(row) })
    }
    return { entries, ...(journal && known !== undefined && { journal: known.journal }) }
  },
})

type Row = Awaited<ReturnType<typeof import('../runner/index.ts')['readHistory']>>['applied'][number]

const facts = ({ state, appliedAt, appliedBy, duration, version }: Row): Partial<HistoryEntry> => ({
  state,
  appliedAt,
  appliedBy,
  ...(duration !== undefined && { duration }),
  version,
})
