// Rows put in before a change are there after it, and after the way back: counts, and the values of every column that stays.
// The cases of this folder with a tenth of the practice cases, where ../shared has them; GODWIT_FULL=1 takes all of these.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import type { Connection, Dialect } from '../src/dialects/dialect.ts'
import { dialectNamed } from '../src/dialects/index.ts'
import { diff } from '../src/diff/index.ts'
import { invertAll } from '../src/operations/index.ts'
import type { Operation } from '../src/operations/operation.ts'
import type { Column, Schema, Table } from '../src/schema/schema.ts'
import { readCases } from './support/cases.ts'

/** A case that this engine cannot load. */
class Unloaded extends Error {}

interface Item {
  id: string
  before: string
  after: string
}

const PRACTICE = resolve(import.meta.dirname, '../../shared/judge/cases')
const FULL = process.env.GODWIT_FULL === '1'

function items(dialect: string, practice: string): Item[] {
  const own = readCases(resolve(import.meta.dirname, 'cases'))
    .filter((each) => each.dialect === dialect && !each.sections.has('renames') && !each.grants)
    .map(({ name, sections }) => ({
      id: name,
      before: sections.get('before') ?? '',
      after: sections.get('after') ?? '',
    }))
  if (!existsSync(PRACTICE)) return own
  const others = readdirSync(PRACTICE).flatMap((file) =>
    readFileSync(join(PRACTICE, file), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { id: string; dialect: string; current: string; desired: string })
      .filter((each) => each.dialect === practice)
      .map(({ id, current, desired }) => ({ id, before: current, after: desired })),
  )
  return [...own, ...others.filter((_, at) => FULL || at % 10 === 0)]
}

/** A value that fits the column's type, where one is known: another for each row. */
function valueFor({ type }: Column, row: number): string | undefined {
  if (/\[\]$/.test(type)) return `'{}'`
  if (/int|serial/i.test(type)) return String(row)
  if (/bool/i.test(type)) return 'true'
  if (/^(numeric|decimal|real|double|float)/i.test(type)) return `${row}`
  if (/char|text|clob/i.test(type)) return `'${row}'`
  if (/^date$/i.test(type)) return `'2020-01-0${row}'`
  if (/^timestamp/i.test(type)) return `'2020-01-0${row} 10:00:00'`
  if (/^uuid$/i.test(type)) return `'00000000-0000-0000-0000-00000000000${row}'`
  if (/^jsonb?$/i.test(type)) return `'{"n": ${row}}'`
  return undefined
}

const writable = ({ columns }: Table): Column[] =>
  columns.filter(({ generated, identity }) => generated === undefined && identity?.kind !== 'always')

/** Puts rows into every table that takes them; the others (a check, a type nobody knows here) are left out. */
async function fill(dialect: Dialect, connection: Connection, { tables }: Schema): Promise<Table[]> {
  const filled: Table[] = []
  let waiting = tables.filter(({ extra }) => extra?.partitionBy === undefined && extra?.foreign === undefined)
  // Foreign keys want their targets first: what fails is tried again after the others.
  for (let round = 0; round < 4 && waiting.length > 0; round++) {
    const failed: Table[] = []
    for (const table of waiting) {
      const columns = writable(table).map((column) => ({
        column,
        values: [1, 2, 3].map((row) => valueFor(column, row)),
      }))
      const usable = columns.filter(({ values }) => values[0] !== undefined)
      if (usable.length === 0) continue
      const names = usable.map(({ column }) => dialect.identifier(column.name)).join(', ')
      const rows = [0, 1, 2].map((at) => `(${usable.map(({ values }) => values[at]).join(', ')})`).join(', ')
      const sql = `insert into ${nameOf(dialect, table)} (${names}) values ${rows}`
      const done = await tried(connection, sql)
      if (done) filled.push(table)
      else failed.push(table)
    }
    waiting = failed
  }
  return filled
}

async function tried(connection: Connection, sql: string): Promise<boolean> {
  await connection.execute('savepoint filling')
  try {
    await connection.execute(sql)
    await connection.execute('release savepoint filling')
    return true
  } catch {
    await connection.execute('rollback to savepoint filling')
    await connection.execute('release savepoint filling')
    return false
  }
}

