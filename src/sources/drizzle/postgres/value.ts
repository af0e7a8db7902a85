// PostgreSQL: column types and default values as Drizzle means them.
import { literalOf, quoteText, toJson } from '../literal.ts'
import type { Orm, PostgresCore } from '../orm.ts'
import type { Speller } from '../speller.ts'

type Column = InstanceType<PostgresCore['PgColumn']>

/** The literal of any value: bytea in hex, arrays in the text form every array type reads. */
export const postgresLiteral = (value: unknown): string =>
  literalOf(value, { bytes: (hex) => `'\\x${hex}'`, array: (values) => quoteText(arrayText(values)) })

/** `{1,"a b",NULL}`: strings are always quoted, so that none is read as NULL or split at a comma. */
function arrayText(values: readonly unknown[]): string {
  return `{${values.map(elementText).join(',')}}`
}

function elementText(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  if (Array.isArray(value)) return arrayText(value)
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  const text =
    typeof value === 'string'
      ? value
      : value instanceof Date
        ? value.toISOString()
        : value instanceof Uint8Array
          ? `\\x${Buffer.from(value).toString('hex')}`
          : toJson(value)
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

/** The innermost column of an array, and how many dimensions are around it (the 1.0 line keeps a number instead). */
export function unwrap(
  pg: PostgresCore,
  orm: Orm,
  column: Column,
): { base: Column; dimensions: number; suffix: string } {
  if (!('PgArray' in pg)) {
    const dimensions = 'dimensions' in column && typeof column.dimensions === 'number' ? column.dimensions : 0
    return { base: column, dimensions, suffix: '[]'.repeat(dimensions) }
  }
  // Here `dimensions` of a column is the length of a vector or of bits.
  let base = column
  let suffix = ''
  let dimensions = 0
  for (; orm.core.is(base, pg.PgArray); dimensions++) {
    suffix = `[${base.size ?? ''}]${suffix}`
    base = base.baseColumn
  }
  return { base, dimensions, suffix }
}

/** The type as Drizzle prints it; the name of an enum quoted and with its schema. */
export function typeOf(pg: PostgresCore, orm: Orm, speller: Speller, column: Column): string {
  const { base, suffix } = unwrap(pg, orm, column)
  if (orm.core.is(base, pg.PgEnumColumn) || orm.core.is(base, pg.PgEnumObjectColumn)) {
    const { enumName, schema } = base.enum
    return `${schema === undefined ? '' : `${speller.quote(schema)}.`}${speller.quote(enumName)}${suffix}`
  }
  const type = base.getSQLType()
  // A custom type written with capitals is a name that was made with quotes.
  return `${/^[A-Za-z_][\w$]*$/.test(type) && /[A-Z]/.test(type) && orm.core.is(base, pg.PgCustomColumn) ? speller.quote(type) : type}${suffix}`
}

/** The SQL of the default that the database holds; undefined where there is none (functions are the application's). */
export function defaultOf(pg: PostgresCore, orm: Orm, speller: Speller, column: Column): string | undefined {
  const value: unknown = column.default
  if (value === undefined) return undefined
  if (orm.core.is(value, orm.core.SQL)) return speller.expression(value)
  const { base, dimensions } = unwrap(pg, orm, column)
  if (dimensions > 0 && Array.isArray(value)) return quoteText(arrayText(mapElements(value, dimensions, base)))
  return scalarDefault(base, value, orm.line)
}

const isJson = (column: Column): boolean => /^jsonb?$/i.test(column.getSQLType())

function scalarDefault(column: Column, value: unknown, line: Orm['line']): string {
  if (value === null) return 'null'
  if (isJson(column)) return jsonDefault(value, column.getSQLType(), line)
  return postgresLiteral(driverValue(column, value))
}

// The 0.x line lets people write JSON text where the 1.0 line takes every string for a value.
function jsonDefault(value: unknown, type: string, line: Orm['line']): string {
  const text = line === '0' && typeof value === 'string' && parses(value) ? value : toJson(value)
  return `${quoteText(text)}::${type}`
}

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function mapElements(values: readonly unknown[], dimensions: number, base: Column): unknown[] {
  return values.map((value) =>
    value === null
      ? null
      : dimensions > 1 && Array.isArray(value)
        ? mapElements(value, dimensions - 1, base)
        : isJson(base)
          ? toJson(value)
          : driverValue(base, value),
  )
}

/** Plain values stand for themselves; what JavaScript holds as an object (a point, a vector, a date) the column knows to write. */
function driverValue(column: Column, value: unknown): unknown {
  if (value instanceof Date) {
    const text = value.toISOString()
    return /^date$/i.test(column.getSQLType()) ? text.slice(0, 10) : text
  }
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  const mapped: unknown = column.mapToDriverValue(value)
  if (typeof mapped !== 'object' || mapped === null) return mapped
  // The 1.0 line leaves these to the driver's codecs.
  if (/^(vector|halfvec)/.test(column.getSQLType()) && Array.isArray(mapped)) return `[${mapped.join(',')}]`
  if (/^point$/.test(column.getSQLType())) return pointText(mapped)
  if (/^line$/.test(column.getSQLType())) return `{${Object.values(mapped).join(',')}}`
  return mapped
}

function pointText(value: object): string {
  if (Array.isArray(value)) return `(${value.join(',')})`
  return 'x' in value && 'y' in value ? `(${value.x},${value.y})` : toJson(value)
}
