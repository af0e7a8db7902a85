// What a change must leave as it is: which rows and values of the one schema have to be there in the other, and whether they are.
import type { Connection, Dialect } from '../../src/dialects/dialect.ts'
import type { Column, Constraint, Schema, SchemaObject, Table } from '../../src/schema/schema.ts'
import { tableName } from './fill.ts'

/**
 * How values are compared. `exact`: as the database itself writes them. `number`, `text`, `moment`, `date`, `json`: by
 * what they mean. `present`: there where they were there, and NULL where they were NULL. A composite value: attribute by
 * attribute, by name, those that both types have.
 */
type Plain = 'exact' | 'number' | 'text' | 'moment' | 'date' | 'json' | 'present'
type Comparison = Plain | { attributes: { [name: string]: Comparison } }

/** A table on both sides, and how its columns are compared. */
export interface Surviving {
  table: Table
  columns: { column: Column; by: Comparison }[]
}

/**
 * The tables that both schemas hold, with the columns that both hold. A column that computes itself is nobody's rows, and a
 * partitioned table has none of its own: its partitions have. No engine makes a table with rows into a partitioned one.
 */
export function surviving(filled: readonly Table[], from: Schema, to: Schema): Surviving[] {
  return filled.flatMap((table) => {
    const target = to.tables.find(({ name }) => name === table.name)
    if (target === undefined || isPartitioned(table) || isPartitioned(target)) return []
    const columns = table.columns.flatMap((column) => {
      const other = target.columns.find(({ name }) => name === column.name)
      if (other === undefined || column.generated !== undefined || other.generated !== undefined) return []
      return [{ column, by: comparison(column.type, from, other.type, to) }]
    })
    return [{ table, columns }]
  })
}

const isPartitioned = ({ extra }: Table): boolean => extra?.partitionBy !== undefined

type Family = 'number' | 'text' | 'boolean' | 'timestamp' | 'date' | 'json' | 'other'

const named = (type: string, { objects }: Schema): SchemaObject | undefined =>
  objects.find(({ name }) => name === type || `public.${name}` === type)

const isArray = (type: string): boolean => type.endsWith('[]')
const elementOf = (type: string): string => type.replace(/(?:\[\])+$/, '')

/** What values of the type are: below every domain. */
function baseOf(type: string, schema: Schema): string {
  if (isArray(type)) return `${baseOf(elementOf(type), schema)}[]`
  const own = named(type, schema)
  const base = own?.type === 'domain' ? own.extra?.base : undefined
  return typeof base === 'string' ? baseOf(base, schema) : type
}

/** The attributes of a composite type, or of an array of it. */
function attributesOf(type: string, schema: Schema): { name: string; type: string }[] | undefined {
  const own = named(elementOf(type), schema)
  return own?.type === 'composite' ? ((own.extra?.attributes ?? []) as { name: string; type: string }[]) : undefined
}

function familyOf(type: string, schema: Schema): Family {
  if (named(type, schema)?.type === 'enum') return 'text'
  if (isArray(type) || /^interval|range$|^point/i.test(type)) return 'other'
  if (/^bool/i.test(type)) return 'boolean'
  if (/int|serial|^(?:numeric|decimal|real|double|float|number)/i.test(type)) return 'number'
  if (/^jsonb?$/i.test(type)) return 'json'
  if (/^(?:timestamp|datetime)/i.test(type)) return 'timestamp'
  if (/^date$/i.test(type)) return 'date'
  if (/char|text|clob|^enum|^name$|^string$/i.test(type)) return 'text'
  return 'other'
}

