// What a run would do, for people to read before they agree. Nothing is written.
import { runRules } from '../lint/index.ts'
import { asMade, describe, sign } from '../operations/index.ts'
import { headsAmong } from '../revisions/index.ts'
import { type WorkAhead, worksAhead } from './ahead.ts'
import { type Destroyed, destroyedBy, losses } from './losses.ts'
import { prepare, tellBroken } from './prepare.ts'
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
    tellBroken(session.emit, prepared)
    const works = await worksAhead(session, prepared)
    const after = new Set(state.applied)
    for (const id of ids) options.direction === 'up' ? after.add(id) : after.delete(id)
    return {
      direction: options.direction,
      from: headsAmong(state.graph, state.applied),
      to: headsAmong(state.graph, after),
      steps: await plannedSteps(session, works),
      incomplete: begun(state),
    }
  })
}

async function plannedSteps(session: Session, works: readonly WorkAhead[]): Promise<PlannedStep[]> {
  const { dialect, connection } = session
  const steps: PlannedStep[] = []
  for (const work of works) {
    const destroyed = await destroyedBy(dialect, work.step.operations)
    const remakes = [...destroyed.values()].flat().some(({ keeps }) => keeps !== undefined)
    // Of the steps behind the first one, nobody has the schema before yet.
    const asks = remakes && steps.length === 0 && work.before === undefined
    const before = asks ? { before: await dialect.inspect(connection) } : {}
    steps.push(plannedStep(session, { ...work, ...before }, destroyed))
  }
  return steps
}

function plannedStep(
  { dialect, connection }: Session,
  { step, statements, there, before }: WorkAhead,
  destroyed: Destroyed,
): PlannedStep {
  const { revision, direction, operations } = step
  const { id, parents, message, file } = revision
  const narrowings = dialect.narrowings(operations, {
    version: connection.version,
    ...(before !== undefined && { before }),
  })
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
        narrowings,
        destroyed,
        concurrentIndex: dialect.capabilities.concurrentIndex,
        wayBack: direction === 'down' || revision.down !== undefined,
      },
      dialect.rules,
    ).map((finding) => ({ ...finding, revision: id })),
    losses: losses(operations, { narrowings, destroyed, ...(before !== undefined && { before }) }).map((loss) => ({
      revision: id,
      ...loss,
    })),
    transactional: statements.every((statement) => statement.transactional),
  }
}
