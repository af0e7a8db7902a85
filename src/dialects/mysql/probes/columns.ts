// Whether a change of a column has happened.
import type { Column } from '../../../schema/schema.ts'
import type { Flavor } from '../flavor.ts'
import { type ColumnExtra, shape } from '../shapes.ts'
import { bytes, type Check, exists, inTable, oneOf, own, repeatable } from './check.ts'

const columnWhere = (table: string, name: string): string[] => [...inTable(table), bytes('column_name', name)]

const hasColumn = (table: string, name: string): string => exists('columns', columnWhere(table, name))

/** Whether there is a column of this name. */
export const columnExists = hasColumn

/** Whether a column is there, and is like this. */
export function columnIs(table: string, column: Column, flavor: Flavor): string {
  const extra = shape<ColumnExtra>(column.extra)
  const where = [
    ...columnWhere(table, column.name),
    typeIs(column.type),
    bytes('is_nullable', column.nullable && extra.period === undefined ? 'YES' : 'NO'),
    bytes('column_comment', column.comment ?? ''),
    `${column.identity === undefined ? 'not ' : ''}extra like '%auto_increment%'`,
    `${extra.invisible === true ? '' : 'not '}extra like '%INVISIBLE%'`,
    `${extra.onUpdate === undefined ? 'not ' : ''}extra like '%on update%'`,
  ]
  if (column.collation !== undefined) where.push(bytes('collation_name', column.collation))
  if (column.generated !== undefined) {
    where.push(
      bytes(`replace(generation_expression, x'5c27', x'27')`, column.generated.expression),
      `extra like '%${column.generated.stored ? 'STORED' : 'VIRTUAL'} GENERATED%'`,
    )
  } else where.push(defaultIs(column.default, flavor))
  const conditions = [exists('columns', where)]
  if (flavor.columnChecks) {
    const wanted =
      column.type === 'json' ? [`json_valid(\`${column.name.replaceAll('`', '``')}\`)`] : [extra.check ?? '']
    const { schema, name } = own(table)
    const check = [
      `constraint_schema = ${schema}`,
      `table_name = ${name}`,
      `level = 'Column'`,
      bytes('constraint_name', column.name),
    ]
    conditions.push(
      wanted[0] === ''
        ? `not ${exists('check_constraints', check)}`
        : exists('check_constraints', [...check, oneOf('check_clause', wanted)]),
    )
  }
  return conditions.join(' and ')
}

const ALIASES: readonly (readonly [RegExp, string])[] = [
  [/^integer\b/i, 'int'],
  [/^bool(ean)?$/i, 'tinyint(1)'],
  [/^(?:numeric|dec|fixed)\b/i, 'decimal'],
  [/^character varying\b/i, 'varchar'],
  [/^character\b/i, 'char'],
  [/^double precision\b/i, 'double'],
]
// What a plain integer prints as on servers that keep display widths.
const WIDTHS: ReadonlyMap<string, string> = new Map([
  ['tinyint', 'tinyint(4)'],
  ['tinyint unsigned', 'tinyint(3) unsigned'],
  ['smallint', 'smallint(6)'],
  ['smallint unsigned', 'smallint(5) unsigned'],
  ['mediumint', 'mediumint(9)'],
  ['mediumint unsigned', 'mediumint(8) unsigned'],
  ['int', 'int(11)'],
  ['int unsigned', 'int(10) unsigned'],
  ['bigint', 'bigint(20)'],
  ['bigint unsigned', 'bigint(20) unsigned'],
  ['year', 'year(4)'],
  ['json', 'longtext'],
])

function typeIs(type: string): string {
  const plain = ALIASES.reduce((text, [alias, name]) => text.replace(alias, name), type)
  const width = WIDTHS.get(plain.toLowerCase())
  const spellings = [...new Set([type, plain, ...(width === undefined ? [] : [width])])]
  const printed = `replace(column_type, ' /*M!100301 COMPRESSED*/', '')`
  // Labels of enums and sets may differ in nothing but case; the rest of a type may not.
  if (/^(?:enum|set)\b/i.test(type)) return oneOf(printed, spellings)
  return oneOf(
    `lower(${printed})`,
    spellings.map((spelling) => spelling.toLowerCase()),
  )
}

function defaultIs(text: string | undefined, flavor: Flavor): string {
  if (text === undefined)
    return `(column_default is null${flavor.bareExpressionDefault ? ` or column_default = 'NULL'` : ''})`
  const value = /^'((?:[^'\\]|\\.|'')*)'$/s.exec(text)?.[1]?.replaceAll("''", "'").replaceAll('\\\\', '\\')
  const inner = /^\((.*)\)$/s.exec(text)?.[1]
  const spellings = [
    text,
    ...(value === undefined || flavor.bareExpressionDefault ? [] : [value]),
    ...(inner === undefined ? [] : [inner]),
  ]
  return flavor.bareExpressionDefault
    ? oneOf('column_default', spellings)
    : oneOf(`replace(column_default, x'5c27', x'27')`, spellings)
}

/** Adding a column. */
export const columnAdded = (table: string, column: Column, flavor: Flavor): Check => ({
  done: columnIs(table, column, flavor),
  absent: `not ${hasColumn(table, column.name)}`,
})

/** Dropping a column. */
export const columnDropped = (table: string, name: string): Check => ({
  done: `not ${hasColumn(table, name)}`,
  absent: hasColumn(table, name),
})

/** Changing a column. */
export const columnAltered = (table: string, to: Column, flavor: Flavor): Check =>
  repeatable(columnIs(table, to, flavor))

/** Moving a column behind another one, or to the first place. */
export function columnMoved(table: string, name: string, after: string | null): Check {
  const { schema, name: quoted } = own(table)
  const place = (column: string): string =>
    `(select ordinal_position from information_schema.columns where table_schema = ${schema} and table_name = ${quoted} and ${bytes('column_name', column)})`
  return repeatable(
    after === null ? `coalesce(${place(name)} = 1, 0)` : `coalesce(${place(name)} = ${place(after)} + 1, 0)`,
  )
}

/** Renaming a column. */
export const columnRenamed = (table: string, from: string, to: string): Check => ({
  done: `${hasColumn(table, to)} and not ${hasColumn(table, from)}`,
  absent: `${hasColumn(table, from)} and not ${hasColumn(table, to)}`,
})
