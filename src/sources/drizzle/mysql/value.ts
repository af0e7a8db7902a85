// MySQL: default values as Drizzle means them.
import { literalOf, toJson } from '../literal.ts'
import type { MysqlCore, Orm } from '../orm.ts'
import type { Speller } from '../speller.ts'

type Column = InstanceType<MysqlCore['MySqlColumn']>

// A backslash begins an escape here.
const quoteText = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`

/** The literal of any value. */
export const mysqlLiteral = (value: unknown): string => {
  if (typeof value === 'string') return quoteText(value)
  if (value instanceof Date) return quoteText(value.toISOString().slice(0, -1).replace('T', ' '))
  if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) return quoteText(toJson(value))
  return literalOf(value, { bytes: (hex) => `x'${hex}'`, array: (values) => quoteText(toJson(values)) })
}

/** Types whose default the server takes as an expression only. */
const EXPRESSION_ONLY = /^(?:(?:tiny|medium|long)?(?:text|blob)|json|geometry|point|linestring|polygon|vector)\b/i

/** The SQL of the default that the database holds; undefined where there is none (functions are the application's). */
export function defaultOf(orm: Orm, speller: Speller, column: Column): string | undefined {
  const value: unknown = column.default
  if (value === undefined) return undefined
  const type = column.getSQLType()
  if (orm.core.is(value, orm.core.SQL)) return written(speller.expression(value), type)
  // Dates become text, JSON becomes text: the column knows. Strings and numbers are what they are.
  const isValue = typeof value === 'object' && value !== null
  const stored: unknown = isValue || /^json\b/i.test(type) ? column.mapToDriverValue(value) : value
  const text = mysqlLiteral(stored)
  return EXPRESSION_ONLY.test(type) ? `(${text})` : text
}

// People write the other attribute of a column behind its default, for want of a place of its own.
const ON_UPDATE =
  /^([\s\S]+?)\s+on\s+update\s+((?:current_timestamp|now|localtime|localtimestamp)(?:\s*\(\s*\d*\s*\))?)\s*$/i

function written(text: string, type: string): string {
  const [, value = text, update] = ON_UPDATE.exec(text.trim()) ?? []
  const written = parenthesized(value, type)
  return update === undefined ? written : `${written} on update ${update}`
}

// What DEFAULT takes as it is; any other expression needs parentheses, which people forget.
const BARE =
  /^(?:\([\s\S]*\)|null|true|false|(?:current_timestamp|now|localtime|localtimestamp)(?:\(\d*\))?|[-+]?[\d.]+(?:e[-+]?\d+)?|[bx]?'(?:[^'\\]|\\[\s\S]|'')*')$/i

function parenthesized(text: string, type: string): string {
  const trimmed = text.trim()
  if (trimmed.startsWith('(') && trimmed.endsWith(')') && isPair(trimmed)) return trimmed
  return BARE.test(trimmed) && !trimmed.startsWith('(') && !EXPRESSION_ONLY.test(type) ? trimmed : `(${trimmed})`
}

/** False for `(a) + (b)`, which begins and ends with parentheses that are no pair. */
function isPair(text: string): boolean {
  let depth = 0
  let quote = ''
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? ''
    if (quote !== '') {
      if (char === '\\' && quote !== '`') at++
      else if (char === quote) quote = ''
    } else if (char === "'" || char === '"' || char === '`') quote = char
    else if (char === '(') depth++
    else if (char === ')' && --depth === 0 && at < text.length - 1) return false
  }
  return depth === 0
}
