// The shadow: a new database in memory for every use.
import { GodwitError } from '../../errors.ts'
import type { Connection, Shadow } from '../dialect.ts'
import { connect } from './connect.ts'
import { explain } from './explain.ts'
import { splitText, syntaxError } from './split.ts'

const MEMORY = 'sqlite::memory:'

/** Opens nothing that stays: each `scratch` has its own database. */
export async function openShadow(): Promise<Shadow> {
  const probe = await connect(MEMORY)
  await probe.close()
  return {
    identity: `sqlite ${probe.version}`,
    load,
    async scratch(work) {
      const connection = await connect(MEMORY)
      try {
        // Models come in any order, and what they hold is only read.
        await connection.execute('pragma foreign_keys = off')
        return await work(connection)
      } finally {
        await connection.close()
      }
    },
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  }
}

/** Errors: SQL_SYNTAX, STATEMENT_FAILED. */
async function load(connection: Connection, statements: readonly string[]): Promise<void> {
  for (const text of statements) {
    for (const { sql, control, transactional } of splitText(text)) {
      // ATTACH and VACUUM INTO would reach for files; the pragmas that need to stand outside say nothing about a schema.
      if (control || !transactional) continue
      try {
        await connection.execute(sql)
      } catch (error) {
        throw statementError(error, sql)
      }
    }
  }
}

function statementError(error: unknown, sql: string): GodwitError {
  const { kind, message, hint, offset } = explain(error, { sql })
  if (kind === 'syntax' && offset !== undefined) return syntaxError(sql, offset, `SQL syntax error: ${message}.`)
  const shown = sql.length > 400 ? `${sql.slice(0, 400)}…` : sql
  return new GodwitError('STATEMENT_FAILED', `A statement failed on the shadow database: ${message}.`, {
    why: `The statement: ${shown}`,
    ...(hint === undefined ? {} : { fix: hint }),
    data: { sql },
    cause: error,
  })
}
