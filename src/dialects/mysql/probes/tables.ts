// Whether a change of a table itself has happened.
import { equalData } from '../../../schema/json.ts'
import type { Table, TableAttributes } from '../../../schema/schema.ts'
import { literal } from '../quote.ts'
import { shape, type TableExtra } from '../shapes.ts'
import { bytes, type Check, exists, inTable, own } from './check.ts'

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

/**
 * A row for a table that some or all changes can only copy: of another engine, with a virtual column, or without a primary
 * key (the first unique one over columns that are never null then takes its place, and cannot go without a copy).
 */
export function copiesOnly(table: string): string {
  const { schema, name } = own(table)
  return `select 1 as copies from information_schema.tables where table_schema = ${schema} and table_name = ${name} and engine <> 'InnoDB'
union all select 1 from information_schema.columns where table_schema = ${schema} and table_name = ${name} and extra like '%VIRTUAL GENERATED%'
union all select 1 from information_schema.tables where table_schema = ${schema} and table_name = ${name} and not ${exists('statistics', [...inTable(table), `index_name = 'PRIMARY'`])}`
}
