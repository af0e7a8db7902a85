// `downgrade`: takes revisions back, and names the data that would go before it does.
import type { Connection } from '../dialects/dialect.ts'
import { GodwitError } from '../errors.ts'
import type { RunReport } from '../runner/index.ts'
import { command } from './command.ts'
import type { Context } from './context.ts'
import { type CountedLoss, countAll, EXACTLY, lossLines, tellLosses } from './losses.ts'
import type { ScriptReport } from './upgrade.ts'

export interface DowngradeReport extends RunReport {
  losses: CountedLoss[]
  /** The backup that was taken first (`--backup`). */
  backup?: string
}

/** One connection for the run and for counting: an embedded database has no second one. */
export const downgrade = command({
  name: 'downgrade',
  summary: 'take revisions back',
  description: `Takes back the latest revision, or goes down to a target: \`-n\` revisions, an id (or its beginning), or \`base\` for all of them.

Where data would be thrown away, each table and column is named with its number of rows, and you are asked. Without a terminal
it is refused (exit code 4) unless --yes is given. Empty tables and columns go without a question. Once the tables are locked it is
looked again: where rows were written meanwhile, nothing is taken back, and you are asked once more. --yes agrees to all that is there.`,
  examples: [
    { line: 'godwit downgrade', does: 'one revision back' },
    { line: 'godwit downgrade -2', does: 'two revisions back' },
    { line: 'godwit downgrade base --yes', does: 'everything, without being asked' },
    { line: 'godwit downgrade --backup', does: 'with a backup of how it was' },
    { line: 'godwit downgrade --sql', does: 'print the script instead' },
  ],
  arguments: [{ name: 'target', summary: '-n, an id, or base (default: -1)' }],
  flags: {
    yes: { type: 'boolean', short: 'y', summary: 'agree to losing the data that is named' },
    backup: { type: 'boolean', summary: 'take a backup first, where there is something to take back' },
    sql: { type: 'boolean', summary: 'print the SQL instead of running it' },
    from: { type: 'text', value: 'revision', summary: 'with --sql: where the database is, so that none is asked' },
  },
  writes: 'database',
  async run(context, { target, yes, backup, sql, from }): Promise<DowngradeReport | ScriptReport> {
    if (sql) {
      const { scriptOf } = await import('./script.ts')
      return { script: await scriptOf(context, { direction: 'down', target, from }) }
    }
    const runner = await import('../runner/index.ts')
    const saved = backup === true ? await (await import('./backup.ts')).backupFirst(context) : undefined
    const connection = await context.connection()
    const dialect = await context.dialect()
    let counted: CountedLoss[] = []
    const report = await runner.downgrade(await context.runner(), {
      ...(target !== undefined && { target }),
      confirm: async (losses, begun) => {
        const again = counted.length > 0
        counted = await countAll(losses, connection, dialect)
        // An empty table or column has nothing to lose.
        const lost = counted.filter(({ rows }) => rows !== 0)
        if (yes) {
          tellLosses(context, lost, saved !== undefined)
          return true
        }
        if (lost.length > 0) await agree(context, counted, { connection, backup: saved !== undefined, again, begun })
        return { most: counted.map(({ rows }) => (rows === undefined || rows > EXACTLY ? undefined : rows)) }
      },
      ...(saved !== undefined && { before: saved.take }),
    })
    return { ...report, losses: counted, ...saved?.report() }
  },
})

/** As many are named in the message itself; where there are more, each has a line below it. */
const FEW = 3

const few = (details: readonly string[]): string =>
  details.length <= FEW
    ? details.join('; ')
    : `${details.slice(0, FEW - 1).join('; ')} and ${details.length - FEW + 1} more`

interface Question {
  connection: Connection
  backup: boolean
  /** It was agreed to before, and there is more by now. */
  again: boolean
  /** Revisions that stand half-way. */
  begun: readonly string[]
}

async function agree(
  context: Context,
  losses: CountedLoss[],
  { connection, backup, again, begun }: Question,
): Promise<void> {
  const details = lossLines(losses)
  const since = again ? 'Rows have been written since they were counted. ' : ''
  const unchanged =
    begun.length === 0
      ? 'Nothing was changed.'
      : `Nothing more was changed; revision ${begun.join(', ')} stands half-way, and \`godwit downgrade\` goes on from there.`
  if (context.ask === undefined) {
    throw new GodwitError(
      'DATA_LOSS',
      `This would throw data away in ${connection.location.display}: ${few(details)}.`,
      {
        why: `${details.length > FEW ? `${details.map((line) => `${line}\n`).join('')}` : ''}${since}There is no terminal to ask at, and data is never thrown away without consent.`,
        fix: backup
          ? `${unchanged} Pass --yes to agree; the backup is taken first.`
          : `${unchanged} Pass --yes to agree, and --backup to take a backup first.`,
        data: { losses },
      },
    )
  }
  const yes = await context.ask.confirm({
    message: `Throw this data away in ${connection.location.display}?`,
    details: [
      ...(again ? ['Rows have been written since they were counted.'] : []),
      'This data would be lost:',
      ...details.map((line) => `  ${line}`),
      backup ? 'A backup is taken first.' : 'No backup is taken: --backup would take one first.',
    ],
  })
  if (!yes) {
    throw new GodwitError('DATA_LOSS', `Refused. ${unchanged}`, {
      fix: 'Nothing to do: it was declined. `godwit plan --down` shows what would go.',
      data: { losses },
    })
  }
}