const nameOf = (dialect: Dialect, { name }: Table): string => (/^"|\./.test(name) ? name : dialect.identifier(name))

/** The rows of a table in the columns that have the same type on both sides: as text, in a fixed order. */
async function rowsOf(
  dialect: Dialect,
  connection: Connection,
  table: Table,
  columns: readonly Column[],
): Promise<string[]> {
  const list = columns.map(({ name }) => dialect.identifier(name)).join(', ') || '1'
  // A parent shows its children's rows as well, and a change of parents is no loss.
  const only = dialect.name === 'sqlite' ? '' : 'only '
  const rows = await connection.query(`select ${list} from ${only}${nameOf(dialect, table)}`)
  return rows.map((row) => JSON.stringify(row)).sort()
}

/** The tables, and their columns, that no operation takes away, makes anew or gives another type. */
function staying(tables: readonly Table[], operations: readonly Operation[]): { table: Table; columns: Column[] }[] {
  const gone = new Set(operations.flatMap((each) => (each.kind === 'dropTable' ? [each.table.name] : [])))
  return tables
    .filter(({ name }) => !gone.has(name))
    .map((table) => ({
      table,
      columns: table.columns.filter(
        ({ name, generated }) =>
          generated === undefined &&
          !operations.some(
            (each) =>
              (each.kind === 'dropColumn' && each.table === table.name && each.column.name === name) ||
              (each.kind === 'alterColumn' &&
                each.table === table.name &&
                each.to.name === name &&
                each.from.type !== each.to.type),
          ),
      ),
    }))
}

for (const [name, practice] of [
  ['postgres', 'postgresql'],
  ['sqlite', 'sqlite'],
] as const) {
  test(`${name}: rows survive there and back`, { timeout: 3_600_000 }, async () => {
    const dialect = await dialectNamed(name)
    const shadow = await dialect.openShadow({ cache: join(tmpdir(), 'godwit-test-cache') })
    const { traits } = dialect
    const lost: string[] = []
    let proved = 0
    let refused = 0
    const unloaded: string[] = []
    const load = async (connection: Connection, sql: string): Promise<Schema> => {
      const texts = (await dialect.split(sql)).filter(({ control }) => !control).map((each) => each.sql)
      await shadow.load(connection, texts)
      return dialect.inspect(connection)
    }
    for (const item of items(name, practice)) {
      const to = await shadow
        .scratch((connection) => load(connection, item.after))
        .catch((error: unknown) => void unloaded.push(`${item.id}: ${error}`))
      if (to === undefined) continue
      await shadow
        .scratch(async (connection) => {
          const from = await load(connection, item.before).catch((error: unknown) => {
            throw new Unloaded(`${item.id}: ${error}`)
          })
          const filled = await fill(dialect, connection, from)
          const up = diff(from, to, { traits })
          const kept = staying(filled, up)
          if (kept.length === 0) return
          const before = await Promise.all(
            kept.map(({ table, columns }) => rowsOf(dialect, connection, table, columns)),
          )
          const carry = async (operations: readonly Operation[], schema: Schema): Promise<void> => {
            const texts = dialect.render(operations, { before: schema, version: connection.version })
            await shadow.load(
              connection,
              texts.map(({ sql }) => sql),
            )
          }
          // What the rows do not fit (a NOT NULL, a check) is refused, and then nothing has happened.
          await connection.execute('savepoint change')
          try {
            await carry(up, from)
          } catch {
            refused++
            return
          }
          const after = await Promise.all(kept.map(({ table, columns }) => rowsOf(dialect, connection, table, columns)))
          kept.forEach(({ table }, at) => {
            if (JSON.stringify(after[at]) !== JSON.stringify(before[at]))
              lost.push(`${item.id}: ${table.name} after up`)
          })
          const down = invertAll(up)
          if (down === null) return
          try {
            await carry(down, await dialect.inspect(connection))
          } catch {
            refused++
            return
          }
          const back = await Promise.all(kept.map(({ table, columns }) => rowsOf(dialect, connection, table, columns)))
          kept.forEach(({ table }, at) => {
            if (JSON.stringify(back[at]) !== JSON.stringify(before[at]))
              lost.push(`${item.id}: ${table.name} after down`)
          })
          proved++
        })
        .catch((error: unknown) => {
          // What the embedded engine cannot load is for the tests of the shadow.
          if (!(error instanceof Unloaded)) throw error
          unloaded.push(error.message)
        })
    }
    await shadow.close()
    console.info(
      `${name}: the rows of ${proved} cases survived there and back; ${refused} changes were refused for their rows, ${unloaded.length} cases need another engine`,
    )
    expect(lost).toEqual([])
    expect(proved).toBeGreaterThan(10)
  })
}
