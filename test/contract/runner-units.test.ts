// What happens outside of transactions, and what other sessions do to us: on a server.
import { readFile, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { op } from '../../src/operations/op.ts'
import { downgrade, readHistory, readState, resolve, upgrade } from '../../src/runner/index.ts'
import type { Index, Table } from '../../src/schema/schema.ts'
import { fragile } from './fragile.ts'
import { describeOn, failure, type Ground, ground } from './support.ts'

const table = (name: string): Table => ({
  name,
  columns: [
    { name: 'id', type: 'integer', nullable: true },
    { name: 'age', type: 'integer', nullable: true },
  ],
  constraints: [],
  indexes: [],
})
const index = (name: string, unique = false): Index => ({ name, unique, keys: [{ column: 'age' }] })

describeOn(({ name }) => name === 'postgres')('units on $name', (engine) => {
  let at: Ground
  beforeEach(async () => {
    at = await ground(engine)
    await at.write(
      {
        id: 'a1',
        operations: [
          op.createTable({ table: table('users') }),
          op.sql({ up: 'insert into users values (1, 7), (2, 7)', down: '' }),
        ],
      },
      {
        id: 'b2',
        operations: [
          op.sql({ up: 'update users set age = age + 1', down: 'update users set age = age - 1' }),
          op.createIndex({ table: 'users', index: index('users_age'), concurrently: true }),
          op.sql({ up: 'update users set age = age + 10', down: 'update users set age = age - 10' }),
        ],
      },
    )
  })
  afterEach(() => at.drop())

  const ages = async () => (await at.ask<{ age: number }>('select age from users order by id')).map(({ age }) => age)
  const indexes = () =>
    at.ask(
      "select relname as name, indisvalid as valid from pg_index join pg_class on oid = indexrelid where relname like 'users%'",
    )

  it('go up and down once each, with the journal around them', async () => {
    await upgrade(at.context())
    expect(await ages()).toEqual([18, 18])
    expect(await indexes()).toEqual([{ name: 'users_age', valid: true }])
    expect(
      (await readHistory(at.context())).journal.map(
        ({ revision, statement, state }) => `${revision} ${statement} ${state}`,
      ),
    ).toEqual(['a1 0 done', 'a1 1 done', 'a1 -1 done', 'b2 1 done', 'b2 0 done', 'b2 2 done', 'b2 -1 done'])
    await downgrade(at.context())
    expect(await ages()).toEqual([7, 7])
    expect(await indexes()).toEqual([])
    expect(await readState(at.context())).toMatchObject({ current: ['a1'], incomplete: [] })
  })

  it.each(['before', 'after'] as const)('are settled by the probe when cut off %s the statement', async (side) => {
    await at.on(async (connection) => {
      const { url: _, ...context } = at.context({
        connection: fragile(connection, /^create index concurrently/i, side),
      })
      expect((await failure(upgrade(context))).code).toBe('CONNECTION_LOST')
    })
    expect(await readState(at.context())).toMatchObject({
      incomplete: [{ revision: 'b2', state: 'upgrading', inDoubt: true }],
    })
    await upgrade(at.context())
    expect(await ages()).toEqual([18, 18])
    expect(await indexes()).toEqual([{ name: 'users_age', valid: true }])
    expect(at.events).toContainEqual({
      type: 'settled',
      revision: 'b2',
      statement: 1,
      outcome: side === 'after' ? 'done' : 'absent',
    })
  })

  it('clear an invalid index away, keep what is done, and go on after the cause is removed', async () => {
    const [file = ''] = await at.write({
      id: 'c3',
      operations: [
        op.sql({ up: 'update users set id = id + 100', down: '' }),
        op.createIndex({ table: 'users', index: index('users_age_unique', true), concurrently: true }),
        op.sql({ up: 'update users set id = id + 1000', down: '' }),
      ],
    })
    const error = await failure(upgrade(at.context()))
    expect(error.code).toBe('STATEMENT_FAILED')
    expect(error.why).toContain('users_age_unique')
    expect(error.why).toContain('goes on from this one')
    expect(await indexes()).toEqual([{ name: 'users_age', valid: true }])
    expect(await readState(at.context())).toMatchObject({ incomplete: [{ revision: 'c3', inDoubt: false }] })
    expect((await failure(upgrade(at.context()))).code).toBe('STATEMENT_FAILED')

    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replace('id + 100', 'id + 200'))
    expect((await failure(upgrade(at.context()))).code).toBe('REVISION_EDITED')
    await writeFile(file, text.replace('id + 1000', 'id + 2000'))
    await at.ask('update users set age = age + id')
    await upgrade(at.context())
    expect((await at.ask<{ id: number }>('select id from users order by id')).map(({ id }) => id)).toEqual([2101, 2102])
    expect(await readState(at.context())).toMatchObject({ current: ['c3'], incomplete: [], edited: [] })
  })

  it('count as done what was committed, not what was rolled back with the statement that failed', async () => {
    await upgrade(at.context())
    await at.writeSql(
      'c3',
      ['b2'],
      'insert into users values (3, 3);\nvacuum users;\ninsert into users values (4, 4);\ninsert into users values (5, 5);\ninsert into nowhere values (1);',
      '',
    )
    const error = await failure(upgrade(at.context()))
    expect(error.why).toContain(
      'Its first 2 of 5 statements have happened and stay; what came after was rolled back; the next `godwit upgrade` goes on from statement 3.',
    )
    expect(await at.ask('select id from users order by id')).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }])
  })

  it('stop in doubt at hand-written SQL, and say how to resolve', async () => {
    await upgrade(at.context())
    await at.writeSql(
      'd4',
      ['b2'],
      'insert into users values (3, 3);\nvacuum users;\ninsert into users values (4, 4);',
      '',
    )
    await at.on(async (connection) => {
      const { url: _, ...context } = at.context({ connection: fragile(connection, /^vacuum/i, 'after') })
      await failure(upgrade(context))
    })
    const error = await failure(upgrade(at.context()))
    expect(error).toMatchObject({ code: 'IN_DOUBT', exitCode: 6 })
    expect(error.fix).toContain('godwit resolve d4 --done')
    expect((await failure(resolve(at.context()))).code).toBe('IN_DOUBT')
    expect((await resolve(at.context(), { revision: 'd4', outcome: 'done' })).settled).toMatchObject([
      { revision: 'd4', statement: 1, outcome: 'done' },
    ])
    await upgrade(at.context())
    expect((await at.ask<{ id: number }>('select id from users order by id')).map(({ id }) => id)).toEqual([1, 2, 3, 4])
    expect((await failure(resolve(at.context(), { revision: 'd4', outcome: 'done' }))).code).toBe('REVISION_UNKNOWN')
  })

  it('wait for other people’s locks in short tries, never longer than the lock timeout', async () => {
    await upgrade(at.context())
    await at.write({
      id: 'c3',
      operations: [op.addColumn({ table: 'users', column: { name: 'score', type: 'integer', nullable: true } })],
    })
    await at.on(async (reader) => {
      await reader.execute('begin; select * from users')
      const running = upgrade(
        at.context({
          lockTimeout: 50,
          emit: (event) => event.type === 'retry' && event.attempt === 2 && void reader.execute('commit'),
        }),
      )
      expect((await running).to).toEqual(['c3'])
    })
    await at.write({
      id: 'd4',
      operations: [op.addColumn({ table: 'users', column: { name: 'more', type: 'integer', nullable: true } })],
    })
    await at.on(async (reader) => {
      await reader.execute('begin; select * from users')
      const error = await failure(upgrade(at.context({ lockTimeout: 50, lockTries: 2 })))
      expect(error).toMatchObject({ code: 'STATEMENT_LOCK_TIMEOUT', exitCode: 5 })
      await reader.execute('commit')
    })
    expect(await readState(at.context())).toMatchObject({ current: ['c3'], pending: ['d4'] })
  })

  it('let one runner work, and name it to the others', async () => {
    await at.on(async (holder) => {
      const lock = await at.dialect.lock(holder, { key: `godwit ${holder.location.database}`, wait: 0 })
      expect(await failure(upgrade(at.context({ lockWait: 300 })))).toMatchObject({ code: 'LOCK_TIMEOUT', exitCode: 5 })
      await lock.release()
    })
    const reports = await Promise.all(Array.from({ length: 5 }, () => upgrade(at.context())))
    expect(reports.flatMap(({ steps }) => steps.map(({ revision }) => revision))).toEqual(['a1', 'b2'])
    expect(reports.every(({ to }) => to.join() === 'b2')).toBe(true)
  })

  it('refuse read-only databases and missing rights before anything has happened', async () => {
    const name = new URL(at.url).pathname.slice(1)
    await at.ask(`alter database ${name} set default_transaction_read_only = on`)
    expect((await failure(upgrade(at.context()))).code).toBe('DATABASE_READ_ONLY')
    await at.on((connection) =>
      connection
        .execute(`set transaction_read_only = off; alter database ${name} reset default_transaction_read_only`)
        .catch(() =>
          connection.execute(`begin read write; alter database ${name} reset default_transaction_read_only; commit`),
        ),
    )
    await upgrade(at.context(), { target: 'a1' })
    const role = `godwit_test_${name.slice(-8)}`
    await at.ask(
      `create role ${role} login password 'secret-canary'; grant select on all tables in schema public to ${role}`,
    )
    try {
      const url = new URL(at.url)
      url.username = role
      url.password = 'secret-canary'
      const error = await failure(upgrade(at.context({ url: url.href })))
      expect(error.code).toBe('PERMISSION_DENIED')
      expect(JSON.stringify(error) + error.stack).not.toContain('secret-canary')
      expect(await readState(at.context({ url: url.href }))).toMatchObject({ current: ['a1'] })
    } finally {
      await at.ask(`drop owned by ${role}; drop role ${role}`)
    }
  })

  it('tell which statement of a message failed when the server gives no place', async () => {
    const file = await at.writeSql(
      'c3',
      ['b2'],
      'create table x (id integer primary key);\n\ninsert into x values (1);\n-- twice\ninsert into x values (1);\nselect 1',
    )
    const error = await failure(upgrade(at.context()))
    expect(error.place).toMatchObject({ file, line: 10, column: 1, text: 'insert into x values (1);' })
    expect(error.why).toContain('rolled back')
    expect(JSON.stringify(error.message)).not.toContain('(1)')
  })

  it('tell the truth after the answer to a commit was lost', async () => {
    await at.on(async (connection) => {
      const broken = fragile(connection, /insert into public\.godwit_history.*'a1'/s, 'after')
      const error = await failure(upgrade({ ...at.context({ connection: broken }) }))
      expect(error.code).toBe('CONNECTION_LOST')
      expect(error.why).toContain('Revision a1 is applied')
    })
    expect((await upgrade(at.context())).steps.map(({ revision }) => revision)).toEqual(['b2'])
  })
})
