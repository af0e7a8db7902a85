// Every change of type against the server, value by value: what does not come back as it was, or is refused, is foretold
// and counted; what is foretold happens to some value.
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Connection } from '../../src/dialects/dialect.ts'
import { dialect } from '../../src/dialects/postgres/index.ts'
import { invertAll } from '../../src/operations/index.ts'
import { op } from '../../src/operations/op.ts'
import {
  describeEach,
  postgresAnswers,
  type ScratchDatabase,
  scratchPglite,
  scratchPostgres,
} from '../support/databases.ts'

const INTEGERS = ['0', '1', '-1', '7', '127', '32767', '-32768', '32768', '16777217', '2147483647', '-2147483648']
const LONG = [
  '2147483648',
  '4294967295',
  '4294967296',
  '9007199254740993',
  '9223372036854775807',
  '-9223372036854775808',
]
const DECIMALS = [
  "'0'",
  "'1'",
  "'-1.5'",
  "'2.5'",
  "'0.05'",
  "'9.95'",
  "'99.4'",
  "'123.456'",
  "'32767.5'",
  "'32767.4'",
  "'2147483647.5'",
  "'0.1'",
]
const ODD = ["'NaN'", "'Infinity'", "'-Infinity'"]
const TEXTS = [
  "''",
  "'abcdefghijk'",
  "'abc           '",
  "'2024-2-9'",
  "' 1 '",
  "'007'",
  "'1.50'",
  "'1e3'",
  "'abc'",
  "'abcdef'",
  "'abc   '",
  "'t'",
  "'yes'",
  "'2024-02-30'",
  "'2024-02-29'",
  "'12:30'",
  "'ok'",
  '\'{"a" : 1}\'',
  "'[1,2]'",
  "'{1,2}'",
  "'10.0.0.1'",
  "'0b1'",
  "'101'",
  "'7'",
  "'null'",
]
const STAMPS = [
  "'2024-02-29 00:00'",
  "'2024-02-29 12:34:56.789123'",
  "'2024-12-31 23:59:59.999999'",
  "'2024-02-29 12:34:56.5'",
  "'infinity'",
  "'1900-01-01'",
]

