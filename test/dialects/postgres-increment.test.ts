// Loading what has changed of a list of DDL gives the schema that loading all of it gives, for random lists and changes.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Shadow } from '../../src/dialects/dialect.ts'
import { dialect } from '../../src/dialects/postgres/index.ts'
import { reach } from '../../src/dialects/postgres/reach.ts'
import { incrementOf, outlineOf } from '../../src/runner/increment.ts'
import type { Schema } from '../../src/schema/schema.ts'

interface Col {
  type: string
  required: boolean
  unique: boolean
  fallback: boolean
}
interface Tab {
  columns: Col[]
  /** The table it points at, by a foreign key beside the table or inside of it. */
  parent: number | undefined
  inline: boolean
  index: number | undefined
  unique: boolean
  secured: boolean
}
interface Model {
  /** Absent: a table that is not there. */
  tables: (Tab | undefined)[]
  view: number | undefined
  enums: number
}

/** GODWIT_RUNS makes it long. */
const RUNS = Number(process.env.GODWIT_RUNS ?? 60)
const NAMES = ['t', 't1', 'orders', 'Odd', 'app.users', 'app.t', 'tag', 'note']
const TYPES = ['integer', 'serial', 'varchar(20)', 'text', 'timestamptz', 'numeric(6, 2)', 'mood', 'uuid']

const col: fc.Arbitrary<Col> = fc.record({
  type: fc.constantFrom(...TYPES),
  required: fc.boolean(),
  unique: fc.boolean(),
  fallback: fc.boolean(),
})
const tab: fc.Arbitrary<Tab> = fc.record({
  columns: fc.array(col, { maxLength: 4 }),
  parent: fc.option(fc.nat(7), { nil: undefined }),
  inline: fc.boolean(),
  index: fc.option(fc.nat(3), { nil: undefined }),
  unique: fc.boolean(),
  secured: fc.boolean(),
})
const model: fc.Arbitrary<Model> = fc.record({
  tables: fc.array(fc.option(tab, { nil: undefined, freq: 6 }), { minLength: 8, maxLength: 8 }),
  view: fc.option(fc.nat(7), { nil: undefined, freq: 2 }),
  enums: fc.integer({ min: 1, max: 2 }),
})
/** A model, and the same with one or two tables changed, added or gone; rarely something else. */
const pairs = fc
  .tuple(
    model,
    fc.array(fc.tuple(fc.nat(7), fc.option(tab, { nil: undefined, freq: 8 })), { minLength: 1, maxLength: 2 }),
    fc.record({ view: fc.option(fc.nat(7), { nil: undefined, freq: 9 }), enums: fc.integer({ min: 1, max: 2 }) }),
    fc.nat(9),
  )
  .map(([before, changes, other, chance]): [Model, Model] => {
    const tables = [...before.tables]
    for (const [at, next] of changes) tables[at] = next
    return [before, { ...before, tables, ...(chance === 0 && other) }]
  })

const quoted = (name: string): string =>
  name
    .split('.')
    .map((part) => `"${part}"`)
    .join('.')
const bareOf = (name: string): string => name.split('.').at(-1) ?? ''

/** As models are printed: tables, then keys and indexes, then what reads them. */
function ddlOf({ tables, view, enums }: Model): string[] {
  const creates: string[] = []
  const keys: string[] = []
  const indexes: string[] = []
  const rest: string[] = []
  for (const [at, table] of tables.entries()) {
    if (table === undefined) continue
    const name = NAMES[at] ?? ''
    // Tables point backwards inside, and anywhere beside.
    const { parent, inline } = table
    const target = parent !== undefined && tables[parent] !== undefined ? NAMES[parent] : undefined
    const inside = target !== undefined && inline && parent !== undefined && parent < at
    const columns = table.columns.map(
      ({ type, required, unique, fallback }, n) =>
        `"c${n}" ${type}${fallback && type === 'text' ? " default 'it''s t1'" : ''}${required ? ' not null' : ''}${unique ? ' unique' : ''}`,
    )
    creates.push(
      `create table ${quoted(name)} ("id" integer primary key, "up" integer${inside ? ` references ${quoted(target)} ("id")` : ''}${columns.map((one) => `, ${one}`).join('')})`,
    )
    if (target !== undefined && !inside)
      keys.push(
        `alter table ${quoted(name)} add constraint "${bareOf(name)}_up_fk" foreign key ("up") references ${quoted(target)} ("id")`,
      )
    if (table.index !== undefined && table.columns[table.index] !== undefined)
      indexes.push(
        `create ${table.unique ? 'unique ' : ''}index "${name.replace('.', '_')}_i" on ${quoted(name)} using btree ("c${table.index}")`,
      )
    if (table.secured) rest.push(`alter table ${quoted(name)} enable row level security`)
  }
  const seen = view !== undefined && tables[view] !== undefined ? NAMES[view] : undefined
  return [
    'create schema if not exists "app"',
    "create type \"mood\" as enum ('sad', 'ok')",
    ...(enums > 1 ? ['create type "other" as enum (\'t1\')'] : []),
    ...creates,
    ...keys,
    ...indexes,
    ...(seen === undefined ? [] : [`create view "looking" as select "id" from ${quoted(seen)}`]),
    ...rest,
  ]
}

describe('of a list of DDL', () => {
  let shadow: Shadow
  beforeAll(async () => {
    shadow = await dialect.openShadow({})
  }, 60_000)
  afterAll(() => shadow.close())
  const load = (statements: readonly string[]): Promise<Schema> =>
    shadow.scratch(async (connection) => {
      await shadow.load(connection, statements)
      return dialect.inspect(connection)
    })

  it('only what changed is loaded, and the schema is the same', { timeout: 60_000 + RUNS * 2000 }, async () => {
    let increments = 0
    await fc.assert(
      fc.asyncProperty(pairs, async ([before, after]) => {
        const [first, second] = [ddlOf(before), ddlOf(after)]
        const outline = outlineOf(first, reach)
        if (outline === undefined) throw new Error('a statement is not understood')
        const increment = incrementOf({ outline, schema: await load(first) }, second, reach)
        if (increment === undefined) return
        const schema = increment.merge(await load(increment.statements))
        if (schema === undefined) return
        increments++
        expect(schema).toEqual(await load(second))
      }),
      { numRuns: RUNS },
    )
    if (RUNS > 60) console.info(`${RUNS} pairs, ${increments} by what changed`)
    expect(increments).toBeGreaterThan(5)
  })

  it('statements that may concern anything are left to the full load', () => {
    for (const sql of [
      'create table x (like y)',
      'create table x () inherits (y)',
      'create table x partition of y for values in (1)',
      'create function f() returns int language sql as $$ select 1 $$',
      'alter table x rename to y',
      'alter table x add column y int',
      "comment on table x is 'y'",
      'create trigger t before insert on x execute function f()',
      'set search_path = other',
      'do $$ begin end $$',
      'create table "a""b" (id int)',
    ])
      expect([sql, reach(sql)]).toEqual([sql, undefined])
  })
})
