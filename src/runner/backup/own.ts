// Godwit's own dump: a line of JSON each for the schema, for some rows of a table, for a counter. It is written and read as
// a stream, so that its size does not matter.
import type { BackupRows, Connection, Dialect } from '../../dialects/dialect.ts'
import { diff } from '../../diff/index.ts'
import { GodwitError } from '../../errors.ts'
import type { Operation } from '../../operations/operation.ts'
import { emptySchema, type Schema, type Table } from '../../schema/schema.ts'
import { names, RESTORING, readBookkeeping, TABLES } from '../journal.ts'

const ANOTHER = 'It was cut off: restore from another backup; `godwit backup` makes a new one.'

export const OWN_KIND = 'godwit rows'
export const OWN_FILE = 'dump.jsonl'

type Line = { schema: Schema; books: boolean } | { sql: string; rows: number } | { counter: string }

/** What has to be known to write one. */
export interface DumpRequest {
  dialect: Dialect
  rows: BackupRows
  view: Connection
  schema: Schema
  /** Whether our own tables are there. */
  books: boolean
}

/** The lines, as bytes. `written` is told how many rows are in a line. */
export async function* dump(request: DumpRequest, written: (rows: number) => void): AsyncGenerator<Uint8Array> {
  const { dialect, rows, view, schema, books } = request
  const line = (value: Line): Uint8Array => Buffer.from(`${JSON.stringify(value)}\n`)
  yield line({ schema, books })
  for (const table of [...schema.tables.filter((each) => rows.holds(each)), ...(books ? bookTables() : [])]) {
    // The mark of a restore under way goes when everything else is there.
    if (table.name === META) yield line({ counter: unmarking(dialect) })
    for await (const some of rows.read(view, table)) {
      yield line(some)
      written(some.rows)
    }
  }
  for (const counter of await rows.counters(view, schema)) yield line({ counter })
}

const META = 'godwit_meta'

/** Takes the mark of a restore under way: the rows of the backup come after it. */
const unmarking = (dialect: Dialect): string => `delete from ${names(dialect).meta}`

/** Our own tables as if they were anybody's: they are no part of a schema. What says whose they are is the very last. */
const bookTables = (): Table[] =>
  [...TABLES]
    .sort((a, b) => Number(a.name === META) - Number(b.name === META))
    .map(({ name, columns }) => ({
      name,
      columns: columns.map((column) => ({ name: column.name, type: column.type, nullable: false })),
      constraints: [],
      indexes: [],
    }))

/** What has to be known to read one. */
export interface LoadRequest {
  dialect: Dialect
  rows: BackupRows
  connection: Connection
  /** What is in the database now and has to go. */
  current: Schema
  content: AsyncIterable<Uint8Array>
  /** The backup's path, for the mark. */
  path: string
  /** What has to hold before anything goes: statements that fail otherwise. */
  guard: readonly string[]
}

/** Replaces everything. Errors: the driver's, and those of render; what was done is rolled back where the database can. */
export async function load({ dialect, rows, connection, current, content, path, guard }: LoadRequest): Promise<void> {
  // As a query: a restore waits for the locks of others where a revision would try again.
  const run = async (statements: readonly string[]): Promise<void> => {
    for (const sql of statements) await connection.query(sql)
  }
  await run(rows.begin)
  try {
    await run([...guard, ...emptying({ dialect, rows, connection, current, path })])
    let bare: Schema | undefined
    let whole: Schema = emptySchema()
    let made: Operation[] = []
    // From the mark's end to the last row of ours: what makes the database a whole one has to be there before.
    const last: string[] = []
    for await (const line of linesOf(content)) {
      if ('schema' in line) {
        whole = line.schema
        bare = withKept(rows.bare(whole), current, rows)
        made = diff(kept(current, rows), bare, { traits: dialect.traits })
        await run(rendered(dialect, connection, made, kept(current, rows)))
        if (line.books) await run(TABLES.map((table) => dialect.bookkeeping(table)))
        await run(rows.beforeRows)
      } else if ('counter' in line && line.counter !== unmarking(dialect)) await run([line.counter])
      else if ('counter' in line || last.length > 0) last.push('sql' in line ? line.sql : line.counter)
      else await run([line.sql])
    }
    if (bare === undefined) throw new GodwitError('BACKUP_INVALID', 'The dump is empty.', { fix: ANOTHER })
    await run(rows.afterRows)
    await run(rows.finish(made.flatMap((operation) => (operation.kind === 'createObject' ? [operation.object] : []))))
    const rest = diff(bare, withKept(whole, current, rows), { traits: dialect.traits })
    await run(rendered(dialect, connection, rest, bare))
    await run(last)
    await run(rows.commit)
  } catch (error) {
    await run(rows.rollback).catch(() => undefined)
    throw error
  }
}

