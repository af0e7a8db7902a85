// Why a database refuses a change: for its rows, or for something that no rows explain.
import type { Dialect } from '../../src/dialects/dialect.ts'
import { isGodwitError } from '../../src/errors.ts'

/** SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const STATES: ReadonlyMap<string, string> = new Map([
  ['23502', 'not null'],
  ['23503', 'foreign key'],
  ['23505', 'unique'],
  ['23514', 'check'],
  ['23P01', 'exclusion'],
  ['22001', 'does not fit'],
  // A sequence that has no number left for the next row.
  ['2200H', 'does not fit'],
  ['22003', 'does not fit'],
  ['22007', 'cannot be read'],
  ['22008', 'cannot be read'],
  ['22P02', 'cannot be read'],
  ['2200M', 'cannot be read'],
])

/** https://mariadb.com/kb/en/mariadb-error-codes/ */
const NUMBERS: ReadonlyMap<number, string> = new Map([
  [1048, 'not null'],
  [1138, 'not null'],
  [1062, 'unique'],
  [1586, 'unique'],
  [1216, 'foreign key'],
  [1452, 'foreign key'],
  [3819, 'check'],
  [4025, 'check'],
  [1264, 'does not fit'],
  [1265, 'does not fit'],
  [1406, 'does not fit'],
  [1292, 'cannot be read'],
  [1366, 'cannot be read'],
])

/** sqlite.org/rescode.html, in its texts: one of the drivers throws without a code. The last two are conditions of our own. */
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/^NOT NULL constraint failed: /, 'not null'],
  [/^Cannot add a NOT NULL column with default value NULL/, 'not null'],
  [/^UNIQUE constraint failed: /, 'unique'],
  [/^FOREIGN KEY constraint failed/, 'foreign key'],
  [/^cannot store \w+ value in \w+ column /, 'cannot be read'],
  [/^CHECK constraint failed: the new type of .* would change values$/, 'cannot be read'],
  [/^CHECK constraint failed: rows of .* point at rows of .* that are not there$/, 'foreign key'],
  // What ALTER TABLE … ADD CONSTRAINT and SET NOT NULL say.
  [/^constraint failed$/, 'not null or check'],
  [/^CHECK constraint failed: (?!the rebuild of |the view )/, 'check'],
]

/** In a word, what it is about the rows; undefined: the rows have nothing to do with it. */
export function reasonOf(dialect: Dialect, error: unknown): string | undefined {
  const inner: unknown = isGodwitError(error) ? error.underlying : error instanceof Error ? error.cause : undefined
  const cause = inner ?? error
  if (dialect.name === 'sqlite') {
    const text = cause instanceof Error ? cause.message : ''
    return TEXTS.find(([pattern]) => pattern.test(text))?.[1]
  }
  const number: unknown = typeof cause === 'object' && cause !== null ? Reflect.get(cause, 'errno') : undefined
  if (dialect.name === 'mysql') return typeof number === 'number' ? NUMBERS.get(number) : undefined
  return STATES.get(dialect.explain(cause).state ?? '')
}
