// Grants and default privileges, read only when asked for: roles belong to the server, not to the database.
import { qualify, ref } from '../../../schema/names.ts'
import type { Json, SchemaObject } from '../../../schema/schema.ts'
import { identifier } from '../quote.ts'
import { acl, both } from './acl.ts'
import { CLASS, query, type Rows, type Scope } from './catalog.ts'
import { type Context, compact, withExtra } from './context.ts'

interface AclRow {
  class: string
  oid: string
  /** Column number; 0 for the object itself. */
  part: number
  on: string
  namespace: string | null
  name: string
  tail: string
  column: string | null
  grantee: string
  privilege: string
  grantable: boolean
  /** `revoked`: given to everybody by default, and not there. `withheld` and `regranted`: against the default privileges. */
  state: 'granted' | 'revoked' | 'withheld' | 'regranted'
}

const NOTHING = `select 0::oid as class, 0::oid as oid, 0 as part, '' as on, null::oid as namespace, '' as name,
  '' as tail, null::text as column, '' as grantee, '' as privilege, false as grantable, '' as state where false`

function all({ inScope, notOwned }: Scope): string {
  const part = `0 as part, null::text as column`
  const relation = `c.oid, case c.relkind when 'S' then 'SEQUENCE' else 'TABLE' end as on, c.relnamespace as namespace,
    c.relname::text as name, '' as tail`
  const relationKind = `case c.relkind when 'S' then 's' else 'r' end::"char"`
  const relationScope = `c.relkind in ('r', 'p', 'f', 'v', 'm', 'S') and c.relpersistence <> 't'
    and ${inScope('c.relnamespace')} and ${notOwned(CLASS.relation, 'c.oid')}`
  const types = `(select string_agg(format_type(u.t, null), ', ' order by u.n)
    from unnest(p.proargtypes) with ordinality u(t, n))`
  const list = [
    ...both(
      `${CLASS.relation}::oid as class, ${part}, ${relation}`,
      'pg_class c',
      'c.relacl',
      relationKind,
      'c.relowner',
      relationScope,
      { namespace: 'c.relnamespace' },
    ),
    `${acl(
      `${CLASS.relation}::oid as class, a.attnum::int as part, a.attname::text as column, ${relation}`,
      'pg_attribute a join pg_class c on c.oid = a.attrelid',
      'a.attacl',
      '',
      'c.relowner',
    )} and a.attnum > 0 and ${relationScope}`,
    ...both(
      `${CLASS.routine}::oid as class, ${part}, p.oid, case p.prokind when 'p' then 'PROCEDURE' else 'FUNCTION' end as on,
        p.pronamespace as namespace, p.proname::text as name, '(' || coalesce(${types}, '') || ')' as tail`,
      'pg_proc p',
      'p.proacl',
      `'f'`,
      'p.proowner',
      `${inScope('p.pronamespace')} and ${notOwned(CLASS.routine, 'p.oid')}`,
      { namespace: 'p.pronamespace' },
    ),
    ...both(
      `${CLASS.namespace}::oid as class, ${part}, n.oid, 'SCHEMA' as on, null::oid as namespace, n.nspname::text as name,
        '' as tail`,
      'pg_namespace n',
      'n.nspacl',
      `'n'`,
      'n.nspowner',
      inScope('n.oid'),
      {
        namespace: '0',
        initial: `(select i.initprivs from pg_init_privs i where i.classoid = ${CLASS.namespace} and i.objoid = n.oid
          and i.privtype = 'i')`,
      },
    ),
    ...both(
      `${CLASS.type}::oid as class, ${part}, t.oid, case t.typtype when 'd' then 'DOMAIN' else 'TYPE' end as on,
        t.typnamespace as namespace, t.typname::text as name, '' as tail`,
      'pg_type t',
      't.typacl',
      `'T'`,
      't.typowner',
      `${inScope('t.typnamespace')} and ${notOwned(CLASS.type, 't.oid')}`,
      { namespace: 't.typnamespace' },
    ),
    ...both(
      `${CLASS.language}::oid as class, ${part}, l.oid, 'LANGUAGE' as on, null::oid as namespace, l.lanname::text as name,
        '' as tail`,
      'pg_language l',
      'l.lanacl',
      `'l'`,
      'l.lanowner',
      'l.oid >= 16384',
    ),
    ...both(
      `${CLASS.wrapper}::oid as class, ${part}, w.oid, 'FOREIGN DATA WRAPPER' as on, null::oid as namespace,
        w.fdwname::text as name, '' as tail`,
      'pg_foreign_data_wrapper w',
      'w.fdwacl',
      `'F'`,
      'w.fdwowner',
      'true',
    ),
    ...both(
      `${CLASS.server}::oid as class, ${part}, s.oid, 'FOREIGN SERVER' as on, null::oid as namespace,
        s.srvname::text as name, '' as tail`,
      'pg_foreign_server s',
      's.srvacl',
      `'S'`,
      's.srvowner',
      'true',
    ),
  ]
  const order = '"class", oid, part, "on", namespace, name, tail, "column", grantee, privilege, grantable, state'
  return list.map((text) => `select ${order} from (${text}) y`).join(' union all ')
}

