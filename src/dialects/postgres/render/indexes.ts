// Indexes of tables and materialized views: built, dropped, renamed, changed in place where that is storage only.

import type { Probe } from '../../../operations/statement.ts'
import type { Index, IndexKey } from '../../../schema/schema.ts'
import { identifier, literal, qualified } from '../quote.ts'
import { bracketed } from './brackets.ts'
import { comment } from './comments.ts'
import { type Context, type Draft, statement } from './draft.ts'
import { EXCLUSIVE, INDEX_BUILD, QUIET, QUIET_SCAN } from './facts.ts'
import { beside, columnList, named } from './names.ts'
import { assignments, optionChanges, withOptions } from './options.ts'
import { isDetached, isGone, olderTwin, parentDrop, partitionChild, partitionedParent } from './partitions.ts'
import { indexExtra, keyExtra, same } from './shape.ts'

/** CREATE INDEX without the words that differ between its uses. */
function indexText(table: string, index: Index, words: string, only: string): string {
  const extra = indexExtra(index)
  const parts = [
    `create ${index.unique ? 'unique ' : ''}index${words} ${identifier(index.name)} on ${only}${named(table)}`,
    ...(index.method === undefined || index.method === 'btree' ? [] : [`using ${identifier(index.method)}`]),
    `(${index.keys.map(keyText).join(', ')})`,
  ]
  if (index.include !== undefined && index.include.length > 0) parts.push(`include ${columnList(index.include)}`)
  if (extra.nullsNotDistinct) parts.push('nulls not distinct')
  if (extra.options !== undefined) parts.push(withOptions(assignments(extra.options)).trim())
  if (extra.tablespace !== undefined) parts.push(`tablespace ${identifier(extra.tablespace)}`)
  if (index.where !== undefined) parts.push(`where ${bracketed(index.where)}`)
  return parts.join(' ')
}

function keyText(key: IndexKey): string {
  const extra = keyExtra(key)
  const parts = [key.column === undefined ? bracketed(key.expression ?? '') : identifier(key.column)]
  if (extra.collation !== undefined) parts.push(`collate ${qualified(extra.collation)}`)
  if (extra.opclass !== undefined) parts.push(qualified(extra.opclass))
  if (extra.opclassOptions !== undefined) parts.push(`(${assignments(extra.opclassOptions).join(', ')})`)
  if (key.descending) parts.push('desc')
  if (extra.nulls !== undefined) parts.push(`nulls ${extra.nulls}`)
  return parts.join(' ')
}

/** CREATE INDEX, its place among the partitions, statistics targets and comment. */
export function createIndex(table: string, index: Index, concurrently: boolean, context: Context): Draft[] {
  const twin = olderTwin(table, index, context)
  if (twin !== undefined) {
    return [...renameIndex(table, twin.name, index.name), ...createIndex(table, twin, concurrently, context)]
  }
  const extra = indexExtra(index)
  const name = beside(table, index.name)
  const { only, after } = extra.partitioned
    ? partitionedParent(name, extra.incomplete, context)
    : { only: false, after: [] }
  const apart = concurrently && !extra.partitioned
  const sql = indexText(table, index, apart ? ' concurrently' : '', only ? 'only ' : '')
  const built = apart
    ? statement(sql, QUIET_SCAN, { transactional: false, probe: builtProbe(table, index) })
    : statement(sql, only ? { lock: 'SHARE' } : INDEX_BUILD)
  return [
    built,
    ...after,
    ...partitionChild(table, extra.partitionOf, name, context),
    ...Object.entries(extra.statistics ?? {}).map(([key, target]) =>
      statement(`alter index ${name} alter column ${Number(key)} set statistics ${target}`, QUIET),
    ),
    ...comment(`index ${name}`, index.comment),
  ]
}

/** DROP INDEX; the index of a partition goes with its parent's. */
export function dropIndex(table: string, index: Index, concurrently: boolean, context: Context): Draft[] {
  const { partitionOf, partitioned } = indexExtra(index)
  const name = beside(table, index.name)
  if (partitionOf !== undefined && !isDetached(table, context)) {
    const parent = parentDrop(partitionOf, name, context)
    if (parent?.kind !== 'dropIndex') return []
    return [statement(`drop index ${beside(parent.table, parent.index.name)}`, EXCLUSIVE)]
  }
  if (isGone(name, context)) return []
  if (!concurrently || partitioned) return [statement(`drop index ${name}`, EXCLUSIVE)]
  const probe = goneProbe(name)
  return [statement(`drop index concurrently ${name}`, QUIET, { transactional: false, probe })]
}

