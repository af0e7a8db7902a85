// The splitter finds the statements that the server finds: by cases, by random texts, and by asking the server itself.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dialectOf } from '../../src/dialects/index.ts'
import { splitText } from '../../src/dialects/mysql/split.ts'
import { mysqlAnswers, scratchMysql } from '../support/databases.ts'

const answers = await mysqlAnswers()
const parts = (text: string): string[] => splitText(text).map(({ sql }) => sql)

describe('splitting', () => {
  it.each([
    ['semicolons', 'select 1; select 2;;\n ; select 3', ['select 1', 'select 2', 'select 3']],
    [
      'strings',
      `select ';', "a;""b", 'it''s; \\'; x', \`a;\`\`b\`; select 2`,
      [`select ';', "a;""b", 'it''s; \\'; x', \`a;\`\`b\``, 'select 2'],
    ],
    [
      'comments',
      'select 1 # a; b\n; -- c; d\nselect 2 /* e; f */; select 5--1; select 6',
      ['select 1 # a; b', 'select 2 /* e; f */', 'select 5--1', 'select 6'],
    ],
    [
      'executable comments',
      '/*!40101 set names utf8 */; /*M!999999\\- enable the sandbox mode */ select 1',
      ['/*!40101 set names utf8 */', 'select 1'],
    ],
    [
      'delimiters',
      'delimiter //\nselect 1; select 2//\nselect 3 //\nDELIMITER ;\nselect 4; select 5',
      ['select 1; select 2', 'select 3', 'select 4', 'select 5'],
    ],
    [
      'a delimiter that sticks to a word',
      'delimiter $$\ncreate procedure p() begin select 1; end$$\ndelimiter ;\nselect 2',
      ['create procedure p() begin select 1; end', 'select 2'],
    ],
    [
      'blocks without a delimiter',
      'create procedure p() begin declare a int; if a then set a = 1; else set a = 2; end if; end; select 1',
      ['create procedure p() begin declare a int; if a then set a = 1; else set a = 2; end if; end', 'select 1'],
    ],
    [
      'CASE as statement and as expression',
      'create function f(a int) returns int begin case a when 1 then return case when a then if(a, 1, 2) else 3 end; else return 2; end case; end; select 1',
      [
        'create function f(a int) returns int begin case a when 1 then return case when a then if(a, 1, 2) else 3 end; else return 2; end case; end',
        'select 1',
      ],
    ],
    [
      'loops and labels',
      'create procedure p() l: loop leave l; end loop; create procedure q() begin repeat set @a = repeat(1, 2); until 1 end repeat; while 0 do set @b = 1; end while; end; select 1',
      [
        'create procedure p() l: loop leave l; end loop',
        'create procedure q() begin repeat set @a = repeat(1, 2); until 1 end repeat; while 0 do set @b = 1; end while; end',
        'select 1',
      ],
    ],
    [
      'IF as a function, EXISTS and names',
      'create procedure if not exists p() select if(1, 2, 3); create table t (`end` int, `begin` int); drop table if exists x; select t.end from t',
      [
        'create procedure if not exists p() select if(1, 2, 3)',
        'create table t (`end` int, `begin` int)',
        'drop table if exists x',
        'select t.end from t',
      ],
    ],
    [
      'triggers and events',
      'create trigger a before insert on t for each row follows b begin set new.x = 1; end; create event e on schedule every 1 day do begin delete from t; end; select 1',
      [
        'create trigger a before insert on t for each row follows b begin set new.x = 1; end',
        'create event e on schedule every 1 day do begin delete from t; end',
        'select 1',
      ],
    ],
    [
      'blocks that need no program',
      'begin not atomic declare a int; set a = 1; end; select 1',
      ['begin not atomic declare a int; set a = 1; end', 'select 1'],
    ],
    [
      'handlers',
      'create procedure p() begin declare exit handler for sqlexception begin rollback; resignal; end; select 1; end; select 2',
      [
        'create procedure p() begin declare exit handler for sqlexception begin rollback; resignal; end; select 1; end',
        'select 2',
      ],
    ],
  ])('%s', (_, text, wanted) => expect(parts(text)).toEqual(wanted))

  it('says where each begins, and what it is', () => {
    const [create, insert, begin, use] = splitText(
      'create table t (id int);\n\n  insert into t values (1);\nbegin;\nuse other',
    )
    expect(create).toMatchObject({ line: 1, column: 1, transactional: false, control: false })
    expect(insert).toMatchObject({ line: 3, column: 3, offset: 28, transactional: true, control: false })
    expect(begin).toMatchObject({ control: true })
    expect(use).toMatchObject({ control: true })
  })

  it('shows what never ends', () => {
    for (const text of ["select 'a", 'select `a', 'select 1 /* a', 'select "a\\"']) {
      expect(() => splitText(`\n${text}`, 'f.sql')).toThrowError(
        expect.objectContaining({ code: 'SQL_SYNTAX', place: expect.objectContaining({ file: 'f.sql', line: 2 }) }),
      )
    }
  })

  // What is quadratic in a megabyte would meet no time limit.
  it('takes a megabyte of hostile text', () => {
    for (const text of [
      "'".repeat(1_000_000),
      '('.repeat(1_000_000),
      '/*'.repeat(500_000),
      'a;'.repeat(500_000),
      '\\'.repeat(1_000_000),
    ]) {
      try {
        splitText(text)
      } catch {
        // What never ends is said; that it comes to an end is what matters here.
      }
    }
  })

  const statement = fc.constantFrom(
    'select 1',
    "select 'a;b' as `x;y`",
    'select /* ; */ 2 # ;\n + 1',
    'set @a = 1',
    "select concat('it''s', \"a;\"\"b\", 'c\\\\')",
    'create or replace view v as select 1 as `end`',
    'create or replace procedure p(in a int) begin if a > 1 then set @x = case when a then 1 else 2 end; end if; while a > 3 do set a = a - 1; end while; end',
    'create or replace function f(a int) returns int deterministic begin declare b int default 0; l: loop set b = b + 1; if b > 3 then leave l; end if; end loop; return if(b, 1, 2); end',
    'create or replace trigger g before insert on t for each row begin set new.n = 1; set @y = ";"; end',
    'create or replace event e on schedule every 1 day do begin select 1; select 2; end',
    'create or replace procedure q() case 1 when 1 then select 1; else begin end; end case',
    'insert into t values (1, 5--1)',
    'delete from t',
  )
  const texts = fc.array(fc.tuple(statement, fc.constantFrom(';', ' ;\n', ';\n-- end; of it\n', ';;\n# more;\n')), {
    minLength: 1,
    maxLength: 8,
  })

  it('what was joined comes apart again', () => {
    fc.assert(
      fc.property(texts, (list) => {
        expect(parts(list.map((pair) => pair.join('')).join(''))).toEqual(list.map(([sql]) => sql))
      }),
      { numRuns: 500 },
    )
  })

  it('with a delimiter of its own as well', () => {
    fc.assert(
      fc.property(
        fc.array(statement, { minLength: 1, maxLength: 5 }),
        fc.constantFrom('//', '$$', ';;', '|', 'go'),
        (list, mark) => {
          const text = `delimiter ${mark}\n${list.map((sql) => `${sql} ${mark}\n`).join('')}delimiter ;\nselect 9`
          const plain = list.every((sql) => !sql.includes(mark))
          fc.pre(plain)
          expect(parts(text)).toEqual([...list, 'select 9'])
        },
      ),
      { numRuns: 300 },
    )
  })

  describe.runIf(answers)('on the server', () => {
    it('accepts every piece', { timeout: 120_000 }, async () => {
      const scratch = await scratchMysql()
      const dialect = await dialectOf(scratch.url)
      try {
        await using connection = await dialect.connect(scratch.url, { scratch: true })
        await connection.execute('create table t (id int, n int)')
        await fc.assert(
          fc.asyncProperty(texts, async (list) => {
            for (const sql of parts(list.map((pair) => pair.join('')).join(''))) await connection.execute(sql)
          }),
          { numRuns: 60 },
        )
      } finally {
        await scratch.drop()
      }
    })
  })
})
