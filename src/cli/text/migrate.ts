// The text of `migrate`.
import type { MigrateReport } from '../../commands/migrate.ts'
import { changeLines, hazardLines } from './revisions.ts'
import { clean, cleanLines, join, type Text, type Ui } from './ui.ts'

/** The file that was written and what is in it; or that there is nothing to do. */
export function text(report: MigrateReport, ui: Ui): Text {
  const { colors } = ui
  if (report.nothing) return `${colors.green('✓')} Nothing to do: the models and the revisions agree.`
  const head =
    report.written === undefined
      ? colors.dim('Dry run: nothing was written.')
      : `${colors.green('✓')} ${colors.bold(clean(report.written.file))} ${colors.dim(report.irreversible ? 'proved up; there is no way down' : 'proved up and down')}`
  return join(
    head,
    changeLines(report.changes, ui),
    hazardLines(report.findings, report.losses, ui),
    report.unaccepted.length > 0 &&
      `  ${colors.yellow('not agreed to')}: godwit upgrade stops where there are such values. Agree with --accept-loss, or write ${colors.cyan('using')} or ${colors.cyan('accept')} into the operation.`,
    report.sql !== undefined && `\n${cleanLines(report.sql)}`,
    report.written !== undefined &&
      `\n${colors.dim('Read the file, then run')} ${colors.cyan('godwit upgrade')}${colors.dim('.')}`,
  )
}