/**
 * Statements that take everything away but what stays. Where this is no transaction, our own tables say before anything
 * goes that a restore is under way, so that no run takes the rest for a database.
 */
export function emptying({
  dialect,
  rows,
  connection,
  current,
  path,
}: Omit<LoadRequest, 'content' | 'guard'>): string[] {
  const { history, journal, meta } = names(dialect)
  const left = kept(current, rows)
  return [
    ...(dialect.capabilities.transactionalDdl
      ? [history, journal, meta].map((name) => `drop table if exists ${name}`)
      : [...mark(dialect, path), `delete from ${history}`, `delete from ${journal}`]),
    ...rendered(dialect, connection, diff(current, left, { traits: dialect.traits }), current),
  ]
}

/** The tables are read together: they have to be there, all of them, for the mark to be seen. */
function mark(dialect: Dialect, path: string): string[] {
  const { literal } = dialect
  const { meta } = names(dialect)
  const values = [
    ['format', RESTORING],
    [RESTORING, path],
  ].map((row) => `(${row.map((value) => literal(value)).join(', ')})`)
  return [
    ...TABLES.map((table) => dialect.bookkeeping(table)),
    `delete from ${meta} where name in (${['format', RESTORING].map((name) => literal(name)).join(', ')})`,
    `insert into ${meta} (name, value) values ${values.join(', ')}`,
  ]
}

/** Takes the mark away where the backup had no tables of ours. */
export async function unmark(dialect: Dialect, connection: Connection): Promise<void> {
  const books = await readBookkeeping(dialect, connection)
  if (books.meta.get('format') !== RESTORING) return
  for (const name of Object.values(names(dialect))) await connection.execute(`drop table ${name}`)
}

const rendered = (
  dialect: Dialect,
  { version }: Connection,
  operations: readonly Operation[],
  before: Schema,
): string[] => dialect.render(operations, { version, before }).map(({ sql }) => sql)

const kept = (schema: Schema, rows: BackupRows): Schema => ({
  ...emptySchema(),
  objects: schema.objects.filter((object) => rows.keeps(object)),
})

/** With what stays in the database, so that it is neither made again nor dropped. */
function withKept(schema: Schema, current: Schema, rows: BackupRows): Schema {
  const stays = kept(current, rows).objects
  const others = schema.objects.filter(
    ({ type, name }) => !stays.some((each) => each.type === type && each.name === name),
  )
  return { ...schema, objects: [...others, ...stays] }
}

/** A text of the engine cannot be longer. */
const LONGEST = 500_000_000

async function* linesOf(content: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  let rest: Buffer[] = []
  let length = 0
  for await (const chunk of content) {
    let bytes = Buffer.from(chunk)
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10)) {
      const text = Buffer.concat([...rest, bytes.subarray(0, at)]).toString('utf8')
      rest = []
      length = 0
      bytes = bytes.subarray(at + 1)
      yield lineIn(text)
    }
    if (bytes.length > 0) rest.push(bytes)
    length += bytes.length
    if (length > LONGEST)
      throw new GodwitError('BACKUP_INVALID', 'The dump holds a line that is too long to be ours.', { fix: ANOTHER })
  }
  if (rest.length > 0)
    throw new GodwitError('BACKUP_INVALID', 'The dump ends in the middle of a line.', { fix: ANOTHER })
}

// The dump may have been in other hands.
function lineIn(text: string): Line {
  try {
    const line: unknown = JSON.parse(text)
    if (isLine(line)) return line
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new GodwitError('BACKUP_INVALID', 'The dump holds a line that is not ours.', { fix: ANOTHER })
}

function isLine(line: unknown): line is Line {
  if (line === null || typeof line !== 'object') return false
  if ('schema' in line) {
    const schema = Object(line.schema) as Partial<Schema>
    return Array.isArray(schema.tables) && Array.isArray(schema.objects)
  }
  return ('sql' in line && typeof line.sql === 'string') || ('counter' in line && typeof line.counter === 'string')
}
