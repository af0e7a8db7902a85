// `upgrade`: applies what is pending.
import { connectorOf } from '../dialects/index.ts'
import type { Loss, RunReport } from '../runner/index.ts'
import type { Saved } from './backup.ts'
import { command } from './command.ts'
import type { Context } from './context.ts'

/** The offline script, for the database's own client. */
export interface ScriptReport {
  script: string
}

export interface UpgradeReport extends RunReport {
  /** The backup that was taken first (`--backup`). */
  backup?: string
}

/** Everything about the run is the runner's: lock, journal, resume. */
export const upgrade = command({
  name: 'upgrade',
  summary: 'apply pending revisions',
  description: `Brings the database to a revision: to the latest one (head) unless a target is given. One runner works while others wait;
what an earlier run left unfinished is settled first. With nothing to do it costs one query.

A revision that was reviewed is the consent to what it drops: nothing is asked, as it runs in deployments. \`migrate\` and \`plan\` say what
would go, and at a terminal so does this, with the rows, before it begins. Values that a new type does not keep as they are (rounded, cut) are
counted first: where there are any and the revision's file does not agree (\`using\`, \`accept\`), it stops; --accept-loss agrees for this run.

With --keep-going a revision that fails holds up what comes after it, and nothing else; what failed is the error at the end.

A target is \`head\`, an id (or its beginning), \`+n\` for n revisions from here, or \`heads\`: all branches, unjoined.`,
  examples: [
    { line: 'godwit upgrade', does: 'to the latest revision' },
    { line: 'godwit upgrade +1', does: 'one revision further' },
    { line: 'godwit upgrade 3f9c2a', does: 'up to this revision' },
    { line: 'godwit upgrade --keep-going', does: 'a failed branch does not stop the others' },
    { line: 'godwit upgrade --ask', does: 'list what will run, and ask' },
    { line: 'godwit upgrade --backup', does: 'with a backup of how it was' },
    { line: 'godwit upgrade --sql > upgrade.sql', does: 'write the script instead of running it' },
  ],
  arguments: [{ name: 'target', summary: 'head, heads, an id, or +n (default: head)' }],
  flags: {
    ask: { type: 'boolean', summary: 'list what will run and ask first; refused where there is no terminal' },
    backup: { type: 'boolean', summary: 'take a backup first, where there is something to apply' },
    acceptLoss: {
      type: 'boolean',
      summary: 'values may change although a revision does not agree to it',
    },
    sql: { type: 'boolean', summary: 'print the SQL instead of running it' },
    keepGoing: {
      type: 'boolean',
      summary: 'where a revision fails, go on with the branches beside it',
    },
    from: { type: 'text', value: 'revision', summary: 'with --sql: where the database is, so that none is asked' },
  },
  writes: 'database',
  async run(context, { target, ask, backup, sql, from, keepGoing, acceptLoss }): Promise<UpgradeReport | ScriptReport> {
    if (sql) {
      const { scriptOf } = await import('./script.ts')
      return { script: await scriptOf(context, { direction: 'up', target, from }) }
    }
    const nothing = target === undefined || target === 'head' ? await look(context) : undefined
    if (nothing !== undefined) return nothing
    const runner = await import('../runner/index.ts')
    const saved = backup === true ? await first(context) : undefined
    // One reading of the folder: what is run is what was asked about.
    const work = { ...(await context.runner({ create: true })), folder: await context.folder() }
    const agreed = ask === true ? await (await import('./agree.ts')).agreeTo(context, work, target) : target
    const report = await runner.upgrade(work, {
      ...(agreed !== undefined && { target: agreed }),
      ...(keepGoing !== undefined && { keepGoing }),
      ...(acceptLoss !== undefined && { acceptLoss }),
      ...(saved !== undefined && { before: saved.take }),
      ...(context.ask !== undefined && { losing: (losses: Loss[]) => say(context, losses, saved !== undefined) }),
    })
    if (report.failed !== undefined) throw runner.revisionsFailed(report)
    return { ...report, ...saved?.report() }
  },
})

const first = async (context: Context): Promise<Saved> => (await import('./backup.ts')).backupFirst(context)

// The file that was reviewed is the consent; whoever sits there sees once more what it means on this database.
async function say(context: Context, losses: readonly Loss[], backup: boolean): Promise<void> {
  const { countAll, tellLosses } = await import('./losses.ts')
  const counted = await countAll(losses, await context.connection(), await context.dialect())
  // What cannot be counted is not there yet, or is not for us to read; of SQL nobody knows.
  tellLosses(
    context,
    counted.filter(({ what, rows = 0 }) => what === 'sql' || rows > 0),
    backup,
  )
}

// Most runs have nothing to do, at every start of an application: they are over before the rest is loaded.
async function look(context: Context): Promise<RunReport | undefined> {
  const { glance } = await import('../runner/glance.ts')
  const folder = await context.folder()
  const connection = await context.connection({ create: true })
  const { url } = await context.config()
  // A connection that was handed in may be all there is.
  return glance(
    url === undefined ? await context.dialect() : await connectorOf(await context.url()),
    connection,
    folder,
  )
}
