// The text of `current`.
import type { CurrentReport } from '../../commands/current.ts'
import { interruptedLines, revisionLines } from './revisions.ts'
import { indent, join, plural, type Ui } from './ui.ts'

/** One line for each revision, and what is pending. */
export function text({ current, latest, pending, incomplete }: CurrentReport, ui: Ui): string {
  const { colors } = ui
  return join(
    current.length === 0 ? `  ${colors.yellow('base')}  nothing is applied` : revisionLines(current, ui),
    latest && colors.dim('  the latest'),
    pending > 0 && colors.dim(`  ${plural(pending, 'revision')} pending`),
    incomplete.length > 0 && indent(interruptedLines(incomplete, ui)),
    // Neither: what is applied is not among the files.
    !latest && pending + incomplete.length === 0 && colors.red('  the file of an applied revision is gone'),
  )
}
