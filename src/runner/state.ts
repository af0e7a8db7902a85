// Where the files are beside where the database is, and what forbids to go on. Pure.
import { amount } from '../amount.ts'
import { GodwitError } from '../errors.ts'
import type { Folder, RevisionFile } from '../revisions/folder.ts'
import { type Graph, graphOf, headsAmong, headsOf, pathUp } from '../revisions/graph.ts'
import { type Bookkeeping, RESTORING } from './journal.ts'
import type { Incomplete, StateReport } from './reports.ts'

/** Files and history in one graph. Revisions whose file is gone are nodes too, as the history remembers them. */
export interface State {
  graph: Graph
  files: ReadonlyMap<string, RevisionFile>
  books: Bookkeeping
  applied: ReadonlySet<string>
}

/** Joins folder and history. Errors: those of graphOf. */
export function stateOf(folder: Folder, books: Bookkeeping): State {
  const files = new Map(folder.files.map((file) => [file.id, file]))
  const gone = [...books.history.values()]
    .filter(({ revision }) => !files.has(revision))
    .map(({ revision, parents }) => ({ id: revision, parents, message: '', file: '' }))
  const known = new Set([...files.keys(), ...books.history.keys()])
  // A parent that neither side knows is no reason to refuse when only the history names it.
  const rooted = gone.map((node) => ({ ...node, parents: node.parents.filter((parent) => known.has(parent)) }))
  return { graph: graphOf([...folder.files, ...rooted]), files, books, applied: new Set(books.history.keys()) }
}

/** Applied, and the file has other content now. A revision that is not complete may still be corrected. */
export const edited = ({ books, files }: State): string[] =>
  [...books.history.values()].flatMap(({ revision, checksum, state }) =>
    state === 'done' && files.has(revision) && files.get(revision)?.checksum !== checksum ? [revision] : [],
  )

/** Applied, and the file is gone. */
export const missing = ({ applied, files }: State): string[] => [...applied].filter((id) => !files.has(id))

/** Begun and never finished: not to be taken for applied. */
export const isUnfinished = ({ books }: State, id: string): boolean => books.history.get(id)?.state === 'upgrading'

/** Interrupted half-way, first of the graph first. */
export const incomplete = ({ books, graph }: State): string[] =>
  graph.order.filter((id) => (books.history.get(id)?.state ?? 'done') !== 'done')

/** The same, with what is known of each. */
export const begun = (state: State): Incomplete[] =>
  incomplete(state).map((revision) => ({
    revision,
    state: state.books.history.get(revision)?.state === 'downgrading' ? 'downgrading' : 'upgrading',
    done: state.books.history.get(revision)?.progress ?? 0,
    inDoubt: state.books.open.has(revision),
  }))

/** The report of `status` and the like. */
export function stateReport(state: State): StateReport {
  const { books, graph, applied } = state
  const project = books.meta.get('project')
  const environment = books.meta.get('environment')
  const heads = headsOf(graph)
  return {
    initialised: books.initialised,
    ...(project !== undefined && { project }),
    ...(environment !== undefined && { environment }),
    current: headsAmong(graph, applied),
    heads,
    applied: graph.order.filter((id) => applied.has(id)),
    pending: pathUp(graph, applied, heads),
    edited: edited(state),
    missing: missing(state),
    incomplete: begun(state),
  }
}

/**
 * Refuses a database that holds a part of a backup, or a history that cannot be read.
 * Errors: RESTORE_FAILED (a restore was cut off), STATE_INVALID (a newer Godwit made the tables).
 */
export function checkFormat({ meta }: Bookkeeping): void {
  const format = meta.get('format') ?? '1'
  if (format === RESTORING) {
    throw new GodwitError('RESTORE_FAILED', 'This database holds a part of a backup: a restore was cut off.', {
      why: 'It cannot take back what was done, and what is missing nobody can tell. Nothing was run.',
      fix: `godwit restore ${meta.get(RESTORING) ?? '<file>'} --replace`,
      data: { state: 'partial' },
    })
  }
  if (format !== '1') {
    throw new GodwitError('STATE_INVALID', `The history of this database has format ${format}, this Godwit knows 1.`, {
      fix: 'Use the newer Godwit that made it: npm install godwit@latest',
    })
  }
}

/**
 * Refuses a database that belongs to other files. The project's id is its first revision, which is random, lies in the
 * folder already, and merges like any file. A history that shares nothing with the folder is somebody else's.
 * Errors: PROJECT_MISMATCH, and those of checkFormat.
 */
export function checkProject({ books, files, applied }: State): void {
  checkFormat(books)
  const project = books.meta.get('project') ?? ''
  // One that was begun and never finished may be a file that was thrown away.
  if ([...books.history.values()].every(({ state }) => state === 'upgrading')) return
  if (applied.size === 0 || files.has(project) || [...applied].some((id) => files.has(id))) return
  throw new GodwitError('PROJECT_MISMATCH', 'This database belongs to another project.', {
    why: `Its history holds ${amount(applied.size, 'revision')}, and none of them is in the folder (its first is ${project || [...applied][0]}; the folder holds ${files.size}).`,
    fix: 'Check the database URL and `revisions` in the configuration. If the history was rewritten on purpose, `godwit stamp` sets it anew.',
    data: { project, applied: [...applied], files: [...files.keys()] },
  })
}

/** Refuses to go on when files of applied revisions are gone, those of unfinished ones aside. Errors: REVISION_MISSING. */
export function checkMissing(state: State): void {
  const gone = missing(state).filter((id) => !isUnfinished(state, id))
  if (gone.length === 0) return
  throw new GodwitError(
    'REVISION_MISSING',
    `${gone.length === 1 ? 'A revision is' : `${gone.length} revisions are`} applied, but not in the folder: ${gone.join(', ')}.`,
    {
      why: 'The files were deleted or are on a branch that is not checked out here. Going up without them could repeat or undo their work.',
      fix: `Bring them back (git log --all --diff-filter=D -S${gone[0]}), or undo them with \`godwit downgrade\`: the history has kept how.`,
      data: { revisions: gone },
    },
  )
}
