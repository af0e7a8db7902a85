// Whether the tables we keep our books in are ours: plain tables without triggers. Reading a view runs nothing of anybody's
// here, so that it is found out together with what is read.
import type { BooksGuard } from '../dialect.ts'
import { identifier, literal } from './quote.ts'

/** See `Connector.books`. */
export const books: BooksGuard = {
  beside(tables) {
    const names = tables.map(({ name }) => literal(name)).join(', ')
    return `select 'planted', tbl_name, type, name, '', 0 from main.sqlite_master
where tbl_name collate nocase in (${names}) and type in ('view', 'trigger')`
  },
  advice({ table, what, name }) {
    return what === 'trigger'
      ? { why: `It has the trigger ${name}.`, fix: `drop trigger ${identifier(name)};` }
      : { why: 'It is a view, and ours is a plain table.', fix: `drop view ${identifier(table)};` }
  },
}
