// Collations, publications, and what foreign data needs.
import { ref } from '../../../schema/names.ts'
import type { Json, SchemaObject } from '../../../schema/schema.ts'
import { identifier } from '../quote.ts'
import { CLASS, query, type Rows } from './catalog.ts'
import { type Context, compact, flag, given, inNamespace, optionsOf, withExtra } from './context.ts'

interface CollationRow {
  oid: string
  name: string
  namespace: string
  provider: string
  collate: string | null
  ctype: string | null
  locale: string | null
  rules: string | null
  deterministic: boolean
}

// 14 keeps the locale of ICU in collcollate, 15 and 16 in colliculocale, 17 in colllocale.
const localeColumn = (version: number): string =>
  version >= 170000 ? 'c.colllocale' : version >= 150000 ? 'c.colliculocale' : 'null::text'

const ownCollations = query<CollationRow>(
  ({ version, inScope, notOwned }) => `select c.oid, c.collname::text as name, c.collnamespace as namespace,
      c.collprovider as provider, c.collcollate::text as collate, c.collctype::text as ctype,
      ${localeColumn(version)} as locale, ${version >= 160000 ? 'c.collicurules' : 'null::text'} as rules,
      c.collisdeterministic as deterministic
    from pg_collation c where ${inScope('c.collnamespace')} and ${notOwned(CLASS.collation, 'c.oid')}`,
)

interface PublicationRow {
  oid: string
  name: string
  all: boolean
  insert: boolean
  update: boolean
  delete: boolean
  truncate: boolean
  root: boolean
  generated: string
}

const publications = query<PublicationRow>(
  ({ version }) => `select p.oid, p.pubname::text as name, p.puballtables as all, p.pubinsert as insert,
      p.pubupdate as update, p.pubdelete as delete, p.pubtruncate as truncate, p.pubviaroot as root,
      ${version >= 180000 ? 'p.pubgencols::text' : `'n'`} as generated from pg_publication p`,
)

interface PublishedRow {
  oid: string
  publication: string
  relation: string
  columns: string[] | null
  where: string | null
}

const published = query<PublishedRow>(
  ({ version }) => `select r.oid, r.prpubid as publication, r.prrelid as relation,
      ${
        version >= 150000
          ? `(select json_agg(a.attname::text order by u.n) from unnest(r.prattrs::int2[]) with ordinality u(k, n)
              join pg_attribute a on a.attrelid = r.prrelid and a.attnum = u.k) as columns,
            pg_get_expr(r.prqual, r.prrelid)`
          : 'null::json as columns, null::text'
      } as where
    from pg_publication_rel r`,
)

const publishedNamespaces = query<{ oid: string; publication: string; namespace: string; name: string }>(
  ({ version }) =>
    version >= 150000
      ? `select p.oid, p.pnpubid as publication, p.pnnspid as namespace, n.nspname::text as name
          from pg_publication_namespace p join pg_namespace n on n.oid = p.pnnspid`
      : `select 0::oid as oid, 0::oid as publication, 0::oid as namespace, '' as name where false`,
)

interface WrapperRow {
  oid: string
  name: string
  handler: string | null
  handlernamespace: string | null
  validator: string | null
  validatornamespace: string | null
  options: string[] | null
}

const wrappers = query<WrapperRow>(
  ({ notOwned }) => `select w.oid, w.fdwname::text as name, h.proname::text as handler,
      h.pronamespace as handlernamespace, v.proname::text as validator, v.pronamespace as validatornamespace,
      to_json(w.fdwoptions) as options
    from pg_foreign_data_wrapper w
    left join pg_proc h on h.oid = w.fdwhandler
    left join pg_proc v on v.oid = w.fdwvalidator
    where ${notOwned(CLASS.wrapper, 'w.oid')}`,
)

interface ServerRow {
  oid: string
  name: string
  wrapper: string
  type: string | null
  version: string | null
  options: string[] | null
}

const servers = query<ServerRow>(
  ({ notOwned }) => `select s.oid, s.srvname::text as name, w.fdwname::text as wrapper, s.srvtype as type,
      s.srvversion as version, to_json(s.srvoptions) as options
    from pg_foreign_server s
    join pg_foreign_data_wrapper w on w.oid = s.srvfdw
    where ${notOwned(CLASS.server, 's.oid')}`,
)

// The view shows options to those alone who may see them; the table below it is for superusers.
const userMappings = query<{ oid: string; server: string; user: string; options: string[] | null }>(
  () => `select umid as oid, srvname::text as server, usename::text as user, to_json(umoptions) as options
    from pg_user_mappings`,
)

/** What these objects are made from. */
export const foreignQueries = {
  ownCollations,
  publications,
  published,
  publishedNamespaces,
  wrappers,
  servers,
  userMappings,
}

type ForeignRows = Rows<typeof foreignQueries>

