// Whether the server's parser takes a statement: preparing one parses it and runs nothing.
import type { Connection, Failure } from '../dialect.ts'
import { explain } from './explain.ts'
import { textLiteral } from './quote.ts'

/** The syntax error that the server sees in a statement, with its place. */
export async function refusal(connection: Connection, sql: string): Promise<Failure | undefined> {
  try {
    await connection.execute(`prepare godwit_parse from ${textLiteral(sql)}`)
  } catch (error) {
    const failure = explain(error, { sql })
    // Statements that cannot be prepared, or name what is not there yet, are not wrong for it.
    return failure.kind === 'syntax' ? failure : undefined
  }
  await connection.execute('deallocate prepare godwit_parse')
  return undefined
}
