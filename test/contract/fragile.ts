// Connections that are lost at a chosen moment.
import type { Connection } from '../../src/dialects/dialect.ts'

/** Where: before the message is sent, after the server has done it, or (within a message of several) right before the statement. */
export type Side = 'before' | 'after' | 'within'

/** Loses the connection when a statement matches. */
export function fragile(connection: Connection, pattern: RegExp, side: Side): Connection {
  let lost = false
  const gone = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
  const through = async <Result>(sql: string, work: () => Promise<Result>): Promise<Result> => {
    if (lost) throw gone
    if (!pattern.test(sql)) return work()
    lost = true
    if (side === 'after') await work()
    throw gone
  }
  const together = async (
    statements: readonly string[],
    executeAll: NonNullable<Connection['executeAll']>,
  ): ReturnType<typeof executeAll> => {
    const at = statements.findIndex((sql) => pattern.test(sql))
    if (!lost && at < 0) return executeAll(statements)
    if (!lost && side !== 'before') await executeAll(side === 'within' ? statements.slice(0, at) : statements)
    lost = true
    return { completed: 0, error: gone }
  }
  const { executeAll, ...rest } = connection
  return {
    ...rest,
    query: (sql, parameters) => through(sql, () => connection.query(sql, parameters)),
    execute: (sql) => through(sql, () => connection.execute(sql)),
    ...(executeAll !== undefined && {
      executeAll: (statements: readonly string[]) => together(statements, executeAll),
    }),
  }
}
