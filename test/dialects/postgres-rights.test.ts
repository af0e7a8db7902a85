// What is made anew has the owner, the rights and the comments that the old one had on this database: no revision holds them.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Connection } from '../../src/dialects/dialect.ts'
import { reading } from '../../src/dialects/index.ts'
import { dialect as plain } from '../../src/dialects/postgres/index.ts'
import { diff } from '../../src/diff/index.ts'
import { invertAll, describe as say } from '../../src/operations/index.ts'
import type { Operation } from '../../src/operations/operation.ts'
import { itemsOf, renderGroup } from '../../src/runner/items.ts'
import type { Schema } from '../../src/schema/schema.ts'
import { postgresAnswers, type ScratchDatabase, scratchPostgres } from '../support/databases.ts'
import { run } from '../support/targets.ts'

// In one order, and defaults written out.
const acl = (list: string, kind: string, owner: string): string => `coalesce((
    select string_agg(concat_ws(' ', coalesce(nullif(grantee, 0)::regrole::text, 'public'), privilege_type, is_grantable), ', ' order by grantee, privilege_type)
    from aclexplode(coalesce(${list}, acldefault(${kind}, ${owner})))), '-')`
const RIGHTS = `
  select concat_ws(' | ', c.relname, relowner::regrole, ${acl('relacl', `case relkind when 'S' then 's' else 'r' end::"char"`, 'relowner')},
    obj_description(c.oid, 'pg_class')) as is
  from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S')
  union all
  select concat_ws(' | ', relname || '.' || attname, attacl, col_description(attrelid, attnum))
  from pg_attribute join pg_class c on c.oid = attrelid
  where relnamespace = 'public'::regnamespace and not attisdropped and (attacl is not null or col_description(attrelid, attnum) is not null)
  union all
  select concat_ws(' | ', proname, proowner::regrole, ${acl('proacl', `'f'`, 'proowner')}, obj_description(oid, 'pg_proc'))
  from pg_proc where pronamespace = 'public'::regnamespace
  union all
  select concat_ws(' | ', typname, typowner::regrole, ${acl('typacl', `'T'`, 'typowner')})
  from pg_type where typnamespace = 'public'::regnamespace and typtype in ('e', 'd') order by 1`

