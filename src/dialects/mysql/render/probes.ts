// How to see whether a statement has already happened: conditions on information_schema that compare the definition.
import type { Probe } from '../../../operations/statement.ts'
import { equalData } from '../../../schema/json.ts'
import { unqualify } from '../../../schema/names.ts'
import type { Column, Constraint, Index, SchemaObject, Table, TableAttributes } from '../../../schema/schema.ts'
import type { Flavor } from '../flavor.ts'
import { literal } from '../quote.ts'
import {
  type ColumnExtra,
  type IndexExtra,
  type IndexKeyExtra,
  shape,
  type TableExtra,
  type TriggerExtra,
} from '../shapes.ts'

/** Two SQL conditions about the same change: it is there; nothing of it is there. */
export interface Check {
  done: string
  absent: string
  /** It may run twice: where it does not look done, running it again does no harm. */
  again?: true
}

/**
 * The probe of a statement that makes several changes at once. The server makes all of them or none: where one of them
 * leaves a thing that was not there, or takes one away, that tells more than what can only be compared.
 */
export function probeOf(checks: readonly Check[]): Probe {
  const decisive = checks.filter(({ again }) => again !== true)
  const all = (list: readonly Check[], side: 'done' | 'absent'): string =>
    list.map((check) => `(${check[side]})`).join(' and ')
  return decisive.length === 0
    ? { sql: `select case when ${all(checks, 'done')} then 'done' else 'absent' end as state` }
    : {
        sql: `select case when ${all(decisive, 'done')} then 'done' when ${all(decisive, 'absent')} then 'absent' else 'half' end as state`,
      }
}

/** A change whose statement may as well run twice: what is not done is absent. */
export const repeatable = (done: string): Check => ({ done, absent: `not (${done})`, again: true })

const reversed = ({ done, absent }: Check): Check => ({ done: absent, absent: done })

// Names and texts are compared byte by byte, whatever collation the catalogue has; null compares as different.
const bytes = (column: string, value: string): string =>
  `coalesce(cast(${column} as binary) = cast(${literal(value)} as binary), 0)`
const oneOf = (column: string, values: readonly string[]): string =>
  `coalesce(cast(${column} as binary) in (${values.map((value) => `cast(${literal(value)} as binary)`).join(', ')}), 0)`

const own = (table: string): { schema: string; name: string } => {
  const { namespace, name } = unqualify(table)
  return { schema: namespace === undefined ? 'database()' : nameLiteral(namespace), name: nameLiteral(name) }
}

// The dictionary holds no characters of four bytes, and refuses to compare with them: no thing has such a name.
const nameLiteral = (name: string): string =>
  /[\u{10000}-\u{10ffff}]/u.test(name) ? `convert(${literal(name)} using utf8mb3)` : literal(name)

const exists = (view: string, where: readonly string[]): string =>
  `exists (select 1 from information_schema.${view} where ${where.join(' and ')})`

const inTable = (table: string): string[] => {
  const { schema, name } = own(table)
  return [`table_schema = ${schema}`, `table_name = ${name}`]
}

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

