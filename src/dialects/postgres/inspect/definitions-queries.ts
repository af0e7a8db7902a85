// Objects for which the server has no function that prints them: their CREATE statements are put together in SQL.
import { CLASS, query } from './catalog.ts'

export interface DefinitionRow {
  oid: string
  /** Absent where the object lives in no namespace. */
  namespace: string | null
  name: string
  /** What follows the name: argument types, an access method. */
  tail: string
  definition: string
  enabled?: string
}

// regproc and format_type print in full what is not in pg_catalog: the search path is empty.
const operator = (oid: string): string =>
  `(select format('OPERATOR(%I.%s)', opn.nspname, op.oprname) from pg_operator op join pg_namespace opn
    on opn.oid = op.oprnamespace where op.oid = ${oid})`
const routine = (oid: string): string => `nullif(${oid}::oid, 0)::regproc::text`
const typesOf = (array: string): string =>
  `(select string_agg(format_type(u.t, null), ', ' order by u.n) from unnest(${array}) with ordinality u(t, n))`

export const aggregates = query<DefinitionRow>(
  ({ inScope, notOwned }) => `select p.oid, p.pronamespace as namespace, p.proname::text as name,
      '(' || case when a.aggkind = 'n' then coalesce(${typesOf('p.proargtypes')}, '*')
        else pg_get_function_identity_arguments(p.oid) end || ')' as tail,
      format('CREATE AGGREGATE %I.%I(%s) (%s)', n.nspname, p.proname,
        coalesce(nullif(pg_get_function_arguments(p.oid), ''), '*'), concat_ws(', ',
          'SFUNC = ' || ${routine('a.aggtransfn')}, 'STYPE = ' || format_type(a.aggtranstype, null),
          'SSPACE = ' || nullif(a.aggtransspace, 0), 'FINALFUNC = ' || ${routine('a.aggfinalfn')},
          case when a.aggfinalextra then 'FINALFUNC_EXTRA' end,
          case when a.aggfinalfn <> 0 and a.aggfinalmodify <> case a.aggkind when 'n' then 'r' else 'w' end::"char"
            then 'FINALFUNC_MODIFY = ' ||
              case a.aggfinalmodify when 'r' then 'READ_ONLY' when 's' then 'SHAREABLE' else 'READ_WRITE' end end,
          'COMBINEFUNC = ' || ${routine('a.aggcombinefn')}, 'SERIALFUNC = ' || ${routine('a.aggserialfn')},
          'DESERIALFUNC = ' || ${routine('a.aggdeserialfn')}, 'INITCOND = ' || quote_literal(a.agginitval),
          'MSFUNC = ' || ${routine('a.aggmtransfn')}, 'MINVFUNC = ' || ${routine('a.aggminvtransfn')},
          'MSTYPE = ' || format_type(nullif(a.aggmtranstype, 0), null), 'MSSPACE = ' || nullif(a.aggmtransspace, 0),
          'MFINALFUNC = ' || ${routine('a.aggmfinalfn')}, case when a.aggmfinalextra then 'MFINALFUNC_EXTRA' end,
          case when a.aggmfinalfn <> 0 and a.aggmfinalmodify <> case a.aggkind when 'n' then 'r' else 'w' end::"char"
            then 'MFINALFUNC_MODIFY = ' ||
              case a.aggmfinalmodify when 'r' then 'READ_ONLY' when 's' then 'SHAREABLE' else 'READ_WRITE' end end,
          'MINITCOND = ' || quote_literal(a.aggminitval), 'SORTOP = ' || ${operator('a.aggsortop')},
          case a.aggkind when 'h' then 'HYPOTHETICAL' end,
          case p.proparallel when 's' then 'PARALLEL = safe' when 'r' then 'PARALLEL = restricted' end)) as definition
    from pg_aggregate a
    join pg_proc p on p.oid = a.aggfnoid
    join pg_namespace n on n.oid = p.pronamespace
    where ${inScope('p.pronamespace')} and ${notOwned(CLASS.routine, 'p.oid')}`,
)