/** Values of each type, as SQL. */
const VALUES: Record<string, string[]> = {
  smallint: INTEGERS.slice(0, 7),
  integer: INTEGERS,
  bigint: [...INTEGERS, ...LONG],
  'numeric(5,1)': ["'0'", "'1.5'", "'12.3'", "'-9999.9'", "'9999.5'", "'0.1'", "'NaN'"],
  'numeric(4,0)': ["'0'", "'NaN'", "'12'", "'-9999'", "'9999'"],
  'numeric(10,2)': ["'0'", "'NaN'", "'1.50'", "'12345.67'", "'0.05'", "'99999999.99'"],
  'numeric(20,0)': ["'0'", "'9007199254740993'", "'99999999999999999999'"],
  numeric: [...DECIMALS, ...ODD, "'1e40'", "'1e-50'", "'1e400'", "'1e-400'", "'0.30000000000000004'"],
  real: [...DECIMALS.slice(0, 8), ...ODD, "'16777216'", "'3e38'", "'1e-40'"],
  'double precision': [...DECIMALS, ...ODD, "'0.30000000000000004'", "'1e300'", "'1e-300'", "'9223372036854775807'"],
  money: ["'1.50'", "'-2'", "'40000'", "'0.01'", "'3000000000'"],
  boolean: ['true', 'false'],
  text: TEXTS,
  'character varying(10)': TEXTS.filter((text) => text.length <= 12),
  'character varying(3)': ["''", "'abc'", "'a  '", "'007'"],
  'character(6)': ["''", "'abc'", "'abcdef'", "'1'"],
  'character(3)': ["''", "'abc'"],
  date: ["'2024-02-29'", "'0044-03-15 BC'", "'infinity'"],
  'timestamp without time zone': STAMPS,
  'timestamp(0) without time zone': ["'2024-02-29 12:34:56'", "'2024-02-29'"],
  'timestamp with time zone': STAMPS,
  'timestamp(3) with time zone': ["'2024-02-29 12:34:56.789'", "'2024-02-29'"],
  'time without time zone': ["'12:34:56.789123'", "'00:00'", "'24:00'"],
  'time(0) without time zone': ["'12:34:56'"],
  'time with time zone': ["'12:34:56.7+02'", "'12:34:56+00'"],
  interval: ["'1 day 02:03:04.5'", "'1 year 2 mons'", "'02:00'", "'-3 days'", "'1.000001 s'"],
  'interval(0)': ["'1 day'", "'02:03:04'"],
  'interval year to month': ["'1 year 2 mons'"],
  'bit(4)': ["B'1010'", "B'0000'"],
  'bit(8)': ["B'10101010'"],
  'bit varying(4)': ["B'1'", "B'1010'", "B''"],
  'bit varying': ["B'1'", "B'1010'", "B'10101010'"],
  json: [
    '\'{"a":1}\'',
    '\'{"a": 1}\'',
    '\'{"b":1,"a":2,"a":3}\'',
    '\'"x"\'',
    "'5'",
    "'1.5'",
    "'true'",
    "'null'",
    '\'"\\u0000"\'',
    "'[1, 2]'",
  ],
  jsonb: ['\'{"a": 1}\'', '\'"x"\'', "'5'", "'1.5'", "'70000'", "'true'", "'null'", "'[1, 2]'"],
  uuid: ["'11111111-2222-3333-4444-555555555555'"],
  bytea: ["'\\x6162'", "''"],
  inet: ["'10.0.0.1'", "'10.0.0.0/8'", "'10.0.0.1/8'"],
  cidr: ["'10.0.0.0/8'"],
  macaddr: ["'08:00:2b:01:02:03'"],
  macaddr8: ["'08:00:2b:ff:fe:01:02:03'", "'08:00:2b:01:02:03:04:05'"],
  oid: ["'1'", "'4294967295'"],
  name: ["'abc'"],
  'integer[]': ["'{1,2}'", "'{70000}'", "'{}'"],
  'smallint[]': ["'{1,2}'", "'{}'"],
  'text[]': ["'{a,b}'", "'{1,02}'", "'{}'"],
  'numeric(5,1)[]': ["'{1.5,2}'"],
  'numeric(4,0)[]': ["'{1,2}'"],
  'public.mood': ["'sad'", "'ok'"],
  'public.feeling': ["'ok'", "'glad'"],
  'public.small': ["'5'", "'99'"],
}

const NUMBERS = [
  'smallint',
  'integer',
  'bigint',
  'numeric(5,1)',
  'numeric(4,0)',
  'numeric(10,2)',
  'numeric(20,0)',
  'numeric',
  'real',
  'double precision',
]
const STRINGS = ['text', 'character varying(10)', 'character varying(3)', 'character(6)', 'character(3)', 'name']
const TIMES = Object.keys(VALUES).filter((type) => /^(date|time|interval)/.test(type))
const FAMILIES: readonly (readonly string[])[] = [
  [...NUMBERS, 'boolean', 'money', 'oid'],
  STRINGS,
  TIMES,
  ['bit(4)', 'bit(8)', 'bit varying(4)', 'bit varying', 'integer'],
  ['json', 'jsonb', 'text'],
  ['inet', 'cidr'],
  ['macaddr', 'macaddr8'],
  ['integer[]', 'smallint[]', 'text[]', 'numeric(5,1)[]', 'numeric(4,0)[]'],
  ['public.mood', 'public.feeling', 'text', 'character varying(3)'],
  ['public.small', 'integer', 'bigint', 'text'],
]
const pairs = new Set<string>()
const add = (from: string, to: string): void => {
  if (from !== to) pairs.add(`${from} -> ${to}`)
}
for (const family of FAMILIES) for (const from of family) for (const to of family) add(from, to)
// Everything to text and back again, and what leads out of JSON.
for (const type of Object.keys(VALUES)) {
  add('text', type)
  add(type, 'text')
  add(type, 'character varying(3)')
  add(type, 'character(6)')
}
for (const type of [...NUMBERS, 'boolean']) add('jsonb', type)

