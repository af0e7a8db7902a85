// Operations that look first, on every engine: what is there and equal stays, what differs is an error, what is missing is
// made, and going down takes back only what was made.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { op } from '../../src/operations/op.ts'
import { downgrade, plan, type RunnerEvent, readState, resolve, script, upgrade } from '../../src/runner/index.ts'
import type { Column, Constraint, Table } from '../../src/schema/schema.ts'
import { fragile } from './fragile.ts'
import { describeOn, failure, type Ground, ground } from './support.ts'

const column = (name: string, type: string, more: Partial<Column> = {}): Column => ({
  name,
  type,
  nullable: true,
  ...more,
})
const id = column('id', 'integer', { nullable: false })
const key: Constraint = { name: '', type: 'primary key', columns: ['id'] }

describeOn()('on $name', (engine) => {
  let at: Ground
  beforeEach(async () => {
    at = await ground(engine)
  })
  afterEach(() => at.drop())

  const named = engine.name === 'sqlite' ? '' : engine.name === 'mysql' ? 'PRIMARY' : 'staff_pkey'
  const staff = (...columns: Column[]): Table => ({
    name: 'staff',
    columns: [id, ...columns],
    constraints: [{ ...key, name: named }],
    indexes: [],
  })
  const index = { name: 'staff_name', unique: false, keys: [{ column: 'name' }] }
  const byHand = async (...statements: string[]): Promise<void> =>
    at.on(async (connection) => {
      for (const sql of statements) await connection.execute(sql)
    })
  const tables = async () => (await at.on((connection) => at.dialect.inspect(connection))).tables
  const columns = async (): Promise<string[]> =>
    (await tables()).flatMap((table) => table.columns.map(({ name }) => name))

  const missing = op.ensureColumn({ table: 'staff', column: column('missing', 'integer') })
  const everything = [
    op.ensureTable({ table: staff(column('name', 'varchar(40)')) }),
    op.ensureColumn({ table: 'staff', column: column('holiday', 'varchar(10)', { default: "'no'" }) }),
    op.ensureIndex({ table: 'staff', index }),
    op.ensureColumnType({ table: 'staff', column: 'name', type: 'varchar(60)' }),
  ]

  it('makes on an empty database all that is missing, and takes it back', async () => {
    await at.write({ id: 'e1', operations: everything })
    const up = await upgrade(at.context())
    expect(up.steps[0]?.ensured?.map(({ outcome }) => outcome)).toEqual(['made', 'made', 'made', 'converted'])
    expect(await columns()).toEqual(['id', 'name', 'holiday'])
    await at.write({ id: 'e2', operations: everything.slice(1) })
    const again = await upgrade(at.context())
    expect(again.steps[0]?.ensured?.map(({ outcome }) => outcome)).toEqual(['found', 'found', 'found'])
    const down = await downgrade(at.context())
    expect(down.steps[0]?.ensured?.map(({ outcome }) => outcome)).toEqual(['kept', 'kept', 'kept'])
    expect(await columns()).toEqual(['id', 'name', 'holiday'])
    await downgrade(at.context(), { target: 'base', confirm: () => true })
    expect(await tables()).toEqual([])
  })

  it('fills NULLs in batches, each a transaction, and says how far it is', async () => {
    const rows = Array.from({ length: 25 }, (_, at) => `(${at + 1}, ${at % 5 === 0 ? "'x'" : 'null'})`).join(', ')
    await byHand(
      'create table staff (id integer not null primary key, name varchar(20))',
      `insert into staff (id, name) values ${rows}`,
    )
    await at.write({
      id: 'e1',
      operations: [
        op.backfill({ table: 'staff', column: 'name', value: "case when id = 2 then null else 'n' end", batch: 7 }),
        op.sql({ up: 'create table after_it (id integer)', down: 'drop table after_it' }),
      ],
    })
    const up = await upgrade(at.context())
    expect(up.steps[0]?.ensured).toEqual([expect.objectContaining({ outcome: 'filled', rows: 19, left: 1 })])
    const progress = at.events.flatMap((event) => (event.type === 'backfill' ? [[event.done, event.total]] : []))
    expect(progress).toEqual([
      [7, 20],
      [14, 20],
      [20, 20],
    ])
    expect(await at.ask('select id from staff where name is null')).toEqual([{ id: 2 }])
    const down = await downgrade(at.context(), { confirm: () => true })
    expect(down.steps[0]?.ensured?.[0]?.outcome).toBe('kept')
    expect(await at.ask("select count(*) as n from staff where name = 'n'")).toEqual([{ n: expect.anything() }])
  })

  it('does not say that values stay whose column or table goes the same way down', async () => {
    const fill = (table: string, name: string) => op.backfill({ table, column: name, value: '1' })
    const extra = (name: string) => op.addColumn({ table: 'staff', column: column(name, 'integer') })
    await at.write(
      { id: 'e1', operations: [op.createTable({ table: staff() }), extra('level'), fill('staff', 'level')] },
      {
        id: 'e2',
        operations: [
          extra('grade'),
          fill('staff', 'grade'),
          fill('staff', 'level'),
          op.renameColumn({ table: 'staff', from: 'grade', to: 'rank' }),
          fill('staff', 'rank'),
        ],
      },
    )
    await upgrade(at.context())
    const down = await downgrade(at.context(), { target: 'base', confirm: () => true })
    expect(down.steps.map(({ ensured = [] }) => ensured.map(({ text }) => text))).toEqual([
      ['leave the values of staff.level that were filled in'],
      [],
    ])
  })

  // The embedded engine is the same one without a server, and takes seconds to start: what differs there is above.
  if (!engine.shared) return

  it('leaves alone what was made by hand, says so, and never drops it', async () => {
    await byHand(
      'create table staff (id integer not null primary key, name varchar(60), notes varchar(9))',
      'create index staff_name on staff (name)',
      "insert into staff (id, name) values (1, 'ada')",
    )
    await at.write({
      id: 'e1',
      operations: [op.ensureTable({ table: staff(column('name', 'varchar(60)')) }), ...everything.slice(1)],
    })
    const up = await upgrade(at.context())
    expect(up.steps[0]?.ensured?.map(({ outcome }) => outcome)).toEqual(['found', 'made', 'found', 'found'])
    expect(up.steps[0]?.ensured?.[0]?.more).toEqual(['column staff.notes', 'index staff.staff_name'])
    expect(at.events.filter(({ type }) => type === 'ensured')).toHaveLength(4)
    await downgrade(at.context(), { target: 'base', confirm: () => true })
    expect(await columns()).toEqual(['id', 'name', 'notes'])
    expect(await at.ask('select name from staff')).toEqual([{ name: 'ada' }])
  })

  it('shows both definitions where they differ, and changes nothing', async () => {
    await byHand('create table staff (id integer not null primary key, name varchar(20))')
    await at.write({
      id: 'e1',
      operations: [op.ensureColumn({ table: 'staff', column: column('name', 'varchar(60)') })],
    })
    const error = await failure(upgrade(at.context()))
    expect(error.code).toBe('ENSURE_DIFFERENT')
    expect(error.why).toMatch(/asked for: .*\(60\)[\s\S]*there is: +.*\(20\)/)
    expect(await columns()).toEqual(['id', 'name'])
  })

  it('converts a type with the values in it, and back', async () => {
    await byHand(
      'create table staff (id integer not null primary key, days varchar(20))',
      "insert into staff (id, days) values (1, '12')",
    )
    await at.write({
      id: 'e1',
      operations: [op.ensureColumnType({ table: 'staff', column: 'days', type: 'integer' })],
    })
    await upgrade(at.context())
    expect(await at.ask('select days + 1 as days from staff')).toEqual([{ days: 13 }])
    await downgrade(at.context(), { confirm: () => true })
    expect((await tables())[0]?.columns[1]?.type).toMatch(/\(20\)/)
  })

  it('converts as it is told, or refuses to be told', async () => {
    await byHand(
      'create table prices (id integer not null primary key, price decimal(10,2))',
      'insert into prices (id, price) values (1, 12.99), (2, 0.49)',
    )
    const cents = { table: 'prices', column: 'price', type: 'integer', using: 'cast(round(price * 100) as integer)' }
    await at.write({ id: 'e1', operations: [op.ensureColumnType(cents)] })
    if (at.dialect.name !== 'mysql') {
      await upgrade(at.context())
      expect(await at.ask('select price from prices order by id')).toEqual([{ price: 1299 }, { price: 49 }])
      return
    }
    expect((await failure(upgrade(at.context()))).code).toBe('SQL_UNSUPPORTED')
    expect(await at.ask('select price from prices order by id')).toEqual([{ price: '12.99' }, { price: '0.49' }])
  })

  it('says what of a revision stays where it stops between what commits by itself', async () => {
    await byHand('create table staff (id integer not null primary key, name varchar(20))')
    await at.write({
      id: 'e1',
      transaction: false,
      operations: [
        op.sql({ up: 'create table first (id integer)', down: 'drop table first' }),
        op.ensureColumn({ table: 'staff', column: column('name', 'varchar(60)') }),
      ],
    })
    const error = await failure(upgrade(at.context()))
    expect(error.code).toBe('ENSURE_DIFFERENT')
    expect(error.why).toMatch(/What the revision did before this stays/)
    expect(
      await at.on(async (connection) => (await at.dialect.inspect(connection)).tables.map(({ name }) => name)),
    ).toContain('first')
  })

  it('says in a plan what is there, and what it will make', async () => {
    await byHand('create table staff (id integer not null primary key, name varchar(60))')
    await byHand('create index staff_name on staff (name)')
    await at.write({ id: 'e1', operations: [op.ensureIndex({ table: 'staff', index }), missing] })
    const [step] = (await plan(at.context())).steps
    expect(step?.operations.map(({ text }) => / \(already there\)$/.test(text))).toEqual([true, false])
    expect(step?.statements.map(({ sql }) => sql)).toEqual([expect.stringMatching(/add column .?missing/i)])
  })

  it('is guarded in a script, which leads an empty database to the same', async () => {
    await byHand('select 1')
    await at.write({
      id: 'e1',
      operations: [...everything, op.backfill({ table: 'staff', column: 'holiday', value: "'x'" })],
    })
    const text = await script(at.context())
    expect(text).toMatch(/create table if not exists/i)
    await byHand(...(await at.dialect.split(text)).map(({ sql }) => sql))
    expect((await upgrade(at.context())).nothing).toBe(true)
    expect(await columns()).toEqual(['id', 'name', 'holiday'])
    // A script notes nothing of what it made: going down leaves it.
    await downgrade(at.context(), { confirm: () => true })
    expect(await columns()).toEqual(['id', 'name', 'holiday'])
  })

  it('tells a definition that the engine does not understand like a statement that failed', async () => {
    await byHand('create table staff (id integer not null primary key, name varchar(60))')
    await at.write({
      id: 'e1',
      operations: [op.ensureColumn({ table: 'staff', column: column('name', 'varchar(60') })],
    })
    const error = await failure(upgrade(at.context()))
    expect(error.message).toMatch(/Revision e1/)
    // SQLite takes any words for a type.
    expect(['SQL_SYNTAX', 'STATEMENT_FAILED', 'ENSURE_DIFFERENT']).toContain(error.code)
    expect(await columns()).toEqual(['id', 'name'])
  })

  it('asks for a constraint, and takes one of another name over', async () => {
    const unique = (name: string): Constraint => ({ name, type: 'unique', columns: ['name'] })
    await byHand(
      'create table staff (id integer not null primary key, name varchar(60), constraint old_name unique (name))',
    )
    await at.write({
      id: 'e1',
      operations: [
        op.ensureConstraint({ table: 'staff', constraint: unique('new_name'), from: 'old_name' }),
        op.ensureConstraint({ table: 'staff', constraint: unique('new_name') }),
      ],
    })
    const up = await upgrade(at.context())
    expect(up.steps[0]?.ensured?.map(({ outcome }) => outcome)).toEqual(['made', 'found'])
    const names = async () => {
      const [table] = await tables()
      const keys = table?.constraints.flatMap(({ type, name }) => (type === 'unique' ? name : [])) ?? []
      return [...keys, ...(table?.indexes.map(({ name }) => name) ?? [])]
    }
    expect(await names()).toEqual(['new_name'])
    await downgrade(at.context())
    expect(await names()).toEqual(['old_name'])
  })

  it('stops between two batches when it is told to, and the next run goes on behind the last', async () => {
    const rows = Array.from({ length: 40 }, (_, at) => `(${at + 1})`).join(', ')
    await byHand(
      'create table staff (id integer not null primary key, name varchar(20))',
      `insert into staff (id) values ${rows}`,
    )
    await at.write({
      id: 'e1',
      operations: [op.backfill({ table: 'staff', column: 'name', value: "'n'", batch: 10 })],
    })
    const stop = new AbortController()
    const emit = ({ type }: RunnerEvent): void => {
      if (type === 'backfill') stop.abort()
    }
    const error = await failure(upgrade(at.context({ signal: stop.signal, emit })))
    expect(error.code).toBe('INTERRUPTED')
    expect((await at.ask("select id from staff where name = 'n'")).length).toBe(10)
    const [half] = (await readState(at.context())).incomplete
    expect(half).toEqual({ revision: 'e1', state: 'upgrading', done: 0, inDoubt: false })
    await upgrade(at.context())
    const progress = at.events.flatMap((event) => (event.type === 'backfill' ? [[event.done, event.total]] : []))
    expect(progress).toEqual([
      [20, 40],
      [30, 40],
      [40, 40],
    ])
    expect(await at.ask('select id from staff where name is null')).toEqual([])
  })

  it('sees what one operation made when the next looks', async () => {
    const child: Table = {
      name: 'task',
      columns: [id, column('staff_id', 'integer')],
      constraints: [
        { ...key, name: named.replace('staff', 'task') },
        {
          name: engine.name === 'sqlite' ? '' : 'task_staff_fk',
          type: 'foreign key',
          columns: ['staff_id'],
          references: { table: 'staff', columns: ['id'] },
        },
      ],
      indexes: [],
    }
    const whole = staff(column('name', 'varchar(40)'), column('age', 'integer'))
    await at.write({
      id: 'e1',
      operations: [
        op.ensureTable({ table: staff(column('name', 'varchar(40)')) }),
        op.ensureTable({ table: child }),
        op.ensureColumn({ table: 'staff', column: column('age', 'integer') }),
        op.ensureTable({ table: child }),
        op.ensureTable({ table: whole }),
        op.ensureColumnType({ table: 'task', column: 'staff_id', type: 'integer' }),
      ],
    })
    const up = await upgrade(at.context())
    expect(up.steps[0]?.ensured?.map(({ outcome }) => outcome)).toEqual([
      ...['made', 'made', 'made', 'found', 'found', 'found'],
    ])
    await downgrade(at.context(), { confirm: () => true })
    expect(await tables()).toEqual([])
  })

  it('fills along a key of several columns, and in a table without one', async () => {
    await byHand(
      'create table pairs (a varchar(5) not null, b integer not null, v integer, primary key (a, b))',
      `insert into pairs (a, b) values ${['x', "y''", 'z'].flatMap((a) => [1, 2, 3, 4].map((b) => `('${a}', ${b})`)).join(', ')}`,
      'create table loose (v integer, w integer)',
      'insert into loose (w) values (1), (2), (3)',
    )
    await at.write({
      id: 'e1',
      operations: [
        op.backfill({ table: 'pairs', column: 'v', value: 'b * 2', where: 'b > 1', batch: 4 }),
        op.backfill({ table: 'loose', column: 'v', value: 'w', batch: 2 }),
      ],
    })
    const up = await upgrade(at.context())
    expect(up.steps[0]?.ensured?.map(({ rows, left }) => [rows, left])).toEqual([
      [9, 0],
      [3, 0],
    ])
    expect(await at.ask('select count(*) as n from pairs where v = b * 2 and b > 1')).toEqual([
      { n: expect.anything() },
    ])
    expect((await at.ask<{ v: number | null }>('select v from pairs where b = 1')).map(({ v }) => v)).toEqual([
      null,
      null,
      null,
    ])
    expect(up.steps[0]?.ensured?.[1]?.by).toMatch(engine.name === 'sqlite' ? /rowid/ : /one statement/)
  })

  it('makes an object where it is missing, leaves an equal one alone, and shows both where it differs', async () => {
    const view = 'create view names as select id from staff'
    await byHand('create table staff (id integer not null primary key, name varchar(60))', view)
    const { objects } = await at.on((connection) => at.dialect.inspect(connection))
    const object = objects.find(({ name }) => name.endsWith('names'))
    if (object === undefined) throw new Error('the view is not found')
    await at.write({ id: 'e1', operations: [op.ensureObject({ object })] })
    const outcomes = async () => (await upgrade(at.context())).steps[0]?.ensured?.map(({ outcome }) => outcome)
    const views = async () => (await at.on((connection) => at.dialect.inspect(connection))).objects

    expect(await outcomes()).toEqual(['found'])
    await downgrade(at.context(), { confirm: () => true })
    expect(await views()).toEqual([object])

    await byHand('drop view names')
    expect(await outcomes()).toEqual(['made'])
    expect(await views()).toEqual([object])
    await downgrade(at.context(), { confirm: () => true })
    expect(await views()).toEqual([])

    await byHand('create view names as select name from staff')
    const error = await failure(upgrade(at.context()))
    expect(error.code).toBe('ENSURE_DIFFERENT')
    expect(error.why).toMatch(/asked for: .*id[\s\S]*there is: +.*name/)
  })

  it('is not said to be absent where it was cut off and has not looked again', async () => {
    // Only where every statement commits by itself can it be open.
    if (at.dialect.capabilities.transactionalDdl) return
    await byHand('create table staff (id integer not null primary key, name varchar(40))')
    await at.write({ id: 'e1', operations: [op.ensureIndex({ table: 'staff', index })] })
    await at.on(async (connection) => {
      const { url: _, ...context } = at.context({
        connection: fragile(connection, /^(?:alter|create) .*staff_name/is, 'after'),
      })
      expect((await failure(upgrade(context))).code).toBe('CONNECTION_LOST')
    })
    expect((await resolve(at.context())).settled).toMatchObject([{ revision: 'e1', outcome: 'open' }])
    await upgrade(at.context())
    expect((await tables())[0]?.indexes.map(({ name }) => name)).toEqual(['staff_name'])
  })
})
