// The SQL of single operations, as a reader meets it, with the facts that plan and lint rely on.
import { describe, expect, it } from 'vitest'
import { needsSchema, render } from '../../src/dialects/postgres/render.ts'
import { traits } from '../../src/dialects/postgres/traits.ts'
import { op } from '../../src/operations/op.ts'
import type { Operation } from '../../src/operations/operation.ts'
import { type Column, emptySchema, type Schema, type SchemaObject } from '../../src/schema/schema.ts'

const sql = (operations: Operation[], options = {}): string[] =>
  render(operations, { version: '15.4', ...options }).map((statement) => statement.sql)
const column = (name: string, type: string, rest: Partial<Column> = {}): Column => ({
  name,
  type,
  nullable: true,
  ...rest,
})
const serial: Column = { name: 'id', type: 'integer', nullable: false, identity: { kind: 'serial' } }
const mood = (...values: string[]): SchemaObject => ({ type: 'enum', name: 'mood', values })

describe('tables', () => {
  it('are written one column a line, with names of constraints, comments after', () => {
    expect(
      sql([
        op.createTable({
          table: {
            name: 'audit.Order',
            columns: [serial, column('total', 'numeric(10,2)', { default: '0', comment: "it's" })],
            constraints: [{ name: 'Order_pkey', type: 'primary key', columns: ['id'] }],
            indexes: [{ name: 'by_total', unique: false, keys: [{ column: 'total', descending: true }] }],
          },
        }),
      ]),
    ).toEqual([
      `create table audit."Order" (
  id serial not null,
  total numeric(10,2) default 0,
  constraint "Order_pkey" primary key (id)
)`,
      'create index by_total on audit."Order" (total desc)',
      `comment on column audit."Order".total is 'it''s'`,
    ])
  })

  it('cannot be broken out of by a name', () => {
    const hostile = `x"; drop table users; --\n😀`
    const [text = ''] = sql([
      op.createTable({ table: { name: 'users', columns: [column(hostile, 'text')], constraints: [], indexes: [] } }),
    ])
    expect(text).toContain(`"x""; drop table users; --\n😀" text`)
  })

  it('move to another schema, then take another name', () => {
    expect(sql([op.renameTable({ from: 'old', to: 'audit.new' })])).toEqual([
      'alter table public.old set schema audit',
      'alter table audit.old rename to new',
    ])
  })
})

describe('neighbours', () => {
  const add = op.addColumn({ table: 'users', column: column('a', 'integer') })
  const check = op.addConstraint({
    table: 'users',
    constraint: { name: 'positive', type: 'check', columns: ['a'], expression: '(a > 0)' },
  })
  it('on one table become one ALTER TABLE with all their facts', () => {
    const statements = render([op.dropColumn({ table: 'users', column: column('b', 'text') }), add, check], {})
    expect(statements).toHaveLength(1)
    expect(statements[0]?.sql).toBe(`alter table public.users
  drop column b,
  add column a integer,
  add constraint positive check (a > 0)`)
    expect(statements[0]?.facts).toMatchObject({ lock: 'ACCESS EXCLUSIVE', scans: true, losesData: true })
  })

  it('rewrite a table once, however many of its columns change their type', () => {
    const statements = render(
      ['a', 'b', 'c'].map((name, at) => {
        const rest = at === 1 ? { default: '1', comment: 'x' } : {}
        const from = column(name, 'integer', at === 1 ? { default: '1' } : {})
        return op.alterColumn({ table: 't', from, to: column(name, 'bigint', { ...rest, nullable: at === 1 }) })
      }),
      { version: '15.4' },
    )
    expect(statements.map((each) => [each.sql, each.facts?.rewrites === true])).toEqual([
      [
        `alter table public.t
  alter column a type bigint,
  alter column a set not null,
  alter column b drop default,
  alter column b type bigint,
  alter column b set default 1,
  alter column c type bigint,
  alter column c set not null`,
        true,
      ],
      [`comment on column public.t.b is 'x'`, false],
    ])
  })

  it('stay apart where the server would carry them out in another order', () => {
    const drop = op.dropConstraint({
      table: 'users',
      constraint: { name: 'positive', type: 'check', columns: ['a'], expression: '(a > 0)' },
    })
    expect(sql([add, check, drop])).toHaveLength(2)
    expect(sql([add, op.addColumn({ table: 'posts', column: column('a', 'integer') })])).toHaveLength(2)
  })
})

