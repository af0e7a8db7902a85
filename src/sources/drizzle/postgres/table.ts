// PostgreSQL tables of Drizzle models: columns, constraints, foreign keys, indexes.
import { GodwitError } from '../../../errors.ts'
import type { PostgresCore } from '../orm.ts'
import type { Named } from '../speller.ts'
import { type PostgresContext, sequenceOptions } from './context.ts'
import { defaultOf, typeOf } from './value.ts'

type Config = ReturnType<PostgresCore['getTableConfig']>
type Column = Config['columns'][number]

/** A table and what Drizzle's public `getTableConfig` says of it. */
export interface PostgresTable {
  table: Parameters<PostgresCore['getTableConfig']>[0]
  config: Config
}

/** The table's name as SQL. */
export const tableName = (context: PostgresContext, config: Pick<Config, 'name' | 'schema'>): string =>
  context.qualified(config.name, config.schema)

const columnList = (context: PostgresContext, columns: readonly Named[]): string =>
  columns.map((column) => context.speller.quote(context.speller.column(column))).join(', ')

/** CREATE TABLE with everything but foreign keys, which may point at tables that come later. */
export function createTable(context: PostgresContext, { config }: PostgresTable): string {
  const { speller, names } = context
  const lines = config.columns.map((column) => columnLine(context, config, column))
  for (const key of config.primaryKeys) {
    const constraint = speller.quote(names.primaryKey(config.name, key))
    lines.push(`constraint ${constraint} primary key (${columnList(context, key.columns)})`)
  }
  for (const unique of config.uniqueConstraints) {
    const name = names.unique(config.name, unique)
    const nulls = unique.nullsNotDistinct ? ' nulls not distinct' : ''
    const constraint = name === undefined ? '' : `constraint ${speller.quote(name)} `
    lines.push(`${constraint}unique${nulls} (${columnList(context, unique.columns)})`)
  }
  for (const check of config.checks) {
    // The 1.0 line prints checks without the table before the columns.
    const condition = speller.expression(check.value, context.orm.line === '1')
    lines.push(`constraint ${speller.quote(check.name)} check (${condition})`)
  }
  return `create table ${tableName(context, config)} (\n  ${lines.join(',\n  ')}\n)`
}

function columnLine(context: PostgresContext, config: Config, column: Column): string {
  const { orm, pg, speller } = context
  const name = speller.column(column)
  const parts = [speller.quote(name), typeOf(pg, orm, speller, column)]
  const value = defaultOf(pg, orm, speller, column)
  if (value !== undefined) parts.push(`default ${value}`)
  if (column.generated !== undefined) parts.push(generated(context, column.generated))
  const identity = column.generatedIdentity
  if (identity !== undefined) {
    const sequence = context.qualified(identity.sequenceName ?? `${config.name}_${name}_seq`, config.schema)
    const kind = identity.type === 'always' ? 'always' : 'by default'
    const options = sequenceOptions(identity.sequenceOptions)
    parts.push(`generated ${kind} as identity (sequence name ${sequence}${options})`)
  }
  if (column.notNull) parts.push('not null')
  if (column.primary) parts.push('primary key')
  if (column.isUnique) {
    if (column.uniqueName !== undefined) parts.push(`constraint ${speller.quote(column.uniqueName)}`)
    parts.push(column.uniqueType === 'not distinct' ? 'unique nulls not distinct' : 'unique')
  }
  return parts.join(' ')
}

function generated(context: PostgresContext, { as, mode }: NonNullable<Column['generated']>): string {
  const { orm, speller } = context
  const value: unknown = typeof as === 'function' ? as() : as
  const expression = orm.core.is(value, orm.core.SQL) ? speller.expression(value, true) : String(value)
  return `generated always as (${expression}) ${mode === 'virtual' ? 'virtual' : 'stored'}`
}

