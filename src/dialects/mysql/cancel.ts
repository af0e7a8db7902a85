// Stopping the statement that a session is at, from a second session.
import { setTimeout as pause } from 'node:timers/promises'
import type { Connection } from '../dialect.ts'

/** What a session is waiting for: nothing, or the answers to its message of this number. */
export interface Waiting {
  message: number
  pending: number
}

const ASLEEP = 100

/**
 * Kills what the session is at, once at a time: a call while another is under way comes to the same.
 *
 * A kill that lands between two statements of a message may leave it without an answer for ever (seen on MariaDB 10.11,
 * twice in 300 tries with several kills each): then the server says that the session sleeps while we wait. Such a session
 * is ended, so that the driver knows.
 */
export function canceller(
  threadId: number,
  waiting: Readonly<Waiting>,
  another: () => Promise<Connection>,
): () => Promise<void> {
  let under: Promise<void> | undefined
  const cancel = async (): Promise<void> => {
    const other = await another()
    try {
      const { message, pending } = waiting
      if (pending === 0) return
      const isStill = (): boolean => waiting.pending > 0 && waiting.message === message
      await other.execute(`kill query ${threadId}`)
      for (let asleep = 0; asleep < 2; asleep++) {
        await pause(ASLEEP)
        if (!isStill() || !(await sleeps(other, threadId)) || !isStill()) return
      }
      await other.execute(`kill ${threadId}`)
    } finally {
      await other.close()
    }
  }
  return () => {
    under ??= cancel().finally(() => {
      under = undefined
    })
    return under
  }
}

async function sleeps(other: Connection, threadId: number): Promise<boolean> {
  const [row] = await other.query<{ command: string }>(
    `select command as command from information_schema.processlist where id = ${threadId}`,
  )
  return row?.command === 'Sleep' || row?.command === 'Killed'
}
