// Splitting: the server's own grammar, places in JavaScript's units, and what is refused.
import { describe, expect, it } from 'vitest'
import { dialect } from '../../src/dialects/postgres/index.ts'
import { mask, skipBlank } from '../../src/dialects/postgres/lexer.ts'
import { withoutConcurrently } from '../../src/dialects/postgres/split.ts'
import { GodwitError } from '../../src/errors.ts'

const { split } = dialect
const failureOf = async (text: string): Promise<GodwitError> => {
  const error = await split(text, 'a.sql').catch((reason: unknown) => reason)
  if (error instanceof GodwitError) return error
  throw new Error('no coded failure')
}

describe('split', () => {
  it('finds statements and where they begin, after any character', async () => {
    const text = `-- ü😀\ncreate table "ü😀" (a int); /* a /* b */ ; */ select ';' ;;\n  select $x$ ; $x$`
    const found = await split(text)
    expect(found.map(({ sql }) => sql)).toEqual(['create table "ü😀" (a int)', "select ';'", 'select $x$ ; $x$'])
    for (const { sql, offset, line, column } of found) {
      expect(text.slice(offset, offset + sql.length)).toBe(sql)
      const before = text.slice(0, offset).split('\n')
      expect([line, column]).toEqual([before.length, (before.at(-1)?.length ?? 0) + 1])
    }
  })

  it('keeps bodies of functions whole', async () => {
    const body = 'create function f() returns int language sql begin atomic select 1; select 2; end'
    expect((await split(`${body}; select 1`)).map(({ sql }) => sql)).toEqual([body, 'select 1'])
  })

  it('knows nothing in an empty text', async () => {
    expect(await split('')).toEqual([])
    expect(await split(' -- only this\n/* and that */ ')).toEqual([])
  })

  it.each([
    'create index concurrently i on t (a)',
    'drop index concurrently i',
    'reindex index concurrently i',
    'reindex (concurrently) table t',
    'reindex schema public',
    'vacuum t',
    'create database d',
    'drop database d',
    'alter system set work_mem = 1',
    'alter table p detach partition c concurrently',
    "create tablespace s location '/x'",
    'drop subscription s',
    'discard all',
  ])('runs outside of a transaction: %s', async (sql) => {
    expect(await split(sql)).toMatchObject([{ transactional: false, control: false }])
  })

  it.each([
    'create index i on t (a)',
    "alter type mood add value 'x'",
    'analyze t',
    'reindex table t',
    'refresh materialized view concurrently v',
    'alter table p detach partition c',
  ])('runs inside of one: %s', async (sql) => {
    expect(await split(sql)).toMatchObject([{ transactional: true, control: false }])
  })

  it.each(['begin', 'commit', 'rollback', 'savepoint s', 'start transaction', 'end'])(
    'marks control statements: %s',
    async (sql) => {
      expect(await split(sql)).toMatchObject([{ control: true }])
    },
  )

  it('says where a syntax error is', async () => {
    const error = await failureOf('select 1;\n  create "😀" tabel x;')
    expect(error.code).toBe('SQL_SYNTAX')
    expect(error.place).toEqual({ file: 'a.sql', line: 2, column: 10, text: '  create "😀" tabel x;' })
  })

  it('takes what pg_dump writes around a dump, and no other command of psql', async () => {
    expect(await split('\\restrict k3y\nselect 1;\n\\unrestrict k3y\n')).toMatchObject([{ sql: 'select 1', line: 2 }])
    expect(await split('select $$\n\\connect x\n$$')).toHaveLength(1)
    expect(await failureOf('select 1;\n\\! touch pwned\n')).toMatchObject({
      code: 'SQL_UNSUPPORTED',
      place: { line: 2, column: 1 },
    })
  })

  it('refuses the data of COPY', async () => {
    expect(await failureOf('select 1;\ncopy t (a) from stdin;\n1\n\\.\n')).toMatchObject({
      code: 'SQL_UNSUPPORTED',
      place: { line: 2 },
    })
    expect(await failureOf('copy t from stdin')).toMatchObject({ code: 'SQL_UNSUPPORTED' })
  })

  // What is quadratic in a megabyte would meet no time limit.
  it('comes to an end with a hostile text', () => {
    const text = `${'/*'.repeat(200_000)}${"'".repeat(200_001)}${'$a$'.repeat(100_001)}`
    expect(mask(text)).toHaveLength(text.length)
  })
})

describe('masking', () => {
  it('blanks what is quoted, and keeps every position', () => {
    const text = `select 'a''b', E'\\'', "c""d", $q$ e $q$, a$b$c -- f\n/* g /* h */ */ + 1`
    const masked = mask(text)
    expect(masked).toHaveLength(text.length)
    expect(masked.replace(/\s+/g, ' ')).toBe('select , E , , , a$b$c + 1')
  })

  it('finds the first word', () => {
    expect(skipBlank(' -- a\n /* b */ select')).toBe(15)
    expect(skipBlank('--')).toBe(2)
  })
})

describe('statements for a scratch database', () => {
  it('lose CONCURRENTLY, and nothing else', () => {
    expect(withoutConcurrently('create unique index concurrently if not exists "concurrently" on t (a)')).toBe(
      'create unique index if not exists "concurrently" on t (a)',
    )
    expect(withoutConcurrently('alter table a detach partition b concurrently')).toBe(
      'alter table a detach partition b ',
    )
    expect(withoutConcurrently("comment on table t is 'drop index concurrently'")).toBe(
      "comment on table t is 'drop index concurrently'",
    )
    expect(withoutConcurrently('vacuum full')).toBeUndefined()
  })
})
