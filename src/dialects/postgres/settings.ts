// The settings that every session of ours starts with.

/**
 * What a session of ours relies on, whatever the role or the database has configured: texts and times print the same
 * everywhere, nothing is cancelled but by us, a client that is gone lets go of its lock within a second, and a function
 * may be created before the tables in its body.
 */
export const SETTINGS: readonly (readonly [name: string, value: string])[] = [
  ['client_encoding', 'UTF8'],
  ['TimeZone', 'UTC'],
  ['DateStyle', 'ISO'],
  ['IntervalStyle', 'postgres'],
  ['standard_conforming_strings', 'on'],
  ['check_function_bodies', 'off'],
  ['default_transaction_isolation', 'read\\ committed'],
  ['statement_timeout', '0'],
  // Inside a transaction of ours it is short; a statement that commits by itself waits for others by design.
  ['lock_timeout', '0'],
  ['idle_in_transaction_session_timeout', '60000'],
  ['client_connection_check_interval', '1000'],
]

/** What can be set later as well, name and plain value. */
export const LATER: readonly (readonly [name: string, value: string])[] = SETTINGS.filter(
  ([name]) => name !== 'client_encoding' && name !== 'client_connection_check_interval',
).map(([name, value]) => [name, value.replace('\\', '')])

/** What the beginning of a transaction of ours says anyway. */
const SAID_AT_BEGIN: ReadonlySet<string> = new Set([
  'check_function_bodies',
  'default_transaction_isolation',
  'lock_timeout',
])
export const isSaidAtBegin = (name: string): boolean => SAID_AT_BEGIN.has(name)
