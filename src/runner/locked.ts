// The lock around a run: one works while the others wait.
import type { Connection, Lock } from '../dialects/dialect.ts'
import { pay } from './alone.ts'
import type { Session } from './session.ts'

/** The name of the lock: everybody who migrates this database takes the same. */
export const lockKey = ({ location }: Connection): string => `godwit ${location.database}`

/** Holds the lock while the work runs. */
export async function underLock<Result>(session: Session, work: () => Promise<Result>): Promise<Result> {
  const { dialect, connection, emit, signal, lockWait } = session
  emit({ type: 'lock wanted' })
  const lock: Lock = await dialect.lock(connection, {
    key: lockKey(connection),
    wait: lockWait,
    onWait: (holder, waited) => emit({ type: 'lock waiting', holder, waited }),
    ...(signal !== undefined && { signal }),
  })
  emit({ type: 'lock taken' })
  try {
    const result = await work()
    await pay(session)
    return result
  } catch (error) {
    // The work's failure is the news; the next run asks the probes where this cannot be written.
    await pay(session).catch(() => undefined)
    throw error
  } finally {
    await session.calm()
    // The outcome is decided; a lock that cannot be released dies with its session.
    await lock
      .release()
      .catch(() => emit({ type: 'warning', message: 'The lock could not be released; it ends with the session.' }))
    emit({ type: 'lock released' })
  }
}
