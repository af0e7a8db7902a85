// What hand-written SQL throws away, as its text tells: a dialect reads it with its own lexer or parser.
import { ref } from '../schema/names.ts'

/** Data that one statement of a text throws away. */
export interface Destruction {
  /** A ref of schema/names.ts where all of it goes (`table users`, `column users.email`), so that it can be counted. */
  what?: string
  /** One line for people. */
  message: string
  /** Where the statement begins in the text. */
  offset: number
  /** The table is made anew under its old name: the columns that it has again. */
  keeps?: readonly string[]
}

/** A column whose type a hand-written statement changes, without saying how its values are converted. */
export interface Retyping {
  table: string
  column: string
  /** As the text has it. */
  type: string
}

/** A table that goes. */
export const tableGoes = (name: string, offset: number): Destruction => ({
  what: ref('table', name),
  message: `table ${name} with all its rows`,
  offset,
})

/** Without what concerns tables that the text itself has made: they hold nothing that anybody would miss. */
export const withoutOwn = (found: readonly Destruction[], made: ReadonlySet<string>): Destruction[] =>
  found.filter(({ what }) => what === undefined || !made.has(what))

/** A column that goes. */
export const columnGoes = (table: string, column: string, offset: number): Destruction => ({
  what: ref('column', table, column),
  message: `column ${table}.${column} with all its values`,
  offset,
})

/** A table that stays and is emptied. */
export const rowsGo = (name: string, offset: number): Destruction => ({
  what: ref('table', name),
  message: `all rows of ${name}`,
  offset,
})

/** Rows that a condition chooses, or something else that cannot be counted: said with the statement itself. */
export function partly(what: string, sql: string, offset: number): Destruction {
  const line = sql.replace(/\s+/gu, ' ').trim()
  return { message: `${what}: ${line.length > 80 ? `${line.slice(0, 79)}…` : line}`, offset }
}
