// The order of operations, by example: what a reader of a generated revision will see.
import { describe, expect, it } from 'vitest'
import { diff, type Traits } from '../../src/diff/index.ts'
import { longestRising } from '../../src/diff/place.ts'
import { describe as line } from '../../src/operations/index.ts'
import { ref } from '../../src/schema/names.ts'
import {
  type Column,
  type Constraint,
  emptySchema,
  type Index,
  type Schema,
  type SchemaObject,
  type Table,
} from '../../src/schema/schema.ts'
import { databases } from './dialects.ts'

const lenient = databases[0]!.traits
const ordered: Traits = { ...lenient, columnOrder: true }

const column = (text: string, more: Partial<Column> = {}): Column => {
  const [name = '', type = 'integer'] = text.split(' ')
  return { name, type, nullable: true, ...more }
}
const key = (name: string, ...columns: string[]): Constraint => ({ name, type: 'primary key', columns })
const unique = (name: string, ...columns: string[]): Constraint => ({ name, type: 'unique', columns })
const foreign = (name: string, from: string, table: string, to: string): Constraint => ({
  name,
  type: 'foreign key',
  columns: [from],
  references: { table, columns: [to] },
})
const index = (name: string, ...columns: string[]): Index => ({
  name,
  unique: false,
  keys: columns.map((each) => ({ column: each })),
})
const table = (name: string, columns: (string | Column)[], more: Partial<Table> = {}): Table => ({
  name,
  columns: columns.map((each) => (typeof each === 'string' ? column(each) : each)),
  constraints: [],
  indexes: [],
  ...more,
})
const view = (name: string, definition = 'select', more: Partial<SchemaObject> = {}): SchemaObject => ({
  type: 'view',
  name,
  definition,
  ...more,
})
const schema = (tables: Table[], objects: SchemaObject[] = [], needs: string[] = []): Schema => ({
  tables,
  objects,
  dependencies: needs.map((need) => {
    const [from = '', to = ''] = need.split(' -> ')
    return { from, to }
  }),
})
const lines = (from: Schema, to: Schema, traits = lenient): string[] => diff(from, to, { traits }).map(line)

describe('foreign keys', () => {
  const a = table('a', ['id', 'b'], { constraints: [key('a_pk', 'id'), foreign('a_b', 'b', 'b', 'id')] })
  const b = table('b', ['id', 'a'], { constraints: [key('b_pk', 'id'), foreign('b_a', 'a', 'a', 'id')] })

  it('of a cycle: one is taken out of its table, no more', () => {
    expect(lines(emptySchema(), schema([a, b]))).toEqual([
      'create table b (2 columns, 1 constraint)',
      'create table a (2 columns, 2 constraints)',
      'add foreign key b_a (a) references a (id) to b',
    ])
    expect(lines(schema([a, b]), emptySchema())).toEqual([
      'drop foreign key b_a (a) references a (id) of b',
      'drop table a (2 columns, 2 constraints)',
      'drop table b (2 columns, 1 constraint)',
    ])
  })

  it('of a table to itself stay in it', () => {
    const self = table('t', ['id', 'up'], { constraints: [key('pk', 'id'), foreign('fk', 'up', 't', 'id')] })
    expect(lines(emptySchema(), schema([self]))).toEqual(['create table t (2 columns, 2 constraints)'])
    expect(lines(schema([self]), emptySchema())).toEqual(['drop table t (2 columns, 2 constraints)'])
  })

  it('step aside while the key they point at is replaced', () => {
    const before = table('t', ['id', 'x'], { constraints: [unique('u', 'id')] })
    const after = table('t', ['id', 'x'], { constraints: [key('u', 'id')] })
    const child = table('c', ['t'], { constraints: [foreign('fk', 't', 't', 'id')] })
    expect(lines(schema([before, child]), schema([after, child]))).toEqual([
      'drop foreign key fk (t) references t (id) of c',
      'drop unique u (id) of t',
      'add primary key u (id) to t',
      'add foreign key fk (t) references t (id) to c',
    ])
  })

  it('are moved where a dialect names them', () => {
    const parent = (type: string): Table => table('p', [`id ${type}`], { constraints: [key('pk', 'id')] })
    const child = (type: string): Table => table('c', [`p ${type}`], { constraints: [foreign('fk', 'p', 'p', 'id')] })
    const from = schema([parent('integer'), child('integer')])
    const to = schema([parent('text'), child('text')])
    const naming: Traits = {
      ...lenient,
      disturbs: (operation) => (operation.kind === 'alterColumn' ? [ref('constraint', 'c', 'fk')] : []),
    }
    expect(lines(from, to)).toEqual([
      'alter column c.p: type integer -> text',
      'alter column p.id: type integer -> text',
    ])
    expect(lines(from, to, naming)).toEqual([
      'drop foreign key fk (p) references p (id) of c',
      'alter column c.p: type integer -> text',
      'alter column p.id: type integer -> text',
      'add foreign key fk (p) references p (id) to c',
    ])
  })
})

