// Reads a database in two messages: what there is, and then how the server itself prints each thing.
import { GodwitError } from '../../errors.ts'
import { canonical } from '../../schema/canonical.ts'
import type { Schema, SchemaObject, Table } from '../../schema/schema.ts'
import type { Connection } from '../dialect.ts'
import { explain } from './explain.ts'
import { flavorOf } from './flavor.ts'
import { dependenciesOf } from './inspect/dependencies.ts'
import { readEvent, readRoutine, readSequence, readTriggers, readView, withoutDatabase } from './inspect/objects.ts'
import { readTable, type TableContext } from './inspect/table.ts'
import { identifier } from './quote.ts'
import { queryMany, type Row, text } from './session.ts'

/** Our own tables are no part of anybody's schema. */
const OWN = /^godwit_(?:history|journal|meta)$/

const LISTING = [
  `select schema_name as name, default_collation_name as collation from information_schema.schemata where schema_name = database()`,
  'select character_set_name as name, default_collate_name as collation from information_schema.character_sets',
  `select table_name as name, table_type as type from information_schema.tables where table_schema = database() order by table_name`,
  `select routine_name as name, routine_type as type from information_schema.routines
    where routine_schema = database() and routine_type in ('FUNCTION', 'PROCEDURE') order by routine_name`,
  `select trigger_name as name, event_object_table as tab, action_timing as timing, event_manipulation as event,
    action_statement as body from information_schema.triggers
    where trigger_schema = database() order by event_object_table, action_timing, event_manipulation, action_order`,
  `select event_name as name, event_definition as body, execute_at as at, interval_value as every, interval_field as unit,
    starts, ends, status, on_completion as completion, created, last_altered as altered, event_comment as comment
    from information_schema.events where event_schema = database() order by event_name`,
]

/** So many SHOW statements go into one message. */
const BATCH = 400

/** Reads everything. Errors: DATABASE_MISSING, PERMISSION_DENIED; those of the driver pass through. */
export async function inspect(connection: Connection): Promise<Schema> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read(connection)
    } catch (error) {
      // Something was dropped between the two messages.
      const { state } = explain(error)
      if (attempt === 3 || (state !== '1146' && state !== '1305' && state !== '1360')) throw error
    }
  }
}

async function read(connection: Connection): Promise<Schema> {
  const [own = [], charsets = [], relations = [], routines = [], triggers = [], events = []] = await queryMany(
    connection,
    LISTING,
  )
  const database = text(own[0], 'name')
  if (database === undefined) {
    throw new GodwitError('DATABASE_MISSING', 'The URL names no database.', {
      fix: 'Add it after the host, as in mysql://host/database.',
    })
  }
  const visible = relations.filter((row) => !OWN.test(text(row, 'name') ?? ''))
  const shown = await show(connection, visible, routines)
  const names = new Set(visible.map((row) => text(row, 'name') ?? ''))
  const collation = text(own[0], 'collation') ?? ''
  const unqualified = (printed: string): string => withoutDatabase(printed, database, names)
  const context: TableContext = {
    collation,
    defaultCollations: new Map(charsets.map((row) => [text(row, 'name') ?? '', text(row, 'collation') ?? ''])),
    jsonIsText: flavorOf(connection.version).jsonIsText,
    unqualified,
  }
  const tables: Table[] = []
  const objects: SchemaObject[] = [...readTriggers(triggers.filter(ofVisible(names))), ...events.map(readEvent)]
  for (const { kind, name, created } of shown) {
    if (kind === 'table') tables.push(readTable(created, context))
    else if (kind === 'view') objects.push(readView(name, created, unqualified))
    else if (kind === 'sequence') objects.push(readSequence(name, created))
    else objects.push(readRoutine(kind, name, created, collation))
  }
  return canonical({ tables, objects, dependencies: dependenciesOf(tables, objects) })
}

const ofVisible =
  (names: ReadonlySet<string>) =>
  (row: Row): boolean =>
    names.has(text(row, 'tab') ?? '')

type Kind = 'table' | 'view' | 'sequence' | 'function' | 'procedure'

interface Shown {
  kind: Kind
  name: string
  created: string
}

const COLUMN: Readonly<Record<Kind, string>> = {
  table: 'Create Table',
  view: 'Create View',
  sequence: 'Create Table',
  function: 'Create Function',
  procedure: 'Create Procedure',
}

const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['VIEW', 'view'],
  ['SYSTEM VIEW', 'view'],
  ['SEQUENCE', 'sequence'],
  ['FUNCTION', 'function'],
  ['PROCEDURE', 'procedure'],
])

async function show(connection: Connection, relations: readonly Row[], routines: readonly Row[]): Promise<Shown[]> {
  const wanted = [...relations, ...routines].flatMap((row) => {
    const type = text(row, 'type') ?? ''
    // A temporary table hides a table, and is nobody's schema.
    if (type.includes('TEMPORARY')) return []
    return [{ kind: KINDS.get(type) ?? ('table' as const), name: text(row, 'name') ?? '' }]
  })
  const list: Shown[] = []
  for (let from = 0; from < wanted.length; from += BATCH) {
    const batch = wanted.slice(from, from + BATCH)
    const results = await queryMany(
      connection,
      batch.map(({ kind, name }) => `show create ${kind} ${identifier(name)}`),
    )
    batch.forEach(({ kind, name }, at) => {
      const created = text(results[at]?.[0], COLUMN[kind])
      if (created === undefined) throw hidden(kind, name)
      list.push({ kind, name, created })
    })
  }
  return list
}

const hidden = (kind: Kind, name: string): GodwitError =>
  new GodwitError('PERMISSION_DENIED', `The account may not read the definition of ${kind} ${name}.`, {
    why: 'The server shows a routine only to its definer and to accounts with a global privilege.',
    fix: "GRANT SHOW_ROUTINE ON *.* TO 'user'@'host' (MySQL), or GRANT SELECT ON mysql.proc TO 'user'@'host' (MariaDB).",
  })
