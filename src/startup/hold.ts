// For an application that opens a database by itself which only one process may have open.
import { connectorOf } from '../dialects/index.ts'

/**
 * Keeps Godwit's commands out of an embedded database that the application is about to open itself: call it before
 * opening, and what it returns after closing. It waits for a command that is at work, 30 seconds or `timeout`
 * milliseconds. The lock ends with the process. For a database with locks of its own it does nothing.
 * Errors: DATABASE_IN_USE, URL_INVALID, DIALECT_UNKNOWN.
 */
export async function holdDatabase(url: string, options: { timeout?: number } = {}): Promise<() => Promise<void>> {
  const { hold } = await connectorOf(url)
  return hold === undefined ? async () => {} : hold(url, options)
}
