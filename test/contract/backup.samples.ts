// What every kind of backup has to bring back exactly: for each database a schema of things that act on rows, and values
// that break on careless ways.

export interface Sample {
  setup: string[]
  /** Queries that tell every bit of the rows. */
  look: string[]
  /** Changes that a restore has to undo. */
  mess: string[]
  tables: Record<string, number>
}

const NASTY = `'it''s \\ a "test"; -- no comment /* nor this */ $1 ? %s ' || chr(9) || chr(10) || chr(13) || ' ü 日本 🐦'`

const postgres: Sample = {
  setup: [
    `create type mood as enum ('sad', 'it''s ok', 'happy');
     create domain positive as integer check (value > 0);
     create type pair as (a integer, b text);
     create schema audit;
     create sequence audit.ticket start 100 increment 5;
     create table owners (id serial primary key, name text not null unique);
     create table "odd "" name" (
       id bigint generated always as identity primary key,
       owner integer not null references owners (id),
       note text, raw bytea, doc json, docb jsonb, tags text[], grid integer[][], feeling mood, amount positive,
       both_ pair, exact numeric, single real, dbl double precision, at timestamptz, span interval, addr inet, flags bit(3),
       kept boolean, fixed char(5), "select" date, spread int4range, uid uuid,
       twice integer generated always as (coalesce(amount, 0) * 2) stored
     );
     create table log (id integer, day date, text text, primary key (id, day)) partition by range (day);
     create table log_old partition of log for values from (minvalue) to ('2026-01-01');
     create table log_new partition of log for values from ('2026-01-01') to (maxvalue);
     create table base (id integer); create table derived (more text) inherits (base);
     create table audit.events (id integer primary key default nextval('audit.ticket'), what text);
     create table empty_one (); create table secrets (id integer primary key, owner text);
     create index on "odd "" name" (note) where note is not null;
     create view shouting as select upper(name) as name from owners;
     create materialized view totals as select count(*) as n from owners;
     create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no rows here'; end $$;
     alter table secrets enable row level security; alter table secrets force row level security;
     create policy none on secrets using (false)`,
    `insert into owners (id, name) values (7, ${NASTY}), (8, '');
     select setval('owners_id_seq', 41);
     insert into "odd "" name" overriding system value values
       (9007199254740993, 7, ${NASTY}, '\\x00ff5c27220a00', '{"b":1,  "a": 2, "b":3}', '{"z": [1, null, "\\u00fc"]}',
        array['a,b', null, 'NULL', '{"x"}', 'back\\slash'], array[[1,2],[3,null]], 'it''s ok', 5, row(1, 'x,"y"'),
        12345678901234567890.123456789012345678901234567890, 3.1415927, 0.1, 'infinity', '-1 mon 3 days 04:05:06.789',
        '::1/64', b'101', false, 'ab', '0044-03-15 BC', '[1,10)', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'),
       (2, 8, null, '', 'null', 'null', '{}', '{}', null, null, null, 'NaN', '-0', '1e-300', '2026-11-21 09:15:00.123456+02',
        null, null, null, null, null, null, 'empty', null);
     insert into log values (1, '2025-05-05', 'old'), (1, '2026-05-05', 'new');
     insert into base values (1); insert into derived values (2, 'two');
     insert into audit.events (what) select 'event ' || i from generate_series(1, 2500) as i;
     insert into empty_one default values; insert into empty_one default values;
     insert into secrets values (1, 'somebody');
     refresh materialized view totals;
     create trigger refuse before insert on owners for each row execute function refuse();
     create rule quiet as on insert to log_old do instead nothing`,
  ],
  look: [
    ...[
      'owners',
      '"odd "" name"',
      'audit.events',
      'totals',
      'shouting',
      'only base',
      'derived',
      'log_old',
      'log_new',
      'secrets',
    ].map((table) => `select t::text as row from ${table} t order by 1`),
    `select encode(raw, 'hex') as r, doc::text as d, single::text as s, exact::text as e, twice from "odd "" name" order by id`,
    'select count(*)::int as n from empty_one',
  ],
  mess: [
    `drop trigger refuse on owners; drop rule quiet on log_old`,
    `insert into owners values (99, 'late'); delete from log; drop table derived; create table newer (id integer);
     update "odd "" name" set raw = null; select nextval('audit.ticket')`,
  ],
  tables: { owners: 2, '"odd "" name"': 2, 'audit.events': 2500, log: 2, base: 2, empty_one: 2, secrets: 1 },
}

