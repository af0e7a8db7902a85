// The text of `resolve`.
import type { ResolveReport } from '../../commands/resolve.ts'
import { clean, table, type Ui } from './ui.ts'

/** What was settled, and how. */
export function text({ settled }: ResolveReport, { colors }: Ui): string {
  if (settled.length === 0) return `${colors.green('✓')} Nothing is in doubt.`
  const rows = settled.map(({ revision, statement, sql, outcome }) => [
    `${colors.green('✓')} ${colors.yellow(clean(revision))}`,
    `statement ${statement + 1}`,
    outcome === 'done' ? 'has happened' : 'has not happened: the next upgrade runs it',
    colors.dim(clean(sql.trim().split('\n', 1)[0] ?? '')),
  ])
  return table(rows)
}
