// Whether the engine's parser takes a statement: EXPLAIN compiles it and runs nothing.
import type { Connection, Failure } from '../dialect.ts'
import { explain } from './explain.ts'

/** The syntax error that the engine sees in a statement, with its place. */
export async function refusal(connection: Connection, sql: string): Promise<Failure | undefined> {
  // Pragmas run when they are compiled.
  if (/^\s*pragma\b/i.test(sql)) return undefined
  const asked = `explain ${sql}`
  try {
    await connection.query(asked)
    return undefined
  } catch (error) {
    const failure = explain(error, { sql: asked })
    if (failure.kind !== 'syntax') return undefined
    const { offset, ...rest } = failure
    return { ...rest, ...(offset !== undefined && { offset: Math.max(0, offset - 'explain '.length) }) }
  }
}
