// The one query of a start: where the database is beside the revisions, and which seeds have run.
import type { Connection } from '../dialects/dialect.ts'
import { headsOf, pathUp } from '../revisions/graph.ts'
import { readBookkeeping } from '../runner/journal.ts'
import { edited, incomplete, missing, type State, stateOf } from '../runner/state.ts'
import type { Project } from './project.ts'

/** What was seen. */
export interface Look {
  state: State
  /** Not applied, or not to the end, in the order in which they would run. */
  pending: string[]
  /** False: something forbids to call it current or pending (edited, missing, interrupted, something to apply and several heads). */
  clear: boolean
  /** Nothing is applied yet. */
  fresh: boolean
}

/** One round trip. Errors: those of the graph; drivers' errors come as they are. */
export async function look({ connector, folder }: Project, connection: Connection): Promise<Look> {
  const state = stateOf(folder, await readBookkeeping(connector, connection))
  const { graph, applied, books } = state
  const heads = headsOf(graph)
  const begun = incomplete(state)
  const wrong = [...edited(state), ...missing(state), ...begun]
  const open = new Set([...pathUp(graph, applied, heads), ...begun])
  const known = (books.meta.get('format') ?? '1') === '1'
  return {
    state,
    pending: graph.order.filter((id) => open.has(id)),
    // Branches that are all applied need no decision of this start.
    clear: (heads.length <= 1 || open.size === 0) && wrong.length === 0 && known,
    fresh: applied.size === 0,
  }
}
