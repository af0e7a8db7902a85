// The comparison that test/survival.test.ts rests on: it looks at what values mean, whatever their type is called, and sees
// what is lost all the same.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Connection } from '../src/dialects/dialect.ts'
import { dialect } from '../src/dialects/postgres/index.ts'
import type { Schema } from '../src/schema/schema.ts'
import { lost, snapshot, surviving } from './support/survivors.ts'

let connection: Connection
beforeAll(async () => {
  connection = await dialect.connect('pglite:', { create: true })
})
afterAll(() => connection?.close())

/** What `change` loses of the rows of the table `t`, as one type becomes another under the same name. */
async function lostBy({ before, change }: { before: string; change: string }): Promise<string[]> {
  await connection.execute(`create schema one; set search_path = one; ${before}`)
  try {
    const from = await dialect.inspect(connection, { namespaces: ['one'] })
    const rows = async (to: Schema, as: Schema) => snapshot(dialect, connection, surviving(from.tables, from, to), as)
    const copy = await tried(async () => {
      await connection.execute(change)
      return dialect.inspect(connection, { namespaces: ['one'] })
    })
    const start = await rows(copy, from)
    await connection.execute(change)
    return lost(start, await rows(copy, copy))
  } finally {
    await connection.execute('drop schema one cascade; reset search_path')
  }
}

async function tried<Result>(work: () => Promise<Result>): Promise<Result> {
  await connection.execute('begin')
  try {
    return await work()
  } finally {
    await connection.execute('rollback')
  }
}

/** Makes the composite type anew; `one`: how a value of it becomes another. */
const remade = (column: string, type: string, attributes: string, one: string): string => `
  alter type pair rename to old; create type pair as (${attributes});
  create function carried(v old) returns pair strict language sql as $$ select row(${one})::pair $$;
  create function carried(v old[]) returns pair[] strict language sql
    as $$ select array_agg(carried(v[n]) order by n) from generate_subscripts(v, 1) as n $$;
  alter table t alter ${column} type ${type} using carried(${column})`

const PAIR = 'create type pair as (x int, y int)'

test('attributes that change places hold what they held', async () => {
  const before = `${PAIR}; create table t (v pair); insert into t values (row(1, 2)), (row(null, 2)), (null)`
  expect(await lostBy({ before, change: remade('v', 'pair', 'y bigint, x int', '(v).y, (v).x') })).toEqual([])
  expect(await lostBy({ before, change: remade('v', 'pair', 'y bigint, x int', '(v).x, (v).y') })).toHaveLength(1)
})

test('so do those of the elements of an array, and of a composite in a composite', async () => {
  const array = `${PAIR}; create table t (v pair[]); insert into t values (array[row(1, 2), row(3, 4)]::pair[])`
  expect(await lostBy({ before: array, change: remade('v', 'pair[]', 'y int, x int', '(v).y, (v).x') })).toEqual([])
  expect(await lostBy({ before: array, change: remade('v', 'pair[]', 'y int, x int', '(v).y, 3') })).toHaveLength(1)
  const nested = `${PAIR}; create type two as (a pair, n text); create table t (v two); insert into t values (row(row(1, 2), 'n'))`
  const change = (one: string): string => `alter type two rename to older; alter type pair rename to old;
    create type pair as (y int, x int); create type two as (a pair, n text);
    create function carried(v older) returns two language sql as $$ select row(row(${one})::pair, (v).n)::two $$;
    alter table t alter v type two using carried(v)`
  expect(await lostBy({ before: nested, change: change('((v).a).y, ((v).a).x') })).toEqual([])
  expect(await lostBy({ before: nested, change: change('((v).a).x, ((v).a).y') })).toHaveLength(1)
})

test('a domain whose values are spelled otherwise holds what it held', async () => {
  const before = 'create domain price as integer; create table t (v price); insert into t values (7), (null)'
  const change = (using: string): string =>
    `alter domain price rename to old; create domain price as numeric(10, 2); alter table t alter v type price using ${using}`
  expect(await lostBy({ before, change: change('v::integer') })).toEqual([])
  expect(await lostBy({ before, change: change('v::integer + 1') })).toHaveLength(1)
  expect(await lostBy({ before, change: change('coalesce(v::integer, 0)') })).toHaveLength(1)
})
