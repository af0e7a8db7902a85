// What tests of locks share.
import { expect } from 'vitest'
import type { Connection, Dialect, LockHolder } from '../../src/dialects/dialect.ts'

/** Asks for a lock that somebody has, and gives up as soon as it is told who. */
export async function holderOf(dialect: Dialect, connection: Connection, key: string): Promise<LockHolder | undefined> {
  const told = new AbortController()
  const holders: LockHolder[] = []
  const onWait = (holder: LockHolder): void => {
    holders.push(holder)
    told.abort()
  }
  const waiting = dialect.lock(connection, { key, wait: 60_000, onWait, signal: told.signal })
  await expect(waiting).rejects.toThrow(/abort/i)
  return holders[0]
}
