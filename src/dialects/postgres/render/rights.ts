// Owner, rights and comments of what is made anew: no revision holds them all, so the database notes them itself before the
// old one goes, and gives them to the new one. They wait in a setting of the session: no table, and no right, is needed for it.
import type { Operation } from '../../../operations/operation.ts'
import { objectRef, ref } from '../../../schema/names.ts'
import type { SchemaObject, Table } from '../../../schema/schema.ts'
import { dollar, literal } from '../quote.ts'
import type { ViewExtra } from '../shapes.ts'
import { sequenceOf } from './column-text.ts'
import { type Context, type Draft, statement } from './draft.ts'
import { NONE } from './facts.ts'
import { named, routineName } from './names.ts'
import { target } from './objects/family.ts'
import { objectExtra } from './shape.ts'
import { tableWord } from './tables.ts'

/** Something that goes and comes back. */
export interface Thing {
  kind: 'relation' | 'routine' | 'type'
  /** Behind ALTER and COMMENT ON. */
  target: string
  /** Behind GRANT … ON. */
  on: string
  /** As the catalog finds it. */
  name: string
  columns: string[]
  /** What has a comment that the revisions know: the thing itself (''), its columns. */
  commented: string[]
  /** Whose owner it has. Absent: one of its own. */
  owner?: string
}

const ROUTINES: ReadonlySet<string> = new Set(['function', 'procedure', 'aggregate'])
const TYPES: ReadonlySet<string> = new Set(['enum', 'domain', 'composite', 'range'])

/** An object that has an owner and rights; none for all others. */
export function thingsOf(object: SchemaObject): Thing[] {
  const commented = object.comment === undefined ? [] : ['']
  const thing = (kind: Thing['kind'], word: string, name: string): Thing[] => [
    { kind, target: target(object), on: `${word} ${name}`, name, columns: [], commented },
  ]
  const name = named(object.name)
  if (object.type === 'view' || object.type === 'materialized view') {
    const { columns } = objectExtra<ViewExtra>(object)
    return thing('relation', 'table', name).map((each) => ({ ...each, ...facets(columns, commented) }))
  }
  if (object.type === 'sequence') return thing('relation', 'sequence', name)
  if (TYPES.has(object.type)) return thing('type', 'type', name)
  if (!ROUTINES.has(object.type)) return []
  // The catalog knows an aggregate by the types alone.
  const types = routineName(object.name)
    .replace('(*)', '()')
    .replace(/\s+order by\s+/iu, ', ')
  return thing('routine', object.type === 'procedure' ? 'procedure' : 'function', types.replace(/\bvariadic\s/giu, ''))
}

const facets = (columns: readonly { name: string; comment?: string }[], commented: readonly string[]) => ({
  columns: columns.map((column) => column.name),
  commented: [...commented, ...columns.flatMap(({ name, comment }) => (comment === undefined ? [] : [name]))],
})

/** A table, and the sequences that belong to its columns. */
export function thingsOfTable(table: Pick<Table, 'name' | 'extra' | 'comment' | 'columns'>): Thing[] {
  const name = named(table.name)
  const own: Thing = {
    kind: 'relation',
    target: `${tableWord(table)} ${name}`,
    on: `table ${name}`,
    name,
    ...facets(table.columns, table.comment === undefined ? [] : ['']),
  }
  const sequences = table.columns
    .filter(({ identity }) => identity !== undefined)
    .map((column) => named(sequenceOf(table.name, column)))
    .map(
      (each): Thing => ({ ...own, target: `sequence ${each}`, on: `sequence ${each}`, name: each, owner: own.target }),
    )
  return [own, ...sequences.map((each) => ({ ...each, columns: [], commented: [] }))]
}

/** What these operations take away and make anew: where it goes for the first time, and where it has come back. */
export interface Remade {
  things: Thing[]
  gone: Operation
  back: Operation
}

