// `adopt`: takes over a database that has tables and no history: finds the revision it is at, or writes the one that
// brings it there. Nothing is ever dropped.
import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { GodwitError } from '../errors.ts'
import type { Revision } from '../revisions/index.ts'
import type { Differing, Gap } from '../runner/reconcile.ts'
import type { StateReport } from '../runner/reports.ts'
import type { Schema } from '../schema/schema.ts'
import { type Change, changes } from './changes.ts'
import { command } from './command.ts'
import type { Context } from './context.ts'
import { fileGraph, loadRevisions, type Named, named, nextParents, type Written, writeDraft } from './files.ts'

export interface AdoptReport {
  /**
   * `stamped`: the database has the schema of `revision`, and the history says so now. `leading`: it has not, but the
   * revisions after it look first and lead it to the latest schema; the history says that it is there. `reconciled`: a revision was
   * written that makes what it lacks, and the history says that it is at the one before. `baseline`: there was no revision
   * yet; the first one was written from the database. `ready`: every revision looks first, so that `upgrade` makes what is
   * lacking. `empty`: there is nothing in it. `foreign`: it has nothing of what the revisions make. The last three leave
   * everything as it is.
   */
  outcome: 'stamped' | 'leading' | 'reconciled' | 'baseline' | 'ready' | 'empty' | 'foreign'
  /** True: nothing was written, neither into the database nor into the folder. */
  dryRun: boolean
  /** Where the history says that the database is. */
  revision?: string
  written?: Written
  /** What the written revision does. */
  changes: Change[]
  /** True: what was there differently is changed, too. */
  altered: boolean
  /** Columns that stand elsewhere in their tables; `altered` moves them. */
  order: Change[]
  /** What only the database has: it is left alone. */
  only: string[]
  /** Revisions whose own SQL or code counts as done now: a schema does not tell whether it was. */
  unseen: Named[]
  /** Revisions that `upgrade` will apply. */
  pending: number
  /** Whether models are configured: without them nothing writes the next revision. */
  models: boolean
}

/** Two things may be done to a database of unknown origin: writing down where it is, and adding what it lacks. */
export const adopt = command({
  name: 'adopt',
  summary: 'take over a database that has tables and no history',
  description: `Looks for the revision whose schema the database has, and writes into the history that it is there. Where it has none whole,
but the revisions after one look first (\`op.ensureTable\` and the like) and lead it to the latest schema, the history is set to that one. Otherwise a
revision is written that makes what is lacking, in the same words, so that it does nothing on a database that has it. \`godwit upgrade\` then does
the rest. Where there is no revision yet, the first one is written from the database.

Nothing is ever dropped: what only the database has is listed and left alone. What both have, and differently, is shown and refused;
--alter writes its change into the revision too, for you to read.`,
  examples: [
    { line: 'godwit adopt --dry-run', does: 'say where the database is, write nothing' },
    { line: 'godwit adopt', does: 'take it over' },
    { line: 'godwit adopt 3f9c2a', does: 'it has to be at this revision' },
    { line: 'godwit adopt --alter', does: 'also change what is there differently' },
  ],
  arguments: [{ name: 'target', summary: 'the revision it has to be at, by its id (default: found by its schema)' }],
  flags: {
    alter: { type: 'boolean', summary: 'write the change of what is there differently, too' },
    message: { type: 'text', short: 'm', value: 'text', summary: 'message of the revision that is written' },
    dryRun: { type: 'boolean', summary: 'show what would be done' },
  },
  writes: 'database',
  async run(context, input): Promise<AdoptReport> {
    const { target, dryRun = false } = input
    const options = dryRun ? { readOnly: true } : {}
    const runner = await import('../runner/index.ts')
    await runner.checkWhole(await context.runner(options))
    const state = await runner.readState(await context.runner(options))
    const begun = new Set(state.incomplete.map(({ revision }) => revision))
    // One that was begun and never finished is no history: the schema tells where the database is.
    if (state.applied.some((id) => !begun.has(id)) || state.incomplete.some((each) => each.state === 'downgrading')) {
      throw historyExists(state)
    }
    const dialect = await context.dialect()
    context.emit({ type: 'working', message: 'Reading the database' })
    const { ignoring } = await import('../runner/ignored.ts')
    const ignored = ignoring((await context.config()).ignore, { namespaces: dialect.namespaces })
    const live = ignored.without(await dialect.inspect(await context.connection(options)))
    const report: AdoptReport = {
      outcome: 'empty',
      dryRun,
      changes: [],
      altered: false,
      order: [],
      only: [],
      unseen: [],
      pending: state.pending.length + begun.size,
      models: (await context.config()).sources.length > 0,
    }
    if (live.tables.length + live.objects.length === 0) return report
    const graph = await fileGraph(context)
    if (graph.order.length === 0) return baseline(context, live, report, input.message)
    const { findRevision } = await import('../revisions/index.ts')
    const { fittingRevision } = await import('../runner/fitting.ts')
    const fitting = { dialect, spelling: await context.spelling(dialect), graph, load: loader(context), ignored }
    context.emit({ type: 'working', message: 'Replaying the revisions on the shadow database' })
    const fit = target === undefined ? await fittingRevision(fitting, live) : undefined
    if (fit !== undefined) return stamped(context, { ...report, only: fit.only }, fit.revision)
    const at = target === undefined ? ((await nextParents(context))[0] ?? '') : findRevision(graph, target)
    return reconciled(context, { ...report, dryRun }, { live, at, input, fitting })
  },
})

