// `restore`: puts a backup back, after its checksum and a person's word.
import { resolve } from 'node:path'
import { GodwitError } from '../errors.ts'
import { namesOf, type RestoreReport as Restored, type RestorePlan } from '../runner/index.ts'
import { command } from './command.ts'
import type { Context } from './context.ts'
import { type Named, named, shortPath } from './files.ts'
import { EXACTLY } from './losses.ts'

/** A backup that was put back. */
export interface RestoreReport extends Omit<Restored, 'head'> {
  /** Where the history stands now. */
  head: Named[]
  /** Revisions of the folder that are not applied in it. */
  pending: number
}

/** The work is the runner's. */
export const restore = command({
  name: 'restore',
  summary: 'put a backup back',
  description: `Verifies the checksum of the file, asks, and restores it into an empty database; with --replace into one that is not empty,
whose content goes. Where the database can do it, everything happens in one transaction: afterwards it is as in the backup, or as
before. Then the rows are counted and compared with the manifest, and the history is read.

Without a terminal --yes is needed.`,
  examples: [
    {
      line: 'godwit restore backups/shop-20261121T153012Z.backup.tar',
      does: 'into the configured database, which is empty',
    },
    {
      line: 'godwit restore shop.backup.tar --replace --yes',
      does: 'in the place of what is there, without being asked',
    },
    { line: 'godwit restore shop.backup.tar --url "$COPY_URL"', does: 'into another database' },
  ],
  arguments: [{ name: 'file', summary: 'the backup', required: true }],
  flags: {
    replace: { type: 'boolean', summary: 'the database is not empty: what it holds goes' },
    yes: { type: 'boolean', short: 'y', summary: 'do not ask' },
  },
  writes: 'database',
  async run(context, { file, replace, yes }): Promise<RestoreReport> {
    const runner = await import('../runner/index.ts')
    const restored = await runner.restore(await context.runner({ create: true }), {
      file: resolve(context.cwd, file),
      replace: replace === true,
      agree: async (plan) => {
        if (yes === true) return told(context, plan)
        if (!(await agree(context, plan))) return false
        return { most: plan.replaced.map(({ rows }) => (rows > EXACTLY ? undefined : rows)) }
      },
    })
    const { pending } = await runner.readState(await context.runner({ create: true })).catch((error: unknown) => {
      // Without a folder of revisions nothing can be pending.
      if (error instanceof GodwitError && error.code === 'FOLDER_MISSING') return { pending: [] }
      throw error
    })
    return {
      ...restored,
      file: shortPath(context, restored.file),
      head: await named(context, restored.head),
      pending: pending.length,
    }
  },
})

// Consent given before is no reason to be silent.
function told({ emit }: Context, { database, replaced }: RestorePlan): true {
  if (replaced.length > 0)
    emit({ type: 'warning', message: `This replaces everything in ${database}: ${namesOf(replaced)}.` })
  return true
}

async function agree(context: Context, { database, manifest, replaced }: RestorePlan): Promise<boolean> {
  const source = `${manifest.database.display}, ${manifest.made}, at ${manifest.head.join(', ') || 'the base'}`
  const goes = replaced.length === 0 ? undefined : namesOf(replaced)
  if (context.ask === undefined) {
    throw new GodwitError(
      goes === undefined ? 'DECISION_NEEDED' : 'DATA_LOSS',
      goes === undefined
        ? `This would restore the backup of ${source} into ${database}.`
        : `This would replace everything in ${database}: ${goes}.`,
      {
        ...(goes !== undefined && { why: `By the backup of ${source}.` }),
        fix: 'Nothing was changed. Pass --yes to agree.',
        data: { database, replaced },
      },
    )
  }
  return context.ask.confirm({
    message: goes === undefined ? `Restore it into ${database}?` : `Replace everything in ${database}?`,
    details: [`The backup: ${source}.`, ...(goes === undefined ? [] : [`This would be lost: ${goes}.`])],
  })
}