const acls = query<AclRow>((scope) => (scope.grants ? all(scope) : NOTHING))

interface DefaultRow {
  role: string
  namespace: string | null
  on: string
  grantee: string
  privilege: string
  grantable: boolean
  revoked: boolean
}

const KINDS = `case d.defaclobjtype when 'r' then 'TABLES' when 'S' then 'SEQUENCES' when 'f' then 'FUNCTIONS'
  when 'T' then 'TYPES' when 'n' then 'SCHEMAS' else 'LARGE OBJECTS' end as on`

// Inside a schema, default privileges add to the global ones: there is nothing to compare them with.
const defaultAcls = query<DefaultRow>(({ grants }) =>
  grants
    ? `select pg_get_userbyid(d.defaclrole)::text as role, n.nspname::text as namespace, ${KINDS},
        case x.grantee when 0 then 'public' else pg_get_userbyid(x.grantee) end::text as grantee,
        x.privilege_type as privilege, x.is_grantable as grantable, false as revoked
      from pg_default_acl d
      left join pg_namespace n on n.oid = d.defaclnamespace
      cross join lateral aclexplode(d.defaclacl) x
      where x.grantee <> d.defaclrole and (x.grantee <> 0 or d.defaclnamespace <> 0 or not exists (
        select from aclexplode(acldefault(case d.defaclobjtype when 'S' then 's' else d.defaclobjtype end, d.defaclrole)) y
        where y.grantee = 0 and y.privilege_type = x.privilege_type))
      union all
      select pg_get_userbyid(d.defaclrole)::text, null, ${KINDS}, 'public', y.privilege_type, false, true
      from pg_default_acl d
      cross join lateral aclexplode(acldefault(case d.defaclobjtype when 'S' then 's' else d.defaclobjtype end, d.defaclrole)) y
      where d.defaclnamespace = 0 and y.grantee = 0 and not exists (select from aclexplode(d.defaclacl) x
        where x.grantee = 0 and x.privilege_type = y.privilege_type)`
    : `select '' as role, null::text as namespace, '' as on, '' as grantee, '' as privilege, false as grantable,
        false as revoked where false`,
)

/** What these objects are made from. */
export const grantQueries = { acls, defaultAcls }

