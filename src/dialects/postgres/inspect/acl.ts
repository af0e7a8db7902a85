// Access control lists as rows: the queries of one kind of thing.

const grantee = (oid: string): string =>
  `case ${oid} when 0 then 'public' else pg_get_userbyid(${oid}) end::text as grantee`

// What a role has on what is its own is not said, unless it was taken away: the owner differs from server to server.
/** The rows of one list of privileges. */
export const acl = (columns: string, from: string, list: string, defaults: string, owner: string): string => `
  select ${columns}, ${grantee('x.grantee')},
    x.privilege_type as privilege, x.is_grantable as grantable, 'granted' as state
  from ${from} cross join lateral aclexplode(${list}) x
  where ${list} is not null and x.grantee <> ${owner} ${
    defaults === ''
      ? ''
      : `and (x.grantee <> 0 or not exists (
    select from aclexplode(${defaults}) d where d.grantee = 0 and d.privilege_type = x.privilege_type))`
  }`

// PUBLIC may run functions and use types, and an owner may do everything, unless somebody took it away.
const revoked = (columns: string, from: string, list: string, defaults: string, owner: string): string => `
  select ${columns}, ${grantee('d.grantee')}, d.privilege_type as privilege, false as grantable, 'revoked' as state
  from ${from} cross join lateral aclexplode(${defaults}) d
  where ${list} is not null and d.grantee in (0, ${owner}) and not exists (
    select from aclexplode(${list}) x where x.grantee = d.grantee and x.privilege_type = d.privilege_type)`

// What a new thing would have by the default privileges in force and this one has not, and the other way round: it only
// matters where the thing is made.
const againstDefaults = (
  columns: string,
  from: string,
  list: string,
  kind: string,
  owner: string,
  namespace: string,
  where: string,
): string[] => {
  const type = `case ${kind} when 's' then 'S' else ${kind} end`
  const builtIn = `aclexplode(acldefault(${kind}, ${owner}))`
  const held = `aclexplode(coalesce(${list}, acldefault(${kind}, ${owner})))`
  const lacks = (there: string): string =>
    `not exists (select from ${there} o where o.grantee = e.grantee and o.privilege_type = e.privilege_type)`
  const part = (source: string, state: string, conditions: string): string => `
    select distinct ${columns}, ${grantee('e.grantee')}, e.privilege_type as privilege, false as grantable, '${state}' as state
    from ${from} cross join pg_default_acl dd cross join lateral ${source} e
    where dd.defaclrole = ${owner} and dd.defaclobjtype = ${type} and dd.defaclnamespace in (0, ${namespace})
      and e.grantee <> ${owner} and ${conditions} and ${where}`
  return [
    part('aclexplode(dd.defaclacl)', 'withheld', `${lacks(held)} and ${lacks(builtIn)}`),
    part(
      builtIn,
      'regranted',
      `dd.defaclnamespace = 0 and ${lacks('aclexplode(dd.defaclacl)')} and not ${lacks(held)}`,
    ),
  ]
}

// The rights on `public` were set when the cluster was made, differently before 15.
const defaultsOf = (kind: string, owner: string, initial: string): string =>
  initial === '' ? `acldefault(${kind}, ${owner})` : `coalesce(${initial}, acldefault(${kind}, ${owner}))`

/** All rows of one kind of thing: what was granted, revoked, and is not as the default privileges would have it. */
export const both = (
  columns: string,
  from: string,
  list: string,
  kind: string,
  owner: string,
  where: string,
  { initial = '', namespace }: { initial?: string; namespace?: string } = {},
): string[] => {
  const defaults = defaultsOf(kind, owner, initial)
  return [
    `${acl(columns, from, list, defaults, owner)} and ${where}`,
    `${revoked(columns, from, list, defaults, owner)} and ${where}`,
    ...(namespace === undefined ? [] : againstDefaults(columns, from, list, kind, owner, namespace, where)),
  ]
}
