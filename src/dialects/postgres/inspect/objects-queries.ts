// The catalogue queries of types, routines and what hangs on relations.
import { CLASS, query } from './catalog.ts'

export interface TypeRow {
  oid: string
  name: string
  namespace: string
  kind: 'e' | 'd' | 'r' | 'm' | 'b' | 'p'
  element: string
  category: string
  /** Domains: the type below. */
  base: string | null
  notnull: boolean
  default: string | null
  collation: string | null
  labels: string[] | null
}

/** Types of the user, with their arrays: what depends on an array depends on its element. */
export const types = query<TypeRow>(
  ({ inScope }) => `select t.oid, t.typname::text as name, t.typnamespace as namespace, t.typtype as kind,
      t.typelem as element, t.typcategory as category,
      case t.typtype when 'd' then format_type(t.typbasetype, t.typtypmod) end as base, t.typnotnull as notnull,
      case t.typtype when 'd' then pg_get_expr(t.typdefaultbin, 0) end as default,
      case when t.typtype = 'd' and t.typcollation <> b.typcollation then t.typcollation end as collation,
      case t.typtype when 'e' then (select json_agg(l.enumlabel order by l.enumsortorder) from pg_enum l
        where l.enumtypid = t.oid) end as labels
    from pg_type t
    left join pg_type b on b.oid = t.typbasetype
    left join pg_type el on el.oid = t.typelem and t.typcategory = 'A'
    where t.typtype <> 'c' and coalesce(el.typtype, 'b') <> 'c' and ${inScope('t.typnamespace')}`,
)

export interface RangeRow {
  type: string
  multirange: string
  multirangename: string
  multirangenamespace: string
  subtype: string
  class: string
  classisdefault: boolean
  collation: string | null
  canonical: string | null
  canonicalnamespace: string | null
  difference: string | null
  differencenamespace: string | null
}

export const ranges = query<RangeRow>(
  ({ inScope }) => `select r.rngtypid as type, r.rngmultitypid as multirange, m.typname::text as multirangename,
      m.typnamespace as multirangenamespace, format_type(r.rngsubtype, null) as subtype, r.rngsubopc as class,
      o.opcdefault as classisdefault,
      case when r.rngcollation <> s.typcollation and r.rngcollation <> 0 then r.rngcollation end as collation,
      c.proname::text as canonical, c.pronamespace as canonicalnamespace,
      d.proname::text as difference, d.pronamespace as differencenamespace
    from pg_range r
    join pg_type t on t.oid = r.rngtypid
    join pg_type s on s.oid = r.rngsubtype
    join pg_type m on m.oid = r.rngmultitypid
    join pg_opclass o on o.oid = r.rngsubopc
    left join pg_proc c on c.oid = r.rngcanonical
    left join pg_proc d on d.oid = r.rngsubdiff
    where ${inScope('t.typnamespace')}`,
)

export interface RoutineRow {
  oid: string
  name: string
  namespace: string
  kind: 'f' | 'p' | 'w'
  types: string | null
  arguments: string
  returns: string | null
  definition: string
}

/** Functions and procedures. Those that a range type made for itself are left out. */
export const routines = query<RoutineRow>(
  ({ inScope, notOwned }) => `select p.oid, p.proname::text as name, p.pronamespace as namespace, p.prokind as kind,
      (select string_agg(format_type(u.t, null), ', ' order by u.n)
        from unnest(p.proargtypes) with ordinality u(t, n)) as types,
      pg_get_function_arguments(p.oid) as arguments, pg_get_function_result(p.oid) as returns,
      pg_get_functiondef(p.oid) as definition
    from pg_proc p
    where p.prokind <> 'a' and ${inScope('p.pronamespace')} and ${notOwned(CLASS.routine, 'p.oid')}
      and not exists (select from pg_depend i where i.classid = ${CLASS.routine} and i.objid = p.oid and i.deptype = 'i')`,
)

