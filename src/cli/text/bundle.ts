// The text of `bundle`.
import type { BundleReport } from '../../commands/bundle.ts'
import { clean, join, plural, type Ui } from './ui.ts'

/** What is in the module. `current` tells a module that was right already from one that was written, or has to be. */
export function text({ file, revisions, seeds, imported, bytes, current, written }: BundleReport, ui: Ui): string {
  const { colors } = ui
  const size = `${Math.max(1, Math.round(bytes / 1024)).toLocaleString('en-US')} KiB`
  if (!current && !written) return `${colors.yellow('!')} ${clean(file)} is not current. Run \`godwit bundle\`.`
  return join(
    `${colors.green('✓')} ${clean(file)}: ${plural(revisions, 'revision')}, ${plural(seeds, 'seed')}, ${size}${current ? ' (as it was)' : ''}`,
    imported.length > 0 &&
      colors.dim(`  imported by it, because they hold code: ${imported.map((name) => clean(name)).join(', ')}`),
  )
}