/** A type may keep its name and become another: what counts is what its values are on either side. */
function comparison(fromType: string, from: Schema, toType: string, to: Schema): Comparison {
  const [old, next] = [baseOf(fromType, from), baseOf(toType, to)]
  const [before, after] = [attributesOf(old, from), attributesOf(next, to)]
  if (before !== undefined && after !== undefined && isArray(old) === isArray(next)) {
    const both = before.flatMap(({ name, type }) => {
      const other = after.find((each) => each.name === name)
      return other === undefined ? [] : [[name, comparison(type, from, other.type, to)] as const]
    })
    const same = JSON.stringify(before.map(({ name }) => name)) === JSON.stringify(after.map(({ name }) => name))
    return same && both.every(([, by]) => by === 'exact') ? 'exact' : { attributes: Object.fromEntries(both) }
  }
  if (old === next) return 'exact'
  const pair = new Set([familyOf(old, from), familyOf(next, to)])
  const only = (...families: Family[]): boolean => [...pair].every((family) => families.includes(family))
  if (only('text')) return 'text'
  if (only('number', 'text', 'boolean')) return 'number'
  if (only('timestamp')) return 'moment'
  if (only('timestamp', 'date')) return 'date'
  if (only('json', 'text')) return 'json'
  return 'present'
}

const isBytes = (type: string): boolean => /blob|binary|^bit|^(?:point|geometry|polygon|linestring|multi)/i.test(type)

/** A value as text, as the database writes it. */
function written(dialect: Dialect, { name, type }: Column, by: Comparison): string {
  const column = dialect.identifier(name)
  if (by === 'present') return `case when ${column} is null then null else 'present' end`
  if (typeof by === 'object') return `to_jsonb(${column})::text`
  if (dialect.name === 'sqlite') return by === 'exact' ? `quote(${column})` : `cast(${column} as text)`
  if (dialect.name === 'mysql') return isBytes(type) ? `hex(${column})` : `cast(${column} as char)`
  return `${column}::text`
}

const NUMBERS: { [word: string]: string } = { t: '1', true: '1', f: '0', false: '0' }

function meaning(text: string | null, by: Comparison): string | null {
  if (text !== null && typeof by === 'object') return JSON.stringify(attributesIn(JSON.parse(text), by))
  if (text === null || by === 'exact' || by === 'present') return text
  if (by === 'text') return text.trimEnd()
  if (by === 'moment') return text.replace(/(?:\.0+)?(?:\+00(?::00)?)?$/, '')
  if (by === 'date') return text.slice(0, 10)
  if (by === 'json') {
    try {
      return JSON.stringify(JSON.parse(text))
    } catch {
      return text
    }
  }
  const plain = NUMBERS[text] ?? text.trimEnd()
  return plain !== '' && Number.isFinite(Number(plain)) ? String(Number(plain)) : plain
}

/** A composite value, or an array of them, with what its attributes mean, in the order of `by`. */
function attributesIn(value: unknown, by: Comparison): unknown {
  if (value === null) return null
  if (typeof by !== 'object') return meaning(typeof value === 'string' ? value : JSON.stringify(value), by)
  if (Array.isArray(value)) return value.map((each) => attributesIn(each, by))
  const held = value as { [name: string]: unknown }
  return Object.entries(by.attributes).map(([name, each]) => [name, attributesIn(held[name] ?? null, each)])
}

/** A table without what only belongs to its children. */
function rowsFrom(dialect: Dialect, { name, extra }: Table): string {
  const own = dialect.name === 'postgres' && extra?.partitionBy === undefined ? 'only ' : ''
  return `${own}${tableName(dialect, name)}`
}

/**
 * The rows of one table as they have to survive, in an order of their own. `as` is the schema that the database has now.
 * Throws what the driver throws: a table or a column that is not there is lost.
 */
async function rowsOf(
  dialect: Dialect,
  connection: Connection,
  { table, columns }: Surviving,
  as: Schema,
): Promise<string[]> {
  const now = as.tables.find(({ name }) => name === table.name)
  if (now === undefined) throw new Error(`the table ${table.name} is gone`)
  const list = columns.map(({ column, by }, at) => {
    const present = now.columns.find(({ name }) => name === column.name)
    if (present === undefined) throw new Error(`the column ${table.name}.${column.name} is gone`)
    return `${written(dialect, present, by)} as c${at}`
  })
  const rows = await connection.query<Record<string, string | null>>(
    `select ${list.join(', ') || '1 as c0'} from ${rowsFrom(dialect, now)}`,
  )
  return rows.map((row) => JSON.stringify(columns.map(({ by }, at) => meaning(row[`c${at}`] ?? null, by)))).sort()
}

