// MySQL tables of Drizzle models: columns, keys, checks, foreign keys, indexes.
import { GodwitError } from '../../../errors.ts'
import type { Names } from '../names.ts'
import type { MysqlCore, Orm } from '../orm.ts'
import type { Named, Speller } from '../speller.ts'
import { defaultOf } from './value.ts'

type Config = ReturnType<MysqlCore['getTableConfig']>
type Column = Config['columns'][number]

/** A table and what Drizzle's public `getTableConfig` says of it. */
export interface MysqlTable {
  table: Parameters<MysqlCore['getTableConfig']>[0]
  config: Config
}

/** The models' own package, and how names are written. */
export interface MysqlContext {
  orm: Orm
  core: MysqlCore
  speller: Speller
  names: Names
}

const columnList = ({ speller }: MysqlContext, columns: readonly Named[]): string =>
  columns.map((column) => speller.quote(speller.column(column))).join(', ')

/** CREATE TABLE with everything but foreign keys, which may point at tables that come later, and indexes. */
export function createTable(context: MysqlContext, { config }: MysqlTable): string {
  const { speller, names } = context
  const lines = config.columns.map((column) => columnLine(context, column))
  // Not inside the column: there it would swallow the unique key that `serial` brings along.
  for (const column of config.columns) if (column.primary) lines.push(`primary key (${columnList(context, [column])})`)
  for (const key of config.primaryKeys) lines.push(`primary key (${columnList(context, key.columns)})`)
  for (const column of config.columns) {
    if (!column.isUnique) continue
    const name = names.unique(config.name, {
      name: column.uniqueName,
      columns: [column],
      isNameExplicit: column.uniqueName !== undefined,
    })
    lines.push(`${keyName(context, name)} (${columnList(context, [column])})`)
  }
  for (const unique of config.uniqueConstraints) {
    lines.push(`${keyName(context, names.unique(config.name, unique))} (${columnList(context, unique.columns)})`)
  }
  for (const check of config.checks) {
    lines.push(`constraint ${speller.quote(check.name)} check (${speller.expression(check.value, true)})`)
  }
  return `create table ${speller.quote(config.name)} (\n  ${lines.join(',\n  ')}\n)`
}

const keyName = ({ speller }: MysqlContext, name: string | undefined): string =>
  `unique key${name === undefined ? '' : ` ${speller.quote(name)}`}`

// Drizzle writes the labels of an enum as they are, quotes and all.
function typeOf({ speller }: MysqlContext, column: Column): string {
  const type = column.getSQLType()
  if (!/^enum\(/i.test(type) || column.enumValues === undefined) return type
  return `enum(${column.enumValues.map((value) => speller.literal(value)).join(',')})`
}

function columnLine(context: MysqlContext, column: Column): string {
  const { orm, core, speller } = context
  const type = typeOf(context, column)
  const parts = [speller.quote(speller.column(column)), type]
  if (column.generated !== undefined) {
    const { as, mode } = column.generated
    const expression: unknown = typeof as === 'function' ? as() : as
    const text = orm.core.is(expression, orm.core.SQL) ? speller.expression(expression, true) : String(expression)
    parts.push(`generated always as (${text}) ${mode ?? 'virtual'}`)
  }
  // The first timestamp of a table gets defaults of its own on older servers, unless it may be null.
  if (column.notNull || column.primary) parts.push('not null')
  else if (/^timestamp\b/i.test(type)) parts.push('null')
  const value = defaultOf(orm, speller, column)
  if (value !== undefined) parts.push(`default ${value}`)
  if (Reflect.get(column, 'hasOnUpdateNow') === true && !/ on update \S+$/i.test(value ?? '')) {
    // The server wants the digits of the column.
    const digits = /\((\d)\)/.exec(type)?.[1]
    parts.push(`on update current_timestamp${digits === undefined ? '' : `(${digits})`}`)
  }
  if (orm.core.is(column, core.MySqlColumnWithAutoIncrement) && column.autoIncrement && !/^serial\b/i.test(type)) {
    parts.push('auto_increment')
  }
  return parts.join(' ')
}

/** ALTER TABLE … ADD FOREIGN KEY for each. Errors: SOURCE_FAILED, where the target is no table of the models. */
export function foreignKeys(context: MysqlContext, { config }: MysqlTable, all: readonly MysqlTable[]): string[] {
  const { core, speller, names } = context
  return config.foreignKeys.map((key) => {
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
      ['delete', key.onDelete],
      ['update', key.onUpdate],
    ]
      .filter(([, what]) => what !== undefined && what !== 'no action')
      .map(([event, what]) => ` on ${event} ${what}`)
    return (
      `alter table ${speller.quote(config.name)} add constraint ${speller.quote(name)} ` +
      `foreign key (${columnList(context, columns)}) ` +
      `references ${speller.quote(target)} (${columnList(context, foreignColumns)})${actions.join('')}`
    )
  })
}

/** CREATE INDEX for each. ALGORITHM and LOCK are a way of building and no part of the index: the dialect decides on them. */
export function indexes({ orm, speller }: MysqlContext, { config }: MysqlTable): string[] {
  return config.indexes.map(({ config: index }) => {
    const keys = index.columns.map((key) =>
      orm.core.is(key, orm.core.SQL) ? speller.expression(key, true) : speller.quote(speller.column(key)),
    )
    const using = index.using === undefined ? '' : ` using ${index.using}`
    return `create ${index.unique ? 'unique ' : ''}index ${speller.quote(index.name)} on ${speller.quote(config.name)} (${keys.join(', ')})${using}`
  })
}
