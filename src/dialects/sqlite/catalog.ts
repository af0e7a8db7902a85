// Reads the catalog: few queries for the whole database, all seen at one moment.
import { GodwitError } from '../../errors.ts'
import type { Connection } from '../dialect.ts'

/** A row of sqlite_schema. */
export interface Entry {
  type: 'table' | 'index' | 'view' | 'trigger'
  name: string
  table: string
  sql: string | null
}

/** A row of pragma table_list. `shadow` tables belong to a virtual table. */
export interface Relation {
  name: string
  type: 'table' | 'view' | 'virtual' | 'shadow'
  wr: number
  strict: number
}

/** A row of pragma table_xinfo. `hidden` 2 is a virtual generated column, 3 a stored one. */
export interface ColumnRow {
  table: string
  name: string
  type: string
  notnull: number
  dflt_value: string | null
  pk: number
  hidden: number
}

/** A key of an index; `cid` is -2 for an expression. */
export interface IndexRow {
  table: string
  index: string
  origin: 'c' | 'u' | 'pk'
  cid: number
  name: string | null
  desc: number
}

export interface Catalog {
  entries: Entry[]
  relations: Relation[]
  columns: ColumnRow[]
  /** Columns of views, as far as they can be worked out. */
  viewColumns: { table: string; name: string }[]
  indexes: IndexRow[]
}

const ENTRIES = 'select type, name, tbl_name as "table", sql from main.sqlite_master'
const RELATIONS = "select name, type, wr, strict from pragma_table_list where schema = 'main'"
const COLUMNS = `select l.name as "table", x.name, x.type, x."notnull", x.dflt_value, x.pk, x.hidden
from pragma_table_list l join pragma_table_xinfo(l.name, 'main') x
where l.schema = 'main' and l.type = 'table' and l.name not like 'sqlite\\_%' escape '\\' order by l.name, x.cid`
const INDEXES = `select l.name as "table", i.name as "index", i.origin, x.cid, x.name, x."desc"
from pragma_table_list l join pragma_index_list(l.name, 'main') i join pragma_index_xinfo(i.name, 'main') x
where l.schema = 'main' and l.type = 'table' and l.name not like 'sqlite\\_%' escape '\\' and x."key" = 1
order by l.name, i.name, x.seqno`
const VIEW_COLUMNS = `select l.name as "table", x.name
from pragma_table_list l join pragma_table_xinfo(l.name, 'main') x
where l.schema = 'main' and l.type in ('view', 'virtual')`

/** Reads it, in one savepoint: nothing changes between the queries, and it works inside and outside of a transaction. */
export async function readCatalog(connection: Connection): Promise<Catalog> {
  await connection.execute('savepoint godwit_inspect')
  try {
    return {
      entries: await connection.query<Entry>(ENTRIES),
      relations: await connection.query<Relation>(RELATIONS),
      columns: await connection.query<ColumnRow>(COLUMNS),
      viewColumns: await readViewColumns(connection),
      indexes: await connection.query<IndexRow>(INDEXES),
    }
  } finally {
    await connection.execute('release godwit_inspect')
  }
}

// One broken view makes the query over all of them fail: then each is asked by itself, and the broken ones have no columns.
async function readViewColumns(connection: Connection): Promise<Catalog['viewColumns']> {
  type Row = Catalog['viewColumns'][number]
  try {
    return await connection.query<Row>(VIEW_COLUMNS)
  } catch {
    const rows: Row[] = []
    for (const { name, type } of await connection.query<Relation>(RELATIONS)) {
      if (type !== 'view' && type !== 'virtual') continue
      try {
        for (const one of await connection.query<Row>(`${VIEW_COLUMNS} and l.name = ?`, [name])) rows.push(one)
      } catch {
        // Broken, or its module is not loaded: nothing depends on its columns then.
      }
    }
    return rows
  }
}

/** A text of the catalog that we cannot read: ours to repair. */
export function unreadable(what: string, name: string): GodwitError {
  return new GodwitError('BUG', `The text of the ${what} ${JSON.stringify(name)} could not be read.`, {
    fix: 'Please report it with the statement that created it.',
  })
}