/** What the tables hold, by name. */
export type Snapshot = Map<string, readonly string[]>

export async function snapshot(
  dialect: Dialect,
  connection: Connection,
  survivors: readonly Surviving[],
  as: Schema,
): Promise<Snapshot> {
  const result: Snapshot = new Map()
  for (const each of survivors) result.set(each.table.name, await rowsOf(dialect, connection, each, as))
  return result
}

/** Every table and every column as it is: what a change that was refused must not have touched. */
export const everything = (filled: readonly Table[]): Surviving[] =>
  filled.map((table) => ({ table, columns: table.columns.map((column) => ({ column, by: 'exact' as const })) }))

/** What differs, in words; nothing where all is as it was. */
export function lost(before: Snapshot, after: Snapshot): string[] {
  return [...before].flatMap(([table, rows]) => {
    const now = after.get(table)
    if (JSON.stringify(now) === JSON.stringify(rows)) return []
    return [`${table}: ${rows.join(' ')} became ${now?.join(' ')}`]
  })
}

interface ForeignKey {
  table: Table
  constraint: Constraint
}

const foreignKeysOf = ({ tables }: Schema): ForeignKey[] =>
  tables.flatMap((table) =>
    table.constraints.flatMap((constraint) => (constraint.type === 'foreign key' ? [{ table, constraint }] : [])),
  )

/** Foreign keys as the schema has them, to compare two. */
export const foreignKeyList = (schema: Schema): string[] =>
  foreignKeysOf(schema)
    .map(({ table, constraint: { columns, references } }) => JSON.stringify([table.name, columns, references]))
    .sort()

/**
 * Asks the database about every foreign key of the schema whether each row that points at another points at one that is
 * there; what is not valid by its own word is left alone. Gives back how many were asked for, and those that do not hold.
 */
export async function foreignKeysHold(
  dialect: Dialect,
  connection: Connection,
  schema: Schema,
): Promise<{ asked: number; broken: string[] }> {
  const keys = foreignKeysOf(schema).filter(
    ({ constraint: { extra } }) => extra?.notValid !== true && extra?.notEnforced !== true,
  )
  const broken: string[] = []
  if (dialect.name === 'sqlite') {
    const there = new Set(schema.tables.map(({ name }) => name.toLowerCase()))
    for (const name of new Set(keys.map(({ table }) => table.name))) {
      // A key to what is no key is taken by the engine, which says so when it is asked.
      const rows = await connection
        .query<{ parent: string }>(`pragma foreign_key_check(${tableName(dialect, name)})`)
        .catch((error: unknown) => [{ parent: name, error: `${error}` }])
      // So is one to a table that nobody makes: no row can keep what the schema says there.
      const wrong = rows.filter(({ parent }) => there.has(parent.toLowerCase()))
      if (wrong.length > 0) broken.push(`${name}: ${JSON.stringify(wrong)}`)
    }
    return { asked: keys.length, broken }
  }
  for (const { table, constraint } of keys) {
    const parent = schema.tables.find(({ name }) => name === constraint.references?.table)
    if (parent === undefined) {
      broken.push(`${table.name}.${constraint.name}: its target is not there`)
      continue
    }
    const set = constraint.columns.map((column) => `c.${dialect.identifier(column)} is not null`).join(' and ')
    const same = constraint.columns
      .map((column, at) => {
        const target = constraint.references?.columns[at] ?? column
        return `p.${dialect.identifier(target)} = c.${dialect.identifier(column)}`
      })
      .join(' and ')
    const rows = await connection.query(
      `select 1 as orphan from ${rowsFrom(dialect, table)} c where ${set} and not exists (select 1 from ${rowsFrom(dialect, parent)} p where ${same})`,
    )
    if (rows.length > 0) broken.push(`${table.name}.${constraint.name}: ${rows.length} rows point at nothing`)
  }
  return { asked: keys.length, broken }
}
