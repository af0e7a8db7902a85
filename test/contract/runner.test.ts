// The contract of the runner, the same on every database: up and down, nothing half done, errors that say what to do.
import { readFile, rm, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Connection } from '../../src/dialects/dialect.ts'
import { op } from '../../src/operations/op.ts'
import type { Operation } from '../../src/operations/operation.ts'
import {
  downgrade,
  plan,
  type RunnerEvent,
  readHistory,
  readState,
  script,
  stamp,
  upgrade,
} from '../../src/runner/index.ts'
import type { Column, Table } from '../../src/schema/schema.ts'
import { describeOn, failure, type Ground, ground } from './support.ts'

const column = (name: string, more: Partial<Column> = {}): Column => ({
  name,
  type: 'integer',
  nullable: true,
  ...more,
})
const table = (name: string, ...columns: Column[]): Table => ({
  name,
  columns: [column('id'), ...columns],
  constraints: [],
  indexes: [],
})

/** Counts the messages to the database. */
function counted(connection: Connection): { connection: Connection; messages: string[] } {
  const messages: string[] = []
  const { executeAll } = connection
  return {
    messages,
    connection: {
      ...connection,
      query: (sql, parameters) => {
        messages.push(sql)
        return connection.query(sql, parameters)
      },
      execute: (sql) => {
        messages.push(sql)
        return connection.execute(sql)
      },
      ...(executeAll !== undefined && {
        executeAll: (statements: readonly string[]) => {
          messages.push(statements.join(';'))
          return executeAll(statements)
        },
      }),
    },
  }
}

