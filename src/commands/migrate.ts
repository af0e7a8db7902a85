// `migrate`: writes the next revision from the models, after proving it up and down.
import { GodwitError } from '../errors.ts'
import type { Finding } from '../lint/rule.ts'
import { vocabularyOf } from '../sources/index.ts'
import { type Change, changes } from './changes.ts'
import { command } from './command.ts'
import { difference } from './difference.ts'
import { nextParents, revisionsSchema, type Written, writeDraft } from './files.ts'
import { modelsSchema } from './models.ts'
import { decideRenames } from './renames.ts'
import { scriptText } from './sql-text.ts'
import { agreeing } from './values.ts'

export interface MigrateReport {
  /** True: models and revisions agree, and no file was written. */
  nothing: boolean
  changes: Change[]
  /** What data would go when it is applied, one line each. */
  losses: string[]
  /** What could go wrong on a live database, and the safe way: as `plan` says it. */
  findings: Finding[]
  /** Values that `upgrade` will count, and stop where there are any: nobody has agreed to their change yet. */
  unaccepted: string[]
  /** True: the database cannot go back, and the revision says so; `findings` say why. */
  irreversible?: true
  /** Absent: nothing to do, or a dry run. */
  written?: Written
  /** The SQL, in a dry run or with --sql. */
  sql?: string
}

/** Models --DDL--> shadow, revisions --replay--> shadow, the difference of the two, proved, written. */
export const migrate = command({
  name: 'migrate',
  summary: 'write the next revision from the models',
  description: `Compares the models with what the revisions lead to, and writes the revision that is missing between them. Before the file
exists, it is run up and down on a shadow database. No real database is changed or needed.

Where something may have been renamed, you are asked; without a terminal say it with --rename, or --no-renames. Where values may change with
their type (rounded, cut), you are asked as well, and the consent is written into the file; without a terminal say it with --accept-loss, or
\`upgrade\` stops where there are such values.`,
  examples: [
    { line: 'godwit migrate -m "add avatars"', does: 'write the next revision' },
    { line: 'godwit migrate -m "names" --rename users.name=users.full_name', does: 'the column keeps its data' },
    { line: 'godwit migrate -m "drop it" --no-renames', does: 'nothing was renamed: drop and add' },
    { line: 'godwit migrate -m "look" --dry-run', does: 'show it, write nothing' },
  ],
  arguments: [],
  flags: {
    message: { type: 'text', short: 'm', value: 'text', summary: 'what it does, in a few words', required: true },
    rename: {
      type: 'list',
      value: 'from=to',
      summary: 'a rename: t.a=t.b for a column, a=b for a table; may be repeated',
    },
    renames: { type: 'boolean', default: true, summary: 'nothing was renamed: drop and add' },
    yes: { type: 'boolean', short: 'y', summary: 'take what looks like a rename for one' },
    acceptLoss: {
      type: 'boolean',
      summary: 'agree to values that change with their type, and write that into the file',
    },
    empty: { type: 'boolean', summary: 'write a revision even if there is nothing to do' },
    format: { type: 'text', value: 'format', choices: ['ts', 'sql'], summary: 'ts or sql (default: as configured)' },
    sql: { type: 'boolean', summary: 'the same as --format sql' },
    dryRun: { type: 'boolean', summary: 'show what would be written' },
  },
  writes: 'files',
  async run(context, input): Promise<MigrateReport> {
    const { message, empty, dryRun } = input
    if (message.trim() === '') {
      throw new GodwitError('USAGE', 'The message is empty.', {
        fix: 'Say in a few words what changes: -m "add avatars".',
      })
    }
    const config = await context.config()
    const dialect = await context.dialect()
    const parents = await nextParents(context)
    context.emit({ type: 'working', message: 'Replaying the revisions on the shadow database' })
    const from = await revisionsSchema(context, dialect)
    const to = await modelsSchema(context, dialect)
    const spelling = await context.spelling(dialect)
    const {
      operations: found,
      back,
      before,
      after,
    } = await difference({
      dialect,
      spelling,
      from,
      to,
      vocabulary: vocabularyOf(config.sources),
      ignore: config.ignore,
      rename: input.rename ?? [],
      decide: (candidates) => decideRenames(context, candidates, input),
    })
    if (found.length === 0 && !empty) return { nothing: true, changes: [], losses: [], findings: [], unaccepted: [] }
    const format = input.sql ? 'sql' : (input.format ?? config.format)
    const operations = await agreeing(context, found, dialect.narrowings(found, { before }), input)
    context.emit({ type: 'working', message: 'Proving it up and down on the shadow database' })
    const way = await spelling.wayBack({ from: before, to: after, up: operations, other: back })
    const { destroyedBy, losses, unaccepted } = await import('../runner/index.ts')
    const { runRules } = await import('../lint/index.ts')
    const statements = dialect.render(operations, { before })
    const narrowings = dialect.narrowings(operations, { before })
    const destroyed = await destroyedBy(dialect, operations)
    const report: MigrateReport = {
      nothing: false,
      ...(way.down === 'irreversible' && { irreversible: true }),
      changes: changes(operations),
      losses: losses(operations, { narrowings, destroyed, before }).map((loss) => loss.message),
      unaccepted: unaccepted(operations, narrowings).map(({ message }) => message),
      findings: runRules(
        {
          operations,
          statements,
          narrowings,
          destroyed,
          concurrentIndex: dialect.capabilities.concurrentIndex,
          ...('why' in way && { noWayBack: way.why }),
        },
        dialect.rules,
      ),
    }
    if (dryRun) return { ...report, sql: scriptText(dialect, operations, before) }
    const written = await writeDraft(context, {
      parents,
      message,
      operations,
      down: way.down,
      format,
      sql: { dialect, from: before, to: after },
    })
    await rememberResult()
    return { ...report, written }

    // The next `migrate` starts from here: it need not replay what was just proved.
    async function rememberResult(): Promise<void> {
      const { readFolder, graphOf } = await import('../revisions/index.ts')
      const { files } = await readFolder(config.folder)
      const known = new Map(files.map((file) => [file.id, file]))
      const revisions = graphOf(files).order.flatMap((id) => known.get(id) ?? [])
      await spelling.remember(revisions, after)
    }
  },
})
