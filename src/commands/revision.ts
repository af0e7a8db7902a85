// `revision`: an empty revision, to be written by hand.
import { command } from './command.ts'
import { nextParents, type Written, writeDraft } from './files.ts'

export interface RevisionReport {
  written: Written
}

/** Named with a suffix, because `revision` is the function of revision files. */
export const revisionCommand = command({
  name: 'revision',
  summary: 'write an empty revision',
  description:
    'Writes the next revision without any operation, for SQL or code of your own. To generate one from the models, use `godwit migrate`.',
  examples: [
    { line: 'godwit revision -m "fill in avatars"', does: 'a TypeScript file' },
    { line: 'godwit revision -m "fill in avatars" --format sql', does: 'an SQL file' },
  ],
  arguments: [],
  flags: {
    message: { type: 'text', short: 'm', value: 'text', summary: 'what it does, in a few words', required: true },
    format: { type: 'text', value: 'format', choices: ['ts', 'sql'], summary: 'ts or sql (default: as configured)' },
  },
  writes: 'files',
  async run(context, { message, format }): Promise<RevisionReport> {
    const parents = await nextParents(context)
    const chosen = format ?? (await context.config()).format
    return { written: await writeDraft(context, { parents, message, operations: [], down: [], format: chosen }) }
  },
})
