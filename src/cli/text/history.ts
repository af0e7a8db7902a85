// The text of `history`.
import type { HistoryEntry, HistoryReport } from '../../commands/history.ts'
import { ago, clean, duration, join, table, type Ui } from './ui.ts'

/** One line for each revision, the first at the top; then the journal. */
export function text({ entries, journal }: HistoryReport, ui: Ui): string {
  const { colors } = ui
  if (entries.length === 0) return colors.dim('There are no revisions yet.')
  const rows = entries.map((entry) => [
    mark(entry, ui),
    colors.yellow(clean(entry.revision)),
    `${clean(entry.message)}${entry.head ? colors.cyan(' (head)') : ''}${entry.file === undefined ? colors.red(' (no file)') : ''}`,
    when(entry, ui),
    colors.dim(entry.duration === undefined ? '' : duration(entry.duration)),
    colors.dim(clean(entry.appliedBy ?? '')),
  ])
  return join(table(rows, { right: [4] }), journal !== undefined && `\n${journalText(journal, ui)}`)
}

function mark({ state }: HistoryEntry, { colors }: Ui): string {
  if (state === undefined) return ' '
  return state === 'done' ? colors.green('✓') : state === 'pending' ? colors.dim('·') : colors.red('!')
}

function when({ state, appliedAt, parents }: HistoryEntry, { colors, now }: Ui): string {
  const merged = parents.length > 1 ? colors.dim(' merge') : ''
  if (state === 'pending') return colors.dim('pending') + merged
  if (state === 'upgrading' || state === 'downgrading') return colors.red(`interrupted while ${state}`)
  return appliedAt === undefined ? merged.trim() : colors.dim(ago(appliedAt, now)) + merged
}

function journalText(journal: NonNullable<HistoryReport['journal']>, { colors, now }: Ui): string {
  const rows = journal.map(({ revision, action, statement, sql, words, state, startedAt, error }) => [
    state === 'done' ? colors.green('✓') : state === 'failed' ? colors.red('✗') : colors.yellow('?'),
    colors.dim(ago(startedAt, now)),
    action,
    colors.yellow(clean(revision)),
    statement < 0
      ? colors.dim('all in one transaction')
      : `${colors.dim(`${statement + 1}:`)} ${clean(firstOf(words ?? sql))}`,
    error === '' ? '' : colors.red(clean(firstOf(error))),
  ])
  return `${colors.bold('Journal')}\n${table(rows)}`
}

const firstOf = (sql: string): string => {
  const line = sql.trim().split('\n', 1)[0] ?? ''
  return line.length > 80 ? `${line.slice(0, 79)}…` : line
}
