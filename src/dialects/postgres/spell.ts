// A definition as the server itself spells it: a temporary table is made, read, and rolled back. It needs no right but
// that of making temporary tables, no second engine, and has the types and functions of the database at hand.
import { GodwitError } from '../../errors.ts'
import { qualify, unqualify } from '../../schema/names.ts'
import type { Column, Table } from '../../schema/schema.ts'
import type { Connection } from '../dialect.ts'
import { inspect } from './inspect.ts'
import { render } from './render.ts'
import { sessionOf } from './session.ts'

const HERE = 'pg_temp'

/** The table as this server prints it. Works inside an open transaction and leaves nothing. Errors: the server's own. */
export async function spellTable(connection: Connection, table: Table): Promise<Table> {
  const inside = sessionOf(connection).inTransaction()
  await connection.execute(inside ? 'savepoint godwit_spelling' : 'begin')
  try {
    return await spelled(connection, table)
  } finally {
    await connection.execute(
      inside ? 'rollback to savepoint godwit_spelling; release savepoint godwit_spelling' : 'rollback',
    )
  }
}

async function spelled(connection: Connection, table: Table): Promise<Table> {
  const { name } = unqualify(table.name)
  const foreign = table.constraints.filter(({ type }) => type === 'foreign key')
  const temporary: Table = {
    name: qualify(name, HERE),
    columns: table.columns.map(withoutNames),
    // A temporary table may not point at a lasting one; nothing in a foreign key is spelled anew.
    constraints: table.constraints.filter((constraint) => !foreign.includes(constraint)),
    indexes: table.indexes,
  }
  const { version } = connection
  for (const { sql } of render([{ kind: 'createTable', table: temporary }], { version })) await connection.execute(sql)
  const [row] = await connection.query<{ name: string }>(
    'select nspname::text as name from pg_catalog.pg_namespace where oid operator(pg_catalog.=) pg_catalog.pg_my_temp_schema()',
  )
  const home = row?.name ?? HERE
  const { tables } = await inspect(connection, { namespaces: [home] })
  const found = tables.find((each) => unqualify(each.name).name === name)
  if (found === undefined) throw new GodwitError('BUG', `The table ${table.name} was made, and could not be read.`)
  return {
    ...table,
    columns: found.columns.map((column) => withNames(column, table)),
    constraints: [...found.constraints, ...foreign].sort((a, b) => (a.name < b.name ? -1 : 1)),
    indexes: found.indexes,
  }
}

// A sequence of a name of its own would be a lasting one.
function withoutNames(column: Column): Column {
  if (column.identity?.sequence === undefined) return column
  const { sequence: _sequence, ...identity } = column.identity
  return { ...column, identity }
}

function withNames(column: Column, table: Table): Column {
  const sequence = table.columns.find(({ name }) => name === column.name)?.identity?.sequence
  return sequence === undefined || column.identity === undefined
    ? column
    : { ...column, identity: { ...column.identity, sequence } }
}
