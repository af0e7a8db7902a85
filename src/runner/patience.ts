// How a run that writes connects: a server that is full or starting up is one more thing to wait for.
import type { ConnectOptions } from '../dialects/dialect.ts'
import type { RunnerEvent } from './events.ts'

/** Milliseconds to wait for another runner, where nobody says otherwise. */
export const LOCK_WAIT = 60_000

/** Tries to connect for as long as the run would wait for the lock, and says so. */
export const patience = (
  wait: number | undefined = LOCK_WAIT,
  emit?: (event: Extract<RunnerEvent, { type: 'warning' }>) => void,
  signal?: AbortSignal,
): Pick<ConnectOptions, 'wait' | 'onWait' | 'signal'> => ({
  wait,
  onWait: (why, longest) =>
    emit?.({
      type: 'warning',
      message: `The server lets nobody in right now (${why}): trying again for up to ${Math.round(longest / 1000)} s.`,
    }),
  ...(signal !== undefined && { signal }),
})
