// Where every change of structure commits by itself: intent and outcome around it, in as few messages as can be.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { op } from '../../src/operations/op.ts'
import { downgrade, readHistory, readState, upgrade } from '../../src/runner/index.ts'
import type { Table } from '../../src/schema/schema.ts'
import { fragile } from './fragile.ts'
import { describeOn, failure, type Ground, ground } from './support.ts'

const notes: Table = {
  name: 'notes',
  columns: [{ name: 'id', type: 'int(11)', nullable: false }],
  constraints: [],
  indexes: [],
}

describeOn(({ name }) => name === 'mysql')('changes of structure on $name', (engine) => {
  let at: Ground
  beforeEach(async () => {
    at = await ground(engine)
    await at.writeSql('a1', [], 'create table users (id int primary key, age int);')
    await at.writeSql('b2', ['a1'], 'alter table users add column b int;\nalter table users add column bb int;')
    await at.writeSql('c3', ['b2'], 'alter table users add column c int;')
  })
  afterEach(() => at.drop())

  const columns = async () =>
    (
      await at.ask<{ name: string }>(
        "select column_name as name from information_schema.columns where table_schema = database() and table_name = 'users' order by ordinal_position",
      )
    ).map(({ name }) => name)
  const journal = async () =>
    (await readHistory(at.context())).journal.map(
      ({ revision, statement, state }) => `${revision} ${statement} ${state}`,
    )
  const all = ['a1 0 done', 'a1 -1 done', 'b2 0 done', 'b2 1 done', 'b2 -1 done', 'c3 0 done', 'c3 -1 done']

  it.each([
    ['one message each', true, ['create table users', 'add column b', 'add column bb', 'add column c', 'books']],
    ['one message together', false, ['create table users add column b add column bb add column c', 'books']],
  ])('cost %s, and one more at the end', async (_, keepGoing, expected) => {
    const messages: string[] = []
    await at.on(async (connection) => {
      const { url: _, ...context } = at.context({
        connection: {
          ...connection,
          execute: (sql) => {
            messages.push(sql)
            return connection.execute(sql)
          },
          executeAll: async (statements) => {
            messages.push(statements.join('\0'))
            return (await connection.executeAll?.(statements)) ?? { completed: 0 }
          },
        },
      })
      await upgrade(context, { keepGoing })
    })
    const work = messages.slice(messages.findIndex((sql) => sql.includes('create table users')))
    const done = (sql: string): string[] =>
      sql
        .split('\0')
        .flatMap((each) => /^\s*(?:alter table users )?(create table \w+|add column \w+)/.exec(each)?.[1] ?? [])
    expect(work.map((sql) => done(sql).join(' ') || 'books')).toEqual(expected)
    const said = at.events.flatMap((event) =>
      event.type === 'step started' || event.type === 'step finished'
        ? [`${event.type} ${event.revision} ${event.index + 1}/${event.total}`]
        : event.type === 'statement started' || event.type === 'statement finished'
          ? [`${event.type} ${event.revision} ${event.statement}`]
          : [],
    )
    expect(said).toEqual([
      ...['step started a1 1/3', 'statement started a1 0', 'statement finished a1 0', 'step finished a1 1/3'],
      ...['step started b2 2/3', 'statement started b2 0', 'statement finished b2 0'],
      ...['statement started b2 1', 'statement finished b2 1', 'step finished b2 2/3'],
      ...['step started c3 3/3', 'statement started c3 0', 'statement finished c3 0', 'step finished c3 3/3'],
    ])
    expect((await journal()).toSorted()).toEqual(all.toSorted())
    expect(await readState(at.context())).toMatchObject({ current: ['c3'], incomplete: [] })
  })

  it.each([
    ['alone', 'before', 'add column bb', ['id', 'age', 'b'], ['b2 0 done']],
    ['alone', 'within', 'add column bb', ['id', 'age', 'b'], ['b2 1 absent']],
    ['alone', 'after', 'add column bb', ['id', 'age', 'b', 'bb'], ['b2 1 done']],
    // The first of the next revision: the outcome of the one before it was on its way.
    ['alone', 'before', 'add column c', ['id', 'age', 'b', 'bb'], ['b2 1 done']],
    ['alone', 'within', 'add column c', ['id', 'age', 'b', 'bb'], ['c3 0 absent']],
    ['alone', 'after', 'add column c', ['id', 'age', 'b', 'bb', 'c'], ['c3 0 done']],
    // All three revisions are one message.
    ['together', 'before', 'add column bb', [], []],
    ['together', 'within', 'create table users', [], ['a1 0 absent']],
    ['together', 'within', 'add column b', ['id', 'age'], ['b2 0 absent']],
    ['together', 'within', 'add column bb', ['id', 'age', 'b'], ['b2 1 absent']],
    ['together', 'within', 'add column c', ['id', 'age', 'b', 'bb'], ['c3 0 absent']],
    ['together', 'after', 'add column bb', ['id', 'age', 'b', 'bb', 'c'], ['c3 0 done']],
  ] as const)(
    'sent %s, are settled when the connection is lost %s “%s”',
    async (how, side, statement, left, settled) => {
      await at.on(async (connection) => {
        const { url: _, ...context } = at.context({
          connection: fragile(connection, new RegExp(`^(?:alter table users )?${statement} `), side),
        })
        const error = await failure(upgrade(context, { keepGoing: how === 'alone' }))
        expect(error.code).toBe('CONNECTION_LOST')
      })
      expect(await columns()).toEqual(left)
      at.events.length = 0
      await upgrade(at.context())
      expect(await columns()).toEqual(['id', 'age', 'b', 'bb', 'c'])
      expect(
        at.events.flatMap((event) =>
          event.type === 'settled' ? [`${event.revision} ${event.statement} ${event.outcome}`] : [],
        ),
      ).toEqual(settled)
      expect((await journal()).filter((line) => !line.endsWith('failed')).toSorted()).toEqual(all.toSorted())
    },
  )

  it('stay done and written when the one after them fails', async () => {
    await at.writeSql('d4', ['c3'], 'alter table users add column d int;\nalter table users add column d int;')
    await at.writeSql('e5', ['d4'], 'alter table users add column e int;')
    const error = await failure(upgrade(at.context()))
    expect(error).toMatchObject({ code: 'OBJECT_EXISTS', place: { line: 8 } })
    expect(error.why).toContain('The first of its 2 statements has happened and stays')
    expect(await readState(at.context())).toMatchObject({
      current: ['d4'],
      incomplete: [{ revision: 'd4', state: 'upgrading', inDoubt: false }],
    })
    await at.ask('alter table users drop column d')
    await upgrade(at.context())
    expect(await columns()).toEqual(['id', 'age', 'b', 'bb', 'c', 'd', 'e'])
  })

  it.each([true, false])('are left to somebody else who was faster (one by one: %s)', async (keepGoing) => {
    const values = ["'b2', 'a1'", ...Array(5).fill("''"), "'done'", '0', ...Array(5).fill("''")].join(', ')
    let isFirst = true
    await at.on(async (connection) => {
      const { url: _, ...context } = at.context({
        connection: {
          ...connection,
          executeAll: async (statements, finished) => {
            if (isFirst && statements.some((sql) => sql.startsWith('create table users'))) {
              isFirst = false
              await at.ask(`insert into godwit_history values (${values})`)
            }
            return (await connection.executeAll?.(statements, finished)) ?? { completed: 0 }
          },
        },
      })
      expect(await upgrade(context, { keepGoing })).toMatchObject({
        to: ['c3'],
        steps: [{ revision: 'a1' }, { revision: 'c3' }],
      })
    })
    expect(at.events.filter(({ type }) => type === 'overtaken')).toEqual([{ type: 'overtaken', revision: 'b2' }])
    expect(await columns()).toEqual(['id', 'age', 'c'])
    expect(await journal()).toEqual(['a1 0 done', 'a1 -1 done', 'c3 0 done', 'c3 -1 done'])
  })

  it('are in doubt where somebody has made something else in the meantime, and say so', async () => {
    await at.write({ id: 'd4', operations: [op.createTable({ table: notes })] })
    await at.on(async (connection) => {
      const { url: _, ...context } = at.context({ connection: fragile(connection, /^create table `notes`/i, 'within') })
      expect((await failure(upgrade(context))).code).toBe('CONNECTION_LOST')
    })
    await at.ask('create table notes (other text)')
    const error = await failure(upgrade(at.context()))
    expect(error.code).toBe('IN_DOUBT')
    expect(error.why).toContain('is there, but not as it makes it')
    await at.ask('drop table notes')
    expect((await upgrade(at.context())).to).toEqual(['d4'])
  })

  describe('an undoing', () => {
    const other: Table = { ...notes, name: 'other' }
    const undo = { target: 'c3', confirm: () => true }
    beforeEach(async () => {
      await at.write({ id: 'd4', operations: [op.createTable({ table: notes }), op.createTable({ table: other })] })
      await upgrade(at.context())
      await at.ask('insert into notes values (1)')
    })
    const lose = (statement: RegExp, side: 'before' | 'within' | 'after') =>
      at.on(async (connection) => {
        const { url: _, ...context } = at.context({ connection: fragile(connection, statement, side) })
        expect((await failure(downgrade(context, undo))).code).toBe('CONNECTION_LOST')
      })

    it('that fails at its first statement is given up at once', async () => {
      await at.ask('alter table other add primary key (id)')
      await at.ask('create table theirs (id int, constraint theirs_fk foreign key (id) references other (id))')
      const error = await failure(downgrade(at.context(), undo))
      expect(error.why).toContain('nothing of the revision has happened')
      expect(await readState(at.context())).toMatchObject({ current: ['d4'], incomplete: [] })
      await at.ask('drop table theirs')
      expect(await upgrade(at.context())).toMatchObject({ nothing: true, to: ['d4'] })
      expect(await at.ask('select id from notes')).toEqual([{ id: 1 }])
    })

    it('that is cut off within its first statement is given up by who goes up', async () => {
      await lose(/^drop table `other`/i, 'within')
      expect(await readState(at.context())).toMatchObject({ incomplete: [{ revision: 'd4', state: 'downgrading' }] })
      expect(await upgrade(at.context())).toMatchObject({ steps: [], to: ['d4'], pending: 0 })
      expect(await readState(at.context())).toMatchObject({ current: ['d4'], incomplete: [] })
      expect(await at.ask('select id from notes')).toEqual([{ id: 1 }])
    })

    it.each([
      ['after', /^drop table `other`/i],
      ['before', /^drop table `notes`/i],
    ] as const)('that is cut off %s %s is left to a downgrade', async (side, statement) => {
      await lose(statement, side)
      for (const _ of [1, 2]) {
        const error = await failure(upgrade(at.context()))
        expect(error).toMatchObject({ code: 'HALF_UNDONE', exitCode: 4, data: { revision: 'd4', done: 1, of: 2 } })
        expect(await at.ask('select id from notes')).toEqual([{ id: 1 }])
      }
      await downgrade(at.context(), undo)
      expect(await readState(at.context())).toMatchObject({ current: ['c3'], incomplete: [] })
      expect(await upgrade(at.context())).toMatchObject({ to: ['d4'] })
    })
  })

  it('copy a table only where the server has no other way for it, and say so', async () => {
    await at.writeSql(
      'd4',
      ['c3'],
      'create table old (id int, name varchar(20)) engine=MyISAM;\ncreate table priced (id int primary key, price int, twice int as (price * 2) virtual);',
    )
    const column = { name: 'more', type: 'int(11)', nullable: true }
    await at.write({
      id: 'e5',
      operations: [
        op.addColumn({ table: 'old', column }),
        op.createIndex({ table: 'old', index: { name: 'by_name', unique: false, keys: [{ column: 'name' }] } }),
        op.addColumn({ table: 'priced', column, after: 'id' }),
        op.addColumn({ table: 'users', column }),
      ],
    })
    await upgrade(at.context())
    expect(await readState(at.context())).toMatchObject({ current: ['e5'], incomplete: [] })
    const warned = at.events.flatMap((event) => (event.type === 'warning' ? [event.message.split(' only')[0]] : []))
    expect(warned).toEqual(['The server can change old', 'The server can change old', 'The server can change priced'])
    await downgrade(at.context(), { confirm: () => true })
    expect(await readState(at.context())).toMatchObject({ current: ['d4'], incomplete: [] })
  })

  it('never queue behind a reader: they fail at once and are tried again', { timeout: 15_000 }, async () => {
    await upgrade(at.context(), { target: 'a1' })
    await at.on(async (reader) => {
      await reader.execute('start transaction; select * from users')
      // The server's own wait would be longer than this test may take, and hold up every other reader.
      const report = await upgrade(
        at.context({
          emit: (event) => {
            at.events.push(event)
            if (event.type === 'retry' && event.attempt === 2) void reader.execute('commit')
          },
        }),
      )
      expect(report.to).toEqual(['c3'])
      await reader.execute('commit')
    })
    expect(at.events).toContainEqual(expect.objectContaining({ type: 'retry', revision: 'b2', reason: 'lock timeout' }))
    expect((await journal()).filter((line) => line.endsWith('failed'))).toEqual(Array(2).fill('b2 0 failed'))
  })
})