export const operators = query<DefinitionRow>(
  ({ inScope, notOwned }) => `select o.oid, o.oprnamespace as namespace, o.oprname::text as name,
      format('(%s, %s)', coalesce(format_type(nullif(o.oprleft, 0), null), 'NONE'),
        coalesce(format_type(nullif(o.oprright, 0), null), 'NONE')) as tail,
      format('CREATE OPERATOR %I.%s (%s)', n.nspname, o.oprname, concat_ws(', ',
        'FUNCTION = ' || ${routine('o.oprcode')}, 'LEFTARG = ' || format_type(nullif(o.oprleft, 0), null),
        'RIGHTARG = ' || format_type(nullif(o.oprright, 0), null), 'COMMUTATOR = ' || ${operator('o.oprcom')},
        'NEGATOR = ' || ${operator('o.oprnegate')}, 'RESTRICT = ' || ${routine('o.oprrest')},
        'JOIN = ' || ${routine('o.oprjoin')}, case when o.oprcanhash then 'HASHES' end,
        case when o.oprcanmerge then 'MERGES' end)) as definition
    from pg_operator o
    join pg_namespace n on n.oid = o.oprnamespace
    where o.oprcode <> 0 and ${inScope('o.oprnamespace')} and ${notOwned(CLASS.operator, 'o.oid')}`,
)

// Members that came with an operator class depend on it; the others were added to the family by hand.
const members = (catalog: string, id: string): string => `(
  select string_agg(m.text, ', ' order by m.kind, m.number, m.text) from (
    select 1 as kind, a.amopstrategy as number, format('OPERATOR %s %s(%s, %s)%s', a.amopstrategy,
      (select format('%I.%s', n.nspname, o.oprname) from pg_operator o join pg_namespace n on n.oid = o.oprnamespace
        where o.oid = a.amopopr), format_type(a.amoplefttype, null), format_type(a.amoprighttype, null),
      case a.amoppurpose when 'o' then ' FOR ORDER BY ' || (select format('%I.%I', n.nspname, f.opfname)
        from pg_opfamily f join pg_namespace n on n.oid = f.opfnamespace where f.oid = a.amopsortfamily) else '' end)
      as text
    from pg_amop a join pg_depend d on d.classid = ${CLASS.familyOperator} and d.objid = a.oid and d.refclassid = ${catalog}
      and d.refobjid = ${id}
    union all
    select 2, a.amprocnum, format('FUNCTION %s (%s, %s) %s', a.amprocnum, format_type(a.amproclefttype, null),
      format_type(a.amprocrighttype, null), a.amproc::oid::regprocedure)
    from pg_amproc a join pg_depend d on d.classid = ${CLASS.familyFunction} and d.objid = a.oid and d.refclassid = ${catalog}
      and d.refobjid = ${id}) m)`

export const operatorFamilies = query<DefinitionRow>(
  ({ inScope, notOwned }) => `select f.oid, f.opfnamespace as namespace, f.opfname::text as name,
      format(' USING %I', m.amname) as tail,
      format('CREATE OPERATOR FAMILY %I.%I USING %I', n.nspname, f.opfname, m.amname) ||
        coalesce(format(E';\\nALTER OPERATOR FAMILY %I.%I USING %I ADD ', n.nspname, f.opfname, m.amname) ||
          ${members(CLASS.operatorFamily, 'f.oid')}, '') as definition
    from pg_opfamily f
    join pg_namespace n on n.oid = f.opfnamespace
    join pg_am m on m.oid = f.opfmethod
    where ${inScope('f.opfnamespace')} and ${notOwned(CLASS.operatorFamily, 'f.oid')}`,
)

export const ownOperatorClasses = query<DefinitionRow>(
  ({ inScope, notOwned }) => `select c.oid, c.opcnamespace as namespace, c.opcname::text as name,
      format(' USING %I', m.amname) as tail,
      format('CREATE OPERATOR CLASS %I.%I%s FOR TYPE %s USING %I FAMILY %I.%I AS %s', n.nspname, c.opcname,
        case when c.opcdefault then ' DEFAULT' else '' end, format_type(c.opcintype, null), m.amname, fn.nspname,
        f.opfname, concat_ws(', ',
          'STORAGE ' || format_type(case when c.opckeytype = 0 then null else c.opckeytype end, null),
          coalesce(${members(CLASS.operatorClass, 'c.oid')},
            case when c.opckeytype = 0 then 'STORAGE ' || format_type(c.opcintype, null) end))) as definition
    from pg_opclass c
    join pg_namespace n on n.oid = c.opcnamespace
    join pg_am m on m.oid = c.opcmethod
    join pg_opfamily f on f.oid = c.opcfamily
    join pg_namespace fn on fn.oid = f.opfnamespace
    where ${inScope('c.opcnamespace')} and ${notOwned(CLASS.operatorClass, 'c.oid')}`,
)

