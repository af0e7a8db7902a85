// Every change of type on the real engine, value by value: what does not come back as it was, or is refused, is foretold and
// counted.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Connection } from '../../src/dialects/dialect.ts'
import { dialect } from '../../src/dialects/sqlite/index.ts'
import { diff } from '../../src/diff/index.ts'
import { invertAll } from '../../src/operations/index.ts'
import type { Operation } from '../../src/operations/operation.ts'
import type { Schema } from '../../src/schema/schema.ts'
import { type ScratchDatabase, scratchSqlite } from '../support/databases.ts'

const VALUES = [
  ...['null', '0', '5', '-7', '9007199254740993', '9223372036854775807'],
  ...['1.5', '5.0', '0.30000000000000004', '1e300', '-0.1'],
  ...[
    "''",
    "'abc'",
    "'007'",
    "'5'",
    "'5.0'",
    "'0.1'",
    "'1e3'",
    "' 12 '",
    "'0x10'",
    "'9007199254740993'",
    "'9223372036854775808'",
  ],
  ...["'0.30000000000000004'", "x'31'", "x''"],
]
const LOOSE = ['integer', 'text', 'real', 'numeric', 'blob', 'varchar(3)']
const STRICT = ['integer', 'text', 'real', 'blob', 'any']
const tables = [
  ...LOOSE.map((type) => `create table t (v ${type})`),
  ...STRICT.map((type) => `create table t (v ${type}) strict`),
]
const pairs = tables.flatMap((from) => tables.filter((to) => to !== from).map((to) => [from, to] as const))

// A seventh of them, another one for each seed; GODWIT_FULL=1 runs them all.
const FULL = process.env.GODWIT_FULL === '1'
const SEED = Number(process.env.GODWIT_SEED ?? 1)
const chosen = pairs.filter((_, at) => FULL || (at + SEED) % 7 === 0)

// 5 and 5.0 are one number, and every digit of a fraction counts.
const READ = `select cast(v as text) as text, typeof(v) = 'blob' as blob, case typeof(v) when 'integer' then cast(v as text)
when 'real' then case when v = cast(v as integer) then cast(cast(v as integer) as text) else printf('%!.17g', v) end end as number from t`
interface Value {
  text: string | null
  blob: number
  number: string | null
}
const same = (a: Value | undefined, b: Value | undefined): boolean =>
  a?.number != null && b?.number != null ? a.number === b.number : a?.text === b?.text && a?.blob === b?.blob

let database: ScratchDatabase
let connection: Connection
beforeAll(async () => {
  database = await scratchSqlite()
  connection = await dialect.connect(database.url, { create: true })
  await connection.execute('pragma synchronous = off')
})
afterAll(async () => {
  await connection?.close()
  await database?.drop()
})

const run = async (sql: string): Promise<boolean> => {
  await connection.execute('savepoint here')
  try {
    for (const each of await dialect.split(sql)) await connection.execute(each.sql)
    return true
  } catch {
    await connection.execute('rollback to here').catch(() => connection.execute('begin'))
    return false
  }
}

test(`foretells what ${chosen.length} changes of a table do to values`, { timeout: 120_000 }, async () => {
  const wrong: string[] = []
  const schemas = new Map<string, Schema>()
  for (const sql of tables) {
    await connection.execute(sql)
    schemas.set(sql, await dialect.inspect(connection))
    await connection.execute('drop table t')
  }
  for (const [from, to] of chosen) {
    const [before, after] = [schemas.get(from), schemas.get(to)]
    if (before === undefined || after === undefined) throw new Error('unreachable')
    const up = diff(before, after, { traits: dialect.traits })
    const sql = (operations: readonly Operation[], start: Schema): string =>
      dialect
        .render(operations, { before: start, version: connection.version })
        .map((each) => each.sql)
        .join(';\n')
    const [there, back] = [sql(up, before), sql(invertAll(up) ?? [], after)]
    const found = dialect.narrowings(up, { before })
    for (const value of VALUES) {
      await connection.execute('begin')
      if (!(await run(`${from}; insert into t values (${value})`))) {
        await connection.execute('rollback')
        continue
      }
      const foretold = { alters: 0, fails: 0 }
      for (const { outcome, probe } of found) {
        const [row] = await connection.query<{ rows: number }>(probe.at(-1) ?? '')
        foretold[outcome] += Number(row?.rows)
      }
      const read = async () => (await connection.query<Value>(READ))[0]
      const first = await read()
      const fate = !(await run(there)) ? 'fails' : !(await run(back)) || !same(await read(), first) ? 'alters' : 'same'
      await connection.execute('rollback').catch(() => undefined)
      await connection.execute('drop table if exists t')
      const said = foretold.fails > 0 ? 'fails' : foretold.alters > 0 ? 'alters' : 'same'
      if (fate !== said) wrong.push(`${from} -> ${to}: ${value} ${fate}, foretold ${said}`)
    }
  }
  expect(wrong).toEqual([])
})
