// The text of `merge`.
import type { MergeReport } from '../../commands/merge.ts'
import { revisionLines } from './revisions.ts'
import { clean, join, type Ui } from './ui.ts'

/** The file that joins the heads. */
export function text({ nothing, heads, written }: MergeReport, ui: Ui): string {
  const { colors } = ui
  if (nothing || written === undefined)
    return `${colors.green('✓')} Nothing to join: there ${heads.length === 0 ? 'are no revisions' : 'is one head'}.`
  return join(
    `${colors.green('✓')} ${colors.bold(clean(written.file))} ${colors.dim('proved in both orders; it joins')}`,
    revisionLines(heads, ui),
  )
}
