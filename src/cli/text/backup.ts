// The text of `backup`.
import type { BackupReport } from '../../commands/backup.ts'
import { ids } from './revisions.ts'
import { amount, clean, duration, join, plural, type Ui } from './ui.ts'

/** The file, what is in it, and what `--keep` took away. */
export function text(report: BackupReport, ui: Ui): string {
  const { colors } = ui
  const rows = report.tables.reduce((sum, each) => sum + each.rows, 0)
  return join(
    `${colors.green('✓')} ${clean(report.file)}  ${colors.dim(`${amount(report.bytes)} in ${duration(report.duration)}`)}`,
    `  ${clean(report.database)} at ${ids(
      report.head.map(({ revision }) => revision),
      ui,
    )}: ${plural(report.tables.length, 'table')}, ${plural(rows, 'row')}`,
    colors.dim(`  written by ${clean(report.by)}${report.note === undefined ? '' : ` (${clean(report.note)})`}`),
    report.deleted.length > 0 && colors.dim(`  deleted: ${report.deleted.map((file) => clean(file)).join(', ')}`),
    colors.dim(`  to put it back: godwit restore ${clean(report.file)}`),
  )
}
