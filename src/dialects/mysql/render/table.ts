// What changes a table as a whole: its options, character set, partitions and history.
import type { AlterTable } from '../../../operations/operation.ts'
import { equalData } from '../../../schema/json.ts'
import type { Column, Table } from '../../../schema/schema.ts'
import type { Flavor } from '../flavor.ts'
import { tableAltered } from '../probes/index.ts'
import { identifier, path, textLiteral } from '../quote.ts'
import { type Options, type PartitionExtra, shape, type TableExtra } from '../shapes.ts'
import type { Item } from './change.ts'
import { columnWords, onePartition, partitionWords } from './definitions.ts'
import { levelWords, tableOptionsCost } from './levels.ts'

const TEXT = /^(?:char|varchar|tinytext|text|mediumtext|longtext|enum|set)\b/i

/** The changes of one `alterTable`. `redefined`: columns that the same revision changes by themselves. */
export function alterTable(
  operation: number,
  { table, from, to }: AlterTable,
  before: Table | undefined,
  redefined: ReadonlySet<string>,
  flavor: Flavor,
): Item[] {
  const old = shape<TableExtra>(from.extra)
  const next = shape<TableExtra>(to.extra)
  const items: Item[] = []
  const collation = old.collation !== next.collation
  const engine = old.engine !== next.engine
  const columns = collation ? inheriting(before, redefined) : []
  const options = changedOptions(old.options, next.options)
  const clauses = [
    ...(engine ? [`ENGINE=${next.engine ?? 'InnoDB'}`] : []),
    ...(collation ? [collationWords(next.collation, before)] : []),
    ...columns.map(
      (column) =>
        `MODIFY COLUMN ${columnWords({ ...column, ...(next.collation !== undefined && { collation: next.collation }) })}`,
    ),
    ...Object.entries(options).map(([name, value]) =>
      name === 'TABLESPACE' ? `${name} ${value}` : `${name}=${value}`,
    ),
    ...(from.comment === to.comment ? [] : [`COMMENT=${textLiteral(to.comment ?? '')}`]),
  ]
  if (clauses.length > 0) {
    const cost = tableOptionsCost(
      { comment: from.comment !== to.comment, engine, collation, options, columns: columns.length },
      before,
      flavor,
    )
    // The words of a character set hold for all that follows them in the same statement: it stands alone.
    const part = { ...to, extra: { ...next, partitions: null, versioned: null } }
    items.push({
      table,
      operation,
      clause: clauses.join(',\n  '),
      check: tableAltered(
        table,
        withOnly(from, old, ['engine', 'collation', 'options']),
        withOnly(to, next, ['engine', 'collation', 'options']),
      ),
      ...cost,
      ...(collation && part !== undefined && { alone: true }),
    })
  }
  if (old.versioned !== next.versioned) items.push(versioning(operation, table, next.versioned === true, { from, to }))
  if (!equalData(old.periods, next.periods))
    items.push(...periods(operation, table, old.periods ?? [], next.periods ?? []))
  if (!equalData(old.partitions, next.partitions)) {
    items.push({
      operation,
      ...partitioning(table, old.partitions, next.partitions, flavor),
      check: tableAltered(table, { extra: only(old, ['partitions']) }, { extra: only(next, ['partitions']) }),
    })
  }
  return items
}

const only = (extra: Partial<TableExtra>, names: readonly (keyof TableExtra)[]): TableExtra => {
  const kept: TableExtra = {}
  for (const name of names) {
    const value = extra[name]
    if (value !== undefined) kept[name] = value
  }
  return kept
}

const withOnly = (
  attributes: AlterTable['from'],
  extra: Partial<TableExtra>,
  names: readonly (keyof TableExtra)[],
): AlterTable['from'] => ({
  ...(attributes.comment !== undefined && { comment: attributes.comment }),
  extra: only(extra, names),
})

/** Text columns that say nothing of their own follow the table into its new character set. */
function inheriting(table: Table | undefined, redefined: ReadonlySet<string>): Column[] {
  return (table?.columns ?? []).filter(
    ({ name, type, collation, generated }) =>
      collation === undefined && generated === undefined && TEXT.test(type) && !redefined.has(name),
  )
}

