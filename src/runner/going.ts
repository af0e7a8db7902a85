// Going on where a revision fails: what comes after it waits, the branches beside it do not.
import { type ErrorCode, GodwitError, isGodwitError } from '../errors.ts'
import { descendants, type Graph } from '../revisions/index.ts'
import type { FailedStep, RunReport } from './reports.ts'
import type { Session } from './session.ts'

// Nothing that comes later would fare better.
const HOPELESS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'CONNECTION_REFUSED',
  'CONNECTION_LOST',
  'CONNECTION_FAILED',
  'DATABASE_READ_ONLY',
  'DATABASE_FULL',
  'DATABASE_IN_USE',
  'INTERRUPTED',
  'BUG',
])

/** Runs the work on one revision. Where failures are collected (`failed`), one of it is kept there, and it returns. */
export async function attempt<Result>(
  { emit, signal }: Session,
  { id, message }: { id: string; message: string },
  failed: FailedStep[] | undefined,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await work()
  } catch (error) {
    if (failed === undefined || signal?.aborted || !isGodwitError(error) || HOPELESS.has(error.code)) throw error
    failed.push({ revision: id, message, error })
    emit({ type: 'step failed', revision: id, message, error })
    return undefined
  }
}

/** The revisions that failed, and all that come after them. */
export const blocked = (graph: Graph, failed: readonly FailedStep[] = []): Set<string> =>
  descendants(
    graph,
    failed.map(({ revision }) => revision),
  )

/** What a caller throws who cannot leave it at a report. */
export function revisionsFailed({ failed = [], waiting = [] }: Pick<RunReport, 'failed' | 'waiting'>): GodwitError {
  const names = failed.map(({ revision }) => revision).join(', ')
  const why = failed.map(({ revision, error }) => `${revision}: ${error.message} [${error.code}]${arrow(error)}`)
  const rest = waiting.length === 0 ? '' : `What comes after waits: ${waiting.join(', ')}. `
  return new GodwitError('REVISIONS_FAILED', `${failed.length === 1 ? 'A revision' : 'Revisions'} failed: ${names}.`, {
    why: [...why, `${rest}Everything else is applied.`].join('\n'),
    fix: 'Correct what each of them says, then run `godwit upgrade` again: it goes on from there.',
    data: { failed: failed.map(({ revision, error }) => ({ revision, ...error.toJSON() })), waiting },
    cause: failed[0]?.error,
  })
}

const arrow = ({ fix }: GodwitError): string => (fix === undefined ? '' : `\n  → ${fix}`)