/** A row for a table that some or all changes can only copy: of another engine, or with a virtual column. */
export function copiesOnly(table: string): string {
  const { schema, name } = own(table)
  return `select 1 as copies from information_schema.tables where table_schema = ${schema} and table_name = ${name} and engine <> 'InnoDB'
union all select 1 from information_schema.columns where table_schema = ${schema} and table_name = ${name} and extra like '%VIRTUAL GENERATED%'`
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

const hasIndex = (table: string, name: string): string =>
  exists('statistics', [...inTable(table), bytes('index_name', name)])

function indexIs(table: string, index: Index, flavor: Flavor): string {
  const extra = shape<IndexExtra>(index.extra)
  const special = index.method === 'fulltext' || index.method === 'spatial' || index.method === 'vector'
  const where = [...inTable(table), bytes('index_name', index.name)]
  const part = special
    ? `ifnull(column_name, '')`
    : `concat(ifnull(column_name, ''), ':', ifnull(sub_part, ''), ':', if(collation = 'D', 'D', ''))`
  const wanted = index.keys
    .map((key) => {
      const { length } = shape<IndexKeyExtra>(key.extra)
      const name = key.column ?? ''
      return special ? name : `${name}:${length ?? ''}:${key.descending === true ? 'D' : ''}`
    })
    .join(',')
  const columns = `(select group_concat(${part} order by seq_in_index separator ',') from information_schema.statistics where ${where.join(' and ')})`
  const all = [...where, `non_unique = ${index.unique ? 0 : 1}`, bytes('index_comment', index.comment ?? '')]
  if (special) all.push(`index_type = ${literal(index.method?.toUpperCase() ?? '')}`)
  if (flavor.ranksAlgorithms) all.push(bytes('ignored', extra.hidden === true ? 'YES' : 'NO'))
  else all.push(bytes('is_visible', extra.hidden === true ? 'NO' : 'YES'))
  return `${bytes(columns, wanted)} and ${exists('statistics', all)}`
}

/** Making an index. */
export const indexAdded = (table: string, index: Index, flavor: Flavor): Check => ({
  done: indexIs(table, index, flavor),
  absent: `not ${hasIndex(table, index.name)}`,
})

/** Dropping an index. */
export const indexDropped = (table: string, name: string): Check => ({
  done: `not ${hasIndex(table, name)}`,
  absent: hasIndex(table, name),
})

/** An index that becomes another one of the same name. */
export const indexAltered = (table: string, to: Index, flavor: Flavor): Check => repeatable(indexIs(table, to, flavor))

/** Renaming an index. */
export const indexRenamed = (table: string, from: string, to: string): Check => ({
  done: `${hasIndex(table, to)} and not ${hasIndex(table, from)}`,
  absent: `${hasIndex(table, from)} and not ${hasIndex(table, to)}`,
})

/** Whether there is an index of this name. */
export const indexExists = hasIndex

/** Whether there is a constraint of this name, of whatever type. */
export const constraintExists = (table: string, name: string): string =>
  exists('table_constraints', [...inTable(table), bytes('constraint_name', name)])

const hasConstraint = (table: string, name: string, type: string): string =>
  exists('table_constraints', [...inTable(table), `constraint_type = '${type}'`, bytes('constraint_name', name)])

const asIndex = ({ name, columns }: Constraint): Index => ({
  name,
  unique: true,
  keys: columns.map((column) => ({ column })),
})

function constraintIs(table: string, constraint: Constraint, flavor: Flavor): string {
  const { schema, name: quoted } = own(table)
  switch (constraint.type) {
    case 'primary key': {
      // Parts of a key and its comment are rare here: the columns tell.
      const where = [...inTable(table), `index_name = 'PRIMARY'`]
      const columns = `(select group_concat(column_name order by seq_in_index separator ',') from information_schema.statistics where ${where.join(' and ')})`
      return bytes(columns, constraint.columns.join(','))
    }
    case 'unique':
      return indexIs(table, asIndex(constraint), flavor)
    case 'foreign key': {
      const target = unqualify(constraint.references?.table ?? '')
      const wanted = constraint.columns
        .map((column, at) => `${column}:${target.name}:${constraint.references?.columns[at] ?? ''}`)
        .join(',')
      const columns = `(select group_concat(concat(column_name, ':', referenced_table_name, ':', referenced_column_name) order by ordinal_position separator ',') from information_schema.key_column_usage where ${[...inTable(table), bytes('constraint_name', constraint.name), 'referenced_table_name is not null'].join(' and ')})`
      const rule = (action: string | undefined): readonly string[] =>
        action === undefined || action === 'restrict' ? ['RESTRICT', 'NO ACTION'] : [action.toUpperCase()]
      return `${bytes(columns, wanted)} and ${exists('referential_constraints', [
        `constraint_schema = ${schema}`,
        `table_name = ${quoted}`,
        bytes('constraint_name', constraint.name),
        oneOf('delete_rule', rule(constraint.references?.onDelete)),
        oneOf('update_rule', rule(constraint.references?.onUpdate)),
      ])}`
    }
    default: {
      const where = [`constraint_schema = ${schema}`, bytes('constraint_name', constraint.name)]
      if (flavor.columnChecks) where.push(`table_name = ${quoted}`, `level = 'Table'`)
      where.push(bytes(`replace(check_clause, x'5c27', x'27')`, constraint.expression ?? ''))
      return exists('check_constraints', where)
    }
  }
}

const TYPES: Readonly<Record<Constraint['type'], string>> = {
  'primary key': 'PRIMARY KEY',
  unique: 'UNIQUE',
  'foreign key': 'FOREIGN KEY',
  check: 'CHECK',
  exclude: 'CHECK',
}

/** Adding a constraint. */
export const constraintAdded = (table: string, constraint: Constraint, flavor: Flavor): Check => ({
  done: constraintIs(table, constraint, flavor),
  absent: `not ${hasConstraint(table, constraint.name, TYPES[constraint.type])}`,
})

/** Dropping a constraint. */
export const constraintDropped = (table: string, { name, type }: Constraint): Check => ({
  done: `not ${hasConstraint(table, name, TYPES[type])}`,
  absent: hasConstraint(table, name, TYPES[type]),
})

/** A constraint that becomes another one of the same name. */
export const constraintAltered = (table: string, to: Constraint, flavor: Flavor): Check =>
  repeatable(constraintIs(table, to, flavor))

/** Whether there is a table, view or sequence of this name. */
export const hasRelation = (name: string): string => exists('tables', inTable(name))

/** Creating a table: its columns and how many keys it has. */
export function tableCreated(table: Table): Check {
  const { schema, name } = own(table.name)
  const where = `table_schema = ${schema} and table_name = ${name}`
  const columns = `(select group_concat(column_name order by ordinal_position separator ',') from information_schema.columns where ${where})`
  return {
    done: bytes(columns, table.columns.map((column) => column.name).join(',')),
    absent: `not ${hasRelation(table.name)}`,
  }
}

/** Dropping a table, view or sequence. */
export const relationDropped = (name: string): Check => ({
  done: `not ${hasRelation(name)}`,
  absent: hasRelation(name),
})

/** Renaming a table, view or sequence. */
export const relationRenamed = (from: string, to: string): Check => ({
  done: `${hasRelation(to)} and not ${hasRelation(from)}`,
  absent: `${hasRelation(from)} and not ${hasRelation(to)}`,
})

/** Changing a table's own attributes: only what changes is looked at. */
export function tableAltered(table: string, from: TableAttributes, to: TableAttributes): Check {
  return { done: attributes(table, to, from), absent: attributes(table, from, to) }
}

function attributes(table: string, wanted: TableAttributes, other: TableAttributes): string {
  const [a, b] = [shape<TableExtra>(wanted.extra), shape<TableExtra>(other.extra)]
  const { schema, name } = own(table)
  const conditions: string[] = []
  if (wanted.comment !== other.comment) conditions.push(bytes('table_comment', wanted.comment ?? ''))
  if (a.engine !== b.engine) conditions.push(`engine = ${literal(a.engine ?? 'InnoDB')}`)
  if (a.collation !== b.collation) {
    conditions.push(
      a.collation === undefined
        ? `table_collation = (select default_collation_name from information_schema.schemata where schema_name = ${schema})`
        : bytes('table_collation', a.collation),
    )
  }
  if (a.versioned !== b.versioned)
    conditions.push(`${a.versioned === true ? '' : 'not '}table_type = 'SYSTEM VERSIONED'`)
  for (const option of new Set([...Object.keys(a.options ?? {}), ...Object.keys(b.options ?? {})])) {
    const value = a.options?.[option]
    if (value === b.options?.[option]) continue
    const key = option.toLowerCase().replaceAll('`', '')
    conditions.push(
      value === undefined
        ? `lower(create_options) not like ${literal(`%${key}=%`)}`
        : `replace(replace(lower(create_options), '"', ''), '\`', '') like ${literal(`%${key}=${value.toLowerCase().replaceAll(/['"]/g, '')}%`)}`,
    )
  }
  const checks = [exists('tables', [`table_schema = ${schema}`, `table_name = ${name}`, ...conditions])]
  if (!equalData(a.partitions, b.partitions)) checks.push(partitionsAre(table, a))
  return checks.join(' and ')
}

function partitionsAre(table: string, { partitions }: Partial<TableExtra>): string {
  const where = inTable(table).join(' and ')
  const names = `(select group_concat(partition_name order by partition_ordinal_position separator ',') from (select distinct partition_name, partition_ordinal_position from information_schema.partitions where ${where}) as parts)`
  const by = (partitions?.by ?? '').split(/[\s(]/, 1)[0]?.toUpperCase() ?? ''
  if (partitions === undefined) return `coalesce(${names}, '') = ''`
  const method = exists('partitions', [...inTable(table), `partition_method like ${literal(`${by}%`)}`])
  if (partitions.list === undefined) {
    const count = /PARTITIONS (\d+)$/.exec(partitions.by)?.[1] ?? '1'
    return `${method} and (select count(distinct partition_name) from information_schema.partitions where ${where}) = ${count}`
  }
  return `${method} and ${bytes(names, partitions.list.map(({ name }) => name).join(','))}`
}

const stripped = (column: string): string =>
  `replace(${column}, concat('\`', replace(database(), '\`', '\`\`'), '\`.'), '')`

// The catalogue prints the character set of a literal in one view and not in the other.
const INTRODUCERS = ['_utf8mb3', '_utf8mb4', '_latin1']
const bare = (sql: string): string =>
  INTRODUCERS.reduce((text, word) => `replace(${text}, ${literal(`${word}'`)}, '''')`, sql)

/** Whether there is an object of this type and name. */
export const objectExists = ({ type, name }: Pick<SchemaObject, 'type' | 'name'>): string => {
  const { name: plain } = unqualify(name)
  switch (type) {
    case 'function':
    case 'procedure':
      return exists('routines', [
        'routine_schema = database()',
        `routine_type = '${type.toUpperCase()}'`,
        `routine_name = ${nameLiteral(plain)}`,
      ])
    case 'trigger':
      return exists('triggers', ['trigger_schema = database()', bytes('trigger_name', name)])
    case 'event':
      return exists('events', ['event_schema = database()', `event_name = ${nameLiteral(plain)}`])
    default:
      return hasRelation(name)
  }
}

/** Whether an object is there with this text. */
export function objectIs(object: SchemaObject): string {
  const { type, name, definition = '' } = object
  const { name: plain } = unqualify(name)
  const body = (column: string): string =>
    `cast(${column} as binary) = cast(right(${literal(definition)}, char_length(${column})) as binary)`
  switch (type) {
    case 'view':
      return exists('views', [
        ...inTable(name),
        bytes(
          bare(stripped('view_definition')),
          INTRODUCERS.reduce((text, word) => text.replaceAll(`${word}'`, "'"), definition),
        ),
      ])
    case 'function':
    case 'procedure':
      return exists('routines', [
        'routine_schema = database()',
        `routine_type = '${type.toUpperCase()}'`,
        `routine_name = ${nameLiteral(plain)}`,
        body('routine_definition'),
      ])
    case 'trigger': {
      const { timing = 'before', event = '' } = shape<TriggerExtra>(object.extra)
      return exists('triggers', [
        'trigger_schema = database()',
        bytes('trigger_name', name),
        `action_timing = '${timing}'`,
        `event_manipulation = ${literal(event)}`,
        bytes('trim(action_statement)', definition),
      ])
    }
    case 'event':
      return exists('events', [
        'event_schema = database()',
        `event_name = ${nameLiteral(plain)}`,
        body('trim(event_definition)'),
      ])
    default:
      return hasRelation(name)
  }
}

/** Creating an object. */
export const objectCreated = (object: SchemaObject): Check => ({
  done: objectIs(object),
  absent: `not ${objectExists(object)}`,
})

/** Dropping an object. */
export const objectDropped = (object: SchemaObject): Check =>
  reversed({ done: objectExists(object), absent: `not ${objectExists(object)}` })
