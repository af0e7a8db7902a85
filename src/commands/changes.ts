// Operations as reports show them: a sign and one line each.
import { describe, sign } from '../operations/index.ts'
import type { Operation, Sign } from '../operations/operation.ts'

/** One change in words. */
export interface Change {
  sign: Sign
  text: string
}

/** Each operation in words. */
export const changes = (operations: readonly Operation[]): Change[] =>
  operations.map((operation) => ({ sign: sign(operation), text: describe(operation) }))
