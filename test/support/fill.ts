// Rows for tables that nobody here knows: values that fit the types, the checks and the foreign keys as far as can be told.
import type { Connection, Dialect } from '../../src/dialects/dialect.ts'
import { splitName } from '../../src/schema/names.ts'
import type { Column, Json, Schema, Table } from '../../src/schema/schema.ts'

/** The name of a table as SQL. */
export const tableName = (dialect: Dialect, name: string): string => splitName(name).map(dialect.identifier).join('.')

/** A literal for the type, where one is known: another for each row, the same in every table, so that keys meet. */
export function valueFor(type: string, row: number, { objects }: Pick<Schema, 'objects'>): string | undefined {
  const own = objects.find((each) => each.name === type || `public.${each.name}` === type)
  if (own?.type === 'enum') return label(own.values ?? [], row)
  const base = own?.type === 'domain' ? (own.extra?.base as Json) : undefined
  if (typeof base === 'string') return valueFor(base, row, { objects })
  const element = /^(.*?)\[\]$/.exec(type)?.[1]
  if (element !== undefined) {
    const value = valueFor(element, row, { objects })
    return value === undefined ? "'{}'" : `array[${value}]::${type}`
  }
  const labels = /^(?:enum|set)\((.*)\)$/is.exec(type)?.[1]
  if (labels !== undefined)
    return label(
      [...labels.matchAll(/'((?:[^']|'')*)'/g)].map(([, text = '']) => text),
      row,
    )
  return VALUES.find(([pattern]) => pattern.test(type))?.[1](row, type)
}

const label = (labels: readonly string[], row: number): string | undefined => {
  const text = labels[(row - 1) % Math.max(labels.length, 1)]
  return text === undefined ? undefined : `'${text.replaceAll("'", "''")}'`
}

const bits = (row: number, type: string): string =>
  row.toString(2).padStart(Number(/\((\d+)\)/.exec(type)?.[1] ?? 1), '0')

const VALUES: readonly (readonly [RegExp, (row: number, type: string) => string])[] = [
  [/^interval/i, (row) => `'${row} days'`],
  [/^(?:int4|int8|num)range$/i, (row) => `'[${row},${row + 1})'`],
  [/^(?:ts|tstz|date)range$/i, (row) => `'[2020-01-0${row},2020-01-0${row + 1})'`],
  [/multirange$/i, () => "'{}'"],
  [/^(?:point|box)$/i, (row) => `'(${row},${row})'`],
  [/bool/i, (row) => (row % 2 === 0 ? 'false' : 'true')],
  [/int|serial|oid$|^money|^year|^(?:numeric|decimal|real|double|float|dec\b|number)/i, (row) => `${row}`],
  [/^bit varying|^varbit/i, (row) => `B'${row.toString(2)}'`],
  [/^bit/i, (row, type) => `B'${bits(row, type)}'`],
  [/^jsonpath$/i, () => "'$.a'"],
  [/^json/i, (row) => `'{"n": ${row}}'`],
  [/^(?:date ?time|timestamp)/i, (row) => `'2020-01-0${row} 10:00:00'`],
  [/^date$/i, (row) => `'2020-01-0${row}'`],
  [/^time/i, (row) => `'10:00:0${row}'`],
  [/^uuid$/i, (row) => `'00000000-0000-4000-8000-00000000000${row}'`],
  [/^(?:inet|cidr)$/i, (row) => `'10.0.0.${row}'`],
  [/^inet[46]$/i, (row) => `'${row}.0.0.${row}'`],
  [/^macaddr$/i, (row) => `'08:00:2b:01:02:0${row}'`],
  [/^bytea$/i, (row) => `'\\x0${row}'`],
  [/blob|binary/i, (row) => `x'0${row}'`],
  [/^tsvector$|^tsquery$|^ltree$/i, (row) => `'w${row}'`],
  [/^xml$/i, (row) => `'<a>${row}</a>'`],
  [/^hstore$/i, (row) => `'a=>${row}'`],
  [/char|text|clob|^name$|^string$|^any$/i, (row) => `'${row}'`],
  [/^$/, (row) => `${row}`],
]

