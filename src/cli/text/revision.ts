// The text of `revision`.
import type { RevisionReport } from '../../commands/revision.ts'
import { clean, type Ui } from './ui.ts'

/** The file that was written. */
export const text = ({ written }: RevisionReport, { colors }: Ui): string =>
  `${colors.green('✓')} ${colors.bold(clean(written.file))} ${colors.dim('is empty: write what it does')}`
