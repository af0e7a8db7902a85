// Whether the tables we keep our books in are ours. Where others may make tables in the same schema, one of them could
// have made ours first: a view or a trigger of theirs would run with the rights of whoever migrates.
import type { BooksGuard } from '../dialect.ts'
import { bookkeepingName } from './bracket.ts'
import { literal } from './quote.ts'

const TYPES = { text: 'text', integer: 'int4' } as const

/** The cast of a text that is no number is an error, which ends the message before anything else of it is read or run. */
const first: BooksGuard['first'] = (tables) => {
  const wanted = tables.flatMap(({ name, columns }) =>
    columns.map(
      (column) =>
        `(${literal(bookkeepingName(name))}::regclass, ${literal(column.name)}, ${literal(TYPES[column.type])})`,
    ),
  )
  const found = tables.map(({ name }) => `(${literal(bookkeepingName(name))}::regclass)`)
  return `with recursive found(oid) as (values ${found.join(', ')}),
wanted(oid, name, type) as (values ${wanted.join(', ')}),
roles(oid) as (
  select r.oid from pg_roles r where r.rolname = current_user
  union select m.roleid from pg_auth_members m join roles on roles.oid = m.member
),
problems(oid, what, name) as (
  select c.oid, 'kind', case c.relkind when 'v' then 'VIEW' when 'm' then 'MATERIALIZED VIEW' when 'f' then 'FOREIGN TABLE' else 'TABLE' end
  from pg_class c join found using (oid) where c.relkind <> 'r' or exists (select from pg_inherits i where c.oid in (i.inhrelid, i.inhparent))
  union all select c.oid, 'owner', quote_ident(r.rolname) from pg_class c join found using (oid) join pg_roles r on r.oid = c.relowner
  where not r.rolsuper and c.relowner not in (select roles.oid from roles)
    and c.relowner <> (select d.datdba from pg_database d where d.datname = current_database())
  union all select t.tgrelid, 'trigger', quote_ident(t.tgname) from pg_trigger t join found on found.oid = t.tgrelid
  union all select w.ev_class, 'rule', quote_ident(w.rulename) from pg_rewrite w join found on found.oid = w.ev_class
  union all select w.oid, 'column', w.name from wanted w where not exists (
    select from pg_attribute a join pg_type t on t.oid = a.atttypid join pg_namespace n on n.oid = t.typnamespace
    where a.attrelid = w.oid and a.attname = w.name and t.typname = w.type and n.nspname = 'pg_catalog'
      and a.attnum > 0 and not a.attisdropped and a.attgenerated = '')
)
select ('godwit|' || p.oid::regclass::text || '|' || p.what || '|' || quote_ident(current_user) || '|' || p.name)::int4 as planted from problems p limit 1`
}

/** See `Connector.books`. */
export const books: BooksGuard = {
  first,
  advice({ table, what, user, name }) {
    if (what === 'owner') {
      return {
        why: `It belongs to ${name}, who is neither ${user}, a role that ${user} is a member of, the owner of the database nor a superuser.`,
        fix: `Where you trust what it holds: ALTER TABLE ${table} OWNER TO ${user};\nOtherwise: DROP TABLE ${table};`,
      }
    }
    if (what === 'trigger') return { why: `It has the trigger ${name}.`, fix: `DROP TRIGGER ${name} ON ${table};` }
    if (what === 'rule') return { why: `It has the rule ${name}.`, fix: `DROP RULE ${name} ON ${table};` }
    if (what === 'column') {
      return {
        why: `It has no column ${name} as ours has it.`,
        fix: `Rename what is somebody else's: ALTER TABLE ${table} RENAME TO …;`,
      }
    }
    const kind = name === 'TABLE' ? 'a table with parents, children or partitions' : `a ${name.toLowerCase()}`
    return { why: `It is ${kind}, and ours is a plain table.`, fix: `DROP ${name} ${table};` }
  },
}
