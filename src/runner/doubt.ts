// What is said of a statement that may have happened or not.
import { GodwitError } from '../errors.ts'
import { excerpt } from './failure.ts'

const REASONS = {
  written: 'It commits by itself, and it is hand-written, so there is no way to see whether it did.',
  unseen: 'It commits by itself, and leaves nothing in the schema that would tell whether it did.',
  edited: 'The file was edited since, and holds another statement there now.',
  other:
    'The revision comes to another statement there now: its file was edited, or another version of Godwit or of the server writes it otherwise.',
  gone: 'It commits by itself, and the file that says what it makes is gone.',
  half: 'What it makes is there, but not as it makes it: somebody may have made or changed it in the meantime.',
} as const

/** IN_DOUBT, with the reason. */
export const doubt = (
  id: string,
  { step, command }: { step: number; command: string },
  reason: keyof typeof REASONS,
): GodwitError =>
  new GodwitError('IN_DOUBT', `Nobody can tell whether a statement of revision ${id} has happened.`, {
    why: `The last run was cut off during: ${excerpt(command)}\n${REASONS[reason]}`,
    fix: `Look at the database, then run \`godwit resolve ${id} --done\` if it has happened, or \`godwit resolve ${id} --absent\` if it has not.`,
    data: { revision: id, statement: step, sql: command },
  })
