// What is read from the catalog and from the texts the engine keeps.
import { describe, expect, test } from 'vitest'
import { format } from '../../src/dialects/sqlite/format.ts'
import { tableScope } from '../../src/dialects/sqlite/inspect-table.ts'
import { lex } from '../../src/dialects/sqlite/lexer.ts'
import { diff } from '../../src/diff/index.ts'
import { emptySchema, type Table } from '../../src/schema/schema.ts'
import { memory, migrate, schemaOf, traits } from './sqlite-support.ts'

const tableOf = async (sql: string): Promise<Table> => {
  const table = (await schemaOf(sql)).tables[0]
  if (table === undefined) throw new Error('no table')
  return table
}

test('a table with everything', async () => {
  const table = await tableOf(
    `
    create table other (x, y, primary key (x, y));
    CREATE TABLE  [a Table] ( -- a comment
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      "Name" VARCHAR( 50 ) NOT NULL ON CONFLICT REPLACE COLLATE NOCASE DEFAULT 'it''s' CONSTRAINT named UNIQUE ON CONFLICT IGNORE,
      plain,
      price DECIMAL(10,2) DEFAULT -1.50 CHECK (price > 0 /* positive */ AND plain IN ('a' , 'b')),
      at TEXT DEFAULT CURRENT_TIMESTAMP,
      day TEXT DEFAULT (date( 'now' )),
      total REAL GENERATED ALWAYS AS (price*2) STORED,
      half AS ( "price" / 2 ),
      x INT CONSTRAINT to_other REFERENCES other(x) ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED,
      y INT REFERENCES Other MATCH FULL,
      UNIQUE (plain COLLATE rtrim DESC, price),
      CONSTRAINT pair FOREIGN KEY (x, y) REFERENCES other (x, y) NOT DEFERRABLE
      CONSTRAINT positive CHECK ("id" > 0)
    ) STRICT`.replace(/ STRICT$/, ''),
  )
  expect(table).toEqual({
    name: '"a Table"',
    columns: [
      { name: 'id', type: 'integer', nullable: true, identity: { kind: 'auto increment' } },
      {
        name: 'Name',
        type: 'varchar( 50 )',
        nullable: false,
        default: "'it''s'",
        collation: 'nocase',
        extra: { notNullConflict: 'replace' },
      },
      { name: 'plain', type: '', nullable: true },
      { name: 'price', type: 'decimal(10,2)', nullable: true, default: '-1.50' },
      { name: 'at', type: 'text', nullable: true, default: 'current_timestamp' },
      { name: 'day', type: 'text', nullable: true, default: "date('now')" },
      { name: 'total', type: 'real', nullable: true, generated: { expression: 'price * 2', stored: true } },
      { name: 'half', type: '', nullable: true, generated: { expression: 'price / 2', stored: false } },
      { name: 'x', type: 'int', nullable: true },
      { name: 'y', type: 'int', nullable: true },
    ],
    constraints: expect.arrayContaining([
      { name: '', type: 'primary key', columns: ['id'] },
      { name: 'named', type: 'unique', columns: ['Name'], extra: { onConflict: 'ignore' } },
      { name: '', type: 'check', columns: ['plain', 'price'], expression: "price > 0 and plain in ('a', 'b')" },
      {
        name: 'to_other',
        type: 'foreign key',
        columns: ['x'],
        references: { table: 'other', columns: ['x'], onDelete: 'set null', onUpdate: 'cascade' },
        extra: { deferrable: 'deferrable initially deferred' },
      },
      {
        name: '',
        type: 'foreign key',
        columns: ['y'],
        references: { table: 'other', columns: [] },
        extra: { match: 'full' },
      },
      {
        name: '',
        type: 'unique',
        columns: ['plain', 'price'],
        extra: { keys: [{ collation: 'rtrim', descending: true }, {}] },
      },
      {
        name: 'pair',
        type: 'foreign key',
        columns: ['x', 'y'],
        references: { table: 'other', columns: ['x', 'y'] },
        extra: { deferrable: 'not deferrable' },
      },
      { name: 'positive', type: 'check', columns: ['id'], expression: 'id > 0' },
    ]),
    indexes: [],
  })
  expect(table.constraints).toHaveLength(8)
})