/** One object for each thing and grantee. */
export function grantsOf(rows: Rows<typeof grantQueries>, context: Context): SchemaObject[] {
  const groups = new Map<string, AclRow[]>()
  for (const row of rows.acls) {
    if (row.namespace !== null && context.isOwnTable(row.namespace, row.name)) continue
    const key = `${row.class} ${row.oid} ${row.grantee}`
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  const defaults = new Map<string, DefaultRow[]>()
  for (const row of rows.defaultAcls) {
    const key = JSON.stringify([row.role, row.namespace, row.on, row.grantee])
    defaults.set(key, [...(defaults.get(key) ?? []), row])
  }
  return [
    ...[...groups.values()].flatMap((group) => grantOf(group, context)),
    ...[...defaults.values()].flatMap((group) => defaultOf(group, context)),
  ]
}

// What ALL means: a version more knows a privilege more, and a grant of all is one on every version.
const EVERY: ReadonlyMap<string, readonly string[]> = new Map([
  ['TABLE', ['DELETE', 'INSERT', 'REFERENCES', 'SELECT', 'TRIGGER', 'TRUNCATE', 'UPDATE']],
  ['SEQUENCE', ['SELECT', 'UPDATE', 'USAGE']],
  ['SCHEMA', ['CREATE', 'USAGE']],
])
const MAINTAIN = 170000

/** The names sorted, or ALL. */
function privilegesOf(on: string, names: readonly string[], version: number): string[] {
  const every = EVERY.get(on.replace(/S$/, ''))
  if (every === undefined) return [...names].sort()
  const known = on.startsWith('TABLE') && version >= MAINTAIN ? [...every, 'MAINTAIN'] : every
  return known.every((name) => names.includes(name)) ? ['ALL'] : [...names].sort()
}

/** Privileges and those that can be passed on: ALL where that says both. */
function privilegesAndOptions(
  on: string,
  given: readonly { privilege: string; grantable: boolean }[],
  version: number,
): { privileges: string[]; grantable: string[] } {
  const names = given.map(({ privilege }) => privilege)
  const passed = given.filter(({ grantable }) => grantable).map(({ privilege }) => privilege)
  if (passed.length > 0 && passed.length < names.length) return { privileges: names.sort(), grantable: passed.sort() }
  return { privileges: privilegesOf(on, names, version), grantable: privilegesOf(on, passed, version) }
}

const texts = (list: readonly string[]): string[] | undefined => (list.length === 0 ? undefined : [...list].sort())

function grantOf(group: readonly AclRow[], context: Context): SchemaObject[] {
  const [first] = group
  if (first === undefined) return []
  const object = `${first.namespace === null ? first.name : context.name(first.namespace, first.name)}${first.tail}`
  const whole = group.filter(({ part, state }) => part === 0 && state === 'granted')
  const inState = (wanted: AclRow['state']): string[] | undefined =>
    texts(
      privilegesOf(
        first.on,
        group.filter(({ state }) => state === wanted).map(({ privilege }) => privilege),
        context.version,
      ),
    )
  const said = privilegesAndOptions(first.on, whole, context.version)
  const parts = group.filter(({ part }) => part !== 0)
  const columns = new Map<string, string[]>()
  for (const { privilege, column } of parts) {
    columns.set(privilege, [...(columns.get(privilege) ?? []), column ?? ''].sort())
  }
  const name = `${first.on.toLowerCase()} ${object} to ${identifier(first.grantee)}`
  const needed = context.ref(first.class, first.oid)
  context.depend(`grant ${name}`, needed)
  return [
    {
      type: 'grant',
      name,
      ...withExtra({
        on: first.on,
        object,
        grantee: first.grantee,
        privileges: said.privileges,
        grantable: texts([
          ...said.grantable,
          ...parts.filter(({ grantable }) => grantable).map(({ privilege, column }) => `${privilege} ${column}`),
        ]),
        columns: columns.size === 0 ? undefined : (Object.fromEntries([...columns].sort()) as Json),
        revoked: inState('revoked'),
        withheld: inState('withheld'),
        regranted: inState('regranted'),
      }),
    },
  ]
}

function defaultOf(group: readonly DefaultRow[], context: Context): SchemaObject[] {
  const [first] = group
  if (first === undefined) return []
  const within = first.namespace === null ? '' : ` in ${identifier(first.namespace)}`
  const given = group.filter(({ revoked }) => !revoked)
  const said = privilegesAndOptions(first.on, given, context.version)
  const name = `of ${identifier(first.role)}${within} on ${first.on.toLowerCase()} to ${identifier(first.grantee)}`
  if (first.namespace !== null && first.namespace !== 'public') {
    context.depend(`default privileges ${name}`, ref('schema', qualify(first.namespace)))
  }
  return [
    {
      type: 'default privileges',
      name,
      extra: compact({
        role: first.role,
        namespace: first.namespace ?? undefined,
        on: first.on,
        grantee: first.grantee,
        privileges: said.privileges,
        grantable: texts(said.grantable),
        revoked: texts(group.filter((row) => row.revoked).map(({ privilege }) => privilege)),
      }),
    },
  ]
}