describe('dependants', () => {
  it('of a column whose type changes are dropped before and made after, and theirs too', () => {
    const objects = [
      view('v'),
      view('w'),
      { type: 'materialized view', name: 'm', definition: 'x' },
      { type: 'index', name: 'i', table: 'm', definition: 'x' },
      { type: 'trigger', name: 'on_w', table: 'w', definition: 'x' },
    ]
    const needs = [
      'view v -> column t.a',
      'view w -> view v',
      'materialized view m -> view w',
      'index m.i -> materialized view m',
    ]
    const from = schema([table('t', ['a integer', 'b'], { indexes: [index('ia', 'a')] })], objects, needs)
    const to = schema([table('t', ['a bigint', 'b'], { indexes: [index('ia', 'a')] })], objects, needs)
    expect(lines(from, to)).toEqual([
      'drop trigger on_w on w',
      'drop index i on m',
      'drop materialized view m',
      'drop view w',
      'drop view v',
      'alter column t.a: type integer -> bigint',
      'create view v',
      'create view w',
      'create materialized view m',
      'create index i on m',
      'create trigger on_w on w',
    ])
  })

  it('are not made again where the new schema does not have them', () => {
    const from = schema(
      [table('t', ['a integer'])],
      [view('v'), view('w')],
      ['view v -> column t.a', 'view w -> view v'],
    )
    const to = schema([table('t', ['a text'])], [view('v', 'other')], ['view v -> column t.a'])
    expect(lines(from, to)).toEqual([
      'drop view w',
      'drop view v',
      'alter column t.a: type integer -> text',
      'create view v',
    ])
  })

  it('include defaults, generated columns, checks and indexes of a function that is replaced', () => {
    const t = table(
      't',
      [
        column('id', { default: 'f()' }),
        column('g', { generated: { expression: 'f() + id', stored: true } }),
        column('n', { default: '1' }),
      ],
      {
        constraints: [{ name: 'ck', type: 'check', columns: ['n'], expression: 'f() > n' }],
        indexes: [{ name: 'ix', unique: false, keys: [{ expression: 'f()' }] }, index('ig', 'g')],
      },
    )
    const needs = ['column t.id', 'column t.g', 'constraint t.ck', 'index t.ix'].map(
      (each) => `${each} -> function f()`,
    )
    const replacing: Traits = { ...lenient, alterObject: () => false }
    const f = (definition: string): SchemaObject => ({ type: 'function', name: 'f()', definition })
    expect(
      lines(schema([t], [f('1')], [...needs, 'column t.g -> column t.id']), schema([t], [f('2')], needs), replacing),
    ).toEqual([
      'drop index ig of t (g)',
      'drop index ix of t (f())',
      'drop check ck (f() > n) of t',
      'drop column t.g integer generated as (f() + id)',
      'alter column t.id: default f() -> none',
      'drop function f()',
      'create function f()',
      'alter column t.id: default none -> f()',
      'add column t.g integer generated as (f() + id)',
      'add check ck (f() > n) to t',
      'create index ig on t (g)',
      'create index ix on t (f())',
    ])
  })

  it('a default that reads its own table is set after the function is there', () => {
    const t = table('t', [column('id', { default: 'f()' })])
    const to = schema(
      [t],
      [{ type: 'function', name: 'f()' }],
      ['column t.id -> function f()', 'function f() -> column t.id'],
    )
    expect(lines(emptySchema(), to)).toEqual([
      'create table t (1 column)',
      'create function f()',
      'alter column t.id: default none -> f()',
    ])
    expect(lines(to, emptySchema())).toEqual([
      'alter column t.id: default f() -> none',
      'drop function f()',
      'drop table t (1 column)',
    ])
  })
})