/** Collations, wrappers, servers and user mappings: before relations, which may need them. */
export function foreignOf(rows: ForeignRows, context: Context): SchemaObject[] {
  return [
    ...rows.ownCollations.map((row) => collationOf(row, context)),
    ...rows.wrappers.map((row) => wrapperOf(row, context)),
    ...rows.servers.map((row) => serverOf(row, context)),
    ...rows.userMappings.map((row) => mappingOf(row, context)),
  ]
}

const PROVIDERS: ReadonlyMap<string, string> = new Map([
  ['c', 'libc'],
  ['i', 'icu'],
  ['b', 'builtin'],
])

function collationOf(row: CollationRow, context: Context): SchemaObject {
  const name = context.name(row.namespace, row.name)
  context.setRef(CLASS.collation, row.oid, ref('collation', name))
  inNamespace(context, ref('collation', name), row.namespace)
  const libc = row.provider === 'c'
  const same = row.collate === row.ctype
  const locale = libc ? (same ? row.collate : null) : (row.locale ?? row.collate)
  return {
    type: 'collation',
    name,
    ...context.comment(CLASS.collation, row.oid),
    ...withExtra({
      provider: PROVIDERS.get(row.provider) ?? 'libc',
      locale: given(locale),
      collate: libc && !same ? given(row.collate) : undefined,
      ctype: libc && !same ? given(row.ctype) : undefined,
      rules: given(row.rules),
      nondeterministic: flag(!row.deterministic),
    }),
  }
}

function wrapperOf(row: WrapperRow, context: Context): SchemaObject {
  const own = ref('foreign data wrapper', row.name)
  context.setRef(CLASS.wrapper, row.oid, own)
  const named = (name: string | null, namespace: string | null): string | undefined =>
    name === null || namespace === null ? undefined : context.name(namespace, name)
  return {
    type: 'foreign data wrapper',
    name: row.name,
    ...context.comment(CLASS.wrapper, row.oid),
    ...withExtra({
      handler: named(row.handler, row.handlernamespace),
      validator: named(row.validator, row.validatornamespace),
      options: optionsOf(row.options),
    }),
  }
}

function serverOf(row: ServerRow, context: Context): SchemaObject {
  context.setRef(CLASS.server, row.oid, ref('server', row.name))
  return {
    type: 'server',
    name: row.name,
    ...context.comment(CLASS.server, row.oid),
    ...withExtra({
      wrapper: row.wrapper,
      type: given(row.type),
      version: given(row.version),
      options: optionsOf(row.options),
    }),
  }
}

// A schema ends up in files and in reports: what is secret stays in the database.
const SECRET = /^(password|passwd|sslpassword|passcode|secret)=/i

function mappingOf(row: ForeignRows['userMappings'][number], context: Context): SchemaObject {
  const user = row.user === 'public' ? 'public' : identifier(row.user)
  const name = `${user} SERVER ${identifier(row.server)}`
  context.setRef(CLASS.userMapping, row.oid, ref('user mapping', name))
  const options = optionsOf(row.options?.filter((text) => !SECRET.test(text)))
  return { type: 'user mapping', name, ...withExtra({ server: row.server, user: row.user, options }) }
}

/** Publications: after relations, which they name. */
export function publicationsOf(
  rows: ForeignRows,
  tableName: (oid: string) => string | undefined,
  context: Context,
): SchemaObject[] {
  return rows.publications.map((row) => {
    const own = ref('publication', row.name)
    context.setRef(CLASS.publication, row.oid, own)
    const tables = rows.published.flatMap((member): Json[] => {
      const table = member.publication === row.oid ? tableName(member.relation) : undefined
      if (table === undefined) return []
      context.setRef(CLASS.publicationTable, member.oid, own)
      return [compact({ table, columns: given(member.columns), where: given(member.where) })]
    })
    const schemas = rows.publishedNamespaces.flatMap((member): string[] => {
      if (member.publication !== row.oid) return []
      context.setRef(CLASS.publicationNamespace, member.oid, own)
      context.depend(own, context.ref(CLASS.namespace, member.namespace))
      return [member.name]
    })
    return {
      type: 'publication',
      name: row.name,
      ...context.comment(CLASS.publication, row.oid),
      ...withExtra({
        allTables: flag(row.all),
        tables: tables.length === 0 ? undefined : tables.sort(byTable),
        schemas: schemas.length === 0 ? undefined : schemas.sort(),
        options: publicationOptions(row),
      }),
    }
  })
}

const tableOf = (member: Json): string => String(Reflect.get(Object(member), 'table'))
const byTable = (a: Json, b: Json): number => (tableOf(a) < tableOf(b) ? -1 : 1)

function publicationOptions(row: PublicationRow): Json | undefined {
  const actions = (['insert', 'update', 'delete', 'truncate'] as const).filter((name) => row[name])
  const options = compact({
    publish: actions.length === 4 ? undefined : actions.join(', '),
    publish_via_partition_root: row.root ? 'true' : undefined,
    publish_generated_columns: row.generated === 's' ? 'stored' : undefined,
  })
  return Object.keys(options).length === 0 ? undefined : options
}