export const casts = query<DefinitionRow>(
  ({ notOwned }) => `select c.oid, null::oid as namespace, '' as name,
      format('(%s AS %s)', format_type(c.castsource, null), format_type(c.casttarget, null)) as tail,
      format('CREATE CAST (%s AS %s) %s%s', format_type(c.castsource, null), format_type(c.casttarget, null),
        case c.castmethod when 'f' then 'WITH FUNCTION ' || c.castfunc::regprocedure when 'i' then 'WITH INOUT'
          else 'WITHOUT FUNCTION' end,
        case c.castcontext when 'a' then ' AS ASSIGNMENT' when 'i' then ' AS IMPLICIT' else '' end) as definition
    from pg_cast c where c.oid >= 16384 and ${notOwned(CLASS.cast, 'c.oid')}
      and not exists (select from pg_depend i where i.classid = ${CLASS.cast} and i.objid = c.oid and i.deptype = 'i')`,
)

export const conversions = query<DefinitionRow>(
  ({ inScope, notOwned }) => `select c.oid, c.connamespace as namespace, c.conname::text as name, '' as tail,
      format('CREATE%s CONVERSION %I.%I FOR %L TO %L FROM %s', case when c.condefault then ' DEFAULT' else '' end,
        n.nspname, c.conname, pg_encoding_to_char(c.conforencoding), pg_encoding_to_char(c.contoencoding),
        c.conproc::regproc) as definition
    from pg_conversion c
    join pg_namespace n on n.oid = c.connamespace
    where ${inScope('c.connamespace')} and ${notOwned(CLASS.conversion, 'c.oid')}`,
)

export const languages = query<DefinitionRow>(
  ({ notOwned }) => `select l.oid, null::oid as namespace, l.lanname::text as name, '' as tail,
      concat_ws(' ', format('CREATE%s LANGUAGE %I', case when l.lanpltrusted then ' TRUSTED' else '' end, l.lanname),
        'HANDLER ' || ${routine('l.lanplcallfoid')}, 'INLINE ' || ${routine('l.laninline')},
        'VALIDATOR ' || ${routine('l.lanvalidator')}) as definition
    from pg_language l where l.oid >= 16384 and ${notOwned(CLASS.language, 'l.oid')}`,
)

export const accessMethods = query<DefinitionRow>(
  ({ notOwned }) => `select m.oid, null::oid as namespace, m.amname::text as name, '' as tail,
      format('CREATE ACCESS METHOD %I TYPE %s HANDLER %s', m.amname, case m.amtype when 't' then 'TABLE' else 'INDEX' end,
        ${routine('m.amhandler')}) as definition
    from pg_am m where m.oid >= 16384 and ${notOwned(CLASS.accessMethod, 'm.oid')}`,
)

const searchName = (catalog: string, column: string, oid: string): string =>
  `(select format('%I.%I', xn.nspname, x.${column}name) from ${catalog} x join pg_namespace xn
    on xn.oid = x.${column}namespace where x.oid = ${oid})`

export const searchParsers = query<DefinitionRow>(
  ({ inScope, notOwned }) => `select p.oid, p.prsnamespace as namespace, p.prsname::text as name, '' as tail,
      format('CREATE TEXT SEARCH PARSER %I.%I (%s)', n.nspname, p.prsname, concat_ws(', ',
        'START = ' || ${routine('p.prsstart')}, 'GETTOKEN = ' || ${routine('p.prstoken')},
        'END = ' || ${routine('p.prsend')}, 'HEADLINE = ' || ${routine('p.prsheadline')},
        'LEXTYPES = ' || ${routine('p.prslextype')})) as definition
    from pg_ts_parser p join pg_namespace n on n.oid = p.prsnamespace
    where ${inScope('p.prsnamespace')} and ${notOwned(CLASS.searchParser, 'p.oid')}`,
)

export const searchTemplates = query<DefinitionRow>(
  ({ inScope, notOwned }) => `select t.oid, t.tmplnamespace as namespace, t.tmplname::text as name, '' as tail,
      format('CREATE TEXT SEARCH TEMPLATE %I.%I (%s)', n.nspname, t.tmplname, concat_ws(', ',
        'INIT = ' || ${routine('t.tmplinit')}, 'LEXIZE = ' || ${routine('t.tmpllexize')})) as definition
    from pg_ts_template t join pg_namespace n on n.oid = t.tmplnamespace
    where ${inScope('t.tmplnamespace')} and ${notOwned(CLASS.searchTemplate, 't.oid')}`,
)

