// Changes of type against the server, value by value: what does not come back as it was, or is refused, is foretold and counted.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Connection } from '../../src/dialects/dialect.ts'
import { dialect } from '../../src/dialects/mysql/index.ts'
import { invertAll } from '../../src/operations/index.ts'
import { op } from '../../src/operations/op.ts'
import type { Column } from '../../src/schema/schema.ts'
import { mysqlAnswers, type ScratchDatabase, scratchMysql } from '../support/databases.ts'

const LATIN = ' latin1_swedish_ci'
/** Values of each type, as SQL; a type may end in its collation. */
const VALUES: Record<string, string[]> = {
  tinyint: ['0', '-1', '127', '-128'],
  'tinyint unsigned': ['0', '255'],
  smallint: ['0', '-1', '300', '2024', '42'],
  int: ['0', '-1', '127', '128', '16777217', '2147483647', '-2147483648'],
  'int unsigned': ['0', '4294967295'],
  bigint: ['0', '-1', '2147483648', '9007199254740993', '9223372036854775807'],
  'bigint unsigned': ['0', '18446744073709551615'],
  'decimal(5,1)': ['0', '1.5', '-12.3', '9999.9', '2.0', '-0.4'],
  'decimal(4,0)': ['0', '-9999', '12'],
  'decimal(10,2)': ['0', '1.50', '12345.67', '-99999999.99'],
  'decimal(20,0)': ['9007199254740993', '99999999999999999999', '7'],
  float: ['0', '1.5', '0.1', '16777216', '3e38', '-3e38', '-2.5'],
  double: ['0', '1.5', '2.5', '0.1e0+0.2e0', '1e300', '-1', '127.5', '9007199254740993', '1e19', '1e-300'],
  'varchar(20)': [
    "''",
    "'abc'",
    "'007'",
    "' 7 '",
    "'1.50'",
    "'1e3'",
    "'abc  '",
    "'2024-02-30'",
    "'2024-02-29'",
    "'2024-02-29 12:30:00'",
    "'ok'",
    "'OK'",
    "'2'",
    '\'{"a": 1}\'',
    "'日本'",
    "'é'",
    "'300'",
    "'12345678901'",
    "'1.55'",
    "'18446744073709551615'",
    "'9223372036854775808'",
  ],
  'varchar(3)': ["''", "'abc'", "'ab '", "'日本'"],
  'char(6)': ["'abc'", "'abcdef'", "''"],
  'char(3)': ["'abc'"],
  tinytext: ["'abc'", "repeat('x', 255)"],
  text: ["'abc'", "repeat('x', 256)", "repeat('é', 200)", '\'{"a":1}\'', "'[1'"],
  [`varchar(20)${LATIN}`]: ["'abc'", "'é'"],
  [`text${LATIN}`]: ["'abc'", "repeat('é', 40000)"],
  date: ["'2024-02-29'", "'1900-01-01'"],
  datetime: ["'2024-02-29 00:00:00'", "'2024-02-29 12:34:56'", "'1900-01-01'", "'2100-01-01'"],
  'datetime(6)': [
    "'2024-02-29'",
    "'2024-02-29 12:34:56.789123'",
    "'2024-02-29 12:34:56.5'",
    "'2024-12-31 23:59:59.999999'",
  ],
  'datetime(3)': ["'2024-02-29 12:34:56.789'"],
  timestamp: ["'2024-02-29 12:34:56'"],
  time: ["'12:34:56'", "'-25:00:00'"],
  'time(6)': ["'12:34:56.789123'", "'12:34:56'"],
  year: ['2024', '1901'],
  'bit(4)': ["b'1010'", "b'1'"],
  'bit(8)': ["b'11111111'", "b'1'"],
  'bit(2)': ["b'11'"],
  json: ['\'{"a": 1}\'', "'5'", "'[1, 2]'"],
  "enum('sad','ok')": ["'sad'", "'ok'"],
  "enum('ok','glad')": ["'ok'", "'glad'"],
  "enum('glad','2','ok','1','sad')": ["'glad'", "'1'", "'2'"],
  "set('sad','glad','ok')": ["'sad'", "'glad,ok'"],
  "set('a','b','c')": ["'a'", "'a,c'", "''"],
  "set('a','b')": ["'a,b'"],
  'varbinary(4)': ["x'6162'", "x'61626364'"],
  'binary(4)': ["x'6162'"],
  'binary(2)': ["x'6162'"],
  blob: ["x'61'", "repeat('x', 300)"],
  tinyblob: ["x'61'"],
}
const all = Object.keys(VALUES)
const INTEGERS = all.filter((type) => /int/.test(type))
const STRINGS = all.filter((type) => /char|text/.test(type))
const FAMILIES: readonly (readonly string[])[] = [
  all.filter((type) => /int|decimal|float|double/.test(type)),
  STRINGS,
  all.filter((type) => /date|time/.test(type)),
  ['bit(2)', 'bit(4)', 'bit(8)'],
  ['varchar(20)', 'text', 'json'],
  ["enum('sad','ok')", "enum('ok','glad')", "enum('glad','2','ok','1','sad')", 'varchar(20)', 'varchar(3)'],
  ["set('a','b','c')", "set('a','b')"],
  all.filter((type) => /binary|blob/.test(type)),
]
const pairs = new Set<string>()
const add = (from: string, to: string): void => {
  if (from !== to) pairs.add(`${from} -> ${to}`)
}
for (const family of FAMILIES) for (const from of family) for (const to of family) add(from, to)
for (const type of [...INTEGERS, 'decimal(5,1)', 'decimal(10,2)', 'float', 'double', 'date', 'datetime']) {
  add('varchar(20)', type)
  add(type, 'varchar(20)')
  add(type, 'varchar(3)')
}
for (const type of INTEGERS) for (const from of ['bit(8)', 'year']) add(from, type)
add('smallint', 'year')
for (const type of ["enum('sad','ok')", "enum('ok','glad')"]) add(type, "set('sad','glad','ok')")

