// A server that lets nobody in for a moment is asked again, for as long as somebody is ready to wait.
import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectOptions } from './dialect.ts'

const FIRST_PAUSE = 100
const LONGEST_PAUSE = 1000

/** Does the work again while it fails in this way, within `wait`. Errors: the last one; the signal's reason. */
export async function patiently<Result>(
  { wait = 0, onWait, signal }: Pick<ConnectOptions, 'wait' | 'onWait' | 'signal'>,
  isWorthIt: (error: unknown) => boolean,
  work: () => Promise<Result>,
): Promise<Result> {
  const started = Date.now()
  for (let pause = FIRST_PAUSE, tries = 1; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE), tries++) {
    signal?.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      if (!isWorthIt(error) || Date.now() - started + pause > wait) throw error
      if (tries === 1) onWait?.(reasonOf(error), wait)
    }
    await sleep(pause * (0.75 + Math.random() / 2), undefined, signal === undefined ? {} : { signal })
  }
}

const reasonOf = (error: unknown): string => {
  const [why, message] = ['why', 'message'].map((name) => Reflect.get(Object(error), name) as unknown)
  return String(why ?? message).split('\n', 1)[0] ?? ''
}