describe('columns', () => {
  const retype = (from: string, to: string): string =>
    sql([op.alterColumn({ table: 't', from: column('c', from), to: column('c', to) })])[0] ?? ''

  it.each([
    ['integer', 'bigint', 'type bigint'],
    ['character varying(10)', 'text', 'type text'],
    ['integer', 'text', 'type text'],
    ['text', 'integer', 'type integer using c::integer'],
    ['text', 'character varying(10)', 'type character varying(10)'],
    ['smallint', 'boolean', 'type boolean using c <> 0'],
    ['boolean', 'bigint', 'type bigint using c::integer::bigint'],
    ['public.mood', 'public.temper', 'type public.temper using c::text::public.temper'],
    [
      'text',
      'text[]',
      "type text[] using case when c ~ '^\\s*\\{.*\\}\\s*$' then c::text::text[] when c is not null then array[c]::text[] end",
    ],
    [
      'integer[]',
      'integer',
      'type integer using case when cardinality(c) = 1 and array_ndims(c) = 1 then c[1] else c::text::integer end',
    ],
    ['text[]', 'jsonb', 'type jsonb using to_jsonb(c)'],
    ['jsonb', 'json', 'type json'],
    ['uuid', 'bytea', 'type bytea using c::text::bytea'],
  ])('from %s to %s: a conversion only where the server has none', (from, to, text) => {
    expect(retype(from, to)).toBe(`alter table public.t alter column c ${text}`)
  })

  it('keep the default out of the way of another type', () => {
    const from = column('c', 'text', { default: `'1'::text` })
    const to = column('c', 'integer', { default: '1' })
    expect(sql([op.alterColumn({ table: 't', from, to })])).toEqual([
      `alter table public.t
  alter column c drop default,
  alter column c type integer using c::integer,
  alter column c set default 1`,
    ])
  })

  it.each([
    ['character varying(10)', 'character varying(20)', false],
    ['character varying(20)', 'character varying(10)', true],
    ['character varying(20)', 'text', false],
    ['numeric(10,2)', 'numeric(12,2)', false],
    ['numeric(10,2)', 'numeric(10,1)', true],
    ['integer', 'bigint', true],
    ['timestamp(6) without time zone', 'timestamp(3) without time zone', true],
    ['cidr', 'inet', false],
  ])('from %s to %s: rewrites %s', (from, to, rewrites) => {
    const [statement] = render([op.alterColumn({ table: 't', from: column('c', from), to: column('c', to) })], {})
    expect(statement?.facts?.rewrites ?? false).toBe(rewrites)
  })

  it('keep their counter from serial to identity', () => {
    const to: Column = { ...serial, identity: { kind: 'always' } }
    expect(sql([op.alterColumn({ table: 't', from: serial, to })])).toEqual([
      'alter table public.t alter column id drop default',
      'alter sequence public.t_id_seq owned by none',
      'alter sequence public.t_id_seq rename to godwit_t_id_seq_old',
      'alter table public.t alter column id add generated always as identity',
      `select pg_catalog.setval('public.t_id_seq', last_value, is_called) from public.godwit_t_id_seq_old`,
      'drop sequence public.godwit_t_id_seq_old',
    ])
  })
})

describe('indexes', () => {
  const index = { name: 'i', unique: true, keys: [{ column: 'a' }, { expression: 'lower(b)' }] }
  it('built beside writers stand alone, and can be looked for', () => {
    const [statement] = render([op.createIndex({ table: 't', index, concurrently: true })], {})
    expect(statement?.sql).toBe('create unique index concurrently i on public.t (a, (lower(b)))')
    expect(statement).toMatchObject({ transactional: false, facts: { lock: 'SHARE UPDATE EXCLUSIVE' } })
    expect(statement?.probe?.sql).toContain('indisvalid')
    expect(statement?.probe?.repair).toEqual(['drop index concurrently if exists public.i'])
  })
  it('change storage in place, and anything else by being built anew', () => {
    const to = { ...index, extra: { options: { fillfactor: '70' } } }
    expect(traits.alterIndex(index, to)).toBe(true)
    expect(sql([op.alterIndex({ table: 't', from: index, to })])).toEqual(['alter index public.i set (fillfactor=70)'])
    expect(traits.alterIndex(index, { ...index, unique: false })).toBe(false)
  })
})