/** Pairs of a loss and a creation of one thing. */
export function remadeIn(operations: readonly Operation[]): Remade[] {
  const lost = new Map<string, Remade>()
  const remade = new Set<Remade>()
  for (const operation of operations) {
    const subject = subjectOf(operation)
    if (subject === undefined || subject.things.length === 0) continue
    const before = lost.get(subject.key)
    if (subject.goes) {
      if (before === undefined) lost.set(subject.key, { things: subject.things, gone: operation, back: operation })
    } else if (before !== undefined) {
      before.things = both(before.things, subject.things)
      before.back = operation
      remade.add(before)
    }
  }
  return [...remade]
}

interface Subject {
  key: string
  things: Thing[]
  goes: boolean
}

function subjectOf(operation: Operation): Subject | undefined {
  switch (operation.kind) {
    case 'createObject':
    case 'dropObject': {
      const { kind, object } = operation
      return { key: objectRef(object), things: thingsOf(object), goes: kind === 'dropObject' }
    }
    case 'createTable':
    case 'dropTable': {
      const { kind, table } = operation
      return { key: ref('table', table.name), things: thingsOfTable(table), goes: kind === 'dropTable' }
    }
    case 'addColumn':
    case 'dropColumn': {
      const { kind, table, column } = operation
      const things = thingsOfTable({ name: table, columns: [column] })
      return { key: ref('column', table, column.name), things, goes: kind === 'dropColumn' }
    }
    default:
      return undefined
  }
}

/** Whether what a grant is on is made anew in these operations: then its rights come back with it. */
export const isRemade = (name: string, { around }: Context): boolean =>
  remadeIn(around).some(
    ({ gone }) =>
      (gone.kind === 'dropTable' && gone.table.name === name) ||
      (gone.kind === 'dropObject' && gone.object.name === name),
  )

const catalogs: { [Kind in Thing['kind']]: string } = {
  relation: `select w.*, oid, 'pg_class'::regclass as class, relowner as owner, relacl as acl, case relkind when 'S' then 's' else 'r' end::"char" as kind from w join pg_class on oid = to_regclass(name)`,
  routine: `select w.*, oid, 'pg_proc'::regclass as class, proowner as owner, proacl as acl, 'f'::"char" as kind from w join pg_proc on oid = to_regprocedure(name)`,
  type: `select w.*, oid, 'pg_type'::regclass as class, typowner as owner, typacl as acl, 'T'::"char" as kind from w join pg_type on oid = to_regtype(name)`,
}

/** The things as the catalog has them. */
function found(things: readonly Thing[]): string {
  const array = (texts: readonly string[]): string =>
    texts.length === 0 ? `'{}'` : `array[${texts.map((each) => literal(each)).join(', ')}]`
  const kinds = [...new Set(things.map(({ kind }) => kind))].toSorted()
  const parts = kinds.map((kind) => {
    const rows = things
      .filter((thing) => thing.kind === kind)
      .map(({ target: own, on, name, columns, commented, owner }) => {
        const uncommented = (owner === undefined ? ['', ...columns] : []).filter((each) => !commented.includes(each))
        return `(${literal(own)}, ${literal(on)}, ${literal(name)}, ${owner === undefined}, ${array(columns)}::text[], ${array(uncommented)}::text[])`
      })
    return `(with w(target, of, name, owned, columns, uncommented) as (values
      ${rows.join(',\n      ')}) ${catalogs[kind]})`
  })
  return parts.join(' union all\n    ')
}

const SETTING = 'godwit.kept'

