// Random databases on the real engine: from each to each other, with nothing left to do, and no row lost on the way.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { op } from '../../src/operations/op.ts'
import { look } from '../../src/runner/look.ts'
import { openSpeller } from '../../src/runner/speller.ts'
import { emptySchema } from '../../src/schema/schema.ts'
import { carryOut, dialect, memory, migrate, schemaOf } from './sqlite-support.ts'

const name = fc.constantFrom('a', 'b', 'c', 'd', 'Odd "name"', 'order')
const quote = (text: string) => `"${text.replaceAll('"', '""')}"`
const maybe = (text: string) => fc.constantFrom('', text)

interface ColumnText {
  name: string
  sql: string
  plain: boolean
}

const column = (own: string, others: readonly string[]): fc.Arbitrary<ColumnText> =>
  fc
    .record({
      type: fc.constantFrom('int', 'INTEGER', 'text', 'blob', 'real', 'any', 'varchar(10)', 'decimal(10, 2)', ''),
      collate: maybe(' collate nocase'),
      notNull: fc.constantFrom('', '', ' not null', ' not null on conflict ignore'),
      value: fc.constantFrom(
        '',
        '',
        ' default 5',
        " default 'it''s'",
        ' default (1 + 1)',
        ' default current_timestamp',
        ' default null',
      ),
      unique: fc.constantFrom('', '', '', ' unique', ' constraint only unique on conflict replace'),
      check: fc.constantFrom(
        '',
        '',
        ` check (${quote(own)} <> 'x')`,
        ` constraint cool check (length(${quote(own)}) < 99)`,
      ),
      reference: fc.constantFrom(
        '',
        '',
        ' references t0',
        ' references t1 on delete cascade deferrable initially deferred',
      ),
      generated:
        others.length === 0
          ? fc.constant('')
          : fc.constantFrom('', '', '', ` as (${quote(others[0] ?? '')} || 'x')`, ` as (1) stored`),
    })
    .map(({ type, collate, notNull, value, unique, check, reference, generated }) => ({
      name: own,
      plain: generated === '',
      sql: `${quote(own)} ${type}${collate}${notNull}${generated === '' ? value : generated}${unique}${check}${reference}`,
    }))

const table = (tableName: string): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.uniqueArray(name, { minLength: 1, maxLength: 4 }),
      fc.constantFrom('rowid', 'integer', 'autoincrement', 'text', 'pair', 'desc'),
      fc.constantFrom('', '', ' without rowid'),
      fc.array(fc.constantFrom('plain', 'unique', 'partial', 'expression'), { maxLength: 2 }),
    )
    .chain(([names, key, option, indexes]) =>
      fc.tuple(...names.map((own, index) => column(own, names.slice(0, index).slice(0, 1)))).map((columns) => {
        // A generated column may only read one that is there, and the first one is never generated.
        const keys: Record<string, string[]> = {
          rowid: [],
          integer: ['id integer primary key'],
          autoincrement: ['id integer primary key autoincrement'],
          text: ['id text constraint pk primary key not null'],
          pair: ['id int', 'other text', 'primary key (other collate nocase desc, id)'],
          desc: ['id integer primary key desc'],
        }
        const parts = keys[key] ?? []
        const noRowid = option !== '' && key !== 'rowid' && key !== 'autoincrement' ? option : ''
        const body = [
          ...parts.filter((part) => !part.startsWith('primary')),
          ...columns.map(({ sql }) => sql),
          ...parts.filter((part) => part.startsWith('primary')),
        ]
        const [first = 'a'] = names
        const texts = indexes.map((kind, index) => {
          const indexName = quote(`${tableName}_${kind}_${index}`)
          if (kind === 'unique')
            return `create unique index ${indexName} on ${tableName} (${quote(first)} collate rtrim desc)`
          if (kind === 'partial')
            return `create index ${indexName} on ${tableName} (${quote(first)}) where ${quote(first)} is not null`
          if (kind === 'expression') return `create index ${indexName} on ${tableName} (lower(${quote(first)}), (1))`
          return `create index ${indexName} on ${tableName} (${names.map(quote).join(', ')})`
        })
        return [`create table ${tableName} (${body.join(', ')})${noRowid}`, ...texts].join(';\n')
      }),
    )

