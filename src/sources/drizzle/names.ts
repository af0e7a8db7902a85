// Names that drizzle-kit makes for what the models leave unnamed, so that databases it has made do not differ.
import type { Orm } from './orm.ts'
import type { Named, Speller } from './speller.ts'

/** The names of constraints and indexes for one line of the package (0.x: `…_fk`, 1.0: `…_fkey`). */
export interface Names {
  /** Undefined: left to the database. */
  primaryKey(table: string, key: { name?: string | undefined; columns: readonly Named[]; getName(): string }): string
  unique(table: string, unique: UniqueParts): string | undefined
  foreignKey(table: string, key: ForeignKeyParts): string
}

export interface UniqueParts {
  name?: string | undefined
  columns: readonly Named[]
  /** Only in the 1.0 line. */
  isNameExplicit?: boolean
}

export interface ForeignKeyParts {
  getName(): string
  /** Only in the 1.0 line. */
  isNameExplicit?(): boolean
  columns: readonly Named[]
  foreignTable: string
  foreignColumns: readonly Named[]
}

/** How drizzle-kit names things on PostgreSQL. */
export function postgresNames(orm: Orm, speller: Speller): Names {
  if (orm.line === '0')
    return { ...zeroLine(speller), primaryKey: (_, key) => recase(speller, key.getName(), key.columns) }
  const columns = (list: readonly Named[]): string => list.map(speller.column).join('_')
  return {
    primaryKey: (table, key) => key.name ?? `${table}_pkey`,
    // A single unnamed column is left to the server, which calls it <table>_<column>_key.
    unique: (table, unique) =>
      unique.isNameExplicit
        ? unique.name
        : unique.columns.length === 1
          ? undefined
          : `${table}_${columns(unique.columns)}_unique`,
    foreignKey(table, key) {
      if (key.isNameExplicit?.()) return key.getName()
      const name = `${table}_${columns(key.columns)}_${key.foreignTable}_${columns(key.foreignColumns)}_fkey`
      if (name.length <= 63) return name
      return table.length < 45 ? `${table}_${hashed(name)}_fkey` : `${hashed(name)}_fkey`
    },
  }
}

/** How drizzle-kit names things on SQLite, which in the 0.x line has no constraint names at all. */
export function sqliteNames(orm: Orm, speller: Speller): Names {
  if (orm.line === '0')
    return { ...zeroLine(speller), primaryKey: (_, key) => recase(speller, key.getName(), key.columns) }
  const columns = (list: readonly Named[]): string => list.map(speller.column).join('_')
  return {
    primaryKey: (table, key) => key.name ?? `${table}_pk`,
    unique: (table, unique) =>
      unique.isNameExplicit
        ? unique.name
        : unique.columns.length === 1
          ? undefined
          : `${table}_${columns(unique.columns)}_unique`,
    foreignKey: (table, key) =>
      key.isNameExplicit?.()
        ? key.getName()
        : `fk_${table}_${columns(key.columns)}_${key.foreignTable}_${columns(key.foreignColumns)}_fk`,
  }
}

/** How drizzle-kit names things on MySQL, where the primary key has no name. */
export function mysqlNames(orm: Orm, speller: Speller): Names {
  const primaryKey = (): string => 'PRIMARY'
  if (orm.line === '0') return { ...zeroLine(speller), primaryKey }
  const columns = (list: readonly Named[]): string => list.map(speller.column).join('_')
  return {
    primaryKey,
    unique: (_, unique) => (unique.isNameExplicit ? unique.name : `${columns(unique.columns)}_unique`),
    foreignKey(table, key) {
      if (key.isNameExplicit?.()) return key.getName()
      const name = `${table}_${columns(key.columns)}_${key.foreignTable}_${columns(key.foreignColumns)}_fkey`
      if (name.length <= 63) return name
      return table.length < 45 ? `${table}_${hashed(name)}_fkey` : `${hashed(name)}_fkey`
    },
  }
}

// The 0.x line asks the objects themselves; their names are made of the columns' own names, and casing comes after.
const zeroLine = (speller: Speller): Pick<Names, 'unique' | 'foreignKey'> => ({
  unique: (_, unique) => unique.name,
  foreignKey: (_, key) => recase(speller, recase(speller, key.getName(), key.columns), key.foreignColumns),
})

// One replacement a column, the first place it occurs in: as drizzle-kit does it, whatever else the name holds.
const recase = (speller: Speller, name: string, columns: readonly Named[]): string =>
  columns.reduce((text, column) => {
    const cased = speller.column(column)
    return cased === column.name ? text : text.replace(column.name, () => cased)
  }, name)

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

// drizzle-kit 1.0's hash for names over 63 characters: a polynomial in 53, twelve digits in base 62.
function hashed(text: string): string {
  const base = BigInt(DIGITS.length)
  const size = base ** 12n
  let power = 1n
  let sum = 0n
  for (const char of text) {
    sum = (sum + BigInt(char.codePointAt(0) ?? 0) * power) % size
    power = (power * 53n) % size
  }
  let digits = ''
  for (let at = 0; at < 12; at++) {
    digits = `${DIGITS[Number(sum % base)]}${digits}`
    sum /= base
  }
  return digits
}