describe.runIf(await postgresAnswers())('on a server', () => {
  let database: ScratchDatabase
  let connection: Connection
  const id = randomBytes(4).toString('hex')
  const [owner, reader, other] = [`godwit_owner_${id}`, `godwit_reader_${id}`, `godwit "other" ${id}`]
  const quoted = (role: string): string => `"${role.replaceAll('"', '""')}"`
  beforeAll(async () => {
    database = await scratchPostgres()
    connection = await plain.connect(database.url)
    for (const role of [owner, reader, other]) await connection.execute(`create role ${quoted(role)}`)
    await connection.execute(`grant all on schema public to ${quoted(owner)}`)
  })
  afterAll(async () => {
    for (const role of [owner, reader, other])
      await connection.execute(`drop owned by ${quoted(role)} cascade; drop role ${quoted(role)}`)
    await connection.close()
    await database.drop()
  })

  const rights = async (): Promise<string[]> => (await connection.query<{ is: string }>(RIGHTS)).map((row) => row.is)

  interface Way {
    up: Operation[]
    down: Operation[]
    after: Schema
  }

  /** From what stands in the database to what these statements make of an empty one. */
  async function wayTo(before: string, after: string, given: string, dialect = plain): Promise<Way> {
    const schemas: Schema[] = []
    for (const ddl of [after, before]) {
      await connection.execute('drop schema public cascade; create schema public; grant all on schema public to public')
      await connection.execute(ddl)
      schemas.push(await plain.inspect(connection))
    }
    await connection.execute(given)
    const [to = schemas[0], from = schemas[1]] = schemas
    if (to === undefined || from === undefined) throw new Error('two schemas')
    const { traits } = dialect
    const up = diff(from, to, { traits })
    return { up, down: invertAll(up) ?? [], after: to }
  }

  async function keeps(before: string, after: string, given: string, gone: readonly RegExp[] = []): Promise<Way> {
    const way = await wayTo(before, after, given)
    const was = await rights()
    await run(plain, connection, way.up)
    expect(
      diff(await plain.inspect(connection), way.after, { traits: plain.traits })
        .map(say)
        .filter((line) => !line.includes('comment')),
    ).toEqual([])
    expect(await rights()).toEqual(was.filter((line) => !gone.some((each) => each.test(line))))
    await run(plain, connection, way.down)
    expect((await rights()).filter((line) => !gone.some((each) => each.test(line)))).toEqual(
      was.filter((line) => !gone.some((each) => each.test(line))),
    )
    return way
  }

  test('a view that gains a column is replaced, and made anew on the way back', async () => {
    const { up } = await keeps(
      'create table t (a int, b int); create view v as select a from t; create view w as select a from v',
      'create table t (a int, b int); create view v as select a, b from t; create view w as select a from v',
      `grant select on v to ${reader} with grant option; revoke insert on v from postgres; alter view w owner to ${owner};
      grant update (a) on v to ${quoted(other)}; comment on view v is 'it''s'; comment on column v.a is 'a''s'`,
    )
    expect(plain.render(up, { purpose: 'script' }).map(({ sql }) => sql.slice(0, 22))).toContain(
      'create or replace view',
    )
  })

  test('a view that loses a column, a materialized view, and a table that becomes another', async () => {
    await keeps(
      `create table t (a int, b int); create view v as select a, b from t; create materialized view m as select a, b from t;
      create table p (a int generated always as identity, b int)`,
      `create table t (a int, b int); create view v as select a from t; create materialized view m as select a from t;
      create table p (a int generated always as identity, b int) partition by list (b)`,
      `grant select on v to ${reader}; alter view v owner to ${owner}; grant select (a), update (b) on v to ${quoted(other)};
      comment on view v is 'v'; comment on column v.a is 'a';
      grant select on m to public; alter materialized view m owner to ${owner}; comment on materialized view m is 'm';
      grant insert on p to ${reader}; grant update (b) on p to ${quoted(other)}; alter table p owner to ${owner}; comment on table p is 'p';
      grant usage on sequence p_a_seq to ${reader}`,
      [/^v\.b/],
    )
  })

  test('functions and types: nobody may again what was taken away', async () => {
    await keeps(
      `create type kind as enum ('user', 'admin', 'ghost'); create domain pin as int;
      create table accounts (id int primary key, k kind, p pin);
      create function promote(i int, n kind) returns void language sql security definer as $$ update accounts set k = n where id = i $$;
      create procedure tidy(n kind) language sql as $$ delete from accounts where k = n $$;
      create aggregate kinds(kind) (sfunc = array_append, stype = kind[])`,
      `create type kind as enum ('user', 'admin'); create domain pin as bigint;
      create table accounts (id int primary key, k kind, p pin);
      create function promote(i int, n kind) returns void language sql security definer as $$ update accounts set k = n where id = i $$;
      create procedure tidy(n kind) language sql as $$ delete from accounts where k = n $$;
      create aggregate kinds(kind) (sfunc = array_append, stype = kind[])`,
      `revoke execute on function promote from public; alter function promote owner to ${owner};
      comment on function promote is 'who'; revoke all on procedure tidy from public; grant execute on procedure tidy to ${quoted(other)};
      revoke execute on function kinds(kind) from public; alter aggregate kinds(kind) owner to ${owner};
      revoke usage on type kind from public; grant usage on type kind to ${reader}; alter type kind owner to ${owner};
      revoke usage on type pin from public; alter domain pin owner to ${owner}`,
    )
  })

  test('a column that is made anew keeps its own rights', async () => {
    await keeps(
      'create table t (a int, b int, c int)',
      'create table t (a int, b int, c int generated always as (a + b) stored)',
      `grant select (c), update (a) on t to ${reader}; comment on column t.c is 'c'`,
    )
  })

  test('default privileges give nothing that the old one had not', async () => {
    await keeps(
      'create table t (a int, b int); create view v as select a, b from t; create function f(n int) returns int language sql as $$ select 1 $$',
      'create table t (a int, b int); create view v as select b from t; create function f(m int) returns int language sql as $$ select 1 $$',
      `alter default privileges in schema public grant all on tables to ${reader}, public;
      alter default privileges revoke execute on functions from public`,
    )
    await connection.execute('alter default privileges grant execute on functions to public')
  })

  test('where grants are compared, one that goes is gone', async () => {
    const dialect = reading(plain, { grants: true })
    const before = 'create table t (a int, b int); create view v as select a, b from t;'
    const after = 'create table t (a int, b int); create view v as select b from t;'
    await wayTo(before, after, '')
    const schemas: Schema[] = []
    for (const ddl of [
      `${after} grant select on v to ${owner}`,
      `${before} grant select, update on v to ${reader}; grant select, insert on v to ${owner}`,
    ]) {
      await connection.execute('drop schema public cascade; create schema public; grant all on schema public to public')
      await connection.execute(ddl)
      schemas.push(await dialect.inspect(connection))
    }
    const [to, from] = schemas
    if (to === undefined || from === undefined) throw new Error('two schemas')
    await connection.execute(`grant delete on v to ${quoted(other)}`)
    await run(dialect, connection, diff(from, to, { traits: dialect.traits }))
    const found = (await rights()).find((line) => line.startsWith('v |'))
    expect(found).toContain(`${owner} SELECT`)
    expect(found).not.toContain(`${owner} INSERT`)
    expect(found).not.toContain(reader)
    expect(found).toContain(`${quoted(other)} DELETE`)
  })

  test('what goes in front of hand-written SQL and comes back behind it keeps its rights as well', async () => {
    const { up } = await wayTo(
      'create table t (a int); create view v as select a from t',
      'create table t (a bigint); create view v as select a from t',
      `grant select on v to ${reader}; alter view v owner to ${owner}`,
    )
    const was = await rights()
    const [drop, ...rest] = up
    if (drop?.kind !== 'dropObject') throw new Error('the view steps aside')
    const revision = { id: '1', parents: [], message: '', file: '', checksum: '', text: '', operations: [] }
    const operations: Operation[] = [drop, { kind: 'sql', up: 'update t set a = a' }, ...rest]
    for (const item of await itemsOf(plain, { revision, direction: 'up', operations })) {
      const items = item.type === 'group' ? renderGroup(plain, item, { version: connection.version }) : [item]
      for (const each of items) if (each.type === 'statement') await connection.execute(each.statement.sql)
    }
    expect(await rights()).toEqual(was)
  })

  test('where the session that noted them has ended, it is said, and the way out works', async () => {
    const { up } = await wayTo(
      'create table t (a int); create view v as select a from t',
      'create table t (a bigint); create view v as select a from t',
      '',
    )
    const statements = plain.render(up, { version: connection.version }).map(({ sql }) => sql)
    const back = statements.at(-1) ?? ''
    await using second = await plain.connect(database.url)
    await expect(second.execute(back)).rejects.toThrow(
      'The owner and the rights of view public.v were noted by a session that has ended.',
    )
    await connection.execute(
      `alter role current_user in database "${new URL(database.url).pathname.slice(1)}" set "godwit.kept" = '{}'`,
    )
    await using third = await plain.connect(database.url)
    await third.execute(back)
  })
})