const loader =
  (context: Context) =>
  (ids: readonly string[]): Promise<Revision[]> =>
    loadRevisions(context, ids)

type Fitting = import('../runner/fitting.ts').Fitting

async function stamped(context: Context, report: AdoptReport, revision: string): Promise<AdoptReport> {
  const { ancestors } = await import('../revisions/index.ts')
  const graph = await fileGraph(context)
  const done = ancestors(graph, [revision])
  if (!report.dryRun) {
    const runner = await import('../runner/index.ts')
    await runner.stamp(await context.runner(), { target: revision })
  }
  const unseen = await unseenOf(
    context,
    graph.order.filter((id) => done.has(id)),
  )
  return { ...report, outcome: 'stamped', revision, unseen, pending: graph.order.length - done.size }
}

interface Asked {
  live: Schema
  /** The revision whose schema is to be reached. */
  at: string
  input: { alter?: boolean | undefined; message?: string | undefined; target?: string | undefined }
  fitting: Fitting
}

async function reconciled(
  context: Context,
  report: AdoptReport,
  { live, at, input, fitting }: Asked,
): Promise<AdoptReport> {
  const { gapTo, leadingFrom, proveReconciling, schemaAt } = await import('../runner/fitting.ts')
  const { reconciling } = await import('../runner/reconcile.ts')
  const wanted = await schemaAt(fitting, at)
  const gap = await gapTo(fitting, live, wanted)
  const alter = input.alter === true
  const found = { ...report, only: gap.only, order: alter ? [] : changes(gap.moves) }
  if (gap.operations.length === 0 && !(alter && gap.moves.length > 0)) return stamped(context, found, at)
  if (!common(live, wanted)) return { ...found, outcome: 'foreign' }
  const from = input.target === undefined ? await leadingFrom(fitting, live, wanted, at) : undefined
  if (from === 'base') return { ...found, outcome: 'ready' }
  if (from !== undefined) return { ...(await stamped(context, found, from)), outcome: 'leading' }
  const { graph } = fitting
  const heads = await nextParents(context)
  if (!heads.includes(at)) throw notAt(at, gap)
  if (gap.different.length > 0) await decide(context, gap.different, alter)
  const operations = [...reconciling(gap, wanted), ...(alter ? gap.moves : [])]
  context.emit({ type: 'working', message: 'Proving the revision on the shadow database' })
  await proveReconciling(fitting, live, wanted, operations)
  const unseen = await unseenOf(context, graph.order)
  const outcome: AdoptReport = {
    ...found,
    outcome: 'reconciled',
    revision: at,
    changes: changes(operations),
    altered: gap.different.length > 0 || (alter && gap.moves.length > 0),
    unseen,
    pending: 1,
  }
  if (report.dryRun) return outcome
  const message = input.message ?? 'reconcile an existing database'
  const written = await writeDraft(context, {
    parents: heads,
    message,
    operations,
    down: [],
    format: 'ts',
  })
  const runner = await import('../runner/index.ts')
  try {
    await runner.stamp(await context.runner(), { target: at })
  } catch (error) {
    // Without the history it is nobody's: the next try writes it anew.
    await rm(resolve(context.cwd, written.file), { force: true })
    throw error
  }
  return { ...outcome, written }
}