const objects = fc.constantFrom(
  '',
  'create view v as select * from t0',
  'create view v as select count(*) as n from t0, t1; create view w as select n from v',
  "create trigger g after insert on t0 begin delete from t1 where 0; select case when 1 then ';' end; end",
  'create view v (x) as select 1; create trigger g instead of insert on v begin select new.x; end',
  'create virtual table f using fts5(title)',
)

const database = fc
  .tuple(table('t0'), table('t1'), fc.option(table('t2'), { nil: '' }), objects)
  .map((parts) => parts.join(';\n'))

test('from each to each other and down to nothing', async () => {
  await fc.assert(
    fc.asyncProperty(database, database, fc.constantFrom('3.45.0', '3.53.0'), async (from, to, version) => {
      const [a, b] = [await schemaOf(from), await schemaOf(to)]
      await using connection = await memory()
      expect(await migrate(connection, a, version)).toEqual([])
      expect(await migrate(connection, b, version)).toEqual([])
      expect(await migrate(connection, a, version)).toEqual([])
      expect(await migrate(connection, emptySchema(), version)).toEqual([])
    }),
    { numRuns: 120 },
  )
}, 240_000)

test('rows outlive every change that they can meet', async () => {
  const loose = (sql: string) =>
    sql
      .replaceAll(/(?<! is) not null(?: on conflict ignore)?/g, '')
      .replaceAll(/ (?:constraint only )?unique(?! index)(?: on conflict replace)?/g, '')
  await fc.assert(
    fc.asyncProperty(table('t0'), table('t0'), async (one, two) => {
      const [from, to] = [loose(one), loose(two)].map(
        (sql) =>
          `create table keep (id integer primary key, x text); ${sql.replace(/create unique index/g, 'create index')}`,
      )
      const [a, b] = [await schemaOf(from ?? ''), await schemaOf(to ?? '')]
      await using connection = await memory()
      expect(await migrate(connection, a)).toEqual([])
      await connection.execute('pragma foreign_keys = off')
      const writable =
        a.tables.find((each) => each.name === 't0')?.columns.filter((each) => each.generated === undefined) ?? []
      const typed = writable.filter(({ name: each }) => each !== 'id' && each !== 'other')
      const columns = [
        ...typed.map((each) => quote(each.name)),
        ...writable.filter((each) => !typed.includes(each)).map((each) => quote(each.name)),
      ]
      const values = (row: number) => [
        ...typed.map(() => 'null'),
        ...writable.filter((each) => !typed.includes(each)).map(() => String(row)),
      ]
      for (const row of [1, 2, 7]) {
        await connection.execute(`insert into t0 (${columns.join(', ')}) values (${values(row).join(', ')})`)
      }
      await connection.execute('insert into keep values (5, null)')
      // A key that has no value for the rows, or that repeats, is refused; then all is as it was.
      const left = await migrate(connection, b).catch((error: unknown) => {
        expect(String(error)).toMatch(/constraint failed|Cannot add|datatype mismatch|would change values/)
        return undefined
      })
      if (left !== undefined) expect(left).toEqual([])
      expect(await connection.query('select count(*) as n from t0')).toEqual([{ n: 3 }])
      expect(await connection.query('select * from keep')).toEqual([{ id: 5, x: null }])
    }),
    { numRuns: 80 },
  )
}, 240_000)

test('what looks first makes on nothing what it asks for, and then finds it', async () => {
  const speller = openSpeller(dialect, {})
  await fc.assert(
    fc.asyncProperty(database, async (sql) => {
      const { tables } = await schemaOf(sql)
      await using connection = await memory()
      for (const outcome of ['absent', 'found'] as const) {
        for (const table of tables) {
          const ensure = op.ensureTable({ table })
          const found = await look(speller, connection, await dialect.inspect(connection), ensure)
          expect(found.outcome).toBe(outcome)
          if (found.outcome === 'absent') await carryOut(connection, found.operations)
        }
      }
    }),
    { numRuns: 60 },
  )
}, 240_000)
