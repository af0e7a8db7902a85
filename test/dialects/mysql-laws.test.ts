// Random pairs of schemas on a real server: the diff leads from one to the other and back, the server accepts what it is
// asked for, every probe says absent before its statement and done after it, and rows that should survive do.
import { setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Connection, Dialect, Shadow } from '../../src/dialects/dialect.ts'
import { dialectNamed } from '../../src/dialects/index.ts'
import { diff } from '../../src/diff/index.ts'
import { describe as say } from '../../src/operations/index.ts'
import type { Operation } from '../../src/operations/operation.ts'
import type { Statement } from '../../src/operations/statement.ts'
import type { Schema } from '../../src/schema/schema.ts'
import { mysqlAnswers, mysqlServer } from '../support/databases.ts'

const RUNS = Number(process.env.GODWIT_MYSQL_LAWS ?? 12)

const TYPES = [
  'int',
  'int unsigned',
  'bigint',
  'varchar(20)',
  'varchar(60)',
  'varchar(80)',
  'varchar(300)',
  'char(10)',
  'decimal(6,2)',
  'decimal(8,3)',
  "enum('a','b')",
  "enum('a','b','c')",
  "set('x','y')",
  'datetime',
  'datetime(3)',
  'timestamp null',
  'text',
  'json',
  'tinyint(1)',
  'double',
  'bit(4)',
  'varbinary(30)',
  'date',
] as const

const DEFAULTS = new Map<string, readonly string[]>([
  ['int', ['0', '7', '(1 + 2)']],
  ['bigint', ['0']],
  ['varchar(20)', ["''", "'it''s'", "'a\\\\b'", '(uuid())']],
  ['varchar(60)', ["'x'"]],
  ['datetime', ['current_timestamp', 'current_timestamp on update current_timestamp']],
  ['decimal(6,2)', ['1.5']],
  ["enum('a','b')", ["'a'"]],
  ['tinyint(1)', ['1']],
  ['double', ['1.5e3']],
])

interface Column {
  type: string
  notNull: boolean
  default?: string
  comment?: string
  latin: boolean
}

const columnArbitrary: fc.Arbitrary<Column> = fc
  .record({
    type: fc.constantFrom(...TYPES),
    notNull: fc.boolean(),
    pick: fc.nat(5),
    comment: fc.option(fc.constantFrom('one', "it's", 'back\\slash'), { nil: undefined }),
    latin: fc.boolean(),
  })
  .map(({ type, notNull, pick, comment, latin }) => {
    const given = DEFAULTS.get(type)?.[pick]
    return {
      type,
      notNull: notNull && !type.endsWith('null'),
      latin: latin && /char|text|enum/.test(type),
      ...(given !== undefined && { default: given }),
      ...(comment !== undefined && { comment }),
    }
  })

const NAMES = ['a', 'b', 'c', 'd'] as const
const tableArbitrary = fc.record({
  columns: fc.uniqueArray(fc.tuple(fc.constantFrom(...NAMES), columnArbitrary), {
    minLength: 1,
    maxLength: 4,
    selector: ([name]) => name,
  }),
  auto: fc.boolean(),
  virtual: fc.boolean(),
  stored: fc.boolean(),
  check: fc.option(fc.constantFrom('id > 0', 'id > -5'), { nil: undefined }),
  keys: fc.uniqueArray(
    fc.tuple(fc.constantFrom('k1', 'k2'), fc.array(fc.nat(3), { minLength: 1, maxLength: 2 }), fc.boolean()),
    {
      maxLength: 2,
      selector: ([name]) => name,
    },
  ),
  parent: fc.option(fc.constantFrom('cascade', 'set null', 'no action'), { nil: undefined }),
  comment: fc.option(fc.constantFrom('first', 'second'), { nil: undefined }),
  latin: fc.boolean(),
  partitioned: fc.boolean(),
  bigId: fc.boolean(),
})

type Table = typeof tableArbitrary extends fc.Arbitrary<infer Value> ? Value : never

const INDEXABLE = /^(?:int|bigint|varchar\((?:20|60|80)\)|char|decimal|enum|datetime|tinyint|date|double|bit|varbinary)/