describeOn()('runner on $name', (engine) => {
  let at: Ground
  beforeEach(async () => {
    at = await ground(engine)
  })
  afterEach(() => at.drop())

  const three = () =>
    at.write(
      { id: 'a1', operations: [op.createTable({ table: table('users', column('age')) })] },
      {
        id: 'b2',
        operations: [
          op.sql({
            up: 'insert into users (id, age) values (1, 30); insert into users (id, age) values (2, 40);',
            down: 'delete from users',
          }),
        ],
      },
      { id: 'c3', operations: [op.addColumn({ table: 'users', column: column('score') })] },
    )

  it('goes up, says so, and then has nothing to do in one query', async () => {
    await three()
    const report = await upgrade(at.context())
    expect(report).toMatchObject({ from: [], to: ['c3'], pending: 0, nothing: false })
    expect(report.steps.map(({ revision, direction }) => [revision, direction])).toEqual([
      ['a1', 'up'],
      ['b2', 'up'],
      ['c3', 'up'],
    ])
    expect(await at.ask('select id, age, score from users order by id')).toEqual([
      { id: 1, age: 30, score: null },
      { id: 2, age: 40, score: null },
    ])
    await at.on(async (open) => {
      const { connection, messages } = counted(open)
      const { url: _, ...context } = at.context({ connection })
      expect(await upgrade(context)).toMatchObject({ nothing: true, steps: [], from: ['c3'], to: ['c3'] })
      expect(messages).toHaveLength(1)
    })
    const types = new Set(at.events.map(({ type }) => type))
    expect([...types]).toEqual(
      expect.arrayContaining(['lock taken', 'plan', 'step started', 'step finished', 'lock released']),
    )
  })

  it('keeps who, when, how long, and both texts', async () => {
    const [file = ''] = await three()
    await upgrade(at.context())
    await downgrade(at.context(), { confirm: () => true })
    const { applied, journal } = await readHistory(at.context())
    expect(
      applied.map(({ revision, parents, message, file, appliedBy, version, state }) => ({
        revision,
        parents,
        message,
        file,
        appliedBy,
        version,
        state,
      })),
    ).toEqual([
      {
        revision: 'a1',
        parents: [],
        message: 'make a1',
        file: 'a1.ts',
        appliedBy: 'tester',
        version: '1.0.0',
        state: 'done',
      },
      {
        revision: 'b2',
        parents: ['a1'],
        message: 'make b2',
        file: 'b2.ts',
        appliedBy: 'tester',
        version: '1.0.0',
        state: 'done',
      },
    ])
    for (const { appliedAt, duration } of applied) {
      expect(Math.abs(Date.parse(appliedAt) - Date.now())).toBeLessThan(3_600_000)
      expect(duration).toBeGreaterThanOrEqual(0)
    }
    // Where structure commits by itself, each statement of it has a line of its own besides.
    const whole = journal.filter(({ statement }) => statement === -1)
    expect(whole.map(({ revision, action, state }) => `${revision} ${action} ${state}`)).toEqual([
      'a1 up done',
      'b2 up done',
      'c3 up done',
      'c3 down done',
    ])
    const [row] = await at.ask<{ source: string; way_back: string }>(
      "select source, way_back from godwit_history where revision = 'a1'",
    )
    expect(row?.source).toBe(await readFile(file, 'utf8'))
    expect(JSON.parse(row?.way_back ?? '')).toMatchObject([{ kind: 'dropTable' }])
  })

  it('goes down to any revision, says what would be lost, and asks', async () => {
    await three()
    await upgrade(at.context())
    const error = await failure(downgrade(at.context(), { target: 'base' }))
    expect(error.code).toBe('DATA_LOSS')
    expect(error.message).toContain('users.score')
    expect(error.message).toContain('table users with all its rows')
    expect((await failure(downgrade(at.context(), { target: 'a1', confirm: () => false }))).code).toBe('DATA_LOSS')
    expect(await readState(at.context())).toMatchObject({ current: ['c3'] })
    const report = await downgrade(at.context(), { target: 'a1', confirm: () => true })
    expect(report.steps.map(({ revision }) => revision)).toEqual(['c3', 'b2'])
    expect(await at.ask('select * from users')).toEqual([])
    await downgrade(at.context(), { target: 'base', confirm: () => true })
    expect(await readState(at.context())).toMatchObject({ current: [], applied: [], pending: ['a1', 'b2', 'c3'] })
    expect(await at.on((connection) => at.dialect.inspect(connection))).toMatchObject({ tables: [] })
    await upgrade(at.context(), { target: '+2' })
    expect(await readState(at.context())).toMatchObject({ current: ['b2'], pending: ['c3'] })
  })

  it('rolls a failing revision back whole, and says which statement of which file it was', async () => {
    await three()
    const file = await at.writeSql(
      'd4',
      ['c3'],
      'create table fine (id integer);\n\n-- and now\ninsert into users (id)\n  values (1, 2, 3);\nselect 1;',
    )
    const error = await failure(upgrade(at.context()))
    expect(error.exitCode).toBe(1)
    expect(error.message).toContain('d4')
    expect(error.place).toMatchObject({ file })
    // The statement begins on line 9; some engines point into it.
    expect([10, 11]).toContain(error.place?.line)
    expect(error.why).toContain('insert into users (id)')
    const { transactionalDdl } = at.dialect.capabilities
    expect(await readState(at.context())).toMatchObject(
      transactionalDdl
        ? { current: ['c3'], pending: ['d4'] }
        : { incomplete: [{ revision: 'd4', state: 'upgrading', inDoubt: false }] },
    )
    const fine = at.ask('select * from fine').catch(() => 'gone')
    expect(await fine).toEqual(transactionalDdl ? 'gone' : [])
    const { journal } = await readHistory(at.context())
    expect(journal.at(-1)).toMatchObject({ revision: 'd4', action: 'up', state: 'failed' })
    await writeFile(file, (await readFile(file, 'utf8')).replace('values (1, 2, 3)', 'values (3)'))
    await upgrade(at.context())
    expect(await at.ask('select id from users where id = 3')).toEqual([{ id: 3 }])
  })

  it('says where a syntax error is, before anything runs', async () => {
    await three()
    const file = await at.writeSql('d4', ['c3'], 'select 1;\ncreate table broken (id integer,;\n')
    const error = await failure(upgrade(at.context()))
    expect(error.code).toBe('SQL_SYNTAX')
    expect(error.place).toMatchObject({ file, line: 8, text: 'create table broken (id integer,;' })
    // Only a parser of our own can know before it runs.
    if (at.dialect.name === 'postgres') expect(await readState(at.context())).toMatchObject({ initialised: false })
  })

  it('calls code on data inside the transaction', async () => {
    await three()
    await writeFile(
      `${at.folder}/d4.ts`,
      `import { op, revision } from 'godwit'
export default revision({
  id: 'd4', parents: ['c3'], message: 'scores',
  operations: [
    op.addColumn({ table: 'users', column: { name: 'grade', type: 'text', nullable: true } }),
    op.run({
      async up(database) {
        for (const { id, age } of await database.query('select id, age from users')) {
          await database.execute(\`update users set score = \${age * 2}, grade = 'g\${id}' where id = \${id}\`)
        }
        if (process.env.GODWIT_TEST_FAIL) throw new Error('not today')
      },
      down() {},
    }),
    op.addColumn({ table: 'users', column: { name: 'last', type: 'text', nullable: true } }),
  ],
})
`,
    )
    process.env.GODWIT_TEST_FAIL = '1'
    const error = await failure(upgrade(at.context()))
    delete process.env.GODWIT_TEST_FAIL
    expect(error.message).toContain('not today')
    expect(await at.ask('select score from users where score is not null')).toEqual([])
    await upgrade(at.context())
    expect(await at.ask('select score, grade, last from users order by id')).toEqual([
      { score: 60, grade: 'g1', last: null },
      { score: 80, grade: 'g2', last: null },
    ])
    await downgrade(at.context(), { confirm: () => true })
    expect(await readState(at.context())).toMatchObject({ current: ['c3'] })
  })

  it('stops at an edited file and shows the difference, but not for blanks', async () => {
    const [file = ''] = await three()
    await upgrade(at.context())
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replaceAll('\n', '\r\n').replace('// ', '//  '))
    expect((await upgrade(at.context())).nothing).toBe(true)
    await writeFile(file, text.replace("name: 'age'", "name: 'years'"))
    const error = await failure(upgrade(at.context()))
    expect(error.code).toBe('REVISION_EDITED')
    expect(error.why).toMatch(/^-.*name: 'age'/m)
    expect(error.why).toMatch(/^\+.*name: 'years'/m)
    expect(await readState(at.context())).toMatchObject({ edited: ['a1'] })
    expect(await stamp(at.context(), { target: 'c3' })).toMatchObject({ added: [], removed: [], refreshed: ['a1'] })
    expect((await upgrade(at.context())).nothing).toBe(true)
  })

  it('knows revisions whose file is gone, and can still undo them', async () => {
    const files = await three()
    await upgrade(at.context())
    await rm(files[2] ?? '')
    const error = await failure(upgrade(at.context()))
    expect(error.code).toBe('REVISION_MISSING')
    expect(error.fix).toContain('-Sc3')
    expect(await readState(at.context())).toMatchObject({ missing: ['c3'], current: ['c3'] })
    await downgrade(at.context(), { confirm: () => true })
    expect((await upgrade(at.context())).nothing).toBe(true)
    expect(await readState(at.context())).toMatchObject({ missing: [], current: ['b2'] })
  })

  it('refuses the database of another project', async () => {
    await three()
    await upgrade(at.context())
    const other = await ground(engine)
    try {
      await other.write({ id: 'x1', operations: [op.createTable({ table: table('things') })] })
      const error = await failure(upgrade(other.context(at.where)))
      expect(error).toMatchObject({ code: 'PROJECT_MISMATCH', exitCode: 4 })
      await downgrade(at.context(), { target: 'base', confirm: () => true })
      expect(await upgrade(other.context(at.where))).toMatchObject({ to: ['x1'] })
      expect(await at.ask("select value from godwit_meta where name = 'project'")).toEqual([{ value: 'x1' }])
    } finally {
      await other.drop()
    }
  })

  it('applies what was merged late, and refuses two heads', async () => {
    await three()
    await upgrade(at.context())
    await at.write({ id: 'early', parents: ['a1'], operations: [op.createTable({ table: table('late') })] })
    const error = await failure(upgrade(at.context()))
    expect(error.code).toBe('HEADS_SEVERAL')
    expect(error.data).toMatchObject({ heads: ['c3', 'early'] })
    await at.write({ id: 'merged', parents: ['c3', 'early'] })
    expect((await upgrade(at.context())).steps.map(({ revision }) => revision)).toEqual(['early', 'merged'])
  })

  it('keeps going: what comes after a failure waits, the branches beside it are applied', async () => {
    const make = (name: string) => [op.createTable({ table: table(name) })]
    const branch = (id: string, parents: string[], operations: Operation[] = make(id)) =>
      at.write({ id, parents, operations })
    await branch('a0', [])
    await branch('b1', ['a0'], [...make('b1'), op.sql({ up: 'insert into nowhere values (1)', down: '' })])
    await branch('b2', ['b1'])
    await branch('c1', ['a0'])
    await branch('c2', ['c1'])
    await branch('d3', ['b2', 'c2'], [])
    const ids = (steps: readonly { revision: string }[]) => steps.map(({ revision }) => revision)

    // Unless it is asked for, the first failure ends the run.
    await failure(upgrade(at.context()))
    expect(await readState(at.context())).not.toMatchObject({ applied: expect.arrayContaining(['c1']) })
    const report = await upgrade(at.context(), { keepGoing: true })
    expect(ids(report.steps)).toEqual(['c1', 'c2'])
    expect(report).toMatchObject({ failed: [{ revision: 'b1', message: 'make b1' }], waiting: ['b2', 'd3'] })
    expect(report.failed?.[0]?.error.message).toContain('nowhere')
    expect(at.events).toContainEqual(expect.objectContaining({ type: 'step failed', revision: 'b1' }))
    // Again: nothing twice, and the same failure.
    const again = await upgrade(at.context(), { keepGoing: true })
    expect(again).toMatchObject({ steps: [], failed: [{ revision: 'b1' }], waiting: ['b2', 'd3'] })

    await branch('b1', ['a0'])
    const rest = await upgrade(at.context(), { keepGoing: true })
    expect(rest.failed).toBeUndefined()
    expect(ids(rest.steps).filter((id) => id !== 'b1')).toEqual(['b2', 'd3'])
    expect(await readState(at.context())).toMatchObject({ current: ['d3'], pending: [], incomplete: [] })
  })

  it('does not keep going when it is told to stop', async () => {
    await at.write({ id: 'a0' })
    await at.write({ id: 'b1', parents: ['a0'], operations: [op.createTable({ table: table('b1') })] })
    await at.write({ id: 'c1', parents: ['a0'], operations: [op.createTable({ table: table('c1') })] })
    await at.write({ id: 'd2', parents: ['b1', 'c1'] })
    const stop = new AbortController()
    const emit = (event: RunnerEvent): void => {
      if (event.type === 'step started' && event.revision === 'b1') stop.abort()
    }
    const error = await failure(upgrade(at.context({ signal: stop.signal, emit }), { keepGoing: true }))
    expect(error.code).toBe('INTERRUPTED')
    expect(await readState(at.context())).not.toMatchObject({ applied: expect.arrayContaining(['c1']) })
  })

  it('stamps without running', async () => {
    await three()
    expect(await stamp(at.context(), { target: 'b2' })).toMatchObject({ from: [], to: ['b2'], added: ['a1', 'b2'] })
    expect(await readState(at.context())).toMatchObject({ current: ['b2'], pending: ['c3'] })
    expect(await at.on((connection) => at.dialect.inspect(connection))).toMatchObject({ tables: [] })
    expect(await stamp(at.context(), { target: 'base' })).toMatchObject({ removed: ['b2', 'a1'], to: [] })
    await upgrade(at.context())
    expect(await readState(at.context())).toMatchObject({ current: ['c3'] })
  })

  it('plans without writing, and prints a script that does the same', async () => {
    await three()
    await at.ask('select 1')
    const planned = await plan(at.context())
    expect(planned).toMatchObject({ from: [], to: ['c3'], direction: 'up' })
    expect(planned.steps.map(({ revision, transactional }) => [revision, transactional])).toEqual([
      ['a1', at.dialect.capabilities.transactionalDdl],
      ['b2', true],
      ['c3', at.dialect.capabilities.transactionalDdl],
    ])
    expect(planned.steps[0]?.statements[0]?.sql).toMatch(/create table/i)
    expect(planned.steps[2]?.operations).toEqual([{ sign: '+', text: 'add column users.score integer' }])
    expect(await readState(at.context())).toMatchObject({ initialised: false })
    expect(await plan(at.context(), { direction: 'down' })).toMatchObject({ steps: [] })
    await at.on(async (connection) => connection.execute(await script(at.context({ connection }))))
    expect(await readState(at.context())).toMatchObject({ current: ['c3'], pending: [], edited: [] })
    expect(await at.ask('select count(*) as n from users')).toEqual([
      { n: engine.name === 'sqlite' ? 2 : expect.anything() },
    ])
    const back = await script(at.context(), { direction: 'down', target: 'base' })
    await at.on((connection) => connection.execute(back))
    expect(await at.on((connection) => at.dialect.inspect(connection))).toMatchObject({ tables: [] })
    expect(await readState(at.context())).toMatchObject({ current: [] })
  })

  it('refuses transaction control and folders that are not there', async () => {
    await at.writeSql('t1', [], 'begin;\nselect 1;\nrollback;')
    const error = await failure(upgrade(at.context()))
    expect(error).toMatchObject({ code: 'SQL_UNSUPPORTED' })
    expect(error.place).toMatchObject({ line: 9 })
    expect((await failure(upgrade(at.context({ folder: `${at.folder}/nope` })))).code).toBe('FOLDER_MISSING')
  })

  it('refuses to undo what cannot be undone', async () => {
    await at.write({
      id: 'raw',
      operations: [op.createTable({ table: table('t') }), op.sql({ up: 'insert into t (id) values (1)' })],
    })
    await upgrade(at.context())
    expect((await failure(downgrade(at.context(), { confirm: () => true }))).code).toBe('REVISION_IRREVERSIBLE')
    expect(await at.ask('select id from t')).toEqual([{ id: 1 }])
  })

  it('takes hostile names and messages for what they are', async () => {
    const names = [
      `quo"te`,
      `semi;--`,
      `new\nline`,
      '😀',
      '__proto__',
      `back\\slash`,
      `it's`,
      '$$',
      '`tick`',
      'constructor',
    ].filter((name) => at.dialect.name !== 'mysql' || name !== '😀') // no server takes it as a name
    await at.write(
      ...names.map((name, index) => ({
        id: `h${index}`,
        message: name,
        operations: [
          op.createTable({ table: table(name, column(name)) }),
          op.sql({ up: `select '${name.replaceAll("'", "''")}'`, down: '' }),
        ],
      })),
    )
    await upgrade(at.context())
    const { tables } = await at.on((connection) => at.dialect.inspect(connection))
    expect(tables.length).toBe(names.length)
    expect((await readHistory(at.context())).applied.map(({ message }) => message)).toEqual(names)
    await downgrade(at.context(), { target: 'base', confirm: () => true })
    expect(await at.on((connection) => at.dialect.inspect(connection))).toMatchObject({ tables: [] })
  })

  it('keeps its books where they are when a revision changes the session', async () => {
    if (at.dialect.name !== 'postgres') return
    await at.write(
      {
        id: 's1',
        operations: [
          op.sql({
            up: "select pg_catalog.set_config('search_path', '', false); create table public.dumped (id integer)",
            down: '',
          }),
        ],
      },
      { id: 's2', operations: [op.createTable({ table: table('after') })] },
    )
    await upgrade(at.context())
    expect(await readState(at.context())).toMatchObject({ current: ['s2'] })
    expect((await at.on((connection) => at.dialect.inspect(connection))).tables.map(({ name }) => name)).toEqual([
      'after',
      'dumped',
    ])
  })

  it('gives every revision the session that it was proved in', async () => {
    if (at.dialect.name !== 'postgres') return
    await at.write(
      {
        id: 's1',
        operations: [
          op.sql({ up: 'create schema side; set search_path = side; create table here (id int)', down: '' }),
        ],
      },
      { id: 's2', operations: [op.sql({ up: 'create table there (id int)', down: '' })] },
    )
    await upgrade(at.context())
    const { tables } = await at.on((connection) => at.dialect.inspect(connection))
    expect(tables.map(({ name }) => name)).toEqual(['side.here', 'there'])
  })

  it('forgets what code has set', async () => {
    if (at.dialect.name === 'sqlite') return
    const strict = at.dialect.name === 'mysql'
    await writeFile(
      `${at.folder}/s1.ts`,
      `import { op, revision } from 'godwit'
export default revision({
  id: 's1', parents: [], message: 'code',
  operations: [op.run({ up: (database) => database.execute("${strict ? "set sql_mode = ''" : 'create schema side; set search_path = side'}") })],
})
`,
    )
    await at.write({
      id: 's2',
      parents: ['s1'],
      operations: [op.sql({ up: 'create table t (name varchar(2))', down: '' })],
    })
    await upgrade(at.context())
    const { tables } = await at.on((connection) => at.dialect.inspect(connection))
    expect(tables.map(({ name }) => name)).toEqual(['t'])
    if (!strict) return
    await at.write({
      id: 's3',
      parents: ['s2'],
      operations: [op.sql({ up: "insert into t values ('too long')", down: '' })],
    })
    expect((await failure(upgrade(at.context()))).message).toMatch(/too long/i)
  })

  it('forgets what a dump switched off outside of a transaction', async () => {
    const off = {
      postgres: 'set session_replication_role = replica',
      mysql: 'set foreign_key_checks = 0',
      sqlite: 'pragma foreign_keys = off',
    }[at.dialect.name as 'postgres']
    await at.write(
      { id: 's1', operations: [op.sql({ up: 'create table parent (id integer primary key)', down: '' })] },
      {
        id: 's2',
        operations: [
          op.sql({
            up: 'create table child (id integer, parent integer not null, foreign key (parent) references parent (id))',
            down: '',
          }),
        ],
      },
      { id: 's3', transaction: false, operations: [op.sql({ up: off, down: '' })] },
      { id: 's4', operations: [op.sql({ up: 'insert into child values (1, 99)', down: '' })] },
    )
    expect((await failure(upgrade(at.context()))).message).toMatch(/foreign key/i)
    expect(await readState(at.context())).toMatchObject({ current: ['s3'] })
  })

  it('is as strict in the next revision as ever, whatever a dump has switched off', async () => {
    if (at.dialect.name !== 'mysql') return
    await at.write(
      {
        id: 's1',
        operations: [
          op.sql({ up: "set sql_mode = ''; set foreign_key_checks = 0; create table t (name varchar(2))", down: '' }),
        ],
      },
      { id: 's2', operations: [op.sql({ up: "insert into t values ('too long')", down: '' })] },
    )
    expect((await failure(upgrade(at.context()))).message).toMatch(/too long/i)
    const [row] = await at.on((connection) => connection.query<{ rows: number }>('select count(*) as `rows` from t'))
    expect(Number(row?.rows)).toBe(0)
  })

  it('stops when told to, with the step rolled back and the lock released', async () => {
    await three()
    // Where several revisions share a message, the quick ones may be done before anybody can say stop; a long one is stopped.
    const shares = at.dialect.name === 'mysql'
    if (shares)
      await at.write({ id: 'd4', operations: [op.sql({ up: "select benchmark(1e9, sha2('a', 512))", down: '' })] })
    const controller = new AbortController()
    const emit = (event: { type: string; revision?: string }): void => {
      if (event.type === 'step finished' && event.revision === 'b2') controller.abort()
    }
    const error = await failure(upgrade(at.context({ signal: controller.signal, emit })))
    expect(error.code).toBe('INTERRUPTED')
    const { current, pending } = await readState(at.context())
    expect(current).toEqual([expect.stringMatching(shares ? /^(?:b2|c3)$/ : /^b2$/)])
    expect(pending.at(-1)).toBe(shares ? 'd4' : 'c3')
    expect(await upgrade(at.context({ lockWait: 0 }), { target: 'c3' })).toMatchObject({ to: ['c3'] })
  })

  it('refuses to bring a NOT NULL column back to rows, and goes down once the file says what they get', async () => {
    const amount = column('amount', { nullable: false })
    const [, file = ''] = await at.write(
      { id: 'a1', operations: [op.createTable({ table: table('orders', amount, column('note')) })] },
      { id: 'a2', operations: [op.dropColumn({ table: 'orders', column: amount, after: 'id' })] },
    )
    await upgrade(at.context())
    const { findings } = (await plan(at.context(), { direction: 'down' })).steps[0] ?? {}
    expect(findings?.map(({ code }) => code)).not.toContain('RB102')
    await at.on((connection) => connection.execute('insert into orders (id) values (1)'))
    const refused = await failure(downgrade(at.context(), { confirm: () => true }))
    expect([refused.code, refused.exitCode]).toEqual(['REVISION_IRREVERSIBLE', 4])
    expect((await readState(at.context())).current).toEqual(['a2'])

    const down = /^ {2}down: \[[\s\S]*?^ {2}\],/m.exec(refused.fix ?? '')?.[0].replaceAll('<a value>', '7') ?? ''
    await writeFile(file, (await readFile(file, 'utf8')).replace(/\}\)\n$/, `${down}\n})\n`))
    await stamp(at.context(), { target: 'a2' })
    await downgrade(at.context(), { confirm: () => true })
    expect(await at.ask('select id, amount from orders')).toEqual([{ id: 1, amount: 7 }])
    // The column is what it was: without a default.
    await expect(at.on((connection) => connection.execute('insert into orders (id) values (2)'))).rejects.toThrow()
    await upgrade(at.context())
    await at.on((connection) => connection.execute('delete from orders'))
    await downgrade(at.context(), { confirm: () => true })
  })

  it('refuses it too where the table has got another name since', async () => {
    const amount = column('amount', { nullable: false })
    await at.write(
      { id: 'a1', operations: [op.createTable({ table: table('orders', amount, column('note')) })] },
      {
        id: 'a2',
        operations: [
          op.dropColumn({ table: 'orders', column: amount, after: 'id' }),
          op.renameTable({ from: 'orders', to: 'purchases' }),
        ],
      },
      { id: 'a3', operations: [op.renameTable({ from: 'purchases', to: 'sales' })] },
    )
    await upgrade(at.context())
    await at.on((connection) => connection.execute('insert into sales (id) values (1)'))
    const refused = await failure(downgrade(at.context(), { target: 'a1', confirm: () => true }))
    expect(refused.code).toBe('REVISION_IRREVERSIBLE')
    expect((await readState(at.context())).current).toEqual(['a3'])
    await at.on((connection) => connection.execute('delete from sales'))
    await downgrade(at.context(), { target: 'a1', confirm: () => true })
    expect(await at.ask('select id, amount from orders')).toEqual([])
  })
})
