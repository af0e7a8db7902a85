// What is rendered is run: everything from nothing and back, changes on tables with rows, and locks as the server sees them.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Connection, Shadow } from '../../src/dialects/dialect.ts'
import { dialect } from '../../src/dialects/postgres/index.ts'
import { diff } from '../../src/diff/index.ts'
import { invertAll } from '../../src/operations/index.ts'
import type { Operation } from '../../src/operations/operation.ts'
import { comparable } from '../../src/schema/canonical.ts'
import { emptySchema, type Schema } from '../../src/schema/schema.ts'
import { describeEach, postgresAnswers, type ScratchDatabase, scratchPostgres } from '../support/databases.ts'

const { traits } = dialect
const everything = readFileSync(resolve(import.meta.dirname, '../fixtures/postgres/everything.sql'), 'utf8')
const server = await postgresAnswers()
const cache = resolve(import.meta.dirname, '../../node_modules/.cache/godwit-test')
const same = (schema: Schema) => comparable(schema, traits)
const statementsOf = async (text: string): Promise<string[]> => (await dialect.split(text)).map(({ sql }) => sql)

let database: ScratchDatabase | undefined
const shadows = new Map<string, Shadow>()
beforeAll(async () => {
  shadows.set('embedded', await dialect.openShadow({ cache }))
  if (!server) return
  database = await scratchPostgres()
  shadows.set('server', await dialect.openShadow({ url: database.url }))
})
afterAll(async () => {
  for (const shadow of shadows.values()) await shadow.close()
  await database?.drop()
})
const shadowOf = (engine: string): Shadow => {
  const shadow = shadows.get(engine)
  if (shadow === undefined) throw new Error(`no shadow called ${engine}`)
  return shadow
}

const apply = async (shadow: Shadow, connection: Connection, operations: readonly Operation[]): Promise<string[]> => {
  const before = dialect.needsSchema(operations) ? { before: await dialect.inspect(connection) } : {}
  const statements = dialect.render(operations, { version: connection.version, ...before }).map(({ sql }) => sql)
  await shadow.load(connection, statements)
  return statements
}

/** Loads `from` with rows, goes to `to` and back, and answers what the questions say at both ends. */
async function there(engine: string, texts: { from: string; to: string; rows?: string; ask?: string }) {
  const shadow = shadowOf(engine)
  const target = await shadow.scratch(async (connection) => {
    await shadow.load(connection, await statementsOf(texts.to))
    return dialect.inspect(connection)
  })
  return shadow.scratch(async (connection) => {
    await shadow.load(connection, await statementsOf(texts.from))
    if (texts.rows !== undefined) await shadow.load(connection, await statementsOf(texts.rows))
    const start = await dialect.inspect(connection)
    const up = diff(start, target, { traits })
    await apply(shadow, connection, up)
    expect(same(await dialect.inspect(connection))).toEqual(same(target))
    const reached = texts.ask === undefined ? [] : await connection.query(texts.ask)
    const down = invertAll(up) ?? []
    await apply(shadow, connection, down)
    expect(same(await dialect.inspect(connection))).toEqual(same(start))
    return reached
  })
}

const engines = [{ name: 'embedded' }, { name: 'server', answers: server }]

