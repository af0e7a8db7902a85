// What hand-written SQL throws away, as each dialect reads it: one answer for losses, findings and questions.
import { describe, expect, test } from 'vitest'
import type { Dialect } from '../../src/dialects/dialect.ts'
import { dialectNamed } from '../../src/dialects/index.ts'

/** A text, and the refs (or, where nothing can be counted, the words) of what it throws away. */
type Row = [sql: string, ...found: string[]]

const COMMON: Row[] = [
  ['drop table users', 'table users'],
  ['DROP TABLE IF EXISTS users', 'table users'],
  ['drop /* x */ table -- y\n users', 'table users'],
  ['alter table users drop email', 'column users.email'],
  ['alter table users drop column email', 'column users.email'],
  ['delete from users', 'table users'],
  ['delete from users where id = 1', 'rows of users'],
  ['update users set email = null', 'column users.email'],
  ['update users set email = null where id = 1', 'values of'],
  ["insert into notes values ('it''s'); drop table users", 'table users'],
  ["select 'drop table x' -- truncate y\n/* delete from z; */"],
  ["insert into notes values ('delete from users')"],
  ['create table users (id int)'],
  ['create view v as select 1'],
  ["update users set email = 'x'"],
  ['drop view v'],
  ['drop index i'],
  ['create temporary table if not exists x (a int); drop table x'],
  ['create table x (a int); delete from x; drop table x'],
  ['create table if not exists x (a int); drop table x', 'table x'],
]

const POSTGRES: Row[] = [
  ['drop table a, b.c cascade', 'table a', 'table b.c'],
  ['drop table public.users', 'table users'],
  ['alter table users drop column if exists a, drop b cascade', 'column users.a', 'column users.b'],
  ['alter table only "Users" drop "E-Mail"', 'column Users.E-Mail'],
  ['alter table users drop constraint c, alter x drop not null, alter y drop default'],
  ['truncate a, b restart identity', 'table a', 'table b'],
  ['delete from orders using old where orders.id = old.id', 'rows of orders'],
  ['with gone as (delete from a returning *) insert into b select * from gone', 'table a'],
  ['merge into t using s on t.id = s.id when matched then delete', 'rows of t'],
  ["select e'it\\'s'; drop table users", 'table users'],
  ["select $$ it's $$; drop table users; select $x$ drop table y $x$", 'table users'],
  ['select "o\'brien" from t; drop table users', 'table users'],
  ['drop schema s cascade', 'everything in the schema'],
  ['drop schema s'],
  ['drop type mood cascade', 'columns of the type'],
  ['drop type mood'],
  ['drop domain d cascade', 'columns of the domain'],
  ['drop extension citext cascade', 'columns of types of the extension'],
  ['drop owned by somebody cascade', 'everything that the role owns'],
  ['drop materialized view m', 'rows of a materialized view'],
  ['alter type pair drop attribute b', 'values of pair.b'],
  ['do $$ begin drop table users; end $$', 'a block of code with drop table'],
  ["do $$ begin execute 'truncate ' || 'users'; end $$", 'a block of code with truncate'],
  ['do $$ begin alter table users drop email; end $$', 'a block of code with'],
  ['do $$ begin perform 1; -- drop table x\nend $$'],
  ['create function f() returns void language sql as $$ delete from users $$'],
  ['create function f() returns void begin atomic delete from users; end'],
  ['update users set email = default', 'column users.email'],
]

const MYSQL: Row[] = [
  ['drop tables a, `b c`', 'table a', 'table "b c"'],
  ['drop temporary table x'],
  ['alter table users drop if exists email, drop key k, drop primary key, drop foreign key f', 'column users.email'],
  ['alter online table users drop `key`', 'column users.key'],
  ['alter table logs drop partition p2019', 'rows of logs'],
  ['alter table logs truncate partition p2019', 'rows of logs'],
  ['alter table logs drop system versioning', 'rows of logs'],
  ['alter ignore table users add unique (email)', 'rows of users'],
  ['truncate users', 'table users'],
  ['truncate table users', 'table users'],
  ['delete a, b from a join b on a.id = b.id', 'rows of a, b'],
  ['delete from a using a join b on a.id = b.id', 'rows of a'],
  ['delete ignore from users where id = 1', 'rows of users'],
  ['delete low_priority from users', 'table users'],
  ['replace into users values (1)', 'rows that are replaced'],
  ["load data infile 'x' replace into table users", 'rows that are replaced'],
  ['create or replace table users (id int)', 'table users'],
  ["select 'it\\'s'; drop table users", 'table users'],
  ['select "o\'brien"; drop table users', 'table users'],
  ["select `it's` from t; drop table users", 'table users'],
  ['/*!40000 drop table users */', 'table users'],
  ["prepare s from 'drop table users'", 'table users'],
  ["execute immediate 'delete from users'", 'table users'],
  ['begin not atomic if 1 then drop table users; end if; end', 'table users'],
  ['with old as (select 1) delete from users where id in (select * from old)', 'rows of users'],
  ['create procedure p() begin delete from users; drop table users; end'],
  ['create trigger t before insert on users for each row delete from logs'],
  ['select replace(a, 1, 2) from t'],
  ['insert into t select * from u on duplicate key update a = null'],
  ['# drop table x\nselect 1'],
]

const SQLITE: Row[] = [
  ['drop table main.users', 'table users'],
  ['drop table if exists temp.scratch'],
  ['alter table [my users] drop column "a b"', 'column "my users"."a b"'],
  ["select 'it''s'; drop table users", 'table users'],
  ['select "o\'brien"; drop table users', 'table users'],
  ["select `it's`, [o'b] from t; drop table users", 'table users'],
  ['replace into users values (1)', 'rows that are replaced'],
  ['insert or replace into users values (1)', 'rows that are replaced'],
  ['with old as (select 1) delete from users where id in old', 'rows of users'],
  ['create trigger t after insert on a begin delete from users; end'],
  ["select replace(a, 'x', 'y') from t"],
]

describe.each([
  ['postgres', [...COMMON, ...POSTGRES]],
  ['mysql', [...COMMON, ...MYSQL]],
  ['sqlite', [...COMMON, ...SQLITE]],
] as const)('%s', (name, rows) => {
  test.each(rows.map(([sql, ...found]) => ({ sql, found })))('$sql', async ({ sql, found }) => {
    const dialect: Dialect = await dialectNamed(name)
    const seen = await dialect.destroys(sql)
    const expected = found.map((each) => expect.stringMatching(`^${each.replaceAll(/[()"]/gu, '\\$&')}`))
    expect(seen.map(({ what, message }) => what ?? message)).toEqual(expected)
  })
})

test('a table of SQLite that is made anew loses what its new form does not name', async () => {
  const dialect = await dialectNamed('sqlite')
  const text = `create table "new" (id integer primary key, "full name" text);
    insert into "new" select id, name from users; drop table users; alter table "new" rename to users;`
  expect(await dialect.destroys(text)).toMatchObject([{ what: 'table users', keeps: ['id', 'full name'] }])
})

test.each(['postgres', 'mysql', 'sqlite'])('%s: what cannot be read destroys nothing', async (name) => {
  const dialect = await dialectNamed(name)
  for (const text of ["drop table 'x", '', '  -- only a comment', 'drop', 'alter table', 'delete', 'update t set']) {
    expect(await dialect.destroys(text)).toEqual([])
  }
})
