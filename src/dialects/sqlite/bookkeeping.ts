// Our own tables.
import type { BookkeepingTable } from '../dialect.ts'
import { identifier } from './quote.ts'

/** CREATE TABLE IF NOT EXISTS for one of them. */
export function bookkeeping({ name, columns }: BookkeepingTable): string {
  const lines = columns.map(({ name: column, type, primaryKey, autoIncrement, notNull }) =>
    [
      identifier(column),
      type,
      ...(primaryKey ? ['primary key'] : []),
      ...(autoIncrement ? ['autoincrement'] : []),
      // A primary key that is not the rowid may hold NULL here unless it is told not to.
      ...(notNull || (primaryKey && !autoIncrement) ? ['not null'] : []),
    ].join(' '),
  )
  return `create table if not exists ${identifier(name)} (\n  ${lines.join(',\n  ')}\n)`
}
