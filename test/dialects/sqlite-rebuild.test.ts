// A rebuild keeps everything that it was not asked to change.
import { describe, expect, test } from 'vitest'
import { diff } from '../../src/diff/index.ts'
import { isGodwitError } from '../../src/errors.ts'
import type { Operation } from '../../src/operations/operation.ts'
import type { Schema, Table } from '../../src/schema/schema.ts'
import { carryOut, dialect, memory, migrate, rendered, schemaOf, traits } from './sqlite-support.ts'

const rows = (connection: Awaited<ReturnType<typeof memory>>, sql: string) => connection.query(sql)

async function filled(sql: string) {
  const connection = await memory()
  await connection.execute(sql)
  return connection
}

// The two ways to change a column: by rebuild (an old engine) and natively (this one).
const versions = ['3.45.1', '3.53.0']

describe.for(versions)('as version %s', (version) => {
  test('child rows survive a rebuild of their parent with ON DELETE CASCADE', async () => {
    await using connection = await filled(`
      create table parent (id integer primary key, name text);
      create table child (id integer primary key, parent_id integer references parent (id) on delete cascade);
      insert into parent values (1, 'a'), (2, 'b');
      insert into child values (10, 1), (11, 2), (12, 2);`)
    const to = await schemaOf(`
      create table parent (id integer primary key, name text not null default 'x', unique (name));
      create table child (id integer primary key, parent_id integer references parent (id) on delete cascade);`)
    expect(await migrate(connection, to, version)).toEqual([])
    expect(await rows(connection, 'select count(*) as n from child')).toEqual([{ n: 3 }])
    expect(await rows(connection, 'pragma foreign_key_check')).toEqual([])
    // Foreign keys are on again, and still lead to the table of that name.
    expect(await rows(connection, 'pragma foreign_keys')).toEqual([{ foreign_keys: 1 }])
    await connection.execute('delete from parent where id = 2')
    expect(await rows(connection, 'select id from child')).toEqual([{ id: 10 }])
  })

  test('NOT NULL over rows without a value fails, says where, and changes nothing', async () => {
    const sql = 'create table users (id integer primary key, name text)'
    await using connection = await filled(`${sql}; insert into users values (1, null), (2, 'b')`)
    const before = await dialect.inspect(connection)
    const to = await schemaOf('create table users (id integer primary key, name text not null)')
    const failure = await carryOut(connection, diff(before, to, { traits }), version).catch((error: unknown) => error)
    const explained = dialect.explain(failure)
    expect(explained.message).toMatch(
      version === '3.53.0' ? 'constraint failed' : 'NOT NULL constraint failed: users.name',
    )
    expect(explained.hint).toBeTypeOf('string')
    expect(await dialect.inspect(connection)).toEqual(before)
    expect(await rows(connection, 'select count(*) as n from users')).toEqual([{ n: 2 }])
    expect(await rows(connection, "select name from sqlite_master where name like 'godwit%'")).toEqual([])
    expect(await rows(connection, 'select name from sqlite_temp_master')).toEqual([])
  })
})

test('rowids that nothing shows are kept', async () => {
  await using connection = await filled(`
    create table notes (body text);
    insert into notes (rowid, body) values (7, 'a'), (100, 'b');`)
  expect(await migrate(connection, await schemaOf('create table notes (body text unique)'))).toEqual([])
  expect(await rows(connection, 'select rowid, body from notes order by rowid')).toEqual([
    { rowid: 7, body: 'a' },
    { rowid: 100, body: 'b' },
  ])
})

test('the AUTOINCREMENT mark is kept, also above the rows that are left', async () => {
  await using connection = await filled(`
    create table jobs (id integer primary key autoincrement, what text);
    insert into jobs values (41, 'a'), (99, 'b');
    delete from jobs where id = 99;`)
  const to = await schemaOf("create table jobs (id integer primary key autoincrement, what text default 'x')")
  expect(await migrate(connection, to)).toEqual([])
  await connection.execute("insert into jobs (what) values ('next')")
  expect(await rows(connection, "select id from jobs where what = 'next'")).toEqual([{ id: 100 }])
  expect(await rows(connection, 'select name, seq from sqlite_sequence')).toEqual([{ name: 'jobs', seq: 100 }])
})

test('views, triggers and indexes are there afterwards and work', async () => {
  const around = `
    create table log (what text);
    create view adults as select id, name from users where age > 17;
    create view names as select name from adults;
    create trigger logged after insert on users begin insert into log values (new.name); end;
    create trigger counted after delete on log begin update users set age = age + 1; end;
    create trigger through instead of insert on adults begin insert into users (name, age) values (new.name, 18); end;
    create index by_age on users (age desc) where age is not null;`
  await using connection = await filled(
    `create table users (id integer primary key, name text, age integer); ${around} insert into users values (1, 'ann', 30);`,
  )
  const to = await schemaOf(
    `create table users (id integer primary key, name text, age integer check (age > 0)); ${around}`,
  )
  expect(await migrate(connection, to, '3.45.1')).toEqual([])
  await connection.execute("insert into adults (name) values ('bob')")
  expect(await rows(connection, 'select name from names order by name')).toEqual([{ name: 'ann' }, { name: 'bob' }])
  expect(await rows(connection, 'select what from log order by what')).toEqual([{ what: 'ann' }, { what: 'bob' }])
  await connection.execute('delete from log')
  expect(await rows(connection, 'select sum(age) as n from users')).toEqual([{ n: 52 }])
})

