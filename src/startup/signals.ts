// Being told to stop while migrating: the step under way is finished or rolled back, the lock released, then the end.

const SIGNALS = ['SIGTERM', 'SIGINT'] as const

/** A signal to work under, and what to do when the work is over. */
export interface Guard {
  signal: AbortSignal
  /** Stops listening. */
  release(): void
  /**
   * After an interruption: ends the process by the signal that it got, so that whoever started it sees the true reason.
   * Does nothing where the application listens to the signal itself: ending is its business then.
   */
  pass(): void
}

/** Listens to SIGTERM and SIGINT (unless told not to) and to the caller's own signal. */
export function guarded(given: AbortSignal | undefined, listen: boolean): Guard {
  const own = new AbortController()
  let got: (typeof SIGNALS)[number] | undefined
  const stop = (signal: (typeof SIGNALS)[number]): void => {
    got ??= signal
    own.abort(signal)
  }
  if (listen) for (const signal of SIGNALS) process.on(signal, stop)
  const release = (): void => {
    for (const signal of SIGNALS) process.off(signal, stop)
  }
  return {
    signal: given === undefined ? own.signal : AbortSignal.any([given, own.signal]),
    release,
    pass() {
      release()
      if (got !== undefined && process.listenerCount(got) === 0) process.kill(process.pid, got)
    },
  }
}