// Without the table's columns at hand, the server itself has to find those that follow.
function collationWords(collation: string | undefined, before: Table | undefined): string {
  if (collation === undefined)
    return before === undefined ? 'CONVERT TO CHARACTER SET DEFAULT' : 'DEFAULT CHARACTER SET DEFAULT'
  const charset = collation.split('_', 1)[0] ?? collation
  return before === undefined
    ? `CONVERT TO CHARACTER SET ${charset} COLLATE ${collation}`
    : `DEFAULT COLLATE ${collation}`
}

const DEFAULTS: ReadonlyMap<string, string> = new Map([
  ['KEY_BLOCK_SIZE', '0'],
  ['COMPRESSION', "''"],
  ['ENCRYPTION', "'N'"],
  ['MIN_ROWS', '0'],
  ['MAX_ROWS', '0'],
  ['AVG_ROW_LENGTH', '0'],
  ['CHECKSUM', '0'],
  ['DELAY_KEY_WRITE', '0'],
  ['CONNECTION', "''"],
])

// An option that goes is set to its default; DEFAULT itself is the word for most, and for the engines' own.
function changedOptions(from: Options | undefined, to: Options | undefined): Options {
  const changed: Options = {}
  for (const [name, value] of Object.entries(to ?? {})) if (from?.[name] !== value) changed[name] = value
  for (const name of Object.keys(from ?? {}))
    if (to?.[name] === undefined) changed[name] = DEFAULTS.get(name) ?? 'DEFAULT'
  return changed
}

function versioning(
  operation: number,
  table: string,
  on: boolean,
  { from, to }: Pick<AlterTable, 'from' | 'to'>,
): Item {
  const [old, next] = [shape<TableExtra>(from.extra), shape<TableExtra>(to.extra)]
  return {
    table,
    operation,
    clause: `${on ? 'ADD' : 'DROP'} SYSTEM VERSIONING`,
    level: on ? 4 : 3,
    company: 'any',
    alone: true,
    ...(!on && { losesData: true }),
    check: tableAltered(table, { extra: only(old, ['versioned']) }, { extra: only(next, ['versioned']) }),
  }
}

function periods(operation: number, table: string, from: readonly string[], to: readonly string[]): Item[] {
  const nameOf = (period: string): string => /^(`(?:[^`]|``)*`|\w+)/.exec(period)?.[1] ?? period
  const change = (clause: string): Item => ({
    table,
    operation,
    clause,
    level: 4,
    company: 'any',
    // No view of the catalogue shows periods on every version: a second try says so by itself.
    check: { done: 'false', absent: 'true' },
  })
  return [
    ...from.filter((period) => !to.includes(period)).map((period) => change(`DROP PERIOD FOR ${nameOf(period)}`)),
    ...to.filter((period) => !from.includes(period)).map((period) => change(`ADD PERIOD FOR ${period}`)),
  ]
}

/**
 * Partitions at the end are added without touching rows. Everything else is written as a whole: the server puts every row
 * where it belongs now and refuses if there is no place for one. DROP PARTITION, which throws rows away, is never written.
 */
function partitioning(
  table: string,
  from: PartitionExtra | undefined,
  to: PartitionExtra | undefined,
  flavor: Flavor,
): { sql: string; lock: string } {
  const copy = levelWords(4, flavor)
  if (to === undefined) return { sql: `ALTER TABLE ${path(table)} ${copy} REMOVE PARTITIONING`, lock: copy }
  const before = from?.list ?? []
  const added = (to.list ?? []).slice(before.length)
  const grows =
    from !== undefined &&
    from.by === to.by &&
    before.length > 0 &&
    added.length > 0 &&
    before.every((partition, at) => equalData(partition, to.list?.[at])) &&
    /^(?:RANGE|LIST)\b/i.test(to.by)
  if (grows) {
    const list = added.map(onePartition).join(', ')
    return { sql: `ALTER TABLE ${path(table)} ADD PARTITION (${list})`, lock: 'metadata' }
  }
  return { sql: `ALTER TABLE ${path(table)} ${copy} ${partitionWords(to)}`, lock: copy }
}

/** Renames a table. */
export const renameWords = (from: string, to: string): string => `RENAME TABLE ${path(from)} TO ${path(to)}`

/** The quoted name of a column. */
export const columnName = identifier