test('a table whose check names the table itself is rebuilt under views on views', async () => {
  const around = `
    create view adults as select * from users where users.age > 17;
    create view names as select name from adults;
    create table log (what text);
    create trigger logged after insert on log begin update users set name = new.what; end;`
  await using connection = await filled(
    `create table users (name text, age integer); ${around} insert into users values ('ann', 30)`,
  )
  const to = await schemaOf(`create table users (name text, age integer, check ("users"."age" > 21)); ${around}`)
  expect(await migrate(connection, to, '3.45.1')).toEqual([])
  expect(await rows(connection, 'select name from names')).toEqual([{ name: 'ann' }])
  await connection.execute("insert into log values ('eve')")
  expect(await rows(connection, 'select name from users')).toEqual([{ name: 'eve' }])
})

test('a broken view somewhere does not stand in the way of a rebuild', async () => {
  await using connection = await filled(`
    create table users (id integer primary key, name text);
    create view broken as select a from nowhere;`)
  const to = await schemaOf(
    'create table users (id integer primary key, name text unique); create view broken as select a from nowhere',
  )
  expect(await migrate(connection, to)).toEqual([])
})

test('conflict clauses of the new table drop no rows', async () => {
  await using connection = await filled("create table users (email text); insert into users values ('a'), ('a'), ('b')")
  const to = await schemaOf('create table users (email text unique on conflict replace)')
  await expect(migrate(connection, to)).rejects.toThrow(/UNIQUE constraint failed/)
  expect(await rows(connection, 'select count(*) as n from users')).toEqual([{ n: 3 }])
})

describe('type changes', () => {
  const change = async (values: string, using?: string): Promise<[string, unknown[]]> => {
    const connection = await filled(
      `create table items (id integer primary key, price text); insert into items (price) values ${values}`,
    )
    const [from, to] = [
      await dialect.inspect(connection),
      await schemaOf('create table items (id integer primary key, price integer)'),
    ]
    const operations = diff(from, to, { traits }).map(
      (operation): Operation =>
        operation.kind === 'alterColumn' && using !== undefined ? { ...operation, using } : operation,
    )
    const said = await carryOut(connection, operations).then(
      () => 'done',
      (error: unknown) => dialect.explain(error).message,
    )
    const found = await connection.query<{ price: unknown }>('select price from items order by id')
    await connection.close()
    return [said, found.map(({ price }) => price)]
  }

  test('values that read the same go through', async () => {
    expect(await change("('1'), ('-20'), (null), ('many')")).toEqual(['done', [1, -20, null, 'many']])
  })
  test.for(["('007')", "('1e3')", "('9007199254740993.0')", "(' 5')"])(
    '%s would change: named, and nothing done',
    async (values) => {
      const [said, found] = await change(values)
      expect(said).toBe('CHECK constraint failed: the new type of items.price would change values')
      expect(found).toEqual([values.slice(2, -2)])
    },
  )
  test('`using` is the author’s word', async () => {
    expect(await change("('007')", 'cast(price as integer)')).toEqual(['done', [7]])
  })
})

test('a new foreign key is checked against the rows, an old one is not', async () => {
  const before = `
    create table a (id integer primary key);
    create table b (id integer primary key, a_id integer references a (id), other integer, note text);
    insert into a values (1);`
  const after = `
    create table a (id integer primary key);
    create table b (id integer primary key, a_id integer references a (id), other integer references a (id), note text);`
  await using good = await memory()
  await good.execute(
    `pragma foreign_keys = off; ${before} insert into b values (1, 99, 1, 'x'); pragma foreign_keys = on`,
  )
  // Row 1 has pointed nowhere with a_id before: not this change's doing, but the check goes by parent table.
  await using bad = await memory()
  await bad.execute(`${before} insert into b values (1, 1, 99, 'x')`)
  await expect(migrate(bad, await schemaOf(after))).rejects.toThrow('rows of b point at rows of a that are not there')
  expect(await rows(bad, 'select other from b')).toEqual([{ other: 99 }])
  const noted = before.replace('note text', 'note text unique')
  expect(await migrate(good, await schemaOf(noted))).toEqual([])
})

test('dropping a parent does not touch the rows of its child', async () => {
  await using connection = await filled(`
    create table parent (id integer primary key);
    create table child (parent_id integer references parent (id) on delete cascade);
    insert into parent values (1); insert into child values (1);`)
  expect(
    await migrate(
      connection,
      await schemaOf('create table child (parent_id integer references parent (id) on delete cascade)'),
    ),
  ).toEqual([])
  expect(await rows(connection, 'select * from child')).toEqual([{ parent_id: 1 }])
})

