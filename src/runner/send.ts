// Sends statements, in one message where the protocol has such, and knows which of them failed.

import type { Connection, Dialect, Failure } from '../dialects/dialect.ts'
import { isGodwitError } from '../errors.ts'
import type { Item } from './step.ts'

/** One statement of a message: the user's (with its item), or one of ours. */
export interface Part {
  sql: string
  item?: Item
  /** Index in the plan of the step. */
  index?: number
  /** Taking the revision: its failure may mean that somebody else was faster. */
  claim?: boolean
}

/** A statement that failed, understood. Internal: callers make a coded error of it, or try again. */
export class SendFailure extends Error {
  readonly failure: Failure
  readonly part: Part | undefined
  /** How many parts of the message had finished. */
  readonly completed: number

  constructor(failure: Failure, part: Part | undefined, cause: unknown, completed = 0) {
    super(failure.message, { cause })
    this.failure = failure
    this.part = part
    this.completed = completed
  }
}

/** A coded error that the application's own code threw inside is worth more than ours around it. */
export const innermost = (error: unknown): unknown =>
  error instanceof SendFailure && isGodwitError(error.cause) ? error.cause : error

const SEPARATOR = '\n;\n'

/** Runs the statements in order; `finished` is told how many have, where the server answers each. Throws SendFailure. */
export async function send(
  dialect: Dialect,
  connection: Connection,
  parts: readonly Part[],
  finished?: (count: number) => void,
): Promise<void> {
  if (parts.length > 1 && connection.executeAll !== undefined) return sendTogether(dialect, connection, parts, finished)
  for (const [at, part] of parts.entries()) {
    try {
      await connection.execute(part.sql)
    } catch (error) {
      throw new SendFailure(dialect.explain(error, { sql: part.sql }), part, error, at)
    }
    finished?.(at + 1)
  }
}

/** Sends one of several ways to say the same: the next one only where the server refuses the one before it as unsupported. */
export async function sendAnyOf(
  ways: readonly Part[],
  sendOne: (way: Part, at: number) => Promise<void>,
): Promise<void> {
  for (const [at, way] of ways.entries()) {
    try {
      return await sendOne(way, at)
    } catch (error) {
      const refused = error instanceof SendFailure && error.part === way && error.failure.kind === 'unsupported'
      if (!refused || at === ways.length - 1) throw error
    }
  }
}

async function sendTogether(
  dialect: Dialect,
  connection: Connection,
  parts: readonly Part[],
  finished?: (count: number) => void,
): Promise<void> {
  const statements = parts.map(({ sql }) => sql)
  const { completed, error } = (await connection.executeAll?.(statements, finished)) ?? { completed: 0 }
  if (error === undefined) return
  const failure = dialect.explain(error, { sql: statements.join(SEPARATOR) })
  const { offset } = failure
  // Asked again with the one statement that failed: its words tell more than the whole message.
  const about = (part: Part | undefined): Omit<Failure, 'offset'> => {
    const { offset: _, ...precise } = part === undefined ? failure : dialect.explain(error, { sql: part.sql })
    return precise
  }
  // One statement may give several answers (a procedure does): the last one is the furthest it can be.
  const failed = parts[Math.min(completed, parts.length - 1)]
  if (offset === undefined) throw new SendFailure(about(failed), failed, error, completed)
  // A place tells more than counting: the parser sees the whole message before the first statement runs.
  let start = 0
  for (const part of parts) {
    const end = start + part.sql.length
    if (offset <= end) {
      throw new SendFailure({ ...about(part), offset: Math.max(offset - start, 0) }, part, error, completed)
    }
    start = end + SEPARATOR.length
  }
  throw new SendFailure(about(failed), failed, error, completed)
}
