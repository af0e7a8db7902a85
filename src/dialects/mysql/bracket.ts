// What stands around a transaction of ours, and the tables we keep our books in.
import type { Statement } from '../../operations/statement.ts'
import type { BookkeepingTable, Bracket } from '../dialect.ts'
import { identifier } from './quote.ts'

/**
 * One transaction, for data and for our own books: what changes structure commits by itself and never comes in here.
 * The server counts the wait for a row in whole seconds.
 */
export function bracket(statements: readonly Statement[], { lockTimeout }: { lockTimeout: number }): Bracket {
  const seconds = Math.max(1, Math.ceil(lockTimeout / 1000))
  return {
    before: [],
    begin: [...(lockTimeout > 0 ? [`set session innodb_lock_wait_timeout = ${seconds}`] : []), 'start transaction'],
    verify: statements.flatMap(({ verify }) => verify ?? []),
    commit: 'commit',
    rollback: 'rollback',
    after: [],
  }
}

/** The clock of the server, as ISO 8601 text. */
export const now = `concat(left(date_format(utc_timestamp(3), '%Y-%m-%dT%H:%i:%s.%f'), 23), 'Z')`

/** The statement that makes one of our tables if it is missing. Bytes are compared: ids are case-sensitive. */
export function bookkeeping(table: BookkeepingTable): string {
  const columns = table.columns.map(({ name, type, primaryKey, autoIncrement, notNull }) =>
    [
      identifier(name),
      // A key needs a length; everything else may be as long as a revision's file.
      type === 'integer' ? 'bigint' : primaryKey === true ? 'varchar(255)' : 'longtext',
      notNull === true || primaryKey === true ? 'not null' : '',
      autoIncrement === true ? 'auto_increment' : '',
      primaryKey === true ? 'primary key' : '',
    ]
      .filter((part) => part !== '')
      .join(' '),
  )
  // Without an index, an update that looks for one row reads, and locks, all of them.
  const keys = table.columns
    .filter(({ sought }) => sought === true)
    .map(({ name, type }) => `key (${identifier(name)}${type === 'text' ? '(64)' : ''})`)
  return `create table if not exists ${identifier(table.name)} (${[...columns, ...keys].join(', ')}) engine=InnoDB default character set utf8mb4 collate utf8mb4_bin`
}
