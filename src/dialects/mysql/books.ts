// Whether the tables we keep our books in are ours: plain tables without triggers.
import type { BooksGuard } from '../dialect.ts'
import { identifier, literal } from './quote.ts'

/**
 * An expression that is no XPath is an error that says it, and ends the message before anything else of it is read. Each
 * table is asked for by itself: a list would make the server open all of them.
 */
const first: BooksGuard['first'] = (tables) => {
  const problems = tables.flatMap(({ name, columns }) => {
    const at = (space: string, table: string): string => `${space} = database() and ${table} = ${literal(name)}`
    const listed = columns.map((column) => literal(column.name)).join(', ')
    const kind = `(select table_type from information_schema.tables where ${at('table_schema', 'table_name')})`
    return [
      `select ${literal(name)} as t, 'kind' as p where ${kind} <> 'BASE TABLE'`,
      `select ${literal(name)}, 'trigger' where exists (select 1 from information_schema.triggers where ${at('event_object_schema', 'event_object_table')})`,
      `select ${literal(name)}, 'column' where ${kind} is not null and ${columns.length} > (select count(*) from information_schema.columns where ${at('table_schema', 'table_name')} and column_name in (${listed}))`,
    ]
  })
  // The error shows 32 characters.
  return `select extractvalue(1, concat(0x7e, (select concat('godwit|', substr(t, 8), '|', p, '|') from (${problems.join(' union all ')}) problems limit 1))) as planted`
}

/** See `Connector.books`. */
export const books: BooksGuard = {
  first,
  advice({ table: short, what }) {
    const table = identifier(`godwit_${short}`)
    if (what === 'trigger') {
      return {
        why: 'It has a trigger.',
        fix: `SHOW TRIGGERS WHERE \`Table\` = ${literal(`godwit_${short}`)}; names it: DROP TRIGGER …;`,
      }
    }
    if (what === 'kind') return { why: 'It is a view, and ours is a plain table.', fix: `DROP VIEW ${table};` }
    return {
      why: 'It lacks a column that ours has.',
      fix: `Rename what is somebody else's: RENAME TABLE ${table} TO …;`,
    }
  },
}
