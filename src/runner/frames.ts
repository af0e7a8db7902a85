// BEGIN and COMMIT in hand-written SQL: files of other tools carry their transactions with them.
import type { TextStatement } from '../dialects/dialect.ts'

/** A statement of a text. `frame`: the number of the transaction it stood in; absent: in none, or one holds all of them. */
export interface Framed {
  statement: TextStatement
  /** It stood between BEGIN and COMMIT. */
  inside: boolean
  frame?: number
}

/**
 * The statements without the BEGIN and COMMIT around them. A transaction around the whole text is what the runner makes
 * anyway. Where a text commits in between, what follows may need that (a new enum value): its parts stay apart.
 * Gives back the statement that is no such pair (ROLLBACK, a COMMIT alone, SAVEPOINT), where there is one.
 */
export function frames(found: readonly TextStatement[]): Framed[] | TextStatement {
  const framed: Framed[] = []
  let open: TextStatement | undefined
  let frame = 0
  for (const statement of found) {
    const { control, mark } = statement
    if (!control) framed.push({ statement, inside: open !== undefined, ...(open !== undefined && { frame }) })
    else if (mark === 'begin' && open === undefined) {
      open = statement
      frame++
    } else if (mark === 'commit' && open !== undefined) open = undefined
    else return statement
  }
  if (open !== undefined) return open
  const isOne = framed.every((each) => each.frame === framed[0]?.frame)
  return isOne ? framed.map(({ statement, inside }) => ({ statement, inside })) : framed
}
