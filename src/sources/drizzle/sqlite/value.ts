// SQLite: default values as Drizzle means them.
import { literalOf, quoteText, toJson } from '../literal.ts'
import type { Orm, SqliteCore } from '../orm.ts'
import type { Speller } from '../speller.ts'

type Column = InstanceType<SqliteCore['SQLiteColumn']>

/** The literal of any value: blobs in hex, arrays as JSON, which is how Drizzle stores them. */
export const sqliteLiteral = (value: unknown): string =>
  literalOf(value, { bytes: (hex) => `x'${hex}'`, array: (values) => quoteText(toJson(values)) })

/** The SQL of the default that the database holds; undefined where there is none (functions are the application's). */
export function defaultOf(orm: Orm, speller: Speller, column: Column): string | undefined {
  const value: unknown = column.default
  if (value === undefined) return undefined
  if (orm.core.is(value, orm.core.SQL)) return parenthesized(speller.expression(value))
  // Dates become numbers, JSON becomes text or bytes: the column knows.
  const stored: unknown = typeof value === 'object' && value !== null ? column.mapToDriverValue(value) : value
  // drizzle-kit 1.0 keeps a bigint in a blob as the text that Drizzle reads back.
  return orm.line === '1' && typeof stored === 'bigint' ? quoteText(String(stored)) : sqliteLiteral(stored)
}

// What DEFAULT takes as it is; any other expression needs parentheses, which people forget.
const BARE = /^(?:\(.*\)|null|true|false|current_(?:time|date|timestamp)|[-+]?[\d.]+(?:e[-+]?\d+)?|x?'(?:[^']|'')*')$/is

const parenthesized = (text: string): string => {
  const trimmed = text.trim()
  return BARE.test(trimmed) && balanced(trimmed) ? trimmed : `(${trimmed})`
}

/** False for `(a) || (b)`, which begins and ends with parentheses that are no pair. */
function balanced(text: string): boolean {
  if (!text.startsWith('(')) return true
  let depth = 0
  let quote = ''
  for (const [at, char] of [...text].entries()) {
    if (quote !== '') {
      if (char === quote) quote = ''
    } else if (char === "'" || char === '"' || char === '`') quote = char
    else if (char === '(') depth++
    else if (char === ')' && --depth === 0 && at < [...text].length - 1) return false
  }
  return depth === 0
}