const common = (live: Schema, wanted: Schema): boolean =>
  wanted.tables.some(({ name }) => live.tables.some((table) => table.name === name))

async function decide({ ask }: Context, different: readonly Differing[], alter: boolean): Promise<void> {
  const fixed = different.filter(({ alterable }) => !alterable)
  if (alter && fixed.length === 0) return
  if (fixed.length === 0 && ask !== undefined) {
    const details = different.map(({ what, change }) => `${what}: ${change}`)
    if (await ask.confirm({ message: 'Write these changes into the revision?', details })) return
  }
  throw new GodwitError('ADOPT_DIFFERENT', 'The database has things that the revisions make differently.', {
    why: `Nothing was written. From what there is to what the revisions say:\n${different.map(({ what, change }) => `  ${what}: ${change}`).join('\n')}`,
    fix:
      fixed.length > 0
        ? `${fixed.map(({ what }) => what).join(', ')} cannot be changed in place without losing values: change the models or the revision to what is there, or move the data by hand.`
        : 'Pass --alter to write these changes into the revision (you can correct it before it runs), or change the models to what is there.',
    data: { different },
  })
}

const notAt = (at: string, gap: Gap): GodwitError =>
  new GodwitError('ADOPT_DIFFERENT', `The database does not have the schema of revision ${at}.`, {
    why: `From what there is to what it says:\n${changes(gap.operations)
      .map(({ sign, text }) => `  ${sign} ${text}`)
      .join('\n')}`,
    fix: 'Run `godwit adopt` without a revision: it looks for the one that fits, or writes what is lacking at the latest.',
    data: { revision: at },
  })

/** Without any revision, the database itself is where the history begins. */
async function baseline(
  context: Context,
  live: Schema,
  report: AdoptReport,
  message = 'the database as it was found',
): Promise<AdoptReport> {
  const dialect = await context.dialect()
  const spelling = await context.spelling(dialect)
  const { diff } = await import('../diff/index.ts')
  const { emptySchema } = await import('../schema/schema.ts')
  const operations = diff(emptySchema(), live, { traits: dialect.traits })
  context.emit({ type: 'working', message: 'Proving the revision on the shadow database' })
  const back = () => diff(live, emptySchema(), { traits: dialect.traits })
  const { down } = await spelling.wayBack({ from: emptySchema(), to: live, up: operations, other: back })
  const outcome: AdoptReport = { ...report, outcome: 'baseline', changes: changes(operations) }
  if (report.dryRun) return outcome
  const written = await writeDraft(context, { parents: [], message, operations, down, format: 'ts' })
  const runner = await import('../runner/index.ts')
  await runner.stamp(await context.runner(), { target: written.revision })
  return { ...outcome, revision: written.revision, written, pending: 0 }
}

/** Those with SQL or code of their own. What is structure in it was compared; what it does to rows cannot be seen. */
async function unseenOf(context: Context, ids: readonly string[]): Promise<Named[]> {
  const { isUnseen } = await import('../runner/index.ts')
  const revisions = await loadRevisions(context, ids)
  return named(
    context,
    revisions.filter(isUnseen).map(({ id }) => id),
  )
}

function historyExists({ current, incomplete }: StateReport): GodwitError {
  const [begun] = incomplete
  return new GodwitError('HISTORY_EXISTS', `This database has a history: it is at ${current.join(', ')}.`, {
    why:
      begun === undefined
        ? 'It was taken over before, or was made by revisions.'
        : `It was made by revisions, and ${begun.revision} was stopped while ${begun.state}.`,
    fix:
      begun === undefined
        ? '`godwit status` says what is pending, `godwit check` whether the history is true, `godwit stamp <id>` corrects it.'
        : begun.state === 'upgrading'
          ? '`godwit upgrade` finishes it, `godwit downgrade` says how to take it back; `godwit stamp <id>` sets the history to what is true.'
          : '`godwit downgrade` finishes it.',
    data: { current },
  })
}