function ddl(name: string, table: Table, parents: string): string {
  const partitioned = table.partitioned && table.parent === undefined && name !== parents
  const lines = [`id ${table.bigId ? 'bigint' : 'int'} not null${table.auto ? ' auto_increment' : ''}`]
  for (const [column, { type, notNull, default: initial, comment, latin }] of table.columns) {
    lines.push(
      [
        `\`${column}\` ${type}`,
        latin ? 'collate latin1_bin' : '',
        notNull ? 'not null' : '',
        initial === undefined ? '' : `default ${initial}`,
        comment === undefined ? '' : `comment '${comment.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`,
      ].join(' '),
    )
  }
  // No expression may read a column that numbers itself.
  if (table.virtual && !partitioned && !table.auto) lines.push('v int as (id + 1) virtual')
  if (table.stored && !table.auto) lines.push('s bigint as (id * 2) stored')
  if (table.parent !== undefined) lines.push(`parent ${table.bigId ? 'bigint' : 'int'}`)
  lines.push('primary key (id)')
  for (const [key, places, descending] of table.keys) {
    const parts = [...new Set(places)]
      .map((place) => table.columns[place % table.columns.length])
      .filter((found) => found !== undefined && INDEXABLE.test(found[1].type))
      .map((found) => `\`${found?.[0]}\`${descending ? ' desc' : ''}`)
    if (parts.length > 0) lines.push(`key ${key} (${[...new Set(parts)].join(', ')})`)
  }
  if (table.check !== undefined && !table.auto) lines.push(`constraint ${name}_check check (${table.check})`)
  if (table.parent !== undefined) {
    lines.push(`constraint ${name}_parent foreign key (parent) references ${parents} (id) on delete ${table.parent}`)
  }
  return [
    `create table ${name} (${lines.join(', ')})`,
    table.latin ? 'default charset = latin1' : '',
    table.comment === undefined ? '' : `comment '${table.comment}'`,
    partitioned ? 'partition by hash (id) partitions 2' : '',
  ].join(' ')
}

const schemaArbitrary = fc
  .record({
    one: tableArbitrary,
    two: fc.option(tableArbitrary, { nil: undefined }),
    view: fc.boolean(),
    trigger: fc.boolean(),
  })
  .map(({ one, two, view, trigger }) => {
    const top = { ...one, parent: undefined, partitioned: false }
    // Both sides of a key have one type.
    const child = two === undefined ? undefined : { ...two, bigId: two.parent === undefined ? two.bigId : one.bigId }
    return [
      ddl('one', top, 'one'),
      ...(child === undefined ? [] : [ddl('two', child, 'one')]),
      ...(view ? [`create view seen as select id, \`${one.columns[0]?.[0]}\` as first_one from one`] : []),
      ...(trigger
        ? ['create trigger watch before insert on one for each row begin set @seen = 1; set @more = 2; end']
        : []),
    ]
  })

describe.runIf(await mysqlAnswers())('random schemas on a server', () => {
  let dialect: Dialect
  let shadow: Shadow
  beforeAll(async () => {
    dialect = await dialectNamed('mysql')
    shadow = await dialect.openShadow({ target: mysqlServer })
  })
  afterAll(() => shadow.close())

  const schemaOf = (statements: readonly string[]): Promise<Schema> =>
    shadow.scratch(async (connection) => {
      await shadow.load(connection, statements)
      return dialect.inspect(connection)
    })

  /** As the runner does it: the server's own purge may hold a table for a moment. */
  async function send(connection: Connection, { sql, otherwise = [] }: Statement): Promise<void> {
    const ways = [sql, ...otherwise]
    for (const [at, way] of ways.entries()) {
      try {
        for (let tries = 1; ; tries++) {
          try {
            return await connection.execute(way)
          } catch (error) {
            if (dialect.explain(error).kind !== 'lock timeout' || tries === 50) throw error
            await pause(20)
          }
        }
      } catch (error) {
        if (dialect.explain(error).kind !== 'unsupported' || at === ways.length - 1) {
          throw new Error(`${way}\n${error instanceof Error ? error.message : error}`)
        }
      }
    }
  }

  async function carryOut(
    connection: Connection,
    operations: readonly Operation[],
    before: Schema,
    purpose: 'run' | 'script',
  ): Promise<void> {
    const asked = purpose === 'script' || dialect.needsSchema(operations)
    const options = { version: connection.version, purpose, ...(asked && { before }) }
    for (const statement of dialect.render(operations, options)) {
      const state = async (): Promise<unknown> =>
        (await connection.query<{ state: string }>(statement.probe?.sql ?? ''))[0]?.state
      expect(statement.transactional).toBe(false)
      expect([statement.sql, await state()]).toEqual([statement.sql, 'absent'])
      await send(connection, {
        ...statement,
        sql: statement.sql.replace(/^DELIMITER (\S+)\n([\s\S]*) \S+\nDELIMITER ;$/, '$2'),
      })
      expect([statement.sql, await state()]).toEqual([statement.sql, 'done'])
    }
  }

  // A script knows the tables it meets, and asks for what they allow; a run does not, and is refused a copy.
  test('a script leads there and back', { timeout: 60_000 + RUNS * 20_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(schemaArbitrary, schemaArbitrary, async (from, to) => {
        const [a, b] = [await schemaOf(from), await schemaOf(to)]
        const { traits } = dialect
        await shadow.scratch(async (connection) => {
          await shadow.load(connection, from)
          await carryOut(connection, diff(a, b, { traits }), a, 'script')
          const there = await dialect.inspect(connection)
          expect(diff(there, b, { traits }).map(say)).toEqual([])
          expect(there).toEqual(b)
          await carryOut(connection, diff(b, a, { traits }), b, 'script')
          expect(await dialect.inspect(connection)).toEqual(a)
        })
      }),
      // Shrinking on a server takes longer than reading.
      { numRuns: RUNS, endOnFailure: true },
    )
  })
})
