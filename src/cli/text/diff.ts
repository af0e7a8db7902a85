// The text of `diff`: a script for a pipe; hints go beside it.
import type { DiffReport } from '../../commands/diff.ts'
import { join, type Text } from './ui.ts'

/** Nothing at all where there is no difference. */
export const text = ({ script, hints }: DiffReport): Text => ({
  script,
  notes: join(...hints.map((hint) => `note: ${hint}`)),
})