describeEach(engines)('on the $name engine', ({ name: engine }) => {
  it('makes one of everything from nothing, and takes it all away again', async () => {
    const shadow = shadowOf(engine)
    const wanted = await shadow.scratch(async (connection) => {
      await shadow.load(connection, await statementsOf(everything))
      return dialect.inspect(connection, { grants: true })
    })
    await shadow.scratch(async (connection) => {
      await apply(shadow, connection, diff(emptySchema(), wanted, { traits }))
      const made = await dialect.inspect(connection, { grants: true })
      expect(diff(made, wanted, { traits })).toEqual([])
      await apply(shadow, connection, diff(made, emptySchema(), { traits }))
      expect(same(await dialect.inspect(connection, { grants: true }))).toEqual(same(emptySchema()))
    })
  })

  it('goes on numbering where a serial column stood', async () => {
    const rows = await there(engine, {
      from: 'create table t (id serial primary key, n int); create table u (id int primary key)',
      to: `create table t (id bigint generated always as identity (increment by 2) primary key, n int);
        create table u (id serial primary key)`,
      rows: `insert into t (n) select g from generate_series(1, 5) g; delete from t where id = 5; insert into u values (41)`,
      ask: `insert into t (n) values (9) returning id::text`,
    })
    // The counter had given out 5, though its row is gone; the step is 2 now.
    expect(rows).toEqual([{ id: '7' }])
  })

  it('moves a sequence into a narrower range', async () => {
    const rows = await there(engine, {
      from: 'create sequence s start 1 maxvalue 10',
      to: 'create sequence s as integer start 150 minvalue 100 maxvalue 200',
      rows: `select nextval('s')`,
      ask: `select nextval('s')::text as n`,
    })
    expect(rows).toEqual([{ n: '101' }])
  })

  it('carries rows to an enum with fewer and reordered values, through arrays, keys and conditions', async () => {
    const table = (mood: string) => `create type mood as enum (${mood});
      create table t (id int primary key, m mood not null default 'ok', list mood[], check (m <> 'bad'), unique (m, id));
      create index happy on t (id) where m = 'ok';
      create view v as select m, count(*) from t group by m;
      create function f(x mood) returns mood language sql as $$ select x $$;`
    const rows = await there(engine, {
      from: table(`'bad', 'meh', 'ok'`),
      to: table(`'ok', 'bad'`),
      rows: `insert into t values (1, 'ok', '{ok,bad}')`,
      ask: `select m::text, list::text from t`,
    })
    expect(rows).toEqual([{ m: 'ok', list: '{ok,bad}' }])
  })

  it('says which rows hold a value that is to go', async () => {
    await expect(
      there(engine, {
        from: `create type mood as enum ('bad', 'ok'); create table t (m mood)`,
        to: `create type mood as enum ('ok'); create table t (m mood)`,
        rows: `insert into t values ('bad')`,
      }),
    ).rejects.toThrow(/Rows of public\.t\.m still hold a value that is removed from public\.mood: bad/)
  })

  it('changes the attributes of a composite type and the base of a domain under their rows', async () => {
    const rows = await there(engine, {
      from: `create type pair as (a int, b text); create domain code as text check (value <> '');
        create table t (p pair, c code default 'x')`,
      to: `create type pair as (b text, a bigint, d int); create domain code as varchar(10);
        create table t (p pair, c code default 'y')`,
      rows: `insert into t values (row(1, 'one'), 'k'), (null, null)`,
      ask: `select p::text, c::text from t order by c`,
    })
    expect(rows).toEqual([
      { p: '(one,1,)', c: 'k' },
      { p: null, c: null },
    ])
  })

  it('gives partitions indexes and keys of their own names', async () => {
    const parts = `create table log (id int not null, at date not null) partition by range (at);
      create table log_1 partition of log for values from ('2024-01-01') to ('2025-01-01');
      create table log_2 (at date not null, id int not null);
      alter table log attach partition log_2 for values from ('2025-01-01') to ('2026-01-01');`
    await there(engine, {
      from: parts,
      to: `${parts} create index own on log_2 (id, at); create index whole on log (id, at);
        alter table log add column extra text, add constraint log_pkey primary key (id, at)`,
      rows: `insert into log values (1, '2024-05-05'), (2, '2025-05-05')`,
    })
  })

  it('lets tables join and leave a partitioned table', async () => {
    await there(engine, {
      from: `create table log (id int) partition by list (id); create table a partition of log for values in (1);
        create table b (id int, more text)`,
      to: `create table log (id int, extra int) partition by list (id); create table a (id int);
        create table b (id int, extra int); alter table log attach partition b for values in (2)`,
    })
  })
})

describe.skipIf(!server)('the locks that statements say they take', () => {
  const column = (name: string, type = 'integer') => ({ name, type, nullable: true })
  const check = { name: 'positive', type: 'check' as const, columns: ['n'], expression: '(n > 0)' }
  const key = {
    name: 'fk',
    type: 'foreign key' as const,
    columns: ['n'],
    references: { table: 'parent', columns: ['id'] },
  }
  const index = { name: 'by_n', unique: false, keys: [{ column: 'n' }] }
  const operations: [string, Operation][] = [
    ['add a column', { kind: 'addColumn', table: 't', column: column('x') }],
    ['drop a column', { kind: 'dropColumn', table: 't', column: column('n') }],
    ['change a type', { kind: 'alterColumn', table: 't', from: column('n'), to: column('n', 'bigint') }],
    ['demand a value', { kind: 'alterColumn', table: 't', from: column('n'), to: { ...column('n'), nullable: false } }],
    [
      'set statistics',
      { kind: 'alterColumn', table: 't', from: column('n'), to: { ...column('n'), extra: { statistics: 5 } } },
    ],
    ['add a check', { kind: 'addConstraint', table: 't', constraint: check }],
    ['add a key', { kind: 'addConstraint', table: 't', constraint: key }],
    [
      'add a key not yet valid',
      { kind: 'addConstraint', table: 't', constraint: { ...key, extra: { notValid: true } } },
    ],
    ['build an index', { kind: 'createIndex', table: 't', index }],
    [
      'set storage parameters',
      { kind: 'alterTable', table: 't', from: {}, to: { extra: { options: { fillfactor: '70' } } } },
    ],
    ['enable row security', { kind: 'alterTable', table: 't', from: {}, to: { extra: { rowSecurity: true } } }],
    ['drop the table', { kind: 'dropTable', table: { name: 't', columns: [], constraints: [], indexes: [] } }],
  ]
  it.each(operations)('to %s', async (_name, operation) => {
    await using connection = await dialect.connect(database?.url ?? '')
    await connection.execute('create table parent (id int primary key); create table t (id int primary key, n int)')
    try {
      const [statement] = dialect.render([operation], { version: connection.version })
      const [before] = await connection.query<{ oid: string }>(`select 'public.t'::regclass::oid::text as oid`)
      await connection.execute('begin')
      await connection.execute(statement?.sql ?? '')
      const locks = await connection.query<{ mode: string }>(
        `select mode from pg_locks where pid = pg_backend_pid() and relation = ${before?.oid ?? '0'}`,
      )
      const words = (mode: string): string =>
        mode
          .replace(/Lock$/, '')
          .replace(/(?<=.)([A-Z])/g, ' $1')
          .toUpperCase()
      expect(locks.map(({ mode }) => words(mode))).toContain(statement?.facts?.lock)
    } finally {
      await connection.execute('rollback; drop table if exists t; drop table if exists parent')
    }
  })
})