test('a view over a dropped column stops the change', async () => {
  await using connection = await filled('create table t (a, b, c unique); create view v as select c from t')
  const schema = await dialect.inspect(connection)
  const table = schema.tables[0] as Table
  const column = table.columns[2]!
  const constraint = table.constraints[0]!
  const operations: Operation[] = [
    { kind: 'dropConstraint', table: 't', constraint },
    { kind: 'dropColumn', table: 't', column },
  ]
  await expect(carryOut(connection, operations)).rejects.toThrow(/no such column: c/)
  expect(await dialect.inspect(connection)).toEqual(schema)
})

test('many changes of one table are one copy', async () => {
  await using connection = await filled(
    'create table t (a text, b text, c text); create table u (x text); insert into t values (1, 2, 3)',
  )
  const to = await schemaOf(`
    create table t (a text not null, b integer default 5, d text default (lower('X')), unique (a), check (b > 0)) strict;
    create table u (x text unique);`)
  const statements = await rendered(connection, diff(await dialect.inspect(connection), to, { traits }))
  expect(statements.filter(({ sql }) => /^insert or abort/.test(sql))).toHaveLength(2)
  expect(await migrate(connection, to)).toEqual([])
  expect(await rows(connection, 'select * from t')).toEqual([{ a: '1', b: 2, d: 'x' }])
})

test('adding a column with a foreign key or a check needs no copy', async () => {
  await using connection = await filled(
    'create table a (id integer primary key); create table b (id integer primary key); insert into b values (1)',
  )
  const to = await schemaOf(
    'create table a (id integer primary key); create table b (id integer primary key, a_id integer references a (id) on delete cascade, n integer default 1 check (n > 0))',
  )
  const statements = await rendered(connection, diff(await dialect.inspect(connection), to, { traits }))
  expect(statements.map(({ sql }) => sql)).toEqual([
    'alter table b add column a_id integer references a (id) on delete cascade',
    'alter table b add column n integer default 1 check (n > 0)',
  ])
  expect(await migrate(connection, to)).toEqual([])
})

test('a NOT NULL column without a default: fine without rows, a clear failure with them', async () => {
  const to = await schemaOf('create table t (a text, b text not null)')
  await using empty = await filled('create table t (a text)')
  expect(await migrate(empty, to)).toEqual([])
  await using full = await filled("create table t (a text); insert into t values ('x')")
  const failure = await migrate(full, to).catch((error: unknown) => dialect.explain(error))
  expect(failure).toMatchObject({
    message: 'Cannot add a NOT NULL column with default value NULL',
    hint: expect.stringContaining('default'),
  })
  expect(await rows(full, 'select * from t')).toEqual([{ a: 'x' }])
})

test('a default that has to be computed fills the rows that are there', async () => {
  await using connection = await filled('create table t (a integer); insert into t values (1), (2)')
  const to = await schemaOf(
    "create table t (a integer, made text not null default (strftime('%Y', 'now')), twice integer generated always as (a * 2) stored)",
  )
  expect(await migrate(connection, to)).toEqual([])
  const found = await connection.query<{ made: string; twice: number }>('select made, twice from t')
  expect(found.map(({ made, twice }) => [made.length, twice])).toEqual([
    [4, 2],
    [4, 4],
  ])
})

test('STRICT and WITHOUT ROWID come and go with the rows', async () => {
  const plain = 'create table t (id text primary key not null, n integer)'
  await using connection = await filled(`${plain}; insert into t values ('a', 1), ('b', 2)`)
  for (const options of [' strict', ' without rowid', ' strict, without rowid', '']) {
    expect(await migrate(connection, await schemaOf(plain + options))).toEqual([])
    expect(await rows(connection, 'select * from t order by id')).toEqual([
      { id: 'a', n: 1 },
      { id: 'b', n: 2 },
    ])
  }
})

test('a text that is piped into a client that goes on after errors loses nothing', async () => {
  await using connection = await filled("create table t (a text); insert into t values (null), ('x')")
  const to = await schemaOf('create table t (a text not null)')
  const before: Schema = await dialect.inspect(connection)
  const statements = dialect.render(diff(before, to, { traits }), { before, purpose: 'script' })
  const { before: outside, begin, commit, after } = dialect.bracket(statements, { lockTimeout: 0 })
  const failures: string[] = []
  for (const sql of [...outside, ...begin, ...statements.map((each) => each.sql), commit, ...after]) {
    await connection.execute(sql).catch((error: unknown) => failures.push(error instanceof Error ? error.message : ''))
  }
  expect(failures).toContain('NOT NULL constraint failed: godwit_new_t.a')
  expect(await dialect.inspect(connection)).toEqual(before)
  expect(await rows(connection, 'select count(*) as n from t')).toEqual([{ n: 2 }])
})

test('without the schema a rebuild is refused as a bug, not guessed', () => {
  const column = { name: 'a', type: 'text', nullable: true }
  const operations: Operation[] = [
    { kind: 'alterColumn', table: 't', from: column, to: { ...column, type: 'integer' } },
  ]
  expect(dialect.needsSchema(operations)).toBe(true)
  try {
    dialect.render(operations, {})
    expect.unreachable()
  } catch (error) {
    expect(isGodwitError(error) && error.code).toBe('BUG')
  }
})