const mysql = (float: boolean): Sample => ({
  setup: [
    'create table owners (id int auto_increment primary key, name varchar(100) not null unique) auto_increment = 42',
    `create table \`odd \`\` name\` (
       id bigint unsigned not null primary key, owner int not null, note longtext, raw varbinary(50), big mediumblob,
       doc json, exact decimal(40, 20), dbl double, ${float ? 'single float,' : ''} flags bit(10), feeling enum('sad', 'it''s'),
       several set('a', 'b', 'c'), at datetime(6), stamp timestamp(3) null, span time(2), y year, place point,
       old varchar(50) character set latin1, fixed char(5), bin binary(4), flag tinyint(1),
       twice bigint generated always as (owner * 2) stored, thrice bigint generated always as (owner * 3) virtual,
       constraint fk foreign key (owner) references owners (id))`,
    'create table zero (id int auto_increment primary key, n int)',
    'create table many (id int primary key, what varchar(300))',
    'create table left_one (id int primary key, other int)',
    'create table right_one (id int primary key, other int, constraint r foreign key (other) references left_one (id))',
    'alter table left_one add constraint l foreign key (other) references right_one (id)',
    'create view shouting as select upper(name) as name from owners',
    `insert into owners values (7, 'it''s \\\\ a "test"; -- no comment \\n\\r\\t\\0 % ü 日本 🐦'), (8, '')`,
    `insert into \`odd \`\` name\` (id, owner, note, raw, big, doc, exact, dbl, ${float ? 'single,' : ''} flags, feeling, several, at, stamp, span, y, place, old, fixed, bin, flag) values
      (18446744073709551615, 7, 'it''s \\\\ "x"\\n\\r\\n\\0 🐦', x'00ff5c27220a00', repeat(x'00275c0a', 5000), '{"b": 1, "a": "ü\\\\n"}',
       12345678901234567890.12345678901234567890, 0.1, ${float ? '3.1415927,' : ''} b'1000000001', 'it''s', 'a,c', '2026-11-21 09:15:00.123456',
       '2026-11-21 09:15:00.123', '-838:59:59.00', 2026, point(1.5, -2.25), 'é', 'ab', x'00010200', 1),
      (2, 8, null, '', '', 'null', 0, 1e-300, ${float ? '16777217,' : ''} b'0', null, '', '0001-01-01 00:00:00', null, null, null, null, '', '', x'20202020', null)`,
    "set session sql_mode = ''; insert into zero values (5, 1); update zero set id = 0",
    "insert into many with recursive c as (select 1 as i union all select i + 1 from c where i < 900) select i, repeat(concat(i, ' '), 40) from c",
    'set foreign_key_checks = 0; insert into left_one values (1, 1); insert into right_one values (1, 1); set foreign_key_checks = 1',
    "create trigger bump before insert on owners for each row set new.name = concat('changed ', new.name)",
    'create function one() returns int deterministic return 1',
  ],
  look: [
    'select id, hex(name) as n from owners order by id',
    `select id, owner, hex(note) as n, hex(raw) as r, md5(big) as b, hex(doc) as d, exact, hex(dbl) as h, dbl, ${float ? 'single + 0e0 as f,' : ''} flags + 0 as fl,
       feeling, several, cast(at as char) as at, cast(stamp as char) as st, cast(span as char) as sp, y, hex(place) as p, hex(old) as o, hex(fixed) as fx, hex(bin) as bi, flag, twice, thrice
       from \`odd \`\` name\` order by id`,
    'select id, n from zero',
    'select count(*) as n, md5(group_concat(what order by id)) as h from many',
    'select * from left_one',
    'select * from right_one',
    'select name from shouting order by name',
    'select one() as one',
  ],
  mess: [
    'set foreign_key_checks = 0; delete from left_one; set foreign_key_checks = 1',
    'create table newer (id int primary key)',
    "update owners set name = 'other' where id = 7",
    'drop table many',
    'drop view shouting',
  ],
  tables: { owners: 2, '"odd ` name"': 2, zero: 1, many: 900, left_one: 1, right_one: 1 },
})

const sqlite: Sample = {
  setup: [
    `create table owners (id integer primary key autoincrement, name text not null unique);
     create table "odd "" name" (a, b blob, c real, d integer, e text, f generated always as (d * 2) stored);
     create table strict_one (id integer primary key, v any) strict;
     create table keyed (a text, b text, primary key (a, b)) without rowid;
     create table many (id integer primary key, what text);
     create view shouting as select upper(name) as name from owners;
     create virtual table words using fts5(body);
     create trigger refuse before insert on keyed when new.a = 'no' begin select raise(abort, 'no'); end;
     pragma user_version = 77; pragma application_id = 4711`,
    `insert into owners values (7, 'it''s \\ a "test"; ü 日本 🐦'), (41, ''); delete from owners where id = 41;
     insert into "odd "" name" (rowid, a, b, c, d, e) values (3, null, x'00ff5c27220a00', 0.1, 9007199254740993, 'a' || char(0) || 'b'), (9, 'text in any', zeroblob(70000), 1e-300, -9223372036854775808, '');
     insert into strict_one values (1, 1.0), (2, '1'), (3, x'31');
     insert into keyed values ('a', ''), ('a', char(10));
     insert into words values ('the bar-tailed godwit');
     insert into many with recursive c(i) as (values(1) union all select i + 1 from c where i < 900) select i, hex(zeroblob(100)) || i from c`,
  ],
  look: [
    'select id, quote(name) as n from owners',
    `select rowid as r, quote(a) as a, quote(b) as b, quote(c) as c, quote(d) as d, hex(e) as e, typeof(a) as t, f from "odd "" name" order by rowid`,
    'select id, quote(v) as v, typeof(v) as t from strict_one order by id',
    'select quote(a) as a, quote(b) as b from keyed order by 1, 2',
    'select count(*) as n, sum(length(what)) as s from many',
    "select rowid as r, body from words where words match 'godwit'",
    'select name, seq from sqlite_sequence',
    'pragma user_version',
    'pragma application_id',
  ],
  mess: [
    `delete from "odd "" name"; drop table many; create table newer (id integer); update owners set name = 'other'; pragma user_version = 1`,
  ],
  tables: { owners: 1, '"odd "" name"': 2, strict_one: 3, keyed: 2, many: 900 },
}

/** By the engine's name, and by what the way of copying is known to be able to do. */
export const sampleOf = (engine: string, options: { float: boolean }): Sample =>
  engine === 'sqlite' ? sqlite : engine === 'mysql' ? mysql(options.float) : postgres
