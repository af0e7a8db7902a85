// The error for an applied revision that was edited afterwards: it shows the difference of the two texts.
import type { Connection, Dialect } from '../dialects/dialect.ts'
import { GodwitError } from '../errors.ts'
import type { RevisionFile } from '../revisions/index.ts'
import { readEntry } from './journal.ts'

const LONGEST = 60

/** Reads the text that was applied, and makes the error. Never an offer to reset. */
export async function editedError(
  dialect: Dialect,
  connection: Connection,
  files: readonly RevisionFile[],
  current: readonly string[],
): Promise<GodwitError> {
  const [first] = files
  const entry = first === undefined ? undefined : await readEntry(dialect, connection, first.id)
  const ids = files.map(({ id }) => id)
  const difference = first === undefined || entry === undefined ? '' : await differenceOf(entry.source, first)
  return new GodwitError(
    'REVISION_EDITED',
    `${ids.length === 1 ? 'A revision was' : `${ids.length} revisions were`} edited after being applied: ${ids.join(', ')}.`,
    {
      why: `The database got another text than the file holds now${first === undefined ? '' : ` (${first.file})`}:\n${difference}`,
      fix: [
        'Put the file back as it was (git log -p shows it), and write the change as a new revision: `godwit migrate` or `godwit revision`.',
        // Stamping sets the history to its target: anything but where the database is would take applied revisions out of it.
        current.length === 1 &&
          `Where the edit changes nothing that matters, \`godwit stamp ${current[0]}\` takes the new text over and leaves the history where it is.`,
      ]
        .filter(Boolean)
        .join('\n'),
      ...(first !== undefined && { place: { file: first.file } }),
      data: { revisions: ids, difference },
    },
  )
}

/** A unified difference, cut where it gets long. */
async function differenceOf(applied: string, file: RevisionFile): Promise<string> {
  const { createTwoFilesPatch } = await import('diff')
  const unix = (text: string): string => text.replace(/\r\n?/g, '\n')
  const patch = createTwoFilesPatch('as applied', 'as it is now', unix(applied), unix(file.text), '', '', {
    context: 2,
  })
  const lines = patch.split('\n').slice(1)
  return lines.length > LONGEST
    ? [...lines.slice(0, LONGEST), `… ${lines.length - LONGEST} more lines`].join('\n')
    : lines.join('\n')
}
