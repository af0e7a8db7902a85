// The catalogue queries of relations, columns, constraints, indexes and sequences.
import type { Json } from '../../../schema/schema.ts'
import { CLASS, query } from './catalog.ts'

export interface NamespaceRow {
  oid: string
  name: string
  /** One that we look at. */
  own: boolean
}

/** All namespaces: the system's are needed for names. */
export const namespaces = query<NamespaceRow>(
  ({ inScope }) => `select n.oid, n.nspname::text as name, ${inScope('n.oid')} as own from pg_namespace n`,
)

export interface ExtensionRow {
  oid: string
  name: string
  namespace: string
  relocatable: boolean
}

/** Extensions that are not part of every database. */
export const extensions = query<ExtensionRow>(
  () =>
    `select oid, extname::text as name, extnamespace as namespace, extrelocatable as relocatable from pg_extension where oid >= 16384`,
)

export interface MemberRow {
  class: string
  oid: string
  extension: string
}

/** What belongs to an extension: never an object of its own. */
export const members = query<MemberRow>(
  () => `select classid as class, objid as oid, refobjid as extension from pg_depend
    where refclassid = ${CLASS.extension} and refobjid >= 16384 and deptype = 'e'`,
)

export interface CommentRow {
  class: string
  oid: string
  part: number
  text: string
}

export const comments = query<CommentRow>(
  () => `select classoid as class, objoid as oid, objsubid as part, description as text
    from pg_description where objoid >= 16384`,
)

export interface RelationRow {
  oid: string
  name: string
  namespace: string
  kind: 'r' | 'p' | 'f' | 'v' | 'm' | 'c'
  persistence: string
  rowtype: string
  rowsecurity: boolean
  forced: boolean
  identity: string
  options: string[] | null
  toast: string[] | null
  tablespace: string | null
  method: string | null
  partkey: string | null
  bound: string | null
  oftype: string | null
  populated: boolean
  definition: string | null
  server: string | null
  foreignoptions: string[] | null
}

/** Tables of all kinds, views and composite types. */
export const relations = query<RelationRow>(
  ({ inScope }) => `select c.oid, c.relname::text as name, c.relnamespace as namespace, c.relkind as kind,
      c.relpersistence as persistence, c.reltype as rowtype, c.relrowsecurity as rowsecurity,
      c.relforcerowsecurity as forced, c.relreplident as identity, to_json(c.reloptions) as options,
      to_json(t.reloptions) as toast, s.spcname::text as tablespace, m.amname::text as method,
      case c.relkind when 'p' then pg_get_partkeydef(c.oid) end as partkey,
      case when c.relispartition then pg_get_expr(c.relpartbound, c.oid) end as bound,
      case when c.reloftype <> 0 then format_type(c.reloftype, null) end as oftype, c.relispopulated as populated,
      case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end as definition,
      fs.srvname::text as server, to_json(ft.ftoptions) as foreignoptions
    from pg_class c
    left join pg_class t on t.oid = c.reltoastrelid and t.reloptions is not null
    left join pg_tablespace s on s.oid = c.reltablespace
    left join pg_am m on m.oid = c.relam
    left join pg_foreign_table ft on ft.ftrelid = c.oid
    left join pg_foreign_server fs on fs.oid = ft.ftserver
    where c.relkind in ('r', 'p', 'f', 'v', 'm', 'c') and ${inScope('c.relnamespace')}`,
)

export interface ColumnRow {
  relation: string
  number: number
  name: string
  type: string
  typmod: number
  notnull: boolean
  expression: string | null
  default: string | null
  generated: string
  identity: string
  collation: string
  /** The collation is not the type's own. */
  collated: boolean
  local: boolean
  storage: string | null
  compression: string
  statistics: number | null
  options: string[] | null
  foreignoptions: string[] | null
}

