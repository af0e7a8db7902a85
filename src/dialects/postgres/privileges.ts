// What a role needs to migrate, and what the catalog says it has.
import { qualify } from '../../schema/names.ts'
import type { Connection, Privilege } from '../dialect.ts'
import { pinned } from './pinned.ts'
import { identifier } from './quote.ts'

interface Answer {
  who: string
  may_use: boolean
  may_create: boolean
  may_make_schemas: boolean
  owns: number | string
  others: number | string
  whose: string | null
  owners: string | null
  may_write_history: boolean
  standby: boolean
}

const QUERY = `select current_user as who,
  pg_catalog.has_schema_privilege('public', 'USAGE') as may_use,
  pg_catalog.has_schema_privilege('public', 'CREATE') as may_create,
  pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') as may_make_schemas,
  count(*) filter (where not ours and pg_catalog.pg_has_role(owner, 'USAGE')) as owns,
  count(*) filter (where not ours and not pg_catalog.pg_has_role(owner, 'USAGE')) as others,
  pg_catalog.string_agg(oid::pg_catalog.regclass::text || ' (' || pg_catalog.pg_get_userbyid(owner) || ')', ', ' order by oid::pg_catalog.regclass::text)
    filter (where not ours and not pg_catalog.pg_has_role(owner, 'USAGE')) as whose,
  pg_catalog.string_agg(distinct pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(owner)), ', ')
    filter (where not ours and not pg_catalog.pg_has_role(owner, 'USAGE')) as owners,
  coalesce(bool_and(pg_catalog.has_table_privilege(oid, 'SELECT') and pg_catalog.has_table_privilege(oid, 'INSERT')
    and pg_catalog.has_table_privilege(oid, 'UPDATE') and pg_catalog.has_table_privilege(oid, 'DELETE')) filter (where ours), true) as may_write_history,
  pg_catalog.pg_is_in_recovery() as standby
from (
  select c.oid, c.relowner as owner, n.nspname = 'public' and c.relname in ('godwit_history', 'godwit_journal', 'godwit_meta') as ours
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
) tables`

/** Asked in one query. */
export async function privileges(connection: Connection): Promise<Privilege[]> {
  const [found] = await connection.query<Answer>(pinned(QUERY))
  if (found === undefined) return []
  const role = identifier(found.who)
  const others = Number(found.others)
  const list: Privilege[] = [
    {
      allows: 'write at all (a primary, not a standby)',
      granted: !found.standby,
      needed: 'always',
      fix: 'Use the URL of the primary.',
    },
    {
      allows: `use schema public as ${role}`,
      granted: found.may_use,
      needed: 'always',
      fix: `GRANT USAGE ON SCHEMA public TO ${role};`,
    },
    {
      allows: `create tables in schema public as ${role}`,
      granted: found.may_create,
      needed: 'always',
      fix: `GRANT CREATE ON SCHEMA public TO ${role};`,
    },
    {
      allows: 'write the history',
      granted: found.may_write_history,
      needed: 'always',
      fix: `GRANT ALL ON godwit_history, godwit_journal, godwit_meta TO ${role};`,
    },
    {
      allows:
        others === 0
          ? 'change the tables that are there'
          : `change ${others} of the tables as ${role}, because another role owns them: ${shortened(found.whose ?? '')}`,
      granted: others === 0,
      needed: 'sometimes',
      fix: `Only the owner of a table may change it: GRANT ${found.owners ?? '<owner>'} TO ${role}; or, table by table, ALTER TABLE … OWNER TO ${role};`,
    },
    {
      allows: 'create schemas',
      granted: found.may_make_schemas,
      needed: 'sometimes',
      fix: `GRANT CREATE ON DATABASE ${identifier(databaseOf(connection))} TO ${role};`,
    },
  ]
  return list.map((each) => ({ ...each, who: role }))
}

// A name in full or not at all.
const shortened = (list: string): string =>
  list.length <= 1000 ? list : `${list.slice(0, list.lastIndexOf(', ', 1000))}, …`

// The embedded engine has one database, whatever its folder is called.
const databaseOf = ({ location }: Connection): string =>
  /[/\\:]/.test(location.database) ? 'postgres' : location.database

/** Rows as the last ANALYZE or VACUUM left them in the catalog. */
export async function rowEstimates(connection: Connection): Promise<Map<string, number>> {
  const rows = await connection.query<{ space: string; name: string; amount: number | string }>(
    pinned(`select n.nspname as space, c.relname as name, c.reltuples::bigint as amount
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and c.reltuples > 0 and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`),
  )
  return new Map(
    rows.map(({ space, name, amount }) => [qualify(name, space === 'public' ? undefined : space), Number(amount)]),
  )
}