// A twelfth of them, another one for each seed: all of them take a minute, and GODWIT_FULL=1 runs them.
const FULL = process.env.GODWIT_FULL === '1'
const SEED = Number(process.env.GODWIT_SEED ?? 1)
const chosen = [...pairs].filter((_, at) => FULL || (at + SEED) % 12 === 0)

// Where everything that is foretold has to happen to one of the values above: no finding that cries wolf.
const COMMON = new Set([...NUMBERS, ...TIMES.filter((type) => /^(date|timestamp)/.test(type)), ...STRINGS.slice(0, 5)])

const MADE = `create type mood as enum ('sad', 'ok'); create type feeling as enum ('ok', 'glad');
create domain small as integer check (value < 100)`

const engines = [
  { name: 'a PostgreSQL server', make: scratchPostgres, answers: await postgresAnswers() },
  { name: 'embedded PostgreSQL', make: scratchPglite, answers: FULL },
]
describeEach(engines)('$name', ({ make }) => {
  let database: ScratchDatabase
  let connection: Connection
  beforeAll(async () => {
    database = await make()
    connection = await dialect.connect(database.url, { create: true })
    await connection.execute(MADE)
  })
  afterAll(async () => {
    await connection?.close()
    await database?.drop()
  })

  it(`foretells what ${chosen.length} changes of type do to values`, { timeout: 600_000 }, async () => {
    const before = await dialect.inspect(connection)
    const wrong: string[] = []
    const idle: string[] = []
    for (const pair of chosen) {
      const [from = '', to = ''] = pair.split(' -> ')
      const column = (type: string) => ({ name: 'v', type, nullable: true })
      const up = [op.alterColumn({ table: 't', from: column(from), to: column(to) })]
      const sql = (operations: typeof up): string =>
        dialect
          .render(operations, { version: connection.version, before })
          .map((statement) => statement.sql)
          .join(';\n')
      const found = dialect.narrowings(up, { version: connection.version, before })
      const seen = { alters: 0, fails: 0 }
      for (const value of [...(VALUES[from] ?? []), 'null']) {
        await connection.execute(`begin; create table t (v ${from}); insert into t values (${value}); savepoint here`)
        const foretold = { alters: 0, fails: 0 }
        for (const { outcome, probe } of found) {
          foretold[outcome] += await count(connection, probe).catch(async (error: unknown) => {
            wrong.push(`${pair}, ${value}: ${error instanceof Error ? error.message : error}\n${probe.at(-1)}`)
            await connection.execute('rollback to here')
            return 0
          })
        }
        const happened = await fate(sql(up), sql((invertAll(up) ?? []) as typeof up))
        await connection.execute('rollback')
        const said = foretold.fails > 0 ? 'fails' : foretold.alters > 0 ? 'alters' : 'same'
        if (happened !== said) wrong.push(`${pair}: ${value} ${happened}, foretold ${said}`)
        if (said !== 'same') seen[said]++
      }
      if (!COMMON.has(from) || !COMMON.has(to)) continue
      for (const { outcome } of found) if (seen[outcome] === 0) idle.push(`${pair}: ${outcome}`)
    }
    expect(wrong).toEqual([])
    expect(idle).toEqual([])
  })

  /** What really becomes of the one row. */
  async function fate(up: string, down: string): Promise<'same' | 'alters' | 'fails'> {
    const text = async (): Promise<string | null | undefined> =>
      (await connection.query<{ v: string | null }>('select v::text as v from t'))[0]?.v
    const first = await text()
    const tried = async (sql: string): Promise<boolean> => {
      await connection.execute('savepoint here')
      return connection.execute(sql).then(
        () => true,
        async () => {
          await connection.execute('rollback to here')
          return false
        },
      )
    }
    if (!(await tried(up))) return 'fails'
    if (!(await tried(down))) return 'alters'
    return (await text()) === first ? 'same' : 'alters'
  }
})

async function count(connection: Connection, probe: readonly string[]): Promise<number> {
  for (const statement of probe.slice(0, -1)) await connection.execute(statement)
  const [row] = await connection.query<{ rows: string | number }>(probe.at(-1) ?? '')
  return Number(row?.rows)
}