describe('enums', () => {
  const grow = op.alterObject({ from: mood('sad', 'glad'), to: mood('meh', 'sad', 'ok', 'glad', 'elated') })
  it('grow in place', () => {
    expect(needsSchema([grow])).toBe(false)
    expect(sql([grow])).toEqual([
      `alter type public.mood add value 'meh' before 'sad'`,
      `alter type public.mood add value 'ok' before 'glad'`,
      `alter type public.mood add value 'elated'`,
    ])
  })
  it('commit a value first that is used in the same breath', () => {
    const use = op.alterColumn({
      table: 't',
      from: column('m', 'public.mood'),
      to: column('m', 'public.mood', { default: `'ok'::public.mood` }),
    })
    const statements = render([grow, use], {})
    expect(statements.map(({ transactional }) => transactional)).toEqual([true, false, true, true])
    expect(statements[1]?.probe?.sql).toContain(`enumlabel = 'ok'`)
  })
  it('are made anew where a value goes, and say so when rows still hold it', () => {
    const before: Schema = {
      ...emptySchema(),
      tables: [
        {
          name: 't',
          columns: [column('m', 'public.mood', { default: `'sad'::public.mood` }), column('n', 'text')],
          constraints: [],
          indexes: [],
        },
      ],
      objects: [mood('sad', 'glad')],
    }
    const shrink = op.alterObject({ from: mood('sad', 'glad'), to: mood('sad') })
    expect(needsSchema([shrink])).toBe(true)
    expect(traits.disturbs(shrink, before, before)).toEqual(['enum mood', 'column t.m'])
    const [guard, ...rest] = sql([shrink], { before })
    expect(guard).toContain(`m::text in ('glad')`)
    // Its owner and its rights are noted before, and put back after.
    expect(rest.filter((each) => !each.startsWith('do '))).toEqual([
      'alter type public.mood rename to godwit_mood_old',
      `create type public.mood as enum ('sad')`,
      `alter table public.t
  alter column m drop default,
  alter column m type public.mood using m::text::public.mood,
  alter column m set default 'sad'::public.mood`,
      'drop type public.godwit_mood_old',
    ])
  })
})

describe('traits', () => {
  it('leave a key alone that widens, and take it out where its ends no longer compare', () => {
    const table = (name: string, type: string) => ({
      name,
      columns: [column('id', type)],
      constraints: [
        {
          name: `${name}_fk`,
          type: 'foreign key' as const,
          columns: ['id'],
          references: { table: 'a', columns: ['id'] },
        },
      ],
      indexes: [],
    })
    const before: Schema = { ...emptySchema(), tables: [table('a', 'integer'), table('b', 'integer')] }
    const change = (to: string) => op.alterColumn({ table: 'a', from: column('id', 'integer'), to: column('id', to) })
    expect(traits.disturbs(change('bigint'), before, before)).toEqual(['column a.id'])
    expect(traits.disturbs(change('uuid'), before, before)).toEqual([
      'column a.id',
      'constraint a.a_fk',
      'constraint b.b_fk',
    ])
  })
  it('replace a function while its signature stays', () => {
    const made = (args: string, returns = 'integer'): SchemaObject => ({
      type: 'function',
      name: 'f(integer)',
      definition: '',
      extra: { arguments: args, returns },
    })
    expect(traits.alterObject(made(`a integer DEFAULT 1`), made(`a integer DEFAULT length('x,y'::text)`))).toBe(true)
    // OR REPLACE would do, but not on the way back.
    expect(traits.alterObject(made('a integer'), made('a integer DEFAULT 1'))).toBe(false)
    expect(traits.alterObject(made('a integer DEFAULT 1'), made('a integer'))).toBe(false)
    expect(traits.alterObject(made('a integer'), made('b integer'))).toBe(false)
    expect(traits.alterObject(made('a integer'), made('a integer', 'text'))).toBe(false)
  })
})

describe('a script', () => {
  it('says that routine bodies are not checked', () => {
    const made: SchemaObject = { type: 'function', name: 'f()', definition: 'CREATE OR REPLACE FUNCTION public.f() …' }
    expect(sql([op.createObject({ object: made })], { purpose: 'script' })[0]).toBe('set check_function_bodies = off')
    expect(sql([op.createObject({ object: made })])).toHaveLength(1)
  })
})
