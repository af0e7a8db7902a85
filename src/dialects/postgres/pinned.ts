// Whose functions and operators our own queries mean: the system's. Whoever may make things in a schema of the search path
// could make one that fits a query of ours better than the system's, and it would run with our rights.

/** The name of a column that only a message of ours has: what stands in it is no answer. */
export const ASIDE = 'godwit_path'

/**
 * A query of ours that names everything of the user's in full: while it runs, the search path is empty, so that an
 * unqualified name is the system's. The session's own path is back afterwards. One message, in or out of a transaction.
 */
export const pinned = (sql: string): string =>
  [
    `select pg_catalog.set_config('godwit.search_path', pg_catalog.current_setting('search_path'), true) as ${ASIDE}, pg_catalog.set_config('search_path', '', true)`,
    sql,
    `select pg_catalog.set_config('search_path', pg_catalog.current_setting('godwit.search_path'), true) as ${ASIDE}`,
  ].join(';\n')

/** Whether a result of a message is an answer to somebody: it has columns, and they are not ours. */
export function isAnswer(result: unknown): boolean {
  const fields: unknown = Reflect.get(Object(result), 'fields')
  return Array.isArray(fields) && fields.length > 0 && Reflect.get(Object(fields[0]), 'name') !== ASIDE
}

/** The system's own operators, for statements that run under the session's path. */
export const EQUALS = 'operator(pg_catalog.=)'
