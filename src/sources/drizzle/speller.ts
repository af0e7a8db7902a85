// Turns Drizzle's expressions into SQL text without parameters.
import type { SQL } from 'drizzle-orm'
import type { Orm } from './orm.ts'

/** How Drizzle derives names of columns that have none of their own. */
export type Casing = 'snake_case' | 'camelCase'

/** A column as far as its name goes. */
export interface Named {
  name: string
  keyAsName?: boolean
}

// Drizzle's own type asks for its class of casing, of which one method is used.
interface QueryConfig {
  casing: { getColumnCasing(column: Named): string }
  escapeName(name: string): string
  escapeParam(index: number, value: unknown): string
  escapeString(text: string): string
  invokeSource?: 'indexes' | undefined
}

/** Writes names, values and expressions of one database. */
export interface Speller {
  /** The column's name in the database. */
  column(column: Named): string
  quote(name: string): string
  literal(value: unknown): string
  /** `bare` leaves the table out before column names, as indexes and generated columns want it. */
  expression(expression: SQL, bare?: boolean): string
}

/** `literal` writes a value as the database's literal; names are quoted with `"` where nothing else is said. */
export function speller(
  orm: Orm,
  casing: Casing | undefined,
  literal: (value: unknown) => string,
  quote: (name: string) => string = quoteName,
): Speller {
  // In the 1.0 line the table itself has given its columns their final names.
  const convert = orm.line === '1' || casing === undefined ? undefined : casing === 'snake_case' ? snakeCase : camelCase
  const column = (named: Named): string => (named.keyAsName && convert !== undefined ? convert(named.name) : named.name)
  const config: QueryConfig = {
    casing: { getColumnCasing: column },
    escapeName: quote,
    escapeParam: (_, value) => literal(value),
    escapeString: (text) => literal(text),
  }
  return {
    column,
    quote,
    literal,
    expression(expression, bare = false) {
      // A copy, because the original may be marked to inline its parameters itself: Drizzle's way of writing values
      // stops at bigint and writes dates as people read them.
      const copy: { toQuery(config: QueryConfig): { sql: string } } = new orm.core.SQL(expression.queryChunks)
      return copy.toQuery(bare ? { ...config, invokeSource: 'indexes' } : config).sql
    },
  }
}

const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`

// As drizzle-orm/casing does it.
const words = (name: string): string[] =>
  name.replace(/['\u2019]/g, '').match(/[\da-z]+|[A-Z]+(?![a-z])|[A-Z][\da-z]+/g) ?? []
const snakeCase = (name: string): string =>
  words(name)
    .map((word) => word.toLowerCase())
    .join('_')
const camelCase = (name: string): string =>
  words(name)
    .map((word, at) => (at === 0 ? word.toLowerCase() : `${word[0]?.toUpperCase()}${word.slice(1)}`))
    .join('')