/** Three rows, or the one that is taken where three are not. `nullable` says whether the last row may leave a column out. */
export type MayBeNull = (table: Table, column: Column) => boolean

/**
 * Puts rows into every table that takes them and is empty; what no value is known for, or a condition that nobody can
 * guess, is left out. Gives back the tables that have rows.
 */
export async function fill(
  dialect: Dialect,
  connection: Connection,
  schema: Schema,
  mayBeNull: MayBeNull,
): Promise<Table[]> {
  const has = async ({ name }: Table): Promise<boolean> =>
    (await connection.query(`select 1 as one from ${tableName(dialect, name)} limit 1`)).length > 0
  const filled: Table[] = []
  let waiting = schema.tables.filter(({ extra }) => extra?.foreign === undefined)
  // Foreign keys want their targets first: what fails is tried again after the others.
  for (let round = 0; round < 4 && waiting.length > 0; round++) {
    const failed: Table[] = []
    for (const table of waiting) {
      const statements = inserts(dialect, schema, table, mayBeNull)
      // Some engines keep the rows before the one that failed, and a rule or a trigger may take them all.
      for (const sql of statements) {
        if (await has(table)) break
        await connection.execute(sql).catch(() => undefined)
      }
      if (await has(table)) filled.push(table)
      else failed.push(table)
    }
    waiting = failed
  }
  return filled
}

/** What is tried, the best first: three rows, one of them with NULLs; without; what the checks mention; a single row. */
function inserts(dialect: Dialect, schema: Schema, table: Table, mayBeNull: MayBeNull): string[] {
  const writable = table.columns.filter(
    ({ generated, identity }) => generated === undefined && identity?.kind !== 'always',
  )
  const statement = (
    rows: readonly number[],
    value: (column: Column, row: number) => string | undefined,
    columns: readonly Column[],
  ): string[] => {
    const usable = columns.filter((column) => value(column, 1) !== undefined)
    if (usable.length === 0) return []
    const names = usable.map(({ name }) => dialect.identifier(name)).join(', ')
    const values = rows.map((row) => `(${usable.map((column) => value(column, row) ?? 'null').join(', ')})`)
    return [`insert into ${tableName(dialect, table.name)} (${names}) values ${values.join(', ')}`]
  }
  const plain = (column: Column, row: number) => valueFor(column.type, row, schema)
  const gaps = (column: Column, row: number) => (row === 3 && mayBeNull(table, column) ? 'null' : plain(column, row))
  const checks = checksOf(table)
  const fitting = (column: Column, row: number) => mentioned(checks, column, row) ?? plain(column, row)
  const required = writable.filter(({ nullable, default: value }) => !nullable && value === undefined)
  return [
    statement([1, 2, 3], gaps, writable),
    statement([1, 2, 3], plain, writable),
    statement([1, 2, 3], fitting, writable),
    statement([1], plain, writable),
    statement([1], fitting, writable),
    statement([1, 2, 3], plain, required),
    statement([1], fitting, required),
  ].flat()
}

const checksOf = ({ constraints, columns }: Table): string[] => [
  ...constraints.flatMap(({ type, expression }) => (type === 'check' ? [expression ?? ''] : [])),
  ...columns.flatMap(({ extra }) => (typeof extra?.check === 'string' ? [extra.check] : [])),
]

/** A value that a check on the column holds against it: one of its texts, or a number just above one of its numbers. */
function mentioned(checks: readonly string[], { name, type }: Column, row: number): string | undefined {
  const expression = checks.find((each) => each.toLowerCase().includes(name.toLowerCase()))
  if (expression === undefined) return undefined
  if (/int|numeric|decimal|real|double|float/i.test(type)) {
    const number = /\d+/.exec(expression.replaceAll(name, ''))?.[0]
    return number === undefined ? undefined : `${Number(number) + row}`
  }
  if (!/char|text/i.test(type)) return undefined
  const texts = [...expression.matchAll(/'((?:[^']|'')*)'/g)].map(([, text = '']) => text)
  const text = texts[(row - 1) % Math.max(texts.length, 1)]
  // A pattern is met by what stands in for its wildcards; a long text by itself.
  return text === undefined ? `'${'x'.repeat(8)}${row}'` : `'${text.replaceAll('%', `a${row}`)}'`
}
