// Rows as insert statements. Every value travels as the text that the server itself prints and reads: nothing is rounded.
import type { Schema, SchemaObject, Table } from '../../../schema/schema.ts'
import type { BackupRows, Connection } from '../../dialect.ts'
import { pinned } from '../pinned.ts'
import { identifier, literal, qualified } from '../quote.ts'
import type { TableExtra, ViewExtra } from '../shapes.ts'

/** Characters of a statement, about; a single row may be longer. */
const STATEMENT = 1 << 18
const FIRST_FETCH = 100
const LONGEST_FETCH = 2000

/** They would fire, forbid or send away. */
const ACTING = new Set(['trigger', 'rule', 'policy', 'event trigger', 'publication'])

const extraOf = (table: Table): TableExtra => table.extra ?? {}

export const rows: BackupRows = {
  bare,
  keeps: ({ type }: SchemaObject) => type === 'extension',
  holds: (table) => extraOf(table).partitionBy === undefined && extraOf(table).foreign === undefined,
  read,
  counters,
  finish: (objects) =>
    objects
      .filter(
        ({ type, extra }) => type === 'materialized view' && (extra as ViewExtra | undefined)?.unpopulated !== true,
      )
      .map(({ name }) => `refresh materialized view ${qualified(name)}`),
  begin: [
    'begin',
    "set local lock_timeout = '60s'; set local check_function_bodies = off; set local search_path = public",
  ],
  beforeRows: [],
  afterRows: [],
  commit: ['commit'],
  rollback: ['rollback'],
}

function bare(schema: Schema): Schema {
  const objects = schema.objects.filter(({ type }) => !ACTING.has(type))
  const tables = schema.tables.map((table): Table => {
    const { rowSecurity: _, forceRowSecurity: __, ...extra } = extraOf(table)
    const { extra: ___, ...rest } = table
    return {
      ...rest,
      constraints: table.constraints.filter(({ type }) => type !== 'foreign key'),
      ...(Object.keys(extra).length > 0 && { extra }),
    }
  })
  return { ...schema, tables, objects }
}

async function* read(view: Connection, table: Table): AsyncGenerator<{ sql: string; rows: number }> {
  const columns = table.columns.filter(({ generated }) => generated === undefined)
  const name = qualified(table.name)
  const values = columns.map((column, at) => `${identifier(column.name)}::text as c${at}`).join(', ')
  // What a generated identity made has to come back as it was. A table may have no column at all, and rows.
  const head =
    columns.length === 0
      ? `insert into ${name} default values`
      : `insert into ${name} (${columns.map((column) => identifier(column.name)).join(', ')}) overriding system value values\n`
  await view.execute(
    `set local extra_float_digits = 3; set local bytea_output = 'hex';
     declare godwit_rows no scroll cursor for select ${values || '1'} from only ${name}`,
  )
  try {
    for (let amount = FIRST_FETCH; ; ) {
      const fetched = await view.query<Record<string, string | null>>(`fetch forward ${amount} from godwit_rows`)
      if (fetched.length === 0) return
      let tuples: string[] = []
      let length = 0
      let longest = 0
      for (const row of fetched) {
        if (columns.length === 0) {
          yield { sql: head, rows: 1 }
          continue
        }
        const tuple = `(${columns.map((_, at) => literal(row[`c${at}`] ?? null)).join(', ')})`
        longest = Math.max(longest, tuple.length)
        tuples.push(tuple)
        length += tuple.length
        if (length < STATEMENT) continue
        yield { sql: head + tuples.join(',\n'), rows: tuples.length }
        tuples = []
        length = 0
      }
      if (tuples.length > 0) yield { sql: head + tuples.join(',\n'), rows: tuples.length }
      // As many at a time as make a few statements: memory is bounded by them, however long the rows are.
      amount = Math.max(1, Math.min(LONGEST_FETCH, Math.floor((4 * STATEMENT) / Math.max(1, longest))))
    }
  } finally {
    await view.execute('close godwit_rows').catch(() => undefined)
  }
}

/** Where every sequence stands; those behind columns too. */
async function counters(view: Connection): Promise<string[]> {
  const sequences = await view.query<{ namespace: string; name: string }>(
    pinned(`select n.nspname::text as namespace, c.relname::text as name from pg_catalog.pg_class c
       join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'S' and c.relpersistence <> 't' and n.nspname !~ '^pg_'
       and not exists (select 1 from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::regclass
         and d.objid = c.oid and d.deptype = 'e')
     order by 1, 2`),
  )
  const statements: string[] = []
  for (const { namespace, name } of sequences) {
    const path = `${identifier(namespace)}.${identifier(name)}`
    const [row] = await view.query<{ value: string; called: boolean }>(
      `select last_value::text as value, is_called as called from ${path}`,
    )
    if (row !== undefined)
      statements.push(`select pg_catalog.setval(${literal(path)}, ${row.value}, ${row.called ? 'true' : 'false'})`)
  }
  return statements
}
