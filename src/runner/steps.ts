// One step after the other: several in one message where they need nothing but to be sent.
import { since } from '../amount.ts'
import { checkConversions } from './conversions.ts'
import type { Ensured } from './events.ts'
import { execute } from './execute.ts'
import { attempt, blocked } from './going.ts'
import { Overtaken } from './outcome.ts'
import { type Prepared, workFor } from './prepare.ts'
import type { Direction, FailedStep, StepReport } from './reports.ts'
import type { Session } from './session.ts'
import type { State } from './state.ts'
import type { Work } from './step.ts'
import { plainFrom, type Sent, together } from './together.ts'

/** What is run, and where it is reported. */
export interface Steps {
  direction: Direction
  /** Filled with what is done. */
  steps: StepReport[]
  /** Where failures are collected; undefined: the first one is thrown. */
  failed: FailedStep[] | undefined
}

/** Runs them in order. Ends early where somebody else was faster: then the history has to be read again. */
export async function runSteps(
  session: Session,
  { graph }: State,
  prepared: readonly Prepared[],
  { direction, steps, failed }: Steps,
): Promise<void> {
  const { dialect, connection, emit } = session
  const report = reporter(session, prepared, direction, steps)
  let alone: Sent['alone']
  try {
    for (let at = 0; at < prepared.length; ) {
      const each = prepared[at]
      if (each === undefined || blocked(graph, failed).has(each.step.revision.id)) {
        at++
        continue
      }
      const plain = alone === undefined && failed === undefined ? await plainFrom(session, prepared, at) : []
      if (plain.length > 1) {
        const sent = await together(session, plain, report)
        at += sent.done
        alone = sent.alone
        continue
      }
      const work = plain[0] ?? (await workFor(dialect, connection, each))
      report.started(work)
      const resume = alone?.resume
      alone = undefined
      const ensured = await attempt(session, each.step.revision, failed, async () => {
        if (resume === undefined) await checkConversions(session, each.step)
        return execute(session, work, resume)
      })
      session.tried = 0
      if (ensured !== undefined) report.finished(work, ensured)
      at++
    }
  } catch (error) {
    if (!(error instanceof Overtaken)) throw error
    emit({ type: 'overtaken', revision: error.revision })
  }
}

function reporter({ emit }: Session, prepared: readonly Prepared[], direction: Direction, steps: StepReport[]) {
  const total = prepared.length
  const places = new Map(prepared.map(({ step }, index) => [step.revision.id, index]))
  const begun = new Map<string, number>()
  return {
    started({ step, items }: Work): void {
      const { id: revision, message } = step.revision
      // One that is tried again has begun before.
      if (begun.has(revision)) return
      begun.set(revision, performance.now())
      const index = places.get(revision) ?? 0
      emit({ type: 'step started', revision, message, direction, index, total, statements: items.length })
    },
    finished({ step, items }: Work, ensured: Ensured[] = []): void {
      const { id: revision, message } = step.revision
      const duration = since(begun.get(revision) ?? performance.now())
      emit({ type: 'step finished', revision, direction, index: places.get(revision) ?? 0, total, duration })
      const looked = ensured.length > 0 ? { ensured } : {}
      steps.push({ revision, message, direction, duration, statements: items.length, ...looked })
    },
  }
}