/** Notes what the things have beside their definition, as the statements that give it to them again. */
export function noteRights(things: readonly Thing[]): Draft[] {
  if (things.length === 0) return []
  const who = `case grantee when 0 then 'public' else grantee::regrole::text end`
  // What stands in a public namespace must not take the place of the server's own functions and operators.
  const body = `declare path text := pg_catalog.current_setting('search_path');
begin
  perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
  perform set_config('${SETTING}', (coalesce(nullif(current_setting('${SETTING}', true), ''), '{}')::jsonb || coalesce((
    select jsonb_object_agg(target, (select jsonb_agg(line order by step) from (
      select 1, format('alter %s owner to %I', target, pg_get_userbyid(owner)) where owned
      union all
      select distinct 2, format('revoke all on %s from %s', of, ${who})
        from (select * from aclexplode(acldefault(kind, owner)) union all select x.* from pg_default_acl, aclexplode(defaclacl) x) x
        where acl is not null or exists (select from pg_default_acl)
      union all
      select 3, format('grant %s on %s to %s%s', privilege_type, of, ${who}, case when is_grantable then ' with grant option' else '' end)
        from aclexplode(coalesce(acl, acldefault(kind, owner))) where acl is not null or exists (select from pg_default_acl)
      union all
      select 3, format('grant %s (%I) on %s to %s%s', privilege_type, attname, of, ${who}, case when is_grantable then ' with grant option' else '' end)
        from pg_attribute, aclexplode(attacl) where attrelid = o.oid and attname::text = any (columns)
      union all
      select 4, format('comment on %s is %L', target, description)
        from pg_description where objoid = o.oid and classoid = class and objsubid = 0 and '' = any (uncommented)
      union all
      select 4, format('comment on column %s.%I is %L', name, attname, description)
        from pg_description join pg_attribute on attrelid = objoid and attnum = objsubid
        where objoid = o.oid and classoid = class and attname::text = any (uncommented)
    ) s(step, line)))
    from (${found(things)}) o), '{}'))::text, false);
  perform set_config('search_path', path, true);
end`
  const note = `Owner, rights and comments of ${list(things)} that only this database knows are noted here, and put back below.`
  return [statement(`do ${dollar(body)}`, NONE, { note })]
}

/** Gives the things, which have been made anew, what was noted of them. */
export function putRightsBack(things: readonly Thing[]): Draft[] {
  if (things.length === 0) return []
  const lost = `The owner and the rights of ${list(things)} were noted by a session that has ended.`
  const hint = `To go on without them: alter role current_user set "${SETTING}" = '{}', run the command again, reset the setting, and grant what is missing.`
  const body = `declare line text;
begin
  if coalesce(pg_catalog.current_setting('${SETTING}', true), '') operator(pg_catalog.=) '' then
    raise exception using message = ${literal(lost)}, hint = ${literal(hint)};
  end if;
  for line in select pg_catalog.jsonb_array_elements_text(lines) from pg_catalog.jsonb_each(pg_catalog.current_setting('${SETTING}')::jsonb) e(thing, lines)
    where thing operator(pg_catalog.=) any (array[${things.map(({ target: own }) => literal(own)).join(', ')}])
  loop execute line; end loop;
end`
  return [statement(`do ${dollar(body)}`, NONE)]
}

/** What comes back of things, in the words of the new ones: a table may come back as a foreign one. */
export function both(before: readonly Thing[], after: readonly Thing[]): Thing[] {
  const old = new Map(before.map((thing) => [thing.name, thing]))
  return after.flatMap((thing) => {
    const was = old.get(thing.name)
    if (was === undefined) return []
    const columns = thing.columns.filter((column) => was.columns.includes(column))
    return [{ ...thing, columns, commented: [...new Set([...was.commented, ...thing.commented])] }]
  })
}

/** One entry for each: of a table whose columns are made anew there is one for every column. */
export function joined(things: readonly Thing[]): Thing[] {
  const byTarget = new Map<string, Thing>()
  for (const thing of things) {
    const { columns = [], commented = [] } = byTarget.get(thing.target) ?? {}
    byTarget.set(thing.target, {
      ...thing,
      columns: [...new Set([...columns, ...thing.columns])],
      commented: [...new Set([...commented, ...thing.commented])],
    })
  }
  return [...byTarget.values()]
}

const list = (things: readonly Thing[]): string => [...new Set(things.map(({ target: own }) => own))].join(', ')
