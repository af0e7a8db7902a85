// The words that the models are written in, once for each engine. DATABASE_URL says which one is meant.
import * as mysql from 'drizzle-orm/mysql-core'
import * as sqlite from 'drizzle-orm/sqlite-core'

/** Without DATABASE_URL: a file of this folder. */
export const url = process.env.DATABASE_URL || 'sqlite:./data.db'
export const engine = /^(mysql|mariadb):/.test(url) ? 'mysql' : 'sqlite'

// Typed as MySQL's, for which the shop was made: tables and columns have the same names on SQLite.
const either = <Word>(onMysql: Word, onSqlite: unknown): Word => (engine === 'mysql' ? onMysql : (onSqlite as Word))

export const table = either(mysql.mysqlTable, sqlite.sqliteTable)
export const index = either(mysql.index, sqlite.index)
export const check = either(mysql.check, sqlite.check)
export const primaryKey = either(mysql.primaryKey, sqlite.primaryKey)

/** A number that the database gives. */
export const id = () => either(mysql.int().autoincrement().primaryKey(), sqlite.integer().primaryKey())
/** A whole number; also the type of a column that refers to an `id`. */
export const whole = () => either(mysql.int(), sqlite.integer())
export const yesNo = () => either(mysql.boolean(), sqlite.integer({ mode: 'boolean' }))
export const words = (length: number) => either(mysql.varchar({ length }), sqlite.text({ length }))
export const prose = () => either(mysql.text(), sqlite.text())
/** Two decimals: money, hours. SQLite keeps what it is given. */
export const amount = () => either(mysql.decimal({ precision: 10, scale: 2 }), sqlite.numeric())
export const day = () => either(mysql.date({ mode: 'string' }), sqlite.text())
export const moment = () => either(mysql.datetime({ mode: 'string' }), sqlite.text())