export const searchDictionaries = query<DefinitionRow>(
  ({ inScope, notOwned }) => `select d.oid, d.dictnamespace as namespace, d.dictname::text as name, '' as tail,
      format('CREATE TEXT SEARCH DICTIONARY %I.%I (%s)', n.nspname, d.dictname, concat_ws(', ',
        'TEMPLATE = ' || ${searchName('pg_ts_template', 'tmpl', 'd.dicttemplate')}, d.dictinitoption)) as definition
    from pg_ts_dict d join pg_namespace n on n.oid = d.dictnamespace
    where ${inScope('d.dictnamespace')} and ${notOwned(CLASS.searchDictionary, 'd.oid')}`,
)

export const searchConfigurations = query<DefinitionRow>(
  ({ inScope, notOwned }) => `select c.oid, c.cfgnamespace as namespace, c.cfgname::text as name, '' as tail,
      format('CREATE TEXT SEARCH CONFIGURATION %I.%I (PARSER = %s)', n.nspname, c.cfgname,
        ${searchName('pg_ts_parser', 'prs', 'c.cfgparser')}) ||
      coalesce((select string_agg(format(E';\\nALTER TEXT SEARCH CONFIGURATION %I.%I ADD MAPPING FOR %I WITH %s',
          n.nspname, c.cfgname, m.token, m.dictionaries), '' order by m.token)
        from (select (select t.alias from ts_token_type(c.cfgparser) t where t.tokid = p.maptokentype) as token,
            string_agg(${searchName('pg_ts_dict', 'dict', 'p.mapdict')}, ', ' order by p.mapseqno) as dictionaries
          from pg_ts_config_map p where p.mapcfg = c.oid group by p.maptokentype) m), '') as definition
    from pg_ts_config c join pg_namespace n on n.oid = c.cfgnamespace
    where ${inScope('c.cfgnamespace')} and ${notOwned(CLASS.searchConfiguration, 'c.oid')}`,
)

export const baseTypes = query<DefinitionRow>(
  ({ inScope, notOwned }) => `select t.oid, t.typnamespace as namespace, t.typname::text as name, '' as tail,
      format('CREATE TYPE %I.%I', n.nspname, t.typname) || case when t.typisdefined then format(' (%s)',
        concat_ws(', ', 'INPUT = ' || ${routine('t.typinput')}, 'OUTPUT = ' || ${routine('t.typoutput')},
          'RECEIVE = ' || ${routine('t.typreceive')}, 'SEND = ' || ${routine('t.typsend')},
          'TYPMOD_IN = ' || ${routine('t.typmodin')}, 'TYPMOD_OUT = ' || ${routine('t.typmodout')},
          'ANALYZE = ' || ${routine('t.typanalyze')}, 'SUBSCRIPT = ' || ${routine('t.typsubscript')},
          'INTERNALLENGTH = ' || case t.typlen when -1 then 'variable' else t.typlen::text end,
          case when t.typbyval then 'PASSEDBYVALUE' end,
          'ALIGNMENT = ' || case t.typalign when 'c' then 'char' when 's' then 'int2' when 'i' then 'int4'
            else 'double' end,
          'STORAGE = ' || case t.typstorage when 'p' then 'plain' when 'e' then 'external' when 'x' then 'extended'
            else 'main' end,
          'CATEGORY = ' || quote_literal(t.typcategory::text), case when t.typispreferred then 'PREFERRED = true' end,
          'DEFAULT = ' || quote_literal(t.typdefault), 'ELEMENT = ' || format_type(nullif(t.typelem, 0), null),
          'DELIMITER = ' || quote_literal(nullif(t.typdelim::text, ',')),
          case when t.typcollation <> 0 then 'COLLATABLE = true' end)) else '' end as definition
    from pg_type t
    join pg_namespace n on n.oid = t.typnamespace
    where (t.typtype = 'b' or t.typtype = 'p') and not exists (select from pg_type e where e.typarray = t.oid)
      and ${inScope('t.typnamespace')} and ${notOwned(CLASS.type, 't.oid')}`,
)

export const eventTriggers = query<DefinitionRow>(
  ({ notOwned }) => `select e.oid, null::oid as namespace, e.evtname::text as name, '' as tail,
      e.evtenabled as enabled, format('CREATE EVENT TRIGGER %I ON %s%s EXECUTE FUNCTION %s()', e.evtname, e.evtevent,
        coalesce(' WHEN TAG IN (' || (select string_agg(quote_literal(t), ', ' order by t)
          from unnest(e.evttags) t) || ')', ''), e.evtfoid::regproc) as definition
    from pg_event_trigger e where ${notOwned(CLASS.eventTrigger, 'e.oid')}`,
)
