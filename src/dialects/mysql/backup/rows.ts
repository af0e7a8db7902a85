// Rows as insert statements. Values come as the bytes the server sent; what its text form would round is asked for otherwise.
import { GodwitError } from '../../../errors.ts'
import type { Column, Schema, Table } from '../../../schema/schema.ts'
import type { BackupRows, Connection } from '../../dialect.ts'
import { identifier, literal, path } from '../quote.ts'
import { queryMany, sessionOf, text } from '../session.ts'

/** Characters of a statement, about; a single row may be longer. Far below every server's max_allowed_packet. */
const STATEMENT = 1 << 18

const ACTING = new Set(['trigger', 'event'])

export const rows: BackupRows = {
  bare: (schema: Schema) => ({
    ...schema,
    objects: schema.objects.filter(({ type }) => !ACTING.has(type)),
    tables: schema.tables.map((table) => ({
      ...table,
      constraints: table.constraints.filter(({ type }) => type !== 'foreign key'),
    })),
  }),
  keeps: () => false,
  holds: () => true,
  read,
  counters,
  finish: () => [],
  begin: ['set session foreign_key_checks = 0'],
  // As the server's own dumps do: a zero in an AUTO_INCREMENT column is a zero, and the empty value of an enum stays one.
  beforeRows: ["set session sql_mode = 'NO_AUTO_VALUE_ON_ZERO', session unique_checks = 0"],
  afterRows: [
    "set session sql_mode = 'STRICT_TRANS_TABLES,STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', session unique_checks = 1",
  ],
  commit: ['set session foreign_key_checks = 1'],
  rollback: ['set session foreign_key_checks = 1, session unique_checks = 1'],
}

/** Whether the text form of a column rounds: single precision is printed with six digits. */
export const rounds = ({ type }: Column): boolean => /^float\b/i.test(type)

const NUMBER = /^(?:tinyint|smallint|mediumint|int|integer|bigint|decimal|numeric|double|float|year|bit)\b/i
const BYTES =
  /^(?:binary|varbinary|tinyblob|blob|mediumblob|longblob|geometry|point|linestring|polygon|multi\w+|geomcollection|geometrycollection)\b/i

/** The expression that is asked for. */
function asked({ name, type }: Column, column: Column): string {
  const quoted = identifier(name)
  // In double precision every single one is exact.
  if (rounds(column)) return `${quoted} + 0e0`
  return /^bit\b/i.test(type) ? `${quoted} + 0` : quoted
}

function spelled(value: Buffer | null | undefined, { type }: Column): string {
  if (value === null || value === undefined) return 'null'
  if (NUMBER.test(type)) return value.toString('latin1')
  if (BYTES.test(type)) return value.length === 0 ? "''" : `x'${value.toString('hex')}'`
  return literal(value.toString('utf8'))
}

async function* read(view: Connection, table: Table): AsyncGenerator<{ sql: string; rows: number }> {
  const session = sessionOf(view)
  if (session === undefined) throw new GodwitError('BUG', 'A connection of another dialect was handed in.')
  const columns = table.columns.filter(({ generated, extra }) => generated === undefined && extra?.period === undefined)
  const name = path(table.name)
  const head = `insert into ${name} (${columns.map((column) => identifier(column.name)).join(', ')}) values\n`
  let tuples: string[] = []
  let length = 0
  for await (const row of session.stream(
    `select ${columns.map((column) => asked(column, column)).join(', ')} from ${name}`,
  )) {
    const tuple = `(${columns.map((column, at) => spelled(row[at], column)).join(', ')})`
    tuples.push(tuple)
    length += tuple.length
    if (length < STATEMENT) continue
    yield { sql: head + tuples.join(',\n'), rows: tuples.length }
    tuples = []
    length = 0
  }
  if (tuples.length > 0) yield { sql: head + tuples.join(',\n'), rows: tuples.length }
}

/** AUTO_INCREMENT and sequences, as the server prints them: its catalogue may be a day old. */
async function counters(view: Connection, schema: Schema): Promise<string[]> {
  const counting = schema.tables.filter(({ columns }) => columns.some(({ identity }) => identity !== undefined))
  const printed = await queryMany(
    view,
    counting.map(({ name }) => `show create table ${path(name)}`),
  )
  const statements = counting.flatMap(({ name }, at) => {
    const next = /\) [^\n]*\bAUTO_INCREMENT=(\d+)[^\n]*/.exec(text(printed[at]?.[0], 'Create Table') ?? '')?.[1]
    return next === undefined ? [] : [`alter table ${path(name)} auto_increment = ${next}`]
  })
  for (const { type, name } of schema.objects) {
    if (type !== 'sequence') continue
    const [row] = await view.query<{ next: string | number }>(`select next_not_cached_value as next from ${path(name)}`)
    if (row !== undefined) statements.push(`alter sequence ${path(name)} restart with ${row.next}`)
  }
  return statements
}
