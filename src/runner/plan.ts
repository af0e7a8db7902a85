// What a run would do, for people to read before they agree. Nothing is written.
import { runRules } from '../lint/index.ts'
import { asMade, describe, sign } from '../operations/index.ts'
import { headsAmong } from '../revisions/index.ts'
import type { Schema } from '../schema/schema.ts'
import type { Work } from './execute.ts'
import { asksSchema } from './items.ts'
import { losses } from './losses.ts'
import { type Prepared, prepare, workAhead } from './prepare.ts'
import type { PlannedStep, PlanReport, RunnerContext } from './reports.ts'
import { folderOf, plannedOf, type RunOptions, readState } from './run.ts'
import { type Session, withSession } from './session.ts'
import { begun } from './state.ts'

/** The plan of a run, with statements, findings and losses. Errors: as the run itself, before it begins. */
export async function planRun(context: RunnerContext, options: RunOptions): Promise<PlanReport> {
  const folder = await folderOf(context)
  return withSession(context, 'read', async (session) => {
    const { dialect, connection } = session
    const state = await readState(session, folder)
    const ids = await plannedOf(session, state, options)
    const prepared = await prepare(dialect, state, ids, options.direction, connection)
    const works = await worksAhead(session, prepared)
    const after = new Set(state.applied)
    for (const id of ids) options.direction === 'up' ? after.add(id) : after.delete(id)
    return {
      direction: options.direction,
      from: headsAmong(state.graph, state.applied),
      to: headsAmong(state.graph, after),
      steps: works.map((work) => plannedStep(session, work)),
      incomplete: begun(state),
    }
  })
}

/** The statements of all steps, each for the schema that the one before it leaves. */
export async function worksAhead(
  { dialect, connection }: Pick<Session, 'dialect' | 'connection'>,
  prepared: readonly Prepared[],
  purpose: 'run' | 'script' = 'run',
): Promise<Work[]> {
  let before: Schema | undefined
  if (prepared.some(({ items }) => asksSchema(dialect, items) || items.some(({ type }) => type === 'ensure')))
    before = await dialect.inspect(connection)
  return prepared.map((each) => {
    const { after, ...work } = workAhead(dialect, each, {
      version: connection.version,
      purpose,
      ...(before !== undefined && { before }),
    })
    before = after
    return work
  })
}

function plannedStep({ dialect }: Session, { step, statements, there }: Work): PlannedStep {
  const { revision, direction, operations } = step
  const { id, parents, message, file } = revision
  return {
    revision: id,
    parents,
    message,
    file,
    direction,
    statements: statements.map(({ sql, transactional, facts, note }) => ({
      sql,
      transactional,
      ...(facts?.lock !== undefined && { lock: facts.lock }),
      ...(facts?.rewrites !== undefined && { rewrites: facts.rewrites }),
      ...(note !== undefined && { note }),
    })),
    operations: operations.map((operation, at) => ({
      sign: sign(operation),
      text: `${describe(operation)}${there?.has(at) ? ' (already there)' : ''}`,
    })),
    // What is there already is no hazard any more; the rest is judged as what it makes.
    findings: runRules(
      {
        operations: operations.map((each, at) => (there?.has(at) ? each : asMade(each))),
        statements,
        wayBack: direction === 'down' || revision.down !== undefined,
      },
      dialect.rules,
    ).map((finding) => ({ ...finding, revision: id })),
    losses: losses(operations).map((loss) => ({ revision: id, ...loss })),
    transactional: statements.every((statement) => statement.transactional),
  }
}
