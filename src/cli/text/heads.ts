// The text of `heads`.
import type { HeadsReport } from '../../commands/heads.ts'
import { revisionLines } from './revisions.ts'
import { join, type Ui } from './ui.ts'

/** One line for each head. */
export function text({ heads }: HeadsReport, ui: Ui): string {
  const { colors } = ui
  if (heads.length === 0) return colors.dim('There are no revisions yet.')
  return join(revisionLines(heads, ui), heads.length > 1 && `${colors.cyan('→')} Join them with \`godwit merge\`.`)
}
