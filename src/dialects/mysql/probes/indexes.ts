// Whether a change of an index has happened.
import type { Index } from '../../../schema/schema.ts'
import type { Flavor } from '../flavor.ts'
import { literal } from '../quote.ts'
import { type IndexExtra, type IndexKeyExtra, shape } from '../shapes.ts'
import { bytes, type Check, exists, inTable, repeatable } from './check.ts'

const hasIndex = (table: string, name: string): string =>
  exists('statistics', [...inTable(table), bytes('index_name', name)])

/** Whether an index is there, and is like this. */
export function indexIs(table: string, index: Index, flavor: Flavor): string {
  const extra = shape<IndexExtra>(index.extra)
  const special = index.method === 'fulltext' || index.method === 'spatial' || index.method === 'vector'
  const where = [...inTable(table), bytes('index_name', index.name)]
  const part = special
    ? `ifnull(column_name, '')`
    : `concat(ifnull(column_name, ''), ':', ifnull(sub_part, ''), ':', if(collation = 'D', 'D', ''))`
  const wanted = index.keys
    .map((key) => {
      const { length } = shape<IndexKeyExtra>(key.extra)
      const name = key.column ?? ''
      return special ? name : `${name}:${length ?? ''}:${key.descending === true ? 'D' : ''}`
    })
    .join(',')
  const columns = `(select group_concat(${part} order by seq_in_index separator ',') from information_schema.statistics where ${where.join(' and ')})`
  const all = [...where, `non_unique = ${index.unique ? 0 : 1}`, bytes('index_comment', index.comment ?? '')]
  if (special) all.push(`index_type = ${literal(index.method?.toUpperCase() ?? '')}`)
  if (flavor.ranksAlgorithms) all.push(bytes('ignored', extra.hidden === true ? 'YES' : 'NO'))
  else all.push(bytes('is_visible', extra.hidden === true ? 'NO' : 'YES'))
  return `${bytes(columns, wanted)} and ${exists('statistics', all)}`
}

/** Making an index. */
export const indexAdded = (table: string, index: Index, flavor: Flavor): Check => ({
  done: indexIs(table, index, flavor),
  absent: `not ${hasIndex(table, index.name)}`,
})

/** Dropping an index. */
export const indexDropped = (table: string, name: string): Check => ({
  done: `not ${hasIndex(table, name)}`,
  absent: hasIndex(table, name),
})

/** An index that becomes another one of the same name. */
export const indexAltered = (table: string, to: Index, flavor: Flavor): Check => repeatable(indexIs(table, to, flavor))

/** Renaming an index. */
export const indexRenamed = (table: string, from: string, to: string): Check => ({
  done: `${hasIndex(table, to)} and not ${hasIndex(table, from)}`,
  absent: `${hasIndex(table, from)} and not ${hasIndex(table, to)}`,
})

/** Whether there is an index of this name. */
export const indexExists = hasIndex
