// The text of `restore`.
import type { RestoreReport } from '../../commands/restore.ts'
import { ids } from './revisions.ts'
import { clean, duration, join, plural, type Ui } from './ui.ts'

/** What is there now, and what to run next. */
export function text(report: RestoreReport, ui: Ui): string {
  const { colors } = ui
  const rows = report.tables.reduce((sum, each) => sum + each.rows, 0)
  return join(
    `${colors.green('✓')} Restored ${clean(report.file)} into ${clean(report.database)} in ${duration(report.duration)}: ${plural(report.tables.length, 'table')}, ${plural(rows, 'row')}.`,
    `The history is at ${ids(
      report.head.map(({ revision }) => revision),
      ui,
    )}, as in the backup of ${clean(report.made)}.`,
    report.pending > 0 && `${colors.cyan('→')} ${plural(report.pending, 'revision')} pending: godwit upgrade`,
  )
}