test('options, indexes and their keys', async () => {
  const table = await tableOf(`
    create table t (a text, b int, c text, primary key (b, a)) strict, without rowid;
    create unique index one on t (a collate nocase desc, "b") where "c" is NOT null;
    create index two on t (lower( a ) desc, (b + 1), json_extract(c, '$.x') collate binary);`)
  expect(table.extra).toEqual({ strict: true, withoutRowid: true })
  expect(table.indexes).toEqual([
    {
      name: 'one',
      unique: true,
      keys: [{ column: 'a', descending: true, extra: { collation: 'nocase' } }, { column: 'b' }],
      where: 'c is not null',
    },
    {
      name: 'two',
      unique: false,
      keys: [
        { expression: 'lower(a)', descending: true },
        { expression: '(b + 1)' },
        { expression: "json_extract(c, '$.x') collate binary" },
      ],
    },
  ])
})

test('INTEGER PRIMARY KEY DESC is no rowid, and stays none', async () => {
  const quirk = 'create table t (id integer primary key desc, a)'
  const plain = 'create table t (id integer, a, primary key (id desc))'
  expect((await tableOf(quirk)).constraints[0]?.extra).toEqual({ keys: [{ descending: true }] })
  expect((await tableOf(plain)).constraints[0]?.extra).toBeUndefined()
  await using connection = await memory()
  expect(await migrate(connection, await schemaOf(quirk))).toEqual([])
  expect(await connection.query("select origin from pragma_index_list('t')")).toEqual([{ origin: 'pk' }])
})

describe('formatting alone is never a difference', () => {
  test.for([
    [
      "create table t(a int,b text default (lower('x')))",
      'CREATE TABLE "t" (\n [a] INT, -- one\n `b` TEXT DEFAULT ( lower( \'x\' ) ) )',
    ],
    ['create table t (a int check (a>0 and not a=5))', 'create table t (a int, check (a > 0 AND NOT a = 5))'],
    [
      'create table t (a int unique, b references u)',
      'create table t (a int, b, unique (a), foreign key (b) references u)',
    ],
    [
      'create table t (a, b); create view v as select a,b from t where a>1',
      'create table t (a, b); CREATE VIEW v AS\n SELECT "a" , [b] /* x */ FROM "t" WHERE a > 1',
    ],
    [
      'create table t (a); create trigger g after insert on t begin select 1; end',
      'create table t (a); create trigger if not exists g\nAFTER INSERT ON "t"\nBEGIN SELECT 1 ; END',
    ],
    ['create table t (a); create index i on t(a)', 'create table t (a); CREATE INDEX "i" ON "t" ( "a" ASC )'],
    ['create table t (b, a int generated always as (1) virtual)', 'create table t (b, a int as (1))'],
    [
      'create table t (a); create virtual table f using fts5(a,b)',
      'create table t (a); create virtual table f USING fts5( a,\n b )',
    ],
  ] as const)('%s', async ([one, two]) => {
    expect(diff(await schemaOf(one), await schemaOf(two), { traits })).toEqual([])
    expect((await schemaOf(one)).objects).toEqual((await schemaOf(two)).objects)
  })
})