describe('the order of what is free', () => {
  it('is additions, changes, losses; types before tables before views', () => {
    const from = schema([table('old', ['a']), table('t', ['gone', 'a'])], [view('stale')])
    const to = schema(
      [table('t', ['a', 'fresh']), table('new', ['a mood'])],
      [view('v'), { type: 'enum', name: 'mood', values: ['ok'] }, { type: 'namespace', name: 'n' }],
    )
    expect(lines(from, to)).toEqual([
      'create namespace n',
      'create enum mood (ok)',
      'create table new (1 column)',
      'add column t.fresh integer',
      'create view v',
      'drop view stale',
      'drop column t.gone integer',
      'drop table old (1 column)',
    ])
  })

  it('gives up a name before it is taken, whatever bears it', () => {
    const from = schema([table('a', ['x'], { indexes: [index('i', 'x')] })], [view('b')])
    const to = schema([table('a', ['x']), table('b', ['x'], { indexes: [index('i', 'x')] })])
    expect(lines(from, to)).toEqual(['drop view b', 'drop index i of a (x)', 'create table b (1 column, 1 index)'])
  })

  it('drops what lives on a table before the table, so that the way back is whole', () => {
    const from = schema([table('t', ['x'])], [{ type: 'trigger', name: 'a', table: 't', definition: 'x' }])
    expect(lines(from, emptySchema())).toEqual(['drop trigger a on t', 'drop table t (1 column)'])
  })

  it('replaces one primary key by another', () => {
    const from = schema([table('t', ['a', 'b'], { constraints: [key('one', 'a')] })])
    const to = schema([table('t', ['a', 'b'], { constraints: [key('two', 'b')] })])
    expect(lines(from, to)).toEqual(['drop primary key one (a) of t', 'add primary key two (b) to t'])
  })

  it('leaves out what comes and goes with its owner', () => {
    const traits: Traits = { ...lenient, implicit: ({ type }) => type === 'sequence' }
    const to = schema([table('t', ['id'])], [{ type: 'sequence', name: 's' }], ['sequence s -> column t.id'])
    expect(lines(emptySchema(), to, traits)).toEqual(['create table t (1 column)'])
    expect(lines(to, emptySchema(), traits)).toEqual(['drop table t (1 column)'])
  })

  it('ignores facts about things it does not know', () => {
    const objects = [view('v')]
    const facts = [
      'view v -> function pg_catalog.now()',
      'column x.y -> table t',
      'nonsense -> view v',
      'view v -> column w.a',
    ]
    expect(lines(schema([table('t', ['a'])], objects, facts), schema([table('t', ['a'])], [], facts))).toEqual([
      'drop view v',
    ])
  })
})