// A fifteenth of them, another one for each seed: all of them take minutes, and GODWIT_FULL=1 runs them.
const FULL = process.env.GODWIT_FULL === '1'
const SEED = Number(process.env.GODWIT_SEED ?? 1)
const chosen = [...pairs].filter((_, at) => FULL || (at + SEED) % 15 === 0)

const columnOf = (text: string): Column => {
  const [, type = text, collation] = /^(.*?)(?: (\w+_ci))?$/su.exec(text) ?? []
  return { name: 'v', type, nullable: true, ...(collation !== undefined && { collation }) }
}

describe.runIf(await mysqlAnswers())('MySQL or MariaDB', () => {
  let database: ScratchDatabase
  let connection: Connection
  beforeAll(async () => {
    database = await scratchMysql()
    connection = await dialect.connect(database.url)
    await connection.execute('alter database character set utf8mb4')
    // Whoever takes a backup of the whole server meanwhile is waited for.
    await connection.execute('set session lock_wait_timeout = 60')
  })
  afterAll(async () => {
    await connection?.close()
    await database?.drop()
  })

  it.each([
    ["enum('a','b')", "enum('c','b','a')"],
    ["enum('1','2')", "enum('2','1')"],
    ["enum('it''s','b')", "enum('b','it''s')"],
    ["set('a','b')", "set('c','b','a')"],
    ["enum('a','b')", "set('b','a')"],
  ])('says nothing of %s, all of whose values are in %s', (from, to) => {
    const operations = [op.alterColumn({ table: 't', from: columnOf(from), to: columnOf(to) })]
    expect(dialect.narrowings(operations, { version: connection.version })).toEqual([])
  })

  it(`foretells what ${chosen.length} changes of type do to values`, { timeout: 600_000 }, async () => {
    const wrong: string[] = []
    for (const pair of chosen) {
      const [from = '', to = ''] = pair.split(' -> ')
      const operations = [op.alterColumn({ table: 't', from: columnOf(from), to: columnOf(to) })]
      const sql = (list: typeof operations): string =>
        dialect.render(list, { version: connection.version })[0]?.sql.replace(/,\s*ALGORITHM.*$/su, '') ?? ''
      const found = dialect.narrowings(operations, { version: connection.version })
      const [up, down] = [sql(operations), sql((invertAll(operations) ?? []) as typeof operations)]
      const { type, collation } = columnOf(from)
      for (const value of [...(VALUES[from] ?? []), 'null']) {
        const collate = collation === undefined ? '' : ` collate ${collation}`
        // Conversion is the server's own; this engine makes and drops tables in no time.
        await connection.execute(`create or replace table t (v ${type}${collate}) engine = MyISAM`)
        await connection.execute(`insert into t values (${value})`)
        const foretold = { alters: 0, fails: 0 }
        for (const { outcome, probe } of found) {
          try {
            const [row] = await connection.query<{ rows: string | number }>(probe.at(-1) ?? '')
            foretold[outcome] += Number(row?.rows)
          } catch (error) {
            wrong.push(`${pair}, ${value}: ${error instanceof Error ? error.message : error}\n${probe.at(-1)}`)
          }
        }
        const happened = await fate(up, down)
        const said = foretold.fails > 0 ? 'fails' : foretold.alters > 0 ? 'alters' : 'same'
        if (happened !== said) wrong.push(`${pair}: ${value} ${happened}, foretold ${said}`)
      }
    }
    expect(wrong).toEqual([])
  })

  /** What really becomes of the one row. */
  async function fate(up: string, down: string): Promise<'same' | 'alters' | 'fails'> {
    const read = async (): Promise<unknown> =>
      (await connection.query<{ v: unknown }>('select hex(v) as v, cast(v as char) as t, v + 0.0e0 as n from t'))[0]
    const first = JSON.stringify(await read())
    const tried = (sql: string): Promise<boolean> =>
      connection.execute(sql).then(
        () => true,
        (error: { errno?: number }) => {
          // Somebody else's lock is no answer.
          if (error.errno === 1205) throw error
          return false
        },
      )
    if (!(await tried(up))) return 'fails'
    if (!(await tried(down))) return 'alters'
    return JSON.stringify(await read()) === first ? 'same' : 'alters'
  }
})
