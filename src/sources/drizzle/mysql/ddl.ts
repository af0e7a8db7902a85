// Prints Drizzle models as MySQL DDL: tables, indexes, foreign keys, views.
import { GodwitError } from '../../../errors.ts'
import { mysqlNames } from '../names.ts'
import { mysqlCore, type Orm } from '../orm.ts'
import { type Casing, speller } from '../speller.ts'
import { orderViews } from '../views.ts'
import { createTable, foreignKeys, indexes, type MysqlContext, type MysqlTable } from './table.ts'
import { mysqlLiteral } from './value.ts'

const quote = (name: string): string => `\`${name.replaceAll('`', '``')}\``

/** One statement each. Errors: SOURCE_FAILED. */
export async function mysqlDdl(exports: readonly unknown[], orm: Orm, casing: Casing | undefined): Promise<string[]> {
  const core = await mysqlCore(orm)
  const names = speller(orm, casing, mysqlLiteral, quote)
  const context: MysqlContext = { orm, core, speller: names, names: mysqlNames(orm, names) }
  const tables: MysqlTable[] = exports
    .filter((value) => orm.core.is(value, core.MySqlTable))
    .map((table) => ({ table, config: core.getTableConfig(table) }))
  refuse(tables)
  const views = exports
    .filter((value) => orm.core.is(value, core.MySqlView))
    .flatMap((view) => {
      const { name, query, isExisting, algorithm, sqlSecurity, withCheckOption } = core.getViewConfig(view)
      if (isExisting || query === undefined) return []
      return [{ name, definition: names.expression(query), algorithm, sqlSecurity, withCheckOption }]
    })
  return [
    ...tables.map((table) => createTable(context, table)),
    // A foreign key finds its index made, and the server need not make another one.
    ...tables.flatMap((table) => indexes(context, table)),
    ...tables.flatMap((table) => foreignKeys(context, table, tables)),
    ...orderViews(views).map(({ name, definition, algorithm, sqlSecurity, withCheckOption }) =>
      [
        'create',
        ...(algorithm === undefined ? [] : [`algorithm = ${algorithm}`]),
        ...(sqlSecurity === undefined ? [] : [`sql security ${sqlSecurity}`]),
        // In parentheses, which the server keeps, because drizzle-kit writes them.
        `view ${quote(name)} as (${definition})`,
        ...(withCheckOption === undefined ? [] : [`with ${withCheckOption} check option`]),
      ].join(' '),
    ),
  ]
}

function refuse(tables: readonly MysqlTable[]): void {
  const seen = new Set<string>()
  for (const { config } of tables) {
    if (config.schema !== undefined) {
      throw new GodwitError('SOURCE_FAILED', `The table "${config.schema}.${config.name}" is in another database.`, {
        why: 'A schema is a database here, and one migration folder serves one database.',
        fix: 'Use mysqlTable instead of mysqlSchema, or give that database a configuration of its own.',
      })
    }
    if (seen.has(config.name)) {
      throw new GodwitError('SOURCE_FAILED', `Two different tables of the models are called "${config.name}".`, {
        fix: 'Give one of them another name, or leave one of their files out of the configuration.',
      })
    }
    seen.add(config.name)
  }
}
