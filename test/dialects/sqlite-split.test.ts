import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { splitText } from '../../src/dialects/sqlite/split.ts'
import { isGodwitError } from '../../src/errors.ts'
import { memory } from './sqlite-support.ts'

const texts = (sql: string): string[] => splitText(sql).map((statement) => statement.sql)

describe('statements', () => {
  test.for<[string, string, string[]]>([
    ['two statements', 'select 1; select 2', ['select 1', 'select 2']],
    ['empty statements', ';;select 1;;', ['select 1']],
    [
      'a semicolon in each kind of quote',
      `select ';', ";", [;], \`;\`; select 2`,
      [`select ';', ";", [;], \`;\``, 'select 2'],
    ],
    ['doubled quotes', `select 'it''s;', "a"";"; select 2`, [`select 'it''s;', "a"";"`, 'select 2']],
    ['comments around', '-- a;\n/* b; */ select 1 -- c;\n; -- d', ['select 1']],
    ['a comment inside', 'select /* ; */ 1; select 2', ['select /* ; */ 1', 'select 2']],
    ['comments do not nest', 'select 1 /* /* */ ; select 2', ['select 1', 'select 2']],
    ['only comments', '-- nothing\n/* here */', []],
    [
      'a trigger with CASE … END',
      'create trigger t after update on a begin select case when 1 then 2 end; delete from b; end; select 1',
      ['create trigger t after update on a begin select case when 1 then 2 end; delete from b; end', 'select 1'],
    ],
    [
      'a temporary trigger',
      'create temp trigger t after insert on a begin select 1; end;',
      ['create temp trigger t after insert on a begin select 1; end'],
    ],
    ['a table called trigger', 'create table trigger (a); select 1', ['create table trigger (a)', 'select 1']],
    ['a byte order mark', '\uFEFFselect 1;', ['select 1']],
    [
      'numbers and operators',
      "select 1.5e3->>2,x'ab',0x1F,:a,@b,$c,?1,1_000; select 2",
      ["select 1.5e3->>2,x'ab',0x1F,:a,@b,$c,?1,1_000", 'select 2'],
    ],
  ])('%s', ([, sql, expected]) => {
    expect(texts(sql)).toEqual(expected)
  })

  test('know their place', () => {
    const [, second] = splitText('select 1;\n\n  -- note\n  select 2')
    expect(second).toMatchObject({ line: 4, column: 3, offset: 23 })
  })

  test('tell transactions and what cannot be in one', () => {
    const flags = splitText(
      "begin; commit; end; rollback; savepoint a; release a; select 1; vacuum; attach 'x' as x; detach x;" +
        'pragma foreign_keys = off; pragma foreign_keys; pragma main.journal_mode = wal; pragma user_version = 3',
    ).map(({ control, transactional }) => `${control ? 'control' : ''}${transactional ? '' : 'outside'}`)
    expect(flags).toEqual([
      'control',
      'control',
      'control',
      'control',
      'control',
      'control',
      '',
      'outside',
      'outside',
      'outside',
      'outside',
      '',
      'outside',
      '',
    ])
  })

  test.for([
    ["select 'open", 8],
    ['select "open', 8],
    ['select 1; /* open', 11],
    ['create trigger t after insert on a begin select 1;', 1],
  ] as const)('%s is an error with its place', ([sql, column]) => {
    const error = (() => {
      try {
        return splitText(sql, 'file.sql')
      } catch (caught) {
        return caught
      }
    })()
    expect(isGodwitError(error) && error).toMatchObject({
      code: 'SQL_SYNTAX',
      place: { file: 'file.sql', line: 1, column },
    })
  })

  // What is quadratic in a megabyte would meet no time limit.
  test('a megabyte of quotes and semicolons is one statement', () => {
    const text = `select '${"'';".repeat(350_000)}';`
    expect(splitText(text)).toHaveLength(1)
  })
})

test('what is cut and put together again means the same to the engine', async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "'a;b'",
      '"x;"',
      '[y;]',
      '`z;`',
      '-- c;\n',
      '/* ; */',
      "x'41'",
      '1',
      ' ',
      '\n',
      '+',
      ',',
      '||',
      'case when 1 then 2 end',
    ),
    fc.string({ maxLength: 3 }).map((text) => `'${text.replaceAll("'", "''").replaceAll('\0', '')}'`),
  )
  const statement = fc.array(piece, { maxLength: 6 }).map((parts) => `select ${parts.join(' ')} as "c;"`)
  const trigger = fc
    .array(fc.constantFrom('select 1;', "insert into t values (case when 1 then ';' end);", 'delete from t; -- ;\n'), {
      minLength: 1,
      maxLength: 3,
    })
    .map((body) => `create temp trigger g after insert on t begin ${body.join(' ')} end; drop trigger g`)
  await using connection = await memory()
  await connection.execute('create table t (a)')
  // How the engine takes a text: fine, or its first complaint.
  const verdict = async (sql: string): Promise<string> => {
    try {
      await connection.execute('savepoint s')
      await connection.execute(sql)
      return 'fine'
    } catch (error) {
      return error instanceof Error ? error.message : ''
    } finally {
      await connection.execute('rollback to s; release s')
    }
  }
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(statement, trigger), { minLength: 1, maxLength: 4 }), async (list) => {
      const whole = list.join(';\n')
      expect(await verdict(texts(whole).join(';\n'))).toBe(await verdict(whole))
    }),
    { numRuns: 500 },
  )
})
