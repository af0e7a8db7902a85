// Consent to losing data rests on a count: rows that are written while somebody reads it are not part of it.
import { readFile, rm, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { op } from '../../src/operations/op.ts'
import type { Consent, Loss } from '../../src/runner/index.ts'
import { downgrade, readState, upgrade } from '../../src/runner/index.ts'
import type { Column, Table } from '../../src/schema/schema.ts'
import { describeOn, type Engine, failure, type Ground, ground } from './support.ts'

const column = (name: string, type = 'integer', more: Partial<Column> = {}): Column => ({
  name,
  type,
  nullable: true,
  ...more,
})
const table = (name: string, ...columns: Column[]): Table => ({ name, columns, constraints: [], indexes: [] })

/** Spellings that differ. */
const types = ({ name }: Engine) =>
  name === 'mysql'
    ? { exact: 'decimal(10,2)', whole: 'int(11)', integer: 'int(11)' }
    : { exact: 'numeric(10,2)', whole: 'integer', integer: 'integer' }

const messages = (losses: readonly Loss[]) => losses.map(({ message }) => message)

// The embedded engine takes long to start, and is the same dialect: it has its part below.
describeOn(({ shared }) => shared)('consent on $name', (engine) => {
  const { exact, whole, integer } = types(engine)
  let at: Ground
  beforeEach(async () => {
    at = await ground(engine)
  })
  afterEach(() => at.drop())

  /** Agrees to nothing but what is there, and writes more before it does; says what it was asked. */
  const writing = (sql: string, answers: Consent[]) => {
    const asked: string[][] = []
    const confirm = async (losses: Loss[]): Promise<Consent> => {
      asked.push(messages(losses))
      if (asked.length === 1) await at.on((connection) => connection.execute(sql))
      return answers[asked.length - 1] ?? false
    }
    return { asked, confirm }
  }

  it('looks again at a table that was empty', async () => {
    await at.write(
      { id: 'a1' },
      { id: 'b2', operations: [op.createTable({ table: table('orders', column('id', integer)) })] },
    )
    await upgrade(at.context())
    const { asked, confirm } = writing('insert into orders values (1), (2), (3)', [{ most: [0] }])
    const refused = await failure(downgrade(at.context(), { confirm }))
    expect(refused).toMatchObject({ code: 'DATA_LOSS', exitCode: 4 })
    expect(asked).toEqual([['table orders with all its rows'], ['table orders with all its rows']])
    expect(await at.ask('select id from orders')).toHaveLength(3)
    expect(await readState(at.context())).toMatchObject({ current: ['b2'], incomplete: [] })
    await downgrade(at.context(), { confirm: () => ({ most: [3] }) })
    expect(await readState(at.context())).toMatchObject({ current: ['a1'], incomplete: [] })
  })

  it('looks again at a column, by the name that it has when it goes', async () => {
    await at.write(
      { id: 'a1', operations: [op.createTable({ table: table('orders', column('id', integer)) })] },
      {
        id: 'b2',
        operations: [op.addColumn({ table: 'orders', column: column('note', integer) })],
        down: [
          op.renameColumn({ table: 'orders', from: 'note', to: 'remark' }),
          op.dropColumn({ table: 'orders', column: column('remark', integer) }),
        ],
      },
    )
    await upgrade(at.context())
    const { asked, confirm } = writing('insert into orders values (1, 7)', [{ most: [0] }, { most: [1] }])
    await downgrade(at.context(), { confirm })
    expect(asked).toHaveLength(2)
    expect(await at.ask('select * from orders')).toEqual([{ id: 1 }])
  })

  it('agrees to all there is where no number is named', async () => {
    await at.write({ id: 'a1', operations: [op.createTable({ table: table('orders', column('id', integer)) })] })
    await upgrade(at.context())
    const { asked, confirm } = writing('insert into orders values (1)', [true])
    await downgrade(at.context(), { confirm })
    expect(asked).toHaveLength(1)
    expect(await readState(at.context())).toMatchObject({ current: [] })
  })

  it('looks again at what hand-written SQL drops and empties', async () => {
    await at.write({ id: 'a1', operations: [op.createTable({ table: table('orders', column('id', integer)) })] })
    await at.writeSql('b2', ['a1'], 'create table notes (id int)', 'drop /* all */ table notes; delete from orders')
    await upgrade(at.context())
    const { asked, confirm } = writing('insert into orders values (1)', [{ most: [0, 0] }])
    expect((await failure(downgrade(at.context(), { confirm }))).code).toBe('DATA_LOSS')
    expect(asked[0]).toEqual(['table notes with all its rows', 'all rows of orders'])
    expect(await at.ask('select id from orders')).toEqual([{ id: 1 }])
    await downgrade(at.context(), { confirm: () => true })
    expect(await at.ask('select id from orders')).toEqual([])
  })

  it('asks about what code deletes and drops before it does', async () => {
    const [file = ''] = await at.write({
      id: 'a1',
      operations: [op.createTable({ table: table('orders', column('id', integer)) })],
    })
    await writeFile(
      file.replace('a1.ts', 'b2.ts'),
      `import { op, revision } from 'godwit'
      export default revision({ id: 'b2', parents: ['a1'], message: 'code', format: 2, operations: [
        op.run({ up: async () => {}, down: async (database) => { await database.execute('delete from orders where id > 0').catch(() => {}) } }),
      ] })`,
    )
    await upgrade(at.context())
    await at.on((connection) => connection.execute('insert into orders values (1)'))
    expect((await failure(downgrade(at.context()))).code).toBe('DATA_LOSS')
    expect(await at.ask('select id from orders')).toEqual([{ id: 1 }])
    const asked: string[][] = []
    await downgrade(at.context(), {
      confirm: (losses) => {
        asked.push(messages(losses))
        return true
      },
    })
    expect(asked).toEqual([['code: rows of orders: delete from orders where id > 0']])
    expect(await at.ask('select id from orders')).toEqual([])
    expect(await readState(at.context())).toMatchObject({ current: ['a1'] })
  })

  it('waits for a writer, and sees what it has written', async () => {
    await at.write({ id: 'a1', operations: [op.createTable({ table: table('orders', column('id', integer)) })] })
    await upgrade(at.context())
    const writer = await at.dialect.connect(at.url, { scratch: true })
    try {
      await writer.execute(engine.name === 'sqlite' ? 'begin immediate' : 'begin')
      await writer.execute('insert into orders values (1), (2)')
      let asked = 0
      const waited: string[] = []
      const run = failure(
        downgrade(
          at.context({
            lockTimeout: 50,
            emit: (event) => {
              if (event.type !== 'retry') return
              if (waited.push(event.reason) === 1) void writer.execute('commit')
            },
          }),
          { confirm: () => (asked++ === 0 ? { most: [0] } : false) },
        ),
      )
      // A writer that holds the lock from the first look on is waited for there; its end is then the server's own news.
      expect((await run).code).toBe('DATA_LOSS')
      expect(asked).toBe(2)
      expect(waited.length).toBeGreaterThan(0)
    } finally {
      await writer.close()
    }
    expect(await at.ask('select id from orders')).toHaveLength(2)
    expect(await readState(at.context())).toMatchObject({ current: ['a1'], incomplete: [] })
  })

  it.runIf(engine.name === 'mysql')('says what goes unnoticed where nobody may lock tables, and goes on', async () => {
    await at.write({ id: 'a1', operations: [op.createTable({ table: table('orders', column('id', integer)) })] })
    await upgrade(at.context())
    const url = new URL(at.url)
    const user = `godwit_${url.pathname.slice(-8)}`
    const rights = 'select, insert, update, delete, create, drop, alter, index, references'
    await at.on((connection) =>
      connection.execute(
        `create user '${user}'@'%' identified by 'x'; grant ${rights} on \`${url.pathname.slice(1)}\`.* to '${user}'@'%'`,
      ),
    )
    try {
      url.username = user
      url.password = 'x'
      await downgrade(at.context({ url: url.href }), { confirm: () => ({ most: [0] }) })
      expect(at.events.filter(({ type }) => type === 'warning')).toMatchObject([
        { message: expect.stringContaining('Rows that are written to orders at this very moment go unnoticed') },
      ])
      expect(await readState(at.context())).toMatchObject({ current: [], incomplete: [] })
    } finally {
      await at.on((connection) => connection.execute(`drop user '${user}'@'%'`))
    }
  })

  const rounds = engine.name !== 'sqlite'
  const converting = async (more: Record<string, unknown> = {}): Promise<string> => {
    const [, file = ''] = await at.write(
      {
        id: 'a1',
        operations: [op.createTable({ table: table('shop', column('id', integer), column('price', exact)) })],
      },
      {
        id: 'b2',
        operations: [
          op.alterColumn({ table: 'shop', from: column('price', exact), to: column('price', whole), ...more }),
        ],
      },
    )
    await upgrade(at.context(), { target: 'a1' })
    await at.on((connection) => connection.execute('insert into shop values (1, 1.50), (2, 2), (3, 3.25)'))
    return file
  }
  const prices = async () =>
    (await at.ask<{ price: unknown }>('select price from shop order by id')).map(({ price }) => Number(price))

  it.runIf(rounds)('does not change values going up that nobody has agreed to', async () => {
    await converting()
    const refused = await failure(upgrade(at.context()))
    expect(refused).toMatchObject({ code: 'DATA_LOSS', exitCode: 4 })
    expect(refused.message).toMatch(/values of shop\.price that .* \(2 rows\)/)
    expect(await prices()).toEqual([1.5, 2, 3.25])
    expect(await readState(at.context())).toMatchObject({ current: ['a1'], incomplete: [] })
    // The ways out that it names.
    await at.on((connection) => connection.execute('update shop set price = 2 where id = 1'))
    expect((await failure(upgrade(at.context()))).message).toContain('(1 row)')
    await upgrade(at.context(), { acceptLoss: true })
    expect(await prices()).toEqual([2, 2, 3])
  })

  it.runIf(rounds)('takes a reason in the file for consent', async () => {
    await converting({ accept: { DL105: 'cents were never used' } })
    await upgrade(at.context())
    expect(await prices()).toEqual([2, 2, 3])
  })

  it.runIf(rounds)('warns of a file that was written before there were consents, and goes on', async () => {
    const file = await converting()
    await writeFile(file, (await readFile(file, 'utf8')).replace('  format: 2,\n', ''))
    await upgrade(at.context())
    expect(at.events.filter(({ type }) => type === 'warning')).toMatchObject([
      { message: expect.stringMatching(/values of shop\.price that .* \(2 rows\)/) },
    ])
    expect(await prices()).toEqual([2, 2, 3])
  })

  it.runIf(rounds)('reads hand-written SQL for what it converts', async () => {
    const file = await converting()
    const alter =
      engine.name === 'mysql'
        ? 'alter table `shop` modify column price int'
        : 'alter table only public.shop alter column "price" set data type int'
    const write = (accept: string) =>
      writeFile(
        file.replace(/\.ts$/, '.sql'),
        `-- id: b2\n-- parents: a1\n-- message: x\n-- format: 2\n\n-- up\n${accept}${alter};\n\n-- down\n`,
      )
    await rm(file)
    await write('')
    const refused = await failure(upgrade(at.context()))
    expect(refused).toMatchObject({ code: 'DATA_LOSS', message: expect.stringContaining('(2 rows)') })
    await write('-- accept: DL105 cents were never used\n')
    await upgrade(at.context())
    expect(await prices()).toEqual([2, 2, 3])
  })

  it.runIf(rounds)('goes on by itself where no value would change', async () => {
    await converting()
    await at.on((connection) => connection.execute('update shop set price = 7'))
    await upgrade(at.context())
    expect(await prices()).toEqual([7, 7, 7])
  })
})

describeOn(({ name }) => name === 'postgres' || name === 'pglite')('on $name', (engine) => {
  let at: Ground
  beforeEach(async () => {
    at = await ground(engine)
  })
  afterEach(() => at.drop())

  it('takes an expression of the file for consent', async () => {
    const from = column('at', 'timestamp without time zone')
    await at.write(
      { id: 'a1', operations: [op.createTable({ table: table('visits', from) })] },
      {
        id: 'b2',
        operations: [op.alterColumn({ table: 'visits', from, to: column('at', 'date'), using: '"at"::date' })],
      },
    )
    await upgrade(at.context(), { target: 'a1' })
    await at.on((connection) => connection.execute("insert into visits values ('2026-01-02 03:04:05')"))
    await upgrade(at.context())
    expect(await at.ask('select "at"::text as at from visits')).toEqual([{ at: '2026-01-02' }])
  })

  it.each([
    ['timestamp without time zone', 'date', "'2026-01-02 03:04:05'"],
    ['double precision', 'real', '0.1234567890123'],
  ])('counts what changes from %s to %s', async (old, next, value) => {
    await at.write(
      { id: 'a1', operations: [op.createTable({ table: table('t', column('v', old)) })] },
      { id: 'b2', operations: [op.alterColumn({ table: 't', from: column('v', old), to: column('v', next) })] },
    )
    await upgrade(at.context(), { target: 'a1' })
    await at.on((connection) => connection.execute(`insert into t values (${value})`))
    expect((await failure(upgrade(at.context()))).message).toContain(
      `values of t.v that ${next} does not keep as they are (1 row)`,
    )
  })

  it('sees what a function drops, because it is gone at the end, and asks before it is', async () => {
    await at.write({
      id: 'a1',
      operations: [
        op.createTable({ table: table('orders', column('id'), column('note')) }),
        op.createTable({ table: table('logs', column('id')) }),
        op.sql({
          up: `create function tidy() returns void language plpgsql as $$ begin execute 'alter table orders ' || 'drop note, add other integer'; execute 'dr' || 'op table logs'; end $$`,
          down: '',
        }),
      ],
    })
    await at.writeSql('b2', ['a1'], 'select 1', 'select tidy()')
    await upgrade(at.context())
    await at.on((connection) => connection.execute('insert into orders values (1, 2); insert into logs values (1)'))
    const asked: string[][] = []
    const confirm = (losses: Loss[]): Consent => {
      asked.push(messages(losses))
      return false
    }
    expect((await failure(downgrade(at.context(), { confirm }))).code).toBe('DATA_LOSS')
    expect(asked).toEqual([['table logs with all its rows', 'column orders.note with all its values']])
    expect(await at.ask('select * from orders, logs')).toHaveLength(1)
    await downgrade(at.context(), { confirm: () => true })
    expect(await at.ask('select id from orders')).toEqual([{ id: 1 }])
  })

  it('takes a rename that hand-written SQL says for one', async () => {
    await at.write({
      id: 'a1',
      operations: [op.createTable({ table: table('orders', column('id'), column('note')) })],
    })
    await at.writeSql('b2', ['a1'], 'select 1', 'alter table orders rename note to remark')
    await upgrade(at.context())
    await at.on((connection) => connection.execute('insert into orders values (1, 2)'))
    await downgrade(at.context())
    expect(await at.ask('select * from orders')).toEqual([{ id: 1, remark: 2 }])
  })
})
