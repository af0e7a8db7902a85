// Rows put in before a change are there after it, and after the way back: counts, values, and whatever foreign keys say of
// them. A change that is refused is refused for its rows alone (without them it goes through), and then they are all there.
// The cases of this folder; test/shared/survival.test.ts does the same with cases that others wrote.
import { resolve } from 'node:path'
import { readCases } from './support/cases.ts'
import type { Item } from './support/survival.ts'
import { type Refused, rowsSurvive } from './support/survive.ts'

const cases = readCases(resolve(import.meta.dirname, 'cases'))

const itemsOf = (dialect: string): Item[] =>
  cases
    .filter((each) => each.dialect === dialect && !each.sections.has('renames') && !each.grants && !each.requires)
    .map(({ name, sections }) => ({
      id: name,
      before: sections.get('before') ?? '',
      after: sections.get('after') ?? '',
      rows: sections.get('rows') ?? '',
    }))

/** What has to be refused, and why. */
const REFUSED: Refused[] = [
  {
    id: 'one table has changed already when the rows of the next refuse',
    before: `create table a (id int primary key, n int, t varchar(9));
      create table b (id int primary key, n int, a_id int, constraint b_a foreign key (a_id) references a (id))`,
    after: `create table a (id int primary key, n bigint, t varchar(99));
      create table b (id int primary key, n int not null, a_id int, constraint b_a foreign key (a_id) references a (id))`,
    rows: "insert into a values (1, 7, 'x'), (2, null, null); insert into b values (1, null, 1), (2, 8, null)",
    why: /not null|does not fit/,
  },
  {
    id: 'a row points at nothing when the foreign key comes',
    before: 'create table a (id int primary key); create table b (id int primary key, a_id int)',
    after: `create table a (id int primary key);
      create table b (id int primary key, a_id int, constraint b_a foreign key (a_id) references a (id))`,
    rows: 'insert into a values (1); insert into b values (1, 1), (2, 9)',
    why: /foreign key/,
  },
  {
    id: 'two rows are the same when the key comes',
    before: 'create table a (id int primary key, n int)',
    after: 'create table a (id int primary key, n int, constraint a_n unique (n))',
    rows: 'insert into a values (1, 7), (2, 7)',
    why: /unique/,
  },
]

await rowsSurvive(itemsOf, REFUSED)
