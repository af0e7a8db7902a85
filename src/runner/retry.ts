// Waiting for other people's locks: bounded, with pauses that grow and are never the same for two runners.
import { setTimeout as pause } from 'node:timers/promises'
import type { FailureKind } from '../dialects/dialect.ts'
import { SendFailure } from './send.ts'
import { interrupted, type Session } from './session.ts'

// A lock timeout of 300 ms with 30 tries and these pauses gets through on a busy table while no writer waits longer
// than one lock timeout.
const FIRST_PAUSE = 500
const LONGEST_PAUSE = 10_000

type Reason = 'lock timeout' | 'deadlock'
/** Whether it is worth trying again. */
export const isReason = (kind: FailureKind): kind is Reason => kind === 'lock timeout' || kind === 'deadlock'

/** Tries again where the failure was a lock or a deadlock; `work` must leave nothing behind when it fails. */
export async function withRetry<Result>(
  session: Session,
  revision: string,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1 + session.tried; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof SendFailure) || attempt >= session.lockTries) throw error
      const { kind } = error.failure
      if (!isReason(kind)) throw error
      await pauseFor(session, revision, kind, attempt)
    }
  }
}

/** Says that it will be tried again, and lets others go first. Errors: INTERRUPTED. */
export async function pauseFor(session: Session, revision: string, reason: Reason, attempt: number): Promise<void> {
  const longest = Math.min(FIRST_PAUSE * 1.5 ** (attempt - 1), LONGEST_PAUSE)
  const delay = Math.round(longest * (0.5 + Math.random() / 2))
  session.emit({ type: 'retry', revision, reason, attempt, tries: session.lockTries, delay })
  await pause(delay, undefined, session.signal === undefined ? {} : { signal: session.signal }).catch(
    (error: unknown) => {
      throw interrupted(error)
    },
  )
}
