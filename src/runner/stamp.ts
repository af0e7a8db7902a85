// Sets the history without running anything: for databases that are what the files say already.
import { GodwitError } from '../errors.ts'
import { ancestors, type Folder, findRevision, headsAmong, headsOf, load } from '../revisions/index.ts'
import { books } from './alone.ts'
import { entryOf } from './execute.ts'
import type { HistoryEntry } from './journal.ts'
import { underLock } from './locked.ts'
import type { RunnerContext, StampReport } from './reports.ts'
import { folderOf, initialise, readState } from './run.ts'
import type { Part } from './send.ts'
import { type Session, withSession } from './session.ts'
import { checkFormat, type State } from './state.ts'
import { undoOf } from './undo.ts'

/** The history becomes exactly the target and its ancestors; `base` empties it. Errors: REVISION_UNKNOWN, REVISION_INVALID, RESTORE_FAILED. */
export async function stampTo(context: RunnerContext, target: string): Promise<StampReport> {
  const folder = await folderOf(context)
  return withSession(context, 'create', (session) =>
    underLock(session, async () => {
      const first = await readState(session, folder)
      checkFormat(first.books)
      const wanted = wantedBy(first, target)
      await initialise(session, first)
      const state = await readState(session, folder)
      const report = changesTo(state, wanted)
      await write(session, folder, state, report)
      return { from: headsAmong(state.graph, state.applied), to: headsAmong(state.graph, wanted), ...report }
    }),
  )
}

function wantedBy({ graph, files }: State, target: string): Set<string> {
  const ids = target === 'base' ? [] : target === 'heads' ? headsOf(graph) : [findRevision(graph, target)]
  const gone = ids.find((id) => !files.has(id))
  if (gone === undefined) return ancestors(graph, ids)
  throw new GodwitError('REVISION_UNKNOWN', `Revision ${gone} is known to the history alone, not to the folder.`, {
    fix: 'Stamp a revision of the folder: `godwit heads` lists where it ends.',
  })
}

function changesTo({ graph, applied, books: { history }, files }: State, wanted: ReadonlySet<string>) {
  const changed = (id: string): boolean =>
    history.get(id)?.checksum !== files.get(id)?.checksum || history.get(id)?.state !== 'done'
  return {
    added: graph.order.filter((id) => wanted.has(id) && !applied.has(id)),
    removed: graph.order.filter((id) => applied.has(id) && !wanted.has(id)).reverse(),
    refreshed: graph.order.filter((id) => wanted.has(id) && applied.has(id) && files.has(id) && changed(id)),
  }
}

async function write(
  session: Session,
  folder: Folder,
  state: State,
  { added, removed, refreshed }: Pick<StampReport, 'added' | 'removed' | 'refreshed'>,
): Promise<void> {
  const { ledger } = session
  const entries = new Map<string, HistoryEntry>()
  for (const file of folder.files) {
    if (added.includes(file.id) || refreshed.includes(file.id)) {
      const revision = await load(file)
      entries.set(file.id, { ...entryOf({ revision, direction: 'up', operations: [] }), undo: undoOf(revision) })
    }
  }
  const parts: Part[] = []
  const add = (...statements: string[]): void => void parts.push(...statements.map((sql) => ({ sql })))
  for (const id of removed)
    add(ledger.note(id, 'stamp', { command: 'removed' }), ledger.settle(id, 'failed', 'stamped'), ledger.forget(id))
  for (const [id, entry] of entries) {
    if (added.includes(id)) add(ledger.claim(entry, 'done'), ledger.note(id, 'stamp', { command: 'added' }))
    else
      add(
        ledger.refresh(entry),
        ledger.finish(id),
        ledger.settle(id, 'done', 'stamped'),
        ledger.note(id, 'stamp', { command: 'refreshed' }),
      )
  }
  const root = state.graph.order[0]
  if (root !== undefined) add(ledger.setMeta('project', root))
  if (parts.length > 0) await books(session, 'stamp', parts)
}
