// What holds in one session: a switch of ours that holds already is not sent again. Each costs the server and the driver
// some 20 µs (our measurement, MariaDB 10.11), and a thousand revisions had three thousand of them.
import { tokenAt } from './lexer.ts'

const STRUCTURE = new Set('ALTER CREATE DROP RENAME TRUNCATE OPTIMIZE REPAIR'.split(' '))
/** These change no setting. Anything else might: a routine, a block, a prepared text. */
const HARMLESS = new Set([
  ...STRUCTURE,
  ...'SELECT INSERT UPDATE DELETE REPLACE WITH SHOW START COMMIT ROLLBACK'.split(' '),
])
// The two that we set ourselves. Others may be used up by the next statement (insert_id), or depend on case.
const SWITCH = /^set session ((?:innodb_)?lock_wait_timeout) = (\d+)$/

/** What is known of the session's settings. What a stored function sets is not noticed. */
export type Held = Map<string, string>

/** The statements without the switches that change nothing, and the place each had; `held` is what holds behind them. */
export function needed(held: Held, statements: readonly string[]): { sql: string; at: number }[] {
  return statements.flatMap((sql, at) => {
    const [, name, value] = SWITCH.exec(sql) ?? []
    if (name !== undefined && value !== undefined) {
      if (held.get(name) === value) return []
      held.set(name, value)
    } else if (!HARMLESS.has(firstWords(sql)[0] ?? '') || /;\s*set\b/i.test(sql)) held.clear()
    return [{ sql, at }]
  })
}

/** Whether a statement changes structure, or locks a table for one that does: those are impatient (see connect.ts). */
export function changesStructure(sql: string): boolean {
  const [first, second] = firstWords(sql)
  return (
    first !== undefined && (STRUCTURE.has(first) || first === 'LOCK' || (first === 'SET' && second === 'STATEMENT'))
  )
}

/** The first two words, upper case, behind comments and inside executable ones. */
function firstWords(sql: string): string[] {
  const words: string[] = []
  for (let at = 0; at < sql.length && words.length < 2; ) {
    const token = tokenAt(sql, at)
    at = token.end
    if (token.kind === 'word') words.push(token.text.toUpperCase())
    else if (token.kind !== 'space' && token.kind !== 'comment' && token.kind !== 'versioned') break
  }
  return words
}
