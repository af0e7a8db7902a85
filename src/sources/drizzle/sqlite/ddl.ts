// Prints Drizzle models as SQLite DDL, in the words drizzle-kit uses: this database keeps the text it was given.
import { GodwitError } from '../../../errors.ts'
import { sqliteNames } from '../names.ts'
import { type Orm, sqliteCore } from '../orm.ts'
import { type Casing, speller } from '../speller.ts'
import { orderViews } from '../views.ts'
import { createTable, indexes, type SqliteContext, type SqliteTable } from './table.ts'
import { sqliteLiteral } from './value.ts'

/** One statement each: tables (foreign keys inside), indexes, views. Errors: SOURCE_FAILED. */
export async function sqliteDdl(exports: readonly unknown[], orm: Orm, casing: Casing | undefined): Promise<string[]> {
  const core = await sqliteCore(orm)
  const names = speller(orm, casing, sqliteLiteral)
  const context: SqliteContext = { orm, core, speller: names, names: sqliteNames(orm, names) }
  const tables: SqliteTable[] = exports
    .filter((value) => orm.core.is(value, core.SQLiteTable))
    .map((table) => ({ table, config: core.getTableConfig(table) }))
  refuseTwins(tables)
  const views = exports
    .filter((value) => orm.core.is(value, core.SQLiteView))
    .flatMap((view) => {
      const { name, query, isExisting } = core.getViewConfig(view)
      return isExisting || query === undefined ? [] : [{ name, definition: names.expression(query) }]
    })
  return [
    ...tables.map((table) => createTable(context, table, tables)),
    ...tables.flatMap((table) => indexes(context, table)),
    ...orderViews(views).map(({ name, definition }) => `create view ${names.quote(name)} as ${definition}`),
  ]
}

// Names are compared as the engine does: without regard to ASCII case.
function refuseTwins(tables: readonly SqliteTable[]): void {
  const seen = new Set<string>()
  for (const { config } of tables) {
    const key = config.name.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    if (seen.has(key)) {
      throw new GodwitError('SOURCE_FAILED', `Two different tables of the models are called "${config.name}".`, {
        fix: 'Give one of them another name, or leave one of their files out of the configuration.',
      })
    }
    seen.add(key)
  }
}
