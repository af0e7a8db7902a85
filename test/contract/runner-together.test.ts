// Several revisions in one message: what must not differ from sending them one by one.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readHistory, readState, upgrade } from '../../src/runner/index.ts'
import { describeOn, failure, type Ground, ground } from './support.ts'

const ROUNDS = process.env.GODWIT_FULL === '1' ? 96 : 12

describeOn(({ name }) => name === 'mysql')('revisions that share a message on $name', (engine) => {
  let at: Ground
  beforeEach(async () => {
    at = await ground(engine)
  })
  afterEach(() => at.drop())

  const write = async (...texts: string[]): Promise<void> => {
    for (const [n, text] of texts.entries()) await at.writeSql(`r${n}`, n === 0 ? [] : [`r${n - 1}`], text)
  }
  const journal = async () =>
    (await readHistory(at.context())).journal.map(
      ({ revision, statement, state }) => `${revision} ${statement} ${state}`,
    )
  const told = (type: string): number => at.events.filter((event) => event.type === type).length

  it('are ten at most, and go alone where one has more to it than to be sent', async () => {
    const ones = Array.from({ length: 14 }, (_, n) => (n === 12 ? 'truncate t0;' : `create table t${n} (id int);`))
    await write(...ones)
    const messages: string[][] = []
    await at.on(async (connection) => {
      const { url: _, ...context } = at.context({
        connection: {
          ...connection,
          executeAll: async (statements, finished) => {
            const made = statements.flatMap((sql) => /^(?:create table t\d+|truncate t0)/.exec(sql)?.[0] ?? [])
            if (made.length > 0) messages.push(made)
            return (await connection.executeAll?.(statements, finished)) ?? { completed: 0 }
          },
        },
      })
      await upgrade(context)
    })
    expect(messages.map(({ length }) => length)).toEqual([10, 2, 1, 1])
    expect(messages[2]).toEqual(['truncate t0'])
  })

  it('blame the one that fails, though one before it gives many answers', async () => {
    const many = Array.from({ length: 10 }, (_, n) => `insert into t values (${n})`).join('; ')
    await write(
      'create table t (a int);',
      `delimiter $$\n${many} $$\n`,
      'create table c (a int); alter table nope add column a int;',
      'create table d (a int);',
      'create table e (a int);',
    )
    expect((await failure(upgrade(at.context()))).data).toMatchObject({ revision: 'r2', index: 1 })
    expect(await journal()).toEqual([
      'r0 0 done',
      'r0 -1 done',
      'r1 0 done',
      'r1 -1 done',
      'r2 0 done',
      'r2 1 failed',
      'r2 -1 failed',
    ])
    expect((await readState(at.context())).pending).toEqual(['r3', 'r4'])
  })

  it('keep every SET of their authors', async () => {
    await write(
      'create table a (id int primary key auto_increment, v int);\ncreate table b (id int primary key auto_increment, v int);',
      'set session insert_id = 500; insert into a (v) values (1); set session insert_id = 500; insert into b (v) values (1);',
    )
    await writeFile(
      join(at.folder, 'r2.mjs'),
      `export default { id: 'r2', parents: ['r1'], message: '', down: 'irreversible', operations: [{ kind: 'run', up: async (db) => {
        for (const value of [0, 1, 0, 0]) await db.execute('set session foreign_key_checks = ' + value)
        await db.execute('set session lock_wait_timeout = 20')
        await db.execute('set session lock_wait_timeout = 20')
        const [row] = await db.query('select @@foreign_key_checks as checks')
        await db.execute('insert into a (v) values (' + (100 + Number(row.checks)) + ')')
      } }] }\n`,
    )
    await upgrade(at.context())
    expect(await at.ask('select id, v from a union all select id, v from b')).toEqual([
      { id: 500, v: 1 },
      { id: 501, v: 100 },
      { id: 500, v: 1 },
    ])
  })

  it('stop at a listener that throws: before the message, nothing of it is sent', async () => {
    await write('create table a (id int);', 'create table b (id int);', 'create table c (id int);')
    const listener = (type: string) => ({
      emit: (event: (typeof at.events)[number]): void => {
        at.events.push(event)
        if (event.type === type) throw new Error('no more')
      },
    })
    await expect(upgrade(at.context(listener('step started')))).rejects.toThrow('no more')
    expect([told('step started'), (await readState(at.context())).applied]).toEqual([1, []])
    at.events.length = 0
    await expect(upgrade(at.context(listener('step finished')))).rejects.toThrow('no more')
    expect([told('step started'), told('step finished')]).toEqual([1, 1])
    await upgrade(at.context())
    expect(await readState(at.context())).toMatchObject({ current: ['r2'], incomplete: [] })
  })

  it('are tried as often as was said', { timeout: 30_000 }, async () => {
    await write('create table t (a int);')
    await upgrade(at.context())
    await write('create table t (a int);', 'create table u (a int);', 'alter table t add column b int;')
    await at.on(async (reader) => {
      await reader.execute('start transaction; select * from t')
      for (const lockTries of [1, 2]) {
        at.events.length = 0
        expect((await failure(upgrade(at.context({ lockTries })))).code).toBe('STATEMENT_LOCK_TIMEOUT')
        expect(at.events.flatMap((event) => (event.type === 'retry' ? [event.attempt] : []))).toEqual(
          lockTries === 1 ? [] : [1],
        )
      }
    })
    expect((await journal()).filter((line) => line === 'r2 0 failed')).toHaveLength(3)
    expect((await upgrade(at.context())).to).toEqual(['r2'])
  })

  it('stop when told to at any of them; what the caller asks afterwards is left alone', {
    timeout: 120_000,
  }, async () => {
    const count = 12
    const texts = Array.from({ length: count - 1 }, (_, n) =>
      n % 3 === 0
        ? `alter table t add column c${n} int;`
        : `insert into t (a) values (${n});\ninsert into t (a) values (${n});`,
    )
    await write('create table t (a int);', ...texts)
    for (let round = 0; round < ROUNDS; round++) {
      await at.ask('drop table if exists t, godwit_history, godwit_meta, godwit_journal')
      await using own = await at.dialect.connect(at.url)
      const controller = new AbortController()
      const { url: _, ...context } = at.context({
        connection: own,
        signal: controller.signal,
        emit: (event) => {
          if (event.type === 'step finished' && event.revision === `r${round % count}`) controller.abort()
        },
      })
      const outcome = await upgrade(context).then(
        () => 'done',
        (error: { code: string }) => error.code,
      )
      expect(['done', 'INTERRUPTED']).toContain(outcome)
      const asked = own.query<{ s: number }>('select sleep(0.02) as s').catch((error: Error) => [{ s: error.message }])
      // Ended with the session where the server had not answered to being stopped.
      const [{ s } = { s: 1 }] = await asked
      if (!/closed state|connection/i.test(String(s))) expect(Number(s)).toBe(0)
      await upgrade(at.context())
      const rows = await at.ask<{ a: number; n: number }>('select a, count(*) as n from t group by a')
      expect([rows.length, rows.every(({ n }) => Number(n) === 2)]).toEqual([
        texts.filter((text) => text.startsWith('insert')).length,
        true,
      ])
    }
  })
})