/** Columns of those, and what is set on keys of indexes. */
export const columns = query<ColumnRow>(
  ({ inScope }) => `select a.attrelid as relation, a.attnum as number, a.attname::text as name, a.atttypid as type,
      a.atttypmod as typmod, a.attnotnull as notnull, pg_get_expr(d.adbin, d.adrelid) as expression, d.oid as default,
      a.attgenerated as generated, a.attidentity as identity,
      a.attcollation as collation, a.attcollation <> t.typcollation and a.attcollation <> 0 as collated,
      a.attislocal as local, case when a.attstorage <> t.typstorage then a.attstorage end as storage,
      a.attcompression as compression, a.attstattarget as statistics, to_json(a.attoptions) as options,
      to_json(a.attfdwoptions) as foreignoptions
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid
    join pg_type t on t.oid = a.atttypid
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attnum > 0 and not a.attisdropped and ${inScope('c.relnamespace')}
      and (c.relkind in ('r', 'p', 'f', 'v', 'm', 'c')
        or c.relkind in ('i', 'I') and (a.attoptions is not null or a.attstattarget >= 0))
    order by a.attrelid, a.attnum`,
)

export interface TypeTextRow {
  type: string
  typmod: number
  text: string
}

/** Spelled once for each type that occurs, instead of once for each column. */
export const typeTexts = query<TypeTextRow>(
  ({ inScope }) => `select x.type, x.typmod, format_type(x.type, x.typmod) as text
    from (select distinct a.atttypid as type, a.atttypmod as typmod from pg_attribute a
      join pg_class c on c.oid = a.attrelid
      where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'f', 'v', 'm', 'c')
        and ${inScope('c.relnamespace')}) x`,
)

export interface InheritRow {
  child: string
  parent: string
  position: number
}

/** Of tables and of indexes. */
export const inherits = query<InheritRow>(
  () => `select inhrelid as child, inhparent as parent, inhseqno as position from pg_inherits order by 1, 3`,
)

export interface ConstraintRow {
  oid: string
  name: string
  relation: string
  domain: string
  type: 'p' | 'u' | 'f' | 'c' | 'x' | 'n'
  deferrable: boolean
  deferred: boolean
  validated: boolean
  index: string
  target: string
  onupdate: string
  ondelete: string
  match: string
  local: boolean
  noinherit: boolean
  columns: number[] | null
  targetcolumns: number[] | null
  deletecolumns: number[] | null
  period: boolean
  enforced: boolean
  definition: string | null
}

/** Of tables and domains. The copies that a foreign key to a partitioned table makes of itself are left out. */
export const constraints = query<ConstraintRow>(
  ({ version, inScope }) => `select c.oid, c.conname::text as name, c.conrelid as relation, c.contypid as domain,
      c.contype as type, c.condeferrable as deferrable, c.condeferred as deferred, c.convalidated as validated,
      c.conindid as index, c.confrelid as target, c.confupdtype as onupdate, c.confdeltype as ondelete,
      c.confmatchtype as match, c.conislocal as local, c.connoinherit as noinherit, to_json(c.conkey) as columns,
      to_json(c.confkey) as targetcolumns,
      ${version >= 150000 ? 'to_json(c.confdelsetcols)' : 'null::json'} as deletecolumns,
      ${version >= 180000 ? 'c.conperiod' : 'false'} as period, ${version >= 180000 ? 'c.conenforced' : 'true'} as enforced,
      case c.contype when 'c' then pg_get_expr(c.conbin, c.conrelid) when 'x' then pg_get_constraintdef(c.oid) end
        as definition
    from pg_constraint c
    where ${inScope('c.connamespace')} and (c.contype in ('p', 'u', 'f', 'c', 'x')
      or c.contype = 'n' and c.conrelid <> 0 and c.conislocal
        and (not c.convalidated or c.connoinherit or c.conname !~ '_not_null[0-9]*$'))
      and not exists (select from pg_constraint p where c.conparentid <> 0 and p.oid = c.conparentid
        and p.conrelid = c.conrelid)`,
)

export interface IndexRow {
  oid: string
  relation: string
  name: string
  unique: boolean
  nullsnotdistinct: boolean
  valid: boolean
  clustered: boolean
  identity: boolean
  keys: string
  classes: string
  collations: string
  flags: string
  keycount: number
  method: string
  predicate: string | null
  expressions: Json[] | null
  definition: string | null
  options: string[] | null
  tablespace: string | null
  partitioned: boolean
}