/** Changes storage parameters, tablespace, statistics and comment in place; anything else is built anew. */
export function alterIndex(table: string, from: Index, to: Index, context: Context): Draft[] {
  if (!indexInPlace(from, to)) {
    return [...dropIndex(table, from, false, context), ...createIndex(table, to, false, context)]
  }
  const [before, after] = [indexExtra(from), indexExtra(to)]
  const name = beside(table, to.name)
  const drafts = optionChanges(before.options, after.options).map((sql) =>
    statement(`alter index ${name} ${sql}`, QUIET),
  )
  if (before.tablespace !== after.tablespace) {
    const space = identifier(after.tablespace ?? 'pg_default')
    drafts.push(statement(`alter index ${name} set tablespace ${space}`, { ...EXCLUSIVE, rewrites: true }))
  }
  if (before.invalid && !after.invalid) drafts.push(statement(`reindex index ${name}`, INDEX_BUILD))
  if (before.partitionOf === undefined) drafts.push(...partitionChild(table, after.partitionOf, name, context))
  for (const key of new Set([...Object.keys(before.statistics ?? {}), ...Object.keys(after.statistics ?? {})])) {
    const target = after.statistics?.[key]
    if (target === before.statistics?.[key]) continue
    drafts.push(statement(`alter index ${name} alter column ${Number(key)} set statistics ${target ?? -1}`, QUIET))
  }
  return [...drafts, ...comment(`index ${name}`, to.comment, from.comment)]
}

const IN_PLACE = new Set(['options', 'tablespace', 'statistics', 'partitionOf', 'partitioned', 'incomplete', 'invalid'])

/** Whether only storage, attachment or comment differ. */
export function indexInPlace(from: Index, to: Index): boolean {
  const rest = ({ comment: _comment, extra, ...own }: Index) => ({
    ...own,
    extra: Object.fromEntries(Object.entries(extra ?? {}).filter(([key]) => !IN_PLACE.has(key))),
  })
  const detaches =
    indexExtra(from).partitionOf !== undefined && indexExtra(to).partitionOf !== indexExtra(from).partitionOf
  return same(rest(from), rest(to)) && !detaches && !(indexExtra(to).invalid && !indexExtra(from).invalid)
}

/** RENAME of an index: takes no lock that readers or writers meet. */
export const renameIndex = (table: string, from: string, to: string): Draft[] => [
  statement(`alter index ${beside(table, from)} rename to ${identifier(to)}`, QUIET),
]

/** Whether the index of this name, as SQL, is gone. */
export const goneProbe = (name: string): Probe => ({
  sql: `select case when to_regclass(${literal(name)}) is null then 'done' else 'absent' end as state`,
})

/** Whether this very index is there: compares what it is built on, because a name alone says little. */
export function builtProbe(table: string, index: Pick<Index, 'name' | 'keys' | 'include' | 'unique' | 'where'>): Probe {
  const name = beside(table, index.name)
  const keys = [...index.keys.map(({ column }) => column ?? ''), ...(index.include ?? [])]
  const columns = `array(
    select coalesce(a.attname, '')
    from unnest(i.indkey::int2[]) with ordinality as k (attnum, place)
    left join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.attnum
    order by k.place)::text[]`
  const wanted = `array[${keys.map((key) => literal(key)).join(', ')}]::text[]`
  return {
    sql: `select case
  when i.indexrelid is null then 'absent'
  when not (i.indisvalid and i.indisready) then 'half'
  when i.indrelid = to_regclass(${literal(named(table))}) and i.indisunique = ${index.unique}
    and (i.indpred is not null) = ${index.where !== undefined}
    and ${columns} = ${wanted} then 'done'
  else 'absent' end as state
from (select to_regclass(${literal(name)}) as oid) as n
left join pg_catalog.pg_index as i on i.indexrelid = n.oid`,
    repair: [`drop index concurrently if exists ${name}`],
  }
}
