// SQLite tables of Drizzle models: columns, constraints, foreign keys, indexes.
import { GodwitError } from '../../../errors.ts'
import type { Names } from '../names.ts'
import type { Orm, SqliteCore } from '../orm.ts'
import type { Named, Speller } from '../speller.ts'
import { defaultOf } from './value.ts'

type Config = ReturnType<SqliteCore['getTableConfig']>
type Column = Config['columns'][number]

/** A table and what Drizzle's public `getTableConfig` says of it. */
export interface SqliteTable {
  table: Parameters<SqliteCore['getTableConfig']>[0]
  config: Config
}

/** The models' own package, and how names are written. */
export interface SqliteContext {
  orm: Orm
  core: SqliteCore
  speller: Speller
  names: Names
}

const columnList = ({ speller }: SqliteContext, columns: readonly Named[]): string =>
  columns.map((column) => speller.quote(speller.column(column))).join(', ')

/** CREATE TABLE with its foreign keys. Errors: SOURCE_FAILED, where a foreign key's target is no table of the models. */
export function createTable(context: SqliteContext, { config }: SqliteTable, all: readonly SqliteTable[]): string {
  const { orm, speller, names } = context
  const named = orm.line === '1'
  // A primary key of one column becomes part of the column: only there INTEGER PRIMARY KEY is the row's own number.
  const single = config.primaryKeys.flatMap((key) => (key.columns.length === 1 ? key.columns : [])).map(speller.column)
  const lines = config.columns.map((column) => columnLine(context, column, single.includes(speller.column(column))))
  for (const key of config.primaryKeys) {
    if (key.columns.length === 1) continue
    const name = named ? `constraint ${speller.quote(names.primaryKey(config.name, key))} ` : ''
    lines.push(`${name}primary key (${columnList(context, key.columns)})`)
  }
  for (const key of config.foreignKeys) lines.push(foreignKey(context, config, key, all))
  if (named) {
    for (const unique of config.uniqueConstraints) {
      const name = names.unique(config.name, unique)
      const constraint = name === undefined ? '' : `constraint ${speller.quote(name)} `
      lines.push(`${constraint}unique (${columnList(context, unique.columns)})`)
    }
  }
  for (const check of config.checks) {
    lines.push(`constraint ${speller.quote(check.name)} check (${speller.expression(check.value, named)})`)
  }
  return `create table ${speller.quote(config.name)} (\n  ${lines.join(',\n  ')}\n)`
}

function columnLine(context: SqliteContext, column: Column, primary: boolean): string {
  const { orm, core, speller } = context
  const parts = [speller.quote(speller.column(column)), column.getSQLType()]
  if (column.primary || primary) parts.push('primary key')
  if (orm.core.is(column, core.SQLiteBaseInteger) && column.autoIncrement) parts.push('autoincrement')
  const value = defaultOf(orm, speller, column)
  if (value !== undefined) parts.push(`default ${value}`)
  if (column.generated !== undefined) {
    const { as, mode } = column.generated
    const expression: unknown = typeof as === 'function' ? as() : as
    const text = orm.core.is(expression, orm.core.SQL) ? speller.expression(expression, true) : String(expression)
    parts.push(`generated always as (${text}) ${mode ?? 'virtual'}`)
  }
  if (column.notNull && !(orm.line === '1' && column.primary)) parts.push('not null')
  // In the 0.x line uniqueness is an index of its own.
  if (orm.line === '1' && column.isUnique) {
    parts.push(column.uniqueName === undefined ? 'unique' : `constraint ${speller.quote(column.uniqueName)} unique`)
  }
  return parts.join(' ')
}

function foreignKey(
  context: SqliteContext,
  config: Config,
  key: Config['foreignKeys'][number],
  all: readonly SqliteTable[],
): string {
  const { core, orm, speller, names } = context
  const { columns, foreignTable, foreignColumns } = key.reference()
  const target = core.getTableConfig(foreignTable).name
  if (!all.some((table) => table.config.name === target)) {
    throw new GodwitError('SOURCE_FAILED', `"${config.name}" refers to "${target}", which is not among the models.`, {
      why: 'Every table that a foreign key points at has to be exported from the files of the configuration.',
      fix: `Export the table "${target}" from one of these files, or add its file to the configuration.`,
    })
  }
  const name = names.foreignKey(config.name, {
    columns,
    foreignColumns,
    foreignTable: target,
    getName: () => key.getName(),
    ...('isNameExplicit' in key &&
      typeof key.isNameExplicit === 'function' && { isNameExplicit: key.isNameExplicit.bind(key) }),
  })
  const actions = [
    ['update', key.onUpdate],
    ['delete', key.onDelete],
  ]
    .filter(([, what]) => what !== undefined && what !== 'no action')
    .map(([event, what]) => ` on ${event} ${what}`)
  return (
    `${orm.line === '1' ? `constraint ${speller.quote(name)} ` : ''}foreign key (${columnList(context, columns)}) ` +
    `references ${speller.quote(target)} (${columnList(context, foreignColumns)})${actions.join('')}`
  )
}

/** CREATE INDEX for each; in the 0.x line for unique columns and constraints as well. */
export function indexes(context: SqliteContext, { config }: SqliteTable): string[] {
  const { orm, speller, names } = context
  const table = speller.quote(config.name)
  const create = (name: string, keys: string, unique: boolean, where = ''): string =>
    `create ${unique ? 'unique ' : ''}index ${speller.quote(name)} on ${table} (${keys})${where}`
  const statements = config.indexes.map(({ config: index }) => {
    const keys = index.columns.map((key) =>
      orm.core.is(key, orm.core.SQL) ? speller.expression(key, true) : speller.quote(speller.column(key)),
    )
    const where = index.where === undefined ? '' : ` where ${speller.expression(index.where)}`
    return create(index.name, keys.join(', '), index.unique, where)
  })
  if (orm.line === '1') return statements
  const unique = config.columns
    .filter((column) => column.isUnique)
    .map((column) => create(column.uniqueName ?? '', speller.quote(speller.column(column)), true))
  const constraints = config.uniqueConstraints.map((constraint) =>
    create(names.unique(config.name, constraint) ?? '', columnList(context, constraint.columns), true),
  )
  return [...unique, ...statements, ...constraints]
}
