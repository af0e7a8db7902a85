// Operations as statements: renames, order of names, raw SQL, brackets, and what the rules say.
import { describe, expect, test } from 'vitest'
import { diff } from '../../src/diff/index.ts'
import type { Operation } from '../../src/operations/operation.ts'
import { carryOut, dialect, memory, rendered, schemaOf, traits } from './sqlite-support.ts'

const texts = async (from: string, operations: readonly Operation[]) => {
  await using connection = await memory()
  await connection.execute(from)
  return (await rendered(connection, operations)).map(({ sql }) => sql)
}

describe('renames', () => {
  const base = `
    create table users (id integer primary key, name text);
    create index by_name on users (name) where name is not null;
    create view names as select name from users;
    create view more as select * from names;
    create trigger logged after update on users begin select 1; end;
    create virtual table docs using fts5(title);
    insert into users values (1, 'ann'); insert into docs values ('a title');`
  test.for<[string, Operation, string]>([
    ['a table', { kind: 'renameTable', from: 'users', to: 'people' }, 'select name from people'],
    ['a table in another case', { kind: 'renameTable', from: 'users', to: 'Users' }, 'select name from Users'],
    [
      'a column',
      { kind: 'renameColumn', table: 'users', from: 'name', to: 'full name' },
      'select "full name" as name from users',
    ],
    [
      'an index',
      { kind: 'renameIndex', table: 'users', from: 'by_name', to: 'other' },
      'select name from users indexed by other where name is not null',
    ],
    [
      'a view, and the view over it',
      { kind: 'renameObject', type: 'view', from: 'names', to: 'n' },
      'select name from more',
    ],
    [
      'a trigger',
      { kind: 'renameObject', type: 'trigger', table: 'users', from: 'logged', to: 'l' },
      "select 'ann' as name from sqlite_master where name = 'l'",
    ],
    [
      'a virtual table, with what it holds',
      { kind: 'renameObject', type: 'virtual table', from: 'docs', to: 'd' },
      "select 'ann' as name from d('title')",
    ],
  ])('%s', async ([, operation, query]) => {
    await using connection = await memory()
    await connection.execute(base)
    const before = await dialect.inspect(connection)
    await carryOut(connection, [operation])
    expect(await connection.query(query)).toEqual([{ name: 'ann' }])
    const { invert } = await import('../../src/operations/index.ts')
    await carryOut(connection, [invert(operation)!])
    const after = await dialect.inspect(connection)
    expect({ ...after, dependencies: [] }).toEqual({ ...before, dependencies: [] })
  })
})

test('a name is given up before it is taken', async () => {
  const from =
    'create table Customer (a); create table b (x); create index shared on Customer (a); create view w as select 1'
  const to = await schemaOf(
    'create table customer (b); create table b (x); create index Shared on b (x); create table w (a)',
  )
  const operations = diff(await schemaOf(from), to, { traits })
  for (const list of [operations, operations.toReversed()]) {
    const sql = await texts(from, list)
    const place = (start: string) => sql.findIndex((text) => text.startsWith(start))
    expect(place('drop table Customer')).toBeLessThan(place('create table customer'))
    expect(place('drop table Customer')).toBeLessThan(place('create index Shared'))
    expect(place('drop view w')).toBeLessThan(place('create table w'))
  }
})

test('raw SQL is cut into statements, and the revision’s own transaction is left alone', () => {
  const statements = dialect.render(
    [{ kind: 'sql', up: "begin; insert into t values (';'); vacuum; commit; pragma user_version = 3" }],
    {},
  )
  expect(statements.map(({ sql, transactional }) => [sql, transactional])).toEqual([
    ["insert into t values (';')", true],
    ['vacuum', false],
    ['pragma user_version = 3', true],
  ])
})

test('foreign keys are off exactly where a table is dropped', () => {
  const bracketOf = (sql: string) => dialect.bracket([{ sql, transactional: true, operation: 0 }], { lockTimeout: 300 })
  expect(bracketOf('create table t (a)')).toMatchObject({ before: ['pragma busy_timeout = 300'], after: [] })
  expect(bracketOf('drop table t').before).toEqual(['pragma busy_timeout = 300', 'pragma foreign_keys = off'])
  expect(bracketOf('drop table if exists t').after).toContain('pragma foreign_keys = on')
})

test('an exclusion constraint or an enum is not pretended', () => {
  const unsupported = (operation: Operation) => {
    expect(() => dialect.render([operation], {})).toThrow(expect.objectContaining({ code: 'SQL_UNSUPPORTED' }))
  }
  unsupported({ kind: 'createObject', object: { type: 'enum', name: 'mood', values: ['a'] } })
  unsupported({ kind: 'renameValue', type: 'enum', name: 'mood', from: 'a', to: 'b' })
})

test('what the rules say', async () => {
  const from = 'create table t (a text, b integer); create virtual table f using fts5(x)'
  const to = 'create table t (a integer, b integer not null, c text not null, unique (b))'
  const operations: Operation[] = [
    ...diff(await schemaOf(from), await schemaOf(to), { traits }),
    { kind: 'sql', up: 'pragma foreign_keys = off; vacuum' },
  ]
  const before = await schemaOf(from)
  const statements = dialect.render(operations, { before })
  const codes = dialect.rules
    .filter((rule) => rule.check({ operations, statements, narrowings: [], destroyed: new Map() }).length > 0)
    .map(({ code }) => code)
  expect(codes).toEqual(['SL101', 'SL105', 'SL106', 'SL107'])
})