/** Keys as the catalogue holds them; only expressions are printed, because printing is what costs. */
export const indexes = query<IndexRow>(
  ({ version, inScope }) => `select i.indexrelid as oid, i.indrelid as relation, c.relname::text as name,
      i.indisunique as unique, ${version >= 150000 ? 'i.indnullsnotdistinct' : 'false'} as nullsnotdistinct,
      i.indisvalid as valid, i.indisclustered as clustered, i.indisreplident as identity, i.indkey::text as keys,
      i.indclass::text as classes, i.indcollation::text as collations, i.indoption::text as flags,
      i.indnkeyatts as keycount, m.amname::text as method,
      case when i.indpred is not null then pg_get_expr(i.indpred, i.indrelid) end as predicate,
      case when i.indexprs is not null then (select json_agg(pg_get_indexdef(i.indexrelid, k, false) order by k)
        from generate_series(1, i.indnatts) k where i.indkey[k - 1] = 0) end as expressions,
      case when t.relkind = 'm' or i.indexprs is not null and i.indcollation::text ~ '\\m(?!0\\M|100\\M)'
        then pg_get_indexdef(i.indexrelid) end as definition,
      to_json(c.reloptions) as options, s.spcname::text as tablespace, c.relkind = 'I' as partitioned
    from pg_index i
    join pg_class c on c.oid = i.indexrelid
    join pg_class t on t.oid = i.indrelid
    join pg_am m on m.oid = c.relam
    left join pg_tablespace s on s.oid = c.reltablespace
    where t.relkind in ('r', 'p', 'm') and ${inScope('t.relnamespace')}`,
)

export interface OperatorClassRow {
  oid: string
  name: string
  namespace: string
  method: string
  input: string
  default: boolean
}

export const operatorClasses = query<OperatorClassRow>(
  () => `select o.oid, o.opcname::text as name, o.opcnamespace as namespace, o.opcmethod as method,
      o.opcintype as input, o.opcdefault as default from pg_opclass o`,
)

export interface CollationRow {
  oid: string
  name: string
  namespace: string
}

/** Those in use and those of the user: a server has hundreds. */
export const collations = query<CollationRow>(
  () => `select c.oid, c.collname::text as name, c.collnamespace as namespace from pg_collation c
    where c.oid >= 16384 or c.oid = 100
      or c.oid in (select attcollation from pg_attribute where attcollation > 100 and attrelid >= 16384)
      or c.oid in (select typcollation from pg_type where typtype = 'd' and oid >= 16384)
      or c.oid in (select rngcollation from pg_range)`,
)

export interface SequenceRow {
  oid: string
  name: string
  namespace: string
  persistence: string
  type: string
  start: string
  increment: string
  min: string
  max: string
  cache: string
  cycle: boolean
  owner: string | null
  ownercolumn: number | null
  ownership: 'a' | 'i' | null
  nextval: string
}

export const sequences = query<SequenceRow>(
  ({ inScope }) => `select c.oid, c.relname::text as name, c.relnamespace as namespace,
      c.relpersistence as persistence, format_type(s.seqtypid, null) as type, s.seqstart::text as start,
      s.seqincrement::text as increment, s.seqmin::text as min, s.seqmax::text as max, s.seqcache::text as cache,
      s.seqcycle as cycle, d.refobjid as owner, d.refobjsubid as ownercolumn, d.deptype as ownership,
      'nextval(' || quote_literal(c.oid::regclass::text) || '::regclass)' as nextval
    from pg_sequence s
    join pg_class c on c.oid = s.seqrelid
    left join pg_depend d on d.classid = ${CLASS.relation} and d.objid = c.oid and d.objsubid = 0
      and d.refclassid = ${CLASS.relation} and d.refobjsubid > 0 and d.deptype in ('a', 'i')
    where ${inScope('c.relnamespace')}`,
)