/** ALTER TABLE … ADD FOREIGN KEY for each. Errors: SOURCE_FAILED, where the target is no table of the models. */
export function foreignKeys(context: PostgresContext, from: PostgresTable, all: readonly PostgresTable[]): string[] {
  const { pg, speller, names } = context
  const table = tableName(context, from.config)
  return from.config.foreignKeys.map((key) => {
    const { columns, foreignTable, foreignColumns } = key.reference()
    const target = pg.getTableConfig(foreignTable)
    const targetName = tableName(context, target)
    if (!all.some(({ config }) => tableName(context, config) === targetName)) throw notExported(table, targetName)
    const name = names.foreignKey(from.config.name, {
      columns,
      foreignColumns,
      foreignTable: target.name,
      getName: () => key.getName(),
      ...('isNameExplicit' in key &&
        typeof key.isNameExplicit === 'function' && { isNameExplicit: key.isNameExplicit.bind(key) }),
    })
    const actions = [action('delete', key.onDelete), action('update', key.onUpdate)].join('')
    return (
      `alter table ${table} add constraint ${speller.quote(name)} foreign key (${columnList(context, columns)}) ` +
      `references ${targetName} (${columnList(context, foreignColumns)})${actions}`
    )
  })
}

const action = (event: string, what: string | undefined): string =>
  what === undefined || what === 'no action' ? '' : ` on ${event} ${what}`

/** The error for a reference to a table that the files do not export. */
export const notExported = (from: string, to: string): GodwitError =>
  new GodwitError('SOURCE_FAILED', `${from} refers to ${to}, which is not among the models.`, {
    why: 'Every table that a foreign key or a policy points at has to be exported from the files of the configuration.',
    fix: `Export the table ${to} from one of these files, or add its file to the configuration.`,
  })

/** CREATE INDEX for each. CONCURRENTLY is a way of building and no part of the index: the dialect decides on it. */
export function indexes(context: PostgresContext, { config }: PostgresTable): string[] {
  const { orm, speller } = context
  return config.indexes.map(({ config: index }) => {
    const names: string[] = []
    const keys = index.columns.map((key) => {
      if (orm.core.is(key, orm.core.SQL)) return speller.expression(key, true)
      const column: IndexKey = key
      const name = speller.column({ name: column.name ?? '', keyAsName: column.keyAsName === true })
      names.push(name)
      return columnKey(speller.quote(name), column)
    })
    if (index.name === undefined && names.length < keys.length) {
      throw new GodwitError(
        'SOURCE_FAILED',
        `An index on an expression in ${tableName(context, config)} has no name.`,
        {
          why: 'Drizzle can only make names of columns.',
          fix: "Name it: index('the_name').on(…)",
        },
      )
    }
    const name = index.name ?? `${config.name}_${names.join('_')}_index`
    const options = Object.entries(index.with ?? {}).map(([key, value]) => `${key} = ${value}`)
    return [
      `create ${index.unique ? 'unique ' : ''}index ${speller.quote(name)} on ${tableName(context, config)}`,
      `using ${index.method ?? 'btree'} (${keys.join(', ')})`,
      ...(options.length > 0 ? [`with (${options.join(', ')})`] : []),
      ...(index.where === undefined ? [] : [`where ${speller.expression(index.where, orm.line === '1')}`]),
    ].join(' ')
  })
}

// The copy of the column inside an index: what it keeps in both lines.
interface IndexKey {
  name?: string | undefined
  keyAsName?: boolean
  indexConfig?: { order?: string; nulls?: string; opClass?: string }
  queryChunks?: unknown
}

function columnKey(name: string, key: IndexKey): string {
  const { opClass, order, nulls } = key.indexConfig ?? {}
  const descending = order === 'desc'
  const parts = [name]
  if (opClass !== undefined) parts.push(opClass)
  if (descending) parts.push('desc')
  if (nulls !== undefined && nulls !== (descending ? 'first' : 'last')) parts.push(`nulls ${nulls}`)
  return parts.join(' ')
}
