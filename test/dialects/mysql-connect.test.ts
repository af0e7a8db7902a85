// Sessions, errors, the lock, the shadow and evidence of hand-written DDL on a real server.
import { inspect as show } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Connection, Dialect } from '../../src/dialects/dialect.ts'
import { dialectNamed } from '../../src/dialects/index.ts'
import { identifier, literal, textLiteral } from '../../src/dialects/mysql/quote.ts'
import { parseUrl, withDatabase } from '../../src/dialects/mysql/url.ts'
import { isGodwitError } from '../../src/errors.ts'
import { mysqlAnswers, mysqlServer, type ScratchDatabase, scratchMysql } from '../support/databases.ts'

describe('URLs', () => {
  it('are taken apart by ourselves', () => {
    expect(parseUrl('mysql://me:p%40ss@db.example:3307/shop?ssl-mode=REQUIRED')).toMatchObject({
      host: 'db.example',
      port: 3307,
      user: 'me',
      password: 'p@ss',
      database: 'shop',
      tls: {},
      location: { display: 'mysql://me@db.example:3307/shop', database: 'shop' },
    })
    expect(parseUrl('mariadb://root@[::1]/x?socket=/run/mysqld.sock')).toMatchObject({
      host: '::1',
      socket: '/run/mysqld.sock',
      database: 'x',
    })
    expect(parseUrl('mysql://h/db').tls).toBeUndefined()
    expect(withDatabase('mysql://a:b@h:1/old?ssl=true', 'n/ew')).toBe('mysql://a:b@h:1/n%2Few?ssl=true')
  })

  it('never show the password, however broken they are', async () => {
    const dialect = await dialectNamed('mysql')
    const broken = [
      'mysql://u:canary@h:99999/db',
      'mysql://u:canary%zz@h/db',
      'mysql:/u:canary@h',
      'mysql://u:canary@127.0.0.1:1/db',
    ]
    for (const url of broken) {
      const error: unknown = await dialect.connect(url, { timeout: 2000 }).catch((cause: unknown) => cause)
      expect(isGodwitError(error), url).toBe(true)
      expect(`${show(error, { depth: 9 })} ${JSON.stringify(error)}`).not.toContain('canary')
    }
  })
})

describe('quoting', () => {
  it('survives every character and every SQL mode', () => {
    expect(identifier('a`b;--')).toBe('`a``b;--`')
    expect(() => identifier('a\0b')).toThrowError(expect.objectContaining({ code: 'SQL_UNSUPPORTED' }))
    expect(literal("it's")).toBe("'it''s'")
    expect(literal('a\\b')).toBe("convert(x'615c62' using utf8mb4)")
    expect(textLiteral("a\\'b")).toBe("'a\\\\''b'")
  })
})