describe('names', () => {
  const with_ = (...constraints: Constraint[]): Schema => schema([table('t', ['a', 'b'], { constraints })])

  it('that alone differ are renames', () => {
    const from = schema([table('t', ['a', 'b'], { constraints: [unique('u', 'a')], indexes: [index('i', 'b')] })])
    const to = schema([table('t', ['a', 'b'], { constraints: [unique('v', 'a')], indexes: [index('j', 'b')] })])
    expect(lines(from, to)).toEqual(['rename constraint u of t to v', 'rename index i of t to j'])
  })

  it('are no renames where one side has none', () => {
    expect(lines(with_(unique('', 'a')), with_(unique('', 'b')))).toEqual([
      'add unique (b) to t',
      'drop unique (a) of t',
    ])
    expect(lines(with_(unique('u', 'a')), with_(unique('', 'a')))).toEqual([
      'add unique (a) to t',
      'drop unique u (a) of t',
    ])
  })

  it('go before shapes: swapped names are two changes', () => {
    const swapped = lines(with_(unique('u', 'a'), unique('v', 'b')), with_(unique('v', 'a'), unique('u', 'b')))
    expect(swapped).toEqual([
      'drop unique u (a) of t',
      'drop unique v (b) of t',
      'add unique u (b) to t',
      'add unique v (a) to t',
    ])
  })

  it('that something else still bears are not renamed to', () => {
    const tables = (a: Index[], b: Index[]): Schema =>
      schema([table('a', ['x'], { indexes: a }), table('b', ['x'], { indexes: b })])
    const swapped = lines(tables([index('i', 'x')], [index('j', 'x')]), tables([index('j', 'x')], [index('i', 'x')]))
    expect(swapped.map((each) => each.split(' ', 1)[0])).toEqual(['drop', 'create', 'drop', 'create'])
  })
})

describe('the order of columns', () => {
  const order = (...columns: string[]): Schema => schema([table('t', columns)])

  it('counts only where the database says so', () => {
    expect(lines(order('a', 'b'), order('b', 'a'))).toEqual([])
    expect(lines(order('a', 'b'), order('b', 'a'), ordered)).toHaveLength(1)
  })

  it('is reached with the fewest moves', () => {
    expect(lines(order('a', 'b', 'c', 'd', 'e'), order('b', 'c', 'd', 'e', 'a'), ordered)).toEqual([
      'move column t.a after e',
    ])
    expect(lines(order('a', 'b', 'c'), order('c', 'a', 'x', 'b'), ordered)).toEqual([
      'add column t.x integer',
      'move column t.c to the first place',
    ])
  })

  it('remembers where a dropped column was', () => {
    expect(diff(order('a', 'b', 'c'), order('a', 'c'), { traits: ordered })).toEqual([
      { kind: 'dropColumn', table: 't', column: column('b'), after: 'a' },
    ])
    expect(diff(order('a', 'b'), order('b'), { traits: ordered })).toMatchObject([{ after: null }])
  })

  it('rests on a longest rising subsequence', () => {
    expect(longestRising([3, 1, 2, 0, 4])).toEqual([1, 2, 4])
    expect(longestRising([])).toEqual([])
  })
})

describe('large schemas', () => {
  const large = (changes: number): Schema =>
    schema(
      Array.from({ length: 1000 }, (_, at) =>
        table(`table_${at}`, ['id', 'name text', 'a', 'b', 'c', 'd', 'e', 'f', 'g', at < changes ? 'h text' : 'h'], {
          constraints: [
            key(`table_${at}_pkey`, 'id'),
            { name: 'ck', type: 'check', columns: ['a'], expression: 'a > 0' },
            foreign(`table_${at}_fkey`, 'b', `table_${(at * 7) % 1000}`, 'id'),
          ],
          indexes: [index(`table_${at}_name`, 'name'), index(`table_${at}_ab`, 'a', 'b')],
        }),
      ),
      Array.from({ length: 300 }, (_, at) => view(`view_${at}`)),
      Array.from({ length: 300 }, (_, at) => `view view_${at} -> column table_${at}.h`),
    )

  it('come to what differs and nothing else', () => {
    expect(diff(large(0), large(10), { traits: lenient })).toHaveLength(30)
  })

  it('are created and dropped whole, cycles and all', () => {
    expect(diff(emptySchema(), large(0), { traits: lenient }).length).toBeGreaterThan(1300)
    expect(diff(large(0), emptySchema(), { traits: lenient }).length).toBeGreaterThan(1300)
  })
})
