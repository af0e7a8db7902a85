// The one look that is enough where nothing is to be done: one query, and no more of Godwit loaded than it takes.
import { since } from '../amount.ts'
import type { Connection, Connector } from '../dialects/dialect.ts'
import type { Folder } from '../revisions/folder.ts'
import { headsAmong, headsOf, pathUp } from '../revisions/graph.ts'
import { readBookkeeping } from './journal.ts'
import type { RunReport } from './reports.ts'
import { edited, incomplete, missing, type State, stateOf } from './state.ts'

/**
 * The report of an `upgrade` to the head that has nothing to do. Undefined: there is something to do, or something is
 * wrong; the whole runner reads again and says what. Errors: those of connecting and of the graph.
 */
export async function glance(
  connector: Connector,
  connection: Connection,
  folder: Folder,
): Promise<RunReport | undefined> {
  const started = performance.now()
  if (!folder.exists) return undefined
  let state: State
  try {
    state = stateOf(folder, await readBookkeeping(connector, connection))
  } catch {
    return undefined
  }
  const { graph, applied, books } = state
  const heads = headsOf(graph)
  const wrong = [...edited(state), ...missing(state), ...incomplete(state)]
  const other = (books.meta.get('format') ?? '1') !== '1'
  if (!books.initialised || heads.length > 1 || wrong.length > 0 || other || pathUp(graph, applied, heads).length > 0) {
    return undefined
  }
  const at = headsAmong(graph, applied)
  return {
    direction: 'up',
    from: at,
    to: at,
    steps: [],
    nothing: true,
    pending: 0,
    duration: since(started),
  }
}
