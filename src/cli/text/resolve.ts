// The text of `resolve`.
import type { ResolveReport } from '../../commands/resolve.ts'
import { clean, table, type Ui } from './ui.ts'

const WORDS: Record<ResolveReport['settled'][number]['outcome'], string> = {
  done: 'has happened',
  absent: 'has not happened: the next upgrade runs it',
  open: 'looks first: the next upgrade sees what has happened',
}

/** What was settled, and how. */
export function text({ settled }: ResolveReport, { colors }: Ui): string {
  if (settled.length === 0) return `${colors.green('✓')} Nothing is in doubt.`
  const rows = settled.map(({ revision, statement, sql, outcome }) => [
    `${colors.green('✓')} ${colors.yellow(clean(revision))}`,
    `statement ${statement + 1}`,
    WORDS[outcome],
    colors.dim(clean(sql.trim().split('\n', 1)[0] ?? '')),
  ])
  return table(rows)
}
