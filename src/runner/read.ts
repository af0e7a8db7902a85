// The reading verbs: where the database is, and who did what.

import { parseRevisionFile } from '../revisions/folder.ts'
import { load, type Revision } from '../revisions/index.ts'
import { recordWords } from './ensured.ts'
import { names, ranIn, readBookkeeping, readEntry, split } from './journal.ts'
import type { AppliedRevision, JournalEntry, RunnerContext, StateReport } from './reports.ts'
import { folderOf, readState } from './run.ts'
import { type Session, withSession } from './session.ts'
import { checkFormat, edited, stateOf, stateReport } from './state.ts'

/** One query. Errors: those of connecting and of the graph. */
export async function stateNow(context: RunnerContext): Promise<StateReport> {
  const folder = await folderOf(context)
  return withSession(context, 'read', async (session) => stateReport(await readState(session, folder)))
}

/** Whether it may be worked on. Errors: those of checkFormat and of connecting. */
export async function checkNow(context: RunnerContext): Promise<void> {
  await withSession(context, 'read', async ({ dialect, connection }) =>
    checkFormat(await readBookkeeping(dialect, connection)),
  )
}

/**
 * What is applied, in order, each as the database got it: where its file was edited since, or is gone, from the text that
 * the history keeps. Errors: REVISION_INVALID, REVISION_FAILED.
 */
export async function appliedNow(context: RunnerContext): Promise<Revision[]> {
  const folder = await folderOf(context)
  return withSession(context, 'read', async (session) => {
    const state = await readState(session, folder)
    const changed = new Set(edited(state))
    const revisions: Revision[] = []
    for (const id of state.graph.order.filter((each) => state.applied.has(each))) {
      const file = state.files.get(id)
      const entry =
        file === undefined || changed.has(id) ? await readEntry(session.dialect, session.connection, id) : undefined
      if (entry !== undefined) revisions.push(await load(parseRevisionFile(file?.file ?? entry.file, entry.source)))
      else if (file !== undefined) revisions.push(await load(file))
    }
    return revisions
  })
}

/** History in the order of the graph, journal in the order of time. */
export async function historyNow(
  context: RunnerContext,
): Promise<{ applied: AppliedRevision[]; journal: JournalEntry[] }> {
  const folder = await folderOf(context)
  return withSession(context, 'read', async (session) => {
    const books = await readBookkeeping(session.dialect, session.connection)
    if (!books.initialised) return { applied: [], journal: [] }
    const journal = await readJournal(session)
    const rows = await readRows(session, journal)
    const { graph } = stateOf(folder, books)
    return { applied: graph.order.flatMap((id) => rows.get(id) ?? []), journal: journal.flatMap(eachStatement) }
  })
}

async function readRows(
  { dialect, connection }: Session,
  journal: readonly JournalEntry[],
): Promise<Map<string, AppliedRevision>> {
  const finished = new Map<string, string>()
  for (const { revision, action, step, state, finishedAt } of journal.map((entry) => ({
    ...entry,
    step: entry.statement,
  }))) {
    if (action === 'up' && step === -1 && state === 'done') finished.set(revision, finishedAt)
    if (action === 'stamp') finished.delete(revision)
  }
  const rows = await connection.query<Record<string, string>>(
    `select revision, parents, message, file, checksum, state, started_at, actor, version from ${names(dialect).history}`,
  )
  return new Map(
    rows.map((row) => {
      const {
        revision = '',
        parents = '',
        message = '',
        file = '',
        checksum = '',
        state,
        actor = '',
        version = '',
      } = row
      const appliedAt = row.started_at ?? ''
      const end = finished.get(revision)
      const applied: AppliedRevision = {
        revision,
        parents: split(parents),
        message,
        file,
        checksum,
        state: state === 'upgrading' || state === 'downgrading' ? state : 'done',
        appliedAt,
        appliedBy: actor,
        ...(end !== undefined && { duration: Math.max(0, Date.parse(end) - Date.parse(appliedAt)) }),
        version,
      }
      return [revision, applied]
    }),
  )
}

// One line for each statement of a transaction, before the one that was written for all of them.
function eachStatement(entry: JournalEntry): JournalEntry[] {
  const { action, statement, sql } = entry
  const ran = statement === -1 && (action === 'up' || action === 'down') ? ranIn(sql) : []
  if (ran.length === 0) return [entry]
  return [...ran.map(([index, text]) => ({ ...entry, statement: index, sql: text })), { ...entry, sql: '' }]
}

const worded = (words: string | undefined): { words?: string } => (words === undefined ? {} : { words })

async function readJournal({ dialect, connection }: Session): Promise<JournalEntry[]> {
  const rows = await connection.query<Record<string, string | number>>(
    `select id, revision, action, step, command, state, started_at, finished_at, actor, version, error from ${names(dialect).journal} order by id`,
  )
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  return rows.map((row) => ({
    ...worded(recordWords(text(row.action), text(row.command))),
    id: Number(row.id),
    revision: text(row.revision),
    action: text(row.action) as JournalEntry['action'],
    statement: Number(row.step),
    sql: text(row.command),
    state: text(row.state) as JournalEntry['state'],
    startedAt: text(row.started_at),
    finishedAt: text(row.finished_at),
    by: text(row.actor),
    version: text(row.version),
    error: text(row.error),
  }))
}