export interface HangingRow {
  oid: string
  name: string
  relation: string
  enabled: string
  definition: string
}

/** The copies that a partition gets of its parent's triggers are left out. */
export const triggers = query<HangingRow>(
  ({ inScope }) => `select t.oid, t.tgname::text as name, t.tgrelid as relation, t.tgenabled as enabled,
      pg_get_triggerdef(t.oid) as definition
    from pg_trigger t
    join pg_class c on c.oid = t.tgrelid
    where not t.tgisinternal and t.tgparentid = 0 and ${inScope('c.relnamespace')}`,
)

export interface RuleRow extends HangingRow {
  /** The rule that makes a view a view. */
  isview: boolean
}

export const rules = query<RuleRow>(
  ({ inScope }) => `select r.oid, r.rulename::text as name, r.ev_class as relation, r.ev_enabled as enabled,
      r.rulename = '_RETURN' as isview,
      case when r.rulename <> '_RETURN' then pg_get_ruledef(r.oid) else '' end as definition
    from pg_rewrite r
    join pg_class c on c.oid = r.ev_class
    where ${inScope('c.relnamespace')}`,
)

export interface PolicyRow {
  oid: string
  name: string
  relation: string
  command: string
  permissive: boolean
  roles: string[] | null
  using: string | null
  check: string | null
}

export const policies = query<PolicyRow>(
  ({ inScope }) => `select p.oid, p.polname::text as name, p.polrelid as relation, p.polcmd as command,
      p.polpermissive as permissive,
      case when p.polroles <> '{0}' then (select json_agg(case u.r when 0 then 'public' else pg_get_userbyid(u.r) end
        order by 1) from unnest(p.polroles) u(r)) end as roles,
      pg_get_expr(p.polqual, p.polrelid) as using, pg_get_expr(p.polwithcheck, p.polrelid) as check
    from pg_policy p
    join pg_class c on c.oid = p.polrelid
    where ${inScope('c.relnamespace')}`,
)

export interface StatisticsRow {
  oid: string
  name: string
  namespace: string
  relation: string
  target: number | null
  definition: string
}

export const statistics = query<StatisticsRow>(
  ({ inScope }) => `select s.oid, s.stxname::text as name, s.stxnamespace as namespace, s.stxrelid as relation,
      s.stxstattarget as target, pg_get_statisticsobjdef(s.oid) as definition
    from pg_statistic_ext s
    where ${inScope('s.stxnamespace')}`,
)

export interface DependRow {
  class: string
  oid: string
  part: number
  toclass: string
  tooid: string
  topart: number
}

// Indexes and constraints name their own columns; what the server notes beside that are expressions, predicates and
// functions. Generated columns note what they read on the default, before 15 on the column. A default's own column and
// the namespaces are known from each object's own row.
export const depends = query<DependRow>(
  () => `select d.classid as class, d.objid as oid, d.objsubid as part, d.refclassid as toclass, d.refobjid as tooid,
      d.refobjsubid as topart
    from pg_depend d
    where d.objid >= 16384 and d.refobjid >= 16384 and d.refclassid <> ${CLASS.namespace}
      and (d.deptype = 'n' and not (d.classid = ${CLASS.constraint} and d.refobjsubid > 0) or d.deptype = 'a' and (
        d.classid in (${CLASS.statistics}, ${CLASS.publicationTable}, ${CLASS.publicationNamespace},
          ${CLASS.operatorClass}, ${CLASS.familyOperator}, ${CLASS.familyFunction})
        or d.classid = ${CLASS.default}
          and exists (select from pg_attrdef a where a.oid = d.objid and a.adnum <> d.refobjsubid)
        or d.classid = ${CLASS.relation} and d.objsubid > 0
        or d.classid = ${CLASS.relation} and exists (select from pg_index i where i.indexrelid = d.objid
          and (i.indexprs is not null or i.indpred is not null)))
        or d.deptype = 'i' and d.classid in (${CLASS.familyOperator}, ${CLASS.familyFunction}))`,
)
