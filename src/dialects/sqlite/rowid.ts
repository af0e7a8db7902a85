// The rowid: the hidden number of a row, which a column may be another name for (sqlite.org/lang_createtable.html#rowid).
import type { Table } from '../../schema/schema.ts'
import { identifier } from './quote.ts'
import { constraintExtra, tableExtra } from './shapes.ts'

const NAMES = ['rowid', '_rowid_', 'oid']

/** The column that is the rowid itself; undefined where there is none. */
export function rowidColumn(table: Table): string | undefined {
  if (tableExtra(table.extra).withoutRowid) return undefined
  const key = table.constraints.find(({ type }) => type === 'primary key')
  const [name] = key?.columns ?? []
  const column = table.columns.find((each) => each.name === name)
  // INTEGER PRIMARY KEY DESC, written behind its column, is not the rowid: an old mistake that the engine keeps.
  const descending = constraintExtra(key?.extra).keys?.[0]?.descending === true
  return key?.columns.length === 1 && column?.type === 'integer' && !descending ? column.name : undefined
}

/** A name for the rowid that no column hides; undefined in a table without. */
export function rowidName(table: Table): string | undefined {
  if (tableExtra(table.extra).withoutRowid) return undefined
  const taken = new Set(table.columns.map(({ name }) => name.toLowerCase()))
  return NAMES.find((name) => !taken.has(name))
}

/**
 * How the rowids are kept in a copy: undefined where a copied column is the rowid and carries them, or where there are
 * none. A new column that becomes the rowid starts with the old numbers.
 */
export function rowidSource(
  before: Table,
  after: Table,
  copied: ReadonlySet<string>,
): { target: string; source: string } | undefined {
  const column = rowidColumn(after)
  if (column !== undefined && copied.has(column)) return undefined
  const [target, source] = [column ?? rowidName(after), rowidName(before)]
  return target === undefined || source === undefined
    ? undefined
    : { target: identifier(target), source: identifier(source) }
}
