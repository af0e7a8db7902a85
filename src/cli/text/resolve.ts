// The text of `resolve`.
import type { ResolveReport } from '../../commands/resolve.ts'
import { interruptedLines } from './revisions.ts'
import { clean, join, table, type Ui } from './ui.ts'

const WORDS: Record<ResolveReport['settled'][number]['outcome'], string> = {
  done: 'has happened',
  absent: 'has not happened: the next upgrade runs it',
  undone: 'is no longer in the history',
  open: 'looks first: the next upgrade sees what has happened',
}

/** What was settled and how, and what is still unfinished. */
export function text({ settled, incomplete }: ResolveReport, ui: Ui): string {
  const { colors } = ui
  const rows = settled.map(({ revision, statement, sql = '', outcome }) => [
    `${colors.green('✓')} ${colors.yellow(clean(revision))}`,
    statement === undefined ? '' : `statement ${statement + 1}`,
    WORDS[outcome],
    colors.dim(clean(sql.trim().split('\n', 1)[0] ?? '')),
  ])
  return join(
    settled.length === 0 ? `${colors.green('✓')} Nothing is in doubt.` : table(rows),
    incomplete.length > 0 && interruptedLines(incomplete, ui),
  )
}
