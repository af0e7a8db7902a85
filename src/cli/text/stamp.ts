// The text of `stamp`.
import type { StampReport } from '../../commands/stamp.ts'
import { ids } from './revisions.ts'
import { join, plural, type Ui } from './ui.ts'

/** From where to where; nothing ran. */
export function text({ from, to, added, removed, refreshed }: StampReport, ui: Ui): string {
  const { colors } = ui
  const parts = [
    added.length > 0 && `${plural(added.length, 'revision')} added`,
    removed.length > 0 && `${plural(removed.length, 'revision')} removed`,
    refreshed.length > 0 && `${plural(refreshed.length, 'revision')} taken from the files again`,
  ].filter((part) => part !== false)
  return join(
    `${colors.green('✓')} The history says ${ids(to, ui)} now; it said ${ids(from, ui)}. ${colors.dim('No statement was run.')}`,
    parts.length > 0 && colors.dim(`  ${parts.join(', ')}`),
  )
}