test('views, triggers and virtual tables', async () => {
  const { objects, tables, dependencies } = await schemaOf(`
    create table users (id integer primary key, name text);
    create table log (what text);
    create view names (n) as select name from users union all select 'x' where exists (select 1 from log) order by 1;
    create view twice as select * from names;
    create trigger through instead of insert on names begin insert into users (name) values (new.n); end;
    create trigger logged after update of name on users for each row when old.name <> new.name
    begin insert into log values (case when new.name is null then '-' else new.name end); delete from log where what = ''; end;
    create virtual table docs using fts5(title, body, tokenize = 'porter ascii');
    create virtual table boxes using rtree(id, x0, x1);`)
  expect(tables.map(({ name }) => name)).toEqual(['log', 'users'])
  expect(objects).toEqual([
    {
      type: 'trigger',
      name: 'logged',
      table: 'users',
      definition: `after update of name on users for each row when old.name <> new.name
begin
  insert into log values (case when new.name is null then '-' else new.name end);
  delete from log where what = '';
end`,
    },
    {
      type: 'trigger',
      name: 'through',
      table: 'names',
      definition: 'instead of insert on names\nbegin\n  insert into users(name) values (new.n);\nend',
    },
    {
      type: 'view',
      name: 'names',
      definition: "select name\nfrom users\nunion all\nselect 'x'\nwhere exists (select 1 from log)\norder by 1",
      extra: { columns: ['n'] },
    },
    { type: 'view', name: 'twice', definition: 'select *\nfrom names' },
    { type: 'virtual table', name: 'boxes', definition: 'using rtree(id, x0, x1)' },
    { type: 'virtual table', name: 'docs', definition: "using fts5(title, body, tokenize = 'porter ascii')" },
  ])
  expect(dependencies).toEqual(
    expect.arrayContaining([
      { from: 'view twice', to: 'view names' },
      { from: 'view names', to: 'column users.name' },
      { from: 'trigger names.through', to: 'view names' },
      { from: 'trigger users.logged', to: 'table log' },
    ]),
  )
})

test('what is ours or the engine’s own is not shown', async () => {
  const schema = await schemaOf(`
    create table godwit_history (a); create table godwit_journal (a); create table godwit_meta (a);
    create table t (id integer primary key autoincrement); create index i on godwit_history (a); analyze;`)
  expect(schema.tables.map(({ name }) => name)).toEqual(['t'])
})

test('texts that ALTER has written into are read as well', async () => {
  await using connection = await memory()
  await connection.execute(`
    create table u (id integer primary key); create table t (a text); create view v as select a from t;
    alter table t add column b int not null default 0 check (b >= 0) references u (id);
    alter table t rename to "new t"; alter table "new t" rename column a to "A b";`)
  const schema = await schemaOf(`
    create table u (id integer primary key);
    create table "new t" ("A b" text, b int not null default 0 references u (id), check (b >= 0));
    create view v as select "A b" as a from "new t";`)
  expect(await migrate(connection, schema)).toHaveLength(0)
})

test('strings in double quotes, which old engines took, become strings', async () => {
  expect((await tableOf('create table t (a text default "x")')).columns[0]?.default).toBe('"x"')
  const { tokens } = lex('"name" <> "it\'s" and "t"."name" > "lower"("a") and NAME in ("b", `c`)')
  expect(format(tokens, tableScope('t', ['name']))).toBe(`name <> 'it''s' and t.name > lower('a') and NAME in ('b', c)`)
})

test('hostile names go there and back', async () => {
  const names = [
    'a"b',
    "a'b",
    'a`b',
    'a]b',
    'a;--',
    'new\nline',
    '🐦',
    '__proto__',
    'constructor',
    'select',
    'a.b',
    ' ',
    '',
    'x'.repeat(300),
    'ÄÖ',
    '%s',
    '$1',
    '\\',
  ]
  const quote = (name: string) => `"${name.replaceAll('"', '""')}"`
  await using source = await memory()
  for (const name of names) {
    const [table, index, view, trigger] = ['t', 'i', 'v', 'g'].map((kind) => quote(kind + name))
    const column = quote(name)
    await source.execute(`
      create table ${table} (${column} text default ${`'${name.replaceAll("'", "''")}'`}, own references ${table} (${column}), constraint ${quote(`c${name}`)} check (${column} <> 'x'));
      create index ${index} on ${table} (${column}, lower(${column})) where ${column} is not null;
      create view ${view} as select ${column} from ${table};
      create trigger ${trigger} after insert on ${table} begin select new.${column}; end;`)
  }
  const { dialect } = await import('../../src/dialects/sqlite/index.ts')
  const schema = await dialect.inspect(source)
  expect(schema.tables).toHaveLength(names.length)
  await using target = await memory()
  expect(await migrate(target, schema)).toEqual([])
  // A rebuild of each of them, too.
  const changed = {
    ...schema,
    tables: schema.tables.map((table) => ({
      ...table,
      columns: table.columns.map((column) => ({ ...column, type: 'blob' })),
    })),
  }
  expect(await migrate(target, changed)).toEqual([])
  expect(await migrate(target, emptySchema())).toEqual([])
})
