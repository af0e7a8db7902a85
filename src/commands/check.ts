// `check`: do models, revisions and the live database agree?
import type { Dialect } from '../dialects/dialect.ts'
import { isGodwitError } from '../errors.ts'
import type { Incomplete } from '../runner/index.ts'
import { vocabularyOf } from '../sources/index.ts'
import { type Change, changes } from './changes.ts'
import { command } from './command.ts'
import type { Context } from './context.ts'
import { difference } from './difference.ts'
import { fileHeads, type Named, named, revisionsSchema } from './files.ts'
import { modelsSchema } from './models.ts'

export interface CheckReport {
  /** True: everything that could be compared agrees, and nothing is pending. */
  ok: boolean
  /** What the revisions lack of the models. Absent: no models are configured, they are left out, or `conflict`. */
  models?: Change[]
  /** Why models and revisions cannot be compared: branches that were never joined contradict each other. */
  conflict?: string
  /** What the database lacks of its own history. Absent: no database is configured. */
  database?: Change[]
  /** How many revisions the history holds. Absent: no database is configured. */
  applied?: number
  pending?: Named[]
  edited: Named[]
  missing: string[]
  /** Interrupted half-way: what the database lacks of them is in `database` too. */
  incomplete: Incomplete[]
  /** The latest revisions, where there are several. */
  heads: Named[]
  /** Why a side was not looked at: it is not configured, or was not asked for (`--no-models`, `--no-database`). */
  leftOut: { models?: 'not configured' | 'not asked'; database?: 'not configured' | 'not asked' }
}

/** Exit code 3 where anything differs. */
export const check = command({
  name: 'check',
  summary: 'whether models, revisions and database agree',
  description: `Compares the models with the revisions, and the live database with the revisions that it says are applied. Where something
differs or is pending, or where the revisions end in several heads, the exit code is 3. Nothing is written.`,
  examples: [
    { line: 'godwit check', does: 'all three' },
    { line: 'godwit check --no-database', does: 'models and revisions alone: in CI, without a database' },
  ],
  arguments: [],
  flags: {
    models: { type: 'boolean', default: true, summary: 'leave the models out' },
    database: { type: 'boolean', default: true, summary: 'leave the database out' },
  },
  writes: 'nothing',
  async run(context, input): Promise<CheckReport> {
    const { url, sources } = await context.config()
    const dialect = await context.dialect()
    const report: CheckReport = { ok: true, heads: [], edited: [], missing: [], incomplete: [], leftOut: {} }
    if (input.models === false) report.leftOut.models = 'not asked'
    else if (sources.length === 0) report.leftOut.models = 'not configured'
    else Object.assign(report, await modelsSide(context, dialect))
    if (input.database !== false && url !== undefined) Object.assign(report, await databaseDrift(context, dialect))
    else {
      report.leftOut.database = input.database === false ? 'not asked' : 'not configured'
      report.heads = await several(context, await fileHeads(context))
    }
    const { heads, models, database, pending, edited, missing, incomplete } = report
    const lists = [heads, models, database, pending, edited, missing, incomplete]
    report.ok = report.conflict === undefined && lists.every((list) => list === undefined || list.length === 0)
    return report
  },
  outcome: ({ ok }) => (ok ? 0 : 3),
})

// Every other verb goes up to one: branches that met in version control have to be joined first.
const several = async (context: Context, heads: readonly string[]): Promise<Named[]> =>
  heads.length > 1 ? named(context, heads) : []

// Two branches may both make a table: then there is no schema to compare with before somebody joins them.
async function modelsSide(context: Context, dialect: Dialect): Promise<Pick<CheckReport, 'models' | 'conflict'>> {
  try {
    return { models: await modelsDrift(context, dialect) }
  } catch (error) {
    if (!isGodwitError(error) || (await fileHeads(context)).length < 2) throw error
    return { conflict: error.message }
  }
}

async function modelsDrift(context: Context, dialect: Dialect): Promise<Change[]> {
  context.emit({ type: 'working', message: 'Replaying the revisions on the shadow database' })
  const from = await revisionsSchema(context, dialect)
  const to = await modelsSchema(context, dialect)
  const { sources, ignore } = await context.config()
  const spelling = await context.spelling(dialect)
  const { operations } = await difference({ dialect, spelling, from, to, vocabulary: vocabularyOf(sources), ignore })
  return changes(operations)
}

type DatabaseDrift = Required<
  Pick<CheckReport, 'applied' | 'heads' | 'database' | 'pending' | 'edited' | 'missing' | 'incomplete'>
>

async function databaseDrift(context: Context, dialect: Dialect): Promise<DatabaseDrift> {
  const { readApplied, readState } = await import('../runner/index.ts')
  const runner = await context.runner({ readOnly: true })
  const state = await readState(runner)
  const spelling = await context.spelling(dialect)
  const from = await dialect.inspect(await context.connection({ readOnly: true }))
  context.emit({ type: 'working', message: 'Replaying the history on the shadow database' })
  // As it was applied: an edited file is reported as such, and is not the database's fault.
  const to = await spelling.ofRevisions(await readApplied(runner))
  const { ignore } = await context.config()
  const { operations } = await difference({ dialect, spelling, from, to, ignore })
  return {
    applied: state.applied.length,
    // With the history's own: a file that is gone takes nothing out of the graph.
    heads: await several(context, state.heads),
    database: changes(operations),
    pending: await named(context, state.pending),
    edited: await named(context, state.edited),
    missing: state.missing,
    incomplete: state.incomplete,
  }
}