describe.runIf(await mysqlAnswers())('on the server', () => {
  let dialect: Dialect
  let scratch: ScratchDatabase
  let connection: Connection
  beforeAll(async () => {
    dialect = await dialectNamed('mysql')
    scratch = await scratchMysql()
    connection = await dialect.connect(scratch.url)
  })
  afterAll(async () => {
    await connection?.close()
    await scratch?.drop()
  })

  it('pins what it relies on', async () => {
    const [row] = await connection.query<Record<string, string>>(
      'select @@session.sql_mode as mode, @@session.time_zone as zone, @@character_set_client as characters, @@session.foreign_key_checks as checked',
    )
    expect(row?.mode).toContain('STRICT_ALL_TABLES')
    expect(row).toMatchObject({ zone: '+00:00', characters: 'utf8mb4', checked: 1 })
    expect(connection.version).toMatch(/^\d+\.\d+/)
    const [clock] = await connection.query<{ now: string }>(`select ${dialect.now} as now`)
    expect(clock?.now).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(Math.abs(Date.parse(clock?.now ?? '') - Date.now())).toBeLessThan(60_000)
    for (const text of ["it's", 'a\\b', '"', '😀', "\\'; drop", 'x\0y']) {
      const [found] = await connection.query<{ text: string }>(`select ${literal(text)} as text`)
      expect(found?.text).toBe(text)
      await connection.execute("set session sql_mode = 'NO_BACKSLASH_ESCAPES'")
      const [again] = await connection.query<{ text: string }>(`select ${literal(text)} as text`)
      expect(again?.text).toBe(text)
      await connection.execute("set session sql_mode = 'STRICT_ALL_TABLES'")
    }
  })

  it('says how far a message came, and where in it the mistake is', async () => {
    const statements = ['select 1', 'set @a = 1', 'select\n  nonsense from', 'select 2']
    const answer = await connection.executeAll?.(statements)
    expect(answer?.completed).toBe(2)
    const sql = statements.join('\n;\n')
    const failure = dialect.explain(answer?.error, { sql })
    expect(failure.kind).toBe('syntax')
    expect(failure.offset).toBeGreaterThan(sql.indexOf('nonsense'))
    expect(failure.offset).toBeLessThanOrEqual(sql.indexOf('select 2'))
    expect(await connection.executeAll?.(['select 1', 'select 2'])).toEqual({ completed: 2 })
  })

  it.each([
    ['select * from nowhere', 'table missing', undefined],
    ['create table a (x varchar(10) collate nowhere_ci)', 'other', /SHOW COLLATION/],
    [
      `create table a (${Array.from({ length: 40 }, (_, at) => `c${at} varchar(600) not null`).join(', ')})`,
      'other',
      /text/,
    ],
    ['create table long_key (x varchar(1000) primary key)', 'other', /prefix/],
    ['create table long_text (x text, primary key (x))', 'other', /prefix/],
    [
      'create table parent (id bigint primary key); create table child (p int, foreign key (p) references parent (id))',
      'foreign key',
      /same type/,
    ],
    ['create table once (id int primary key); create table once (id int)', 'duplicate object', undefined],
    ['insert into once values (1), (1)', 'duplicate key', /duplicates/],
    ['alter table once modify id bigint, algorithm=inplace', 'unsupported', /ALGORITHM=COPY/],
    ['create table full_of (a int) engine=nowhere', 'other', undefined],
  ])('explains %s', async (sql, kind, hint) => {
    const error: unknown = await connection.execute(sql).catch((cause: unknown) => cause)
    const failure = dialect.explain(error, { sql })
    if (hint !== undefined && kind !== 'syntax') expect(failure.hint).toMatch(hint)
    expect(failure.kind).toBe(kind)
  })

  it('keeps row data out of messages', async () => {
    await connection.execute(
      "create table people (mail varchar(50) primary key); insert into people values ('ada@example.org')",
    )
    const error: unknown = await connection
      .execute("insert into people values ('ada@example.org')")
      .catch((cause: unknown) => cause)
    const { message, detail } = dialect.explain(error)
    expect(message).not.toContain('ada@')
    expect(detail).toContain('ada@')
  })

  it('names a missing database and a refused account', async () => {
    await expect(dialect.connect(withDatabase(mysqlServer, 'no_such_database'))).rejects.toMatchObject({
      code: 'DATABASE_MISSING',
    })
    await expect(dialect.connect(mysqlServer.replace(/\/\/[^@]*@/, '//nobody_here:wrong@'))).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
    })
  })

  it('lets one in at a time, and names who is in', async () => {
    await using other = await dialect.connect(scratch.url)
    const held = await dialect.lock(connection, { key: 'k', wait: 0 })
    const refused = await dialect.lock(other, { key: 'k', wait: 50 }).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'LOCK_TIMEOUT', data: { holder: { pid: expect.any(Number) } } })
    await held.release()
    const next = await dialect.lock(other, { key: 'k', wait: 60_000 })
    await next.release()
  })

  it('says how to find who refers to a table that is to be dropped', async () => {
    await connection.execute('create table `a``b` (id int primary key)')
    await connection.execute('create table child (id int, constraint mine foreign key (id) references `a``b` (id))')
    const sql = 'DROP TABLE `a``b`'
    const error: unknown = await connection.execute(sql).catch((cause: unknown) => cause)
    const { kind, hint = '' } = dialect.explain(error, { sql })
    expect(kind).toBe('foreign key')
    const question = /select [\s\S]*$/.exec(hint)?.[0] ?? ''
    expect(await connection.query(question)).toEqual([{ table_name: 'child', constraint_name: 'mine' }])
    await connection.execute('drop table child, `a``b`')
  })

  it('fails at once where somebody reads, and lets no reader wait behind it', async () => {
    await connection.execute('create table busy (id int primary key)')
    await using reader = await dialect.connect(scratch.url)
    await reader.execute('start transaction')
    await reader.query('select * from busy')
    const error: unknown = await connection
      .execute('alter table busy add column a int')
      .catch((cause: unknown) => cause)
    expect(dialect.explain(error).kind).toBe('lock timeout')
    await reader.execute('commit')
    await connection.execute('alter table busy add column a int')
    const [row] = await connection.query<{ wait: number }>('select @@session.lock_wait_timeout as wait')
    expect(row?.wait).toBe(20)
  })

  it('sees whether hand-written DDL has happened', async () => {
    await connection.execute('create table base (id int primary key, old_one int, gone int, key g (gone))')
    const steps = [
      'create table made (id int)',
      'create view seen as select id from base',
      'alter table base add column extra int, add index by_extra (extra)',
      'alter table base drop column gone',
      'alter table base change old_one new_one bigint',
      'create unique index once_only on base (new_one)',
      'drop index by_extra on base',
      'rename table made to remade',
      'create procedure doing() begin select 1; end',
      'alter table base add constraint positive check (id > 0)',
      'alter table base drop constraint positive',
      'create trigger watching before insert on base for each row set new.extra = 1',
      'drop view seen',
      'drop table remade',
    ]
    for (const sql of steps) {
      const [statement] = await dialect.split(sql)
      const state = async (): Promise<unknown> =>
        (await connection.query<{ state: string }>(statement?.probe?.sql ?? ''))[0]?.state
      expect([sql, await state()]).toEqual([sql, 'absent'])
      await connection.execute(sql)
      expect([sql, await state()]).toEqual([sql, 'done'])
    }
    for (const sql of [
      'create table if not exists x (a int)',
      'drop table if exists x',
      'create or replace view v as select 1',
      'alter table base modify id bigint',
    ]) {
      expect((await dialect.split(sql))[0]?.probe?.sql).toBe("select 'absent' as state")
    }
    for (const sql of ['truncate base', 'call doing()', 'rename table a to b, b to a']) {
      expect((await dialect.split(sql))[0]?.probe, sql).toBeUndefined()
    }
  })

  it('makes scratch databases that go away, with the collation of the real one', async () => {
    await connection.execute(`alter database ${connection.location.database} collate utf8mb4_bin`)
    const shadow = await dialect.openShadow({ target: scratch.url })
    let name = ''
    const schema = await shadow.scratch(async (inner) => {
      name = inner.location.database
      await shadow.load(inner, [
        'create table t (a varchar(10) collate utf8mb4_bin, b varchar(10) collate utf8mb4_general_ci)',
      ])
      return dialect.inspect(inner)
    })
    expect(name).toMatch(/^godwit_shadow_/)
    expect(schema.tables[0]?.columns).toEqual([
      { name: 'a', type: 'varchar(10)', nullable: true },
      { name: 'b', type: 'varchar(10)', nullable: true, collation: 'utf8mb4_general_ci' },
    ])
    expect(shadow.identity).toContain(connection.version)
    await expect(shadow.scratch(() => Promise.reject(new Error('thrown')))).rejects.toThrow('thrown')
    await shadow.close()
    expect(await connection.query(`show databases like 'godwit\\_shadow\\_%${name.slice(-6)}'`)).toEqual([])
  })

  it('lets no statement reach out of the shadow', async () => {
    await using shadow = await dialect.openShadow({ target: scratch.url })
    const own = connection.location.database
    await shadow.scratch(async (inner) => {
      await shadow.load(inner, [
        `drop database ${own}`,
        `use ${own}`,
        'set global max_connections = 1',
        'create user x',
        'flush tables',
      ])
      for (const sql of [
        `insert into ${own}.base values (1)`,
        `drop table ${own}.base`,
        `create table ${own}.x (a int)`,
        `update \`${own}\`.base set id = 1`,
      ]) {
        await expect(shadow.load(inner, [sql])).rejects.toMatchObject({ code: 'SHADOW_FAILED' })
      }
      await expect(shadow.load(inner, ['create table t (a int,'])).rejects.toMatchObject({
        code: 'SQL_SYNTAX',
        place: { line: 1 },
      })
    })
    expect(await connection.query('select 1 from base')).toEqual([])
    await expect(dialect.openShadow({})).rejects.toMatchObject({ code: 'SHADOW_FAILED' })
  })

  it('says which privilege is missing', async () => {
    await connection.execute("create user if not exists godwit_small@'%' identified by 'pw1'")
    await connection.execute("create user if not exists godwit_small@'localhost' identified by 'pw1'")
    try {
      const url = withDatabase(mysqlServer.replace(/\/\/[^@]*@/, '//godwit_small:pw1@'), '')
      await using shadow = await dialect.openShadow({ target: url })
      const error: unknown = await shadow.scratch(async () => undefined).catch((cause: unknown) => cause)
      expect(error).toMatchObject({
        code: 'SHADOW_FAILED',
        fix: expect.stringContaining('GRANT ALL ON `godwit\\_shadow\\_%`.*'),
      })
    } finally {
      await connection.execute("drop user godwit_small@'%', godwit_small@'localhost'")
    }
  })
})
