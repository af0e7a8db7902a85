// A server or a pooler that lets nobody in right now: nothing of ours was run, so that it can be asked again.

// https://www.postgresql.org/docs/current/errcodes-appendix.html: full, starting up or shutting down, no connection made.
const STATES: ReadonlySet<string> = new Set(['53300', '57P03', '08000', '08001', '08003', '08004', '08006'])
// PgBouncer gives most of its errors one code (08P01), so that the words have to tell.
const WORDS =
  /no more connections allowed|query_wait_timeout|client_login_timeout|pgbouncer cannot connect to server|server_login_retry|server login failed: FATAL.*(?:too many (?:clients|connections)|starting up|shutting down|remaining connection slots)|max client connections reached/i
// The socket of a pooler that is full or is being restarted.
const NODE: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE'])

const text = (error: unknown, name: string): string => String(Reflect.get(Object(error), name) ?? '')

/** Whether these are the words of a pooler that had no session for us: the statement has reached no server. */
export const lacksSession = (error: unknown): boolean => WORDS.test(text(error, 'message'))

/** Whether connecting may succeed in a moment. */
export const isTurnedAway = (error: unknown): boolean =>
  STATES.has(text(error, 'code')) || NODE.has(text(error, 'code')) || lacksSession(error)
