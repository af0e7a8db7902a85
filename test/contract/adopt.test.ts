// Taking over databases of unknown origin, on every engine: whole, old, half, different, and those of other people.
import { existsSync, readdirSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { godwit } from '../../src/commands/library.ts'
import { op } from '../../src/operations/op.ts'
import type { Column, Constraint, Table } from '../../src/schema/schema.ts'
import { describeOn, failure, type Ground, ground } from './support.ts'

const column = (name: string, type: string, more: Partial<Column> = {}): Column => ({
  name,
  type,
  nullable: true,
  ...more,
})

// A database in memory has no second session: the embedded engine is tried in a folder by the transcripts of the guide.
describeOn(({ shared }) => shared)('on $name', (engine) => {
  let at: Ground
  beforeEach(async () => {
    at = await ground(engine)
    await at.write(
      {
        id: 'a1',
        operations: [
          op.createTable({ table: table('staff', [column('name', 'varchar(40)')]) }),
          op.createTable({ table: table('old', []) }),
        ],
      },
      { id: 'a2', operations: [op.dropTable({ table: table('old', []) })] },
      { id: 'a3', operations: [op.sql({ up: "update staff set name = 'x' where name is null", down: '' })] },
      {
        id: 'a4',
        operations: [
          op.createTable({ table: table('tasks', [column('staff_id', 'integer')], [reference]) }),
          op.addColumn({ table: 'staff', column: column('days', 'integer') }),
        ],
      },
    )
  })
  afterEach(() => at.drop())

  const key = (name: string): Constraint => ({
    name: engine.name === 'sqlite' ? '' : engine.name === 'mysql' ? 'PRIMARY' : `${name}_pkey`,
    type: 'primary key',
    columns: ['id'],
  })
  const reference: Constraint = {
    name: engine.name === 'sqlite' ? '' : 'tasks_staff_fk',
    type: 'foreign key',
    columns: ['staff_id'],
    references: { table: 'staff', columns: ['id'] },
  }
  const table = (name: string, columns: Column[], constraints: Constraint[] = []): Table => ({
    name,
    columns: [column('id', 'integer', { nullable: false }), ...columns],
    constraints: [...constraints, key(name)],
    indexes: [],
  })
  const byHand = async (...statements: string[]): Promise<void> =>
    at.on(async (connection) => {
      for (const sql of statements) await connection.execute(sql)
    })
  // A scratch database on the same server takes a tenth of the embedded engine's start; that is tried once.
  const open = (embedded = false, url = at.url) =>
    godwit({
      config: {
        url,
        revisions: at.folder,
        ...(engine.name === 'postgres' && !embedded && { shadow: at.url }),
      },
    })
  const staff = 'create table staff (id integer not null primary key, name varchar(40))'

  it('finds the revision by the schema, also an old one with data revisions beside it', async () => {
    await byHand(staff, 'create table old (id integer not null primary key)')
    await using migrations = await open()
    const dry = await migrations.adopt({ dryRun: true })
    expect([dry.outcome, dry.revision, dry.pending]).toEqual(['stamped', 'a1', 3])
    expect((await migrations.current()).current).toEqual([])
    expect((await migrations.adopt()).revision).toBe('a1')
    await migrations.upgrade()
    expect((await migrations.check()).database).toEqual([])
    expect((await failure(migrations.adopt())).code).toBe('HISTORY_EXISTS')
  })

  it('says which revisions a schema cannot tell about, and takes a word for it', async () => {
    await byHand(staff)
    await using migrations = await open()
    const found = await migrations.adopt({ dryRun: true })
    expect([found.revision, found.unseen.map(({ revision }) => revision)]).toEqual(['a3', ['a3']])
    const told = await migrations.adopt({ target: 'a2' })
    expect([told.revision, told.unseen, told.pending]).toEqual(['a2', [], 2])
    await migrations.upgrade()
    expect((await migrations.check()).database).toEqual([])
  })

  it('brings half a database to the latest schema, keeps every row, and drops nothing', async () => {
    await byHand(
      'create table staff (id integer not null primary key, days integer)',
      'create table legacy (note varchar(9))',
      'insert into staff (id, days) values (1, 7)',
      "insert into legacy (note) values ('keep')",
    )
    await using migrations = await open(true)
    const adopted = await migrations.adopt()
    expect([adopted.outcome, adopted.revision, adopted.only]).toEqual(['reconciled', 'a4', ['table legacy']])
    expect(adopted.written !== undefined && existsSync(adopted.written.file)).toBe(true)
    const up = await migrations.upgrade()
    expect('steps' in up && up.steps[0]?.ensured?.map(({ outcome }) => outcome)).toEqual(
      adopted.changes.map(() => 'made'),
    )
    expect(await at.ask('select id, days, name from staff')).toEqual([{ id: 1, days: 7, name: null }])
    expect(await at.ask('select note from legacy')).toEqual([{ note: 'keep' }])
    expect(await at.ask('select staff_id from tasks')).toEqual([])
  })

  it('shows what is there differently and refuses it, until it is asked to change it', async () => {
    const different = 'create table staff (id integer not null primary key, name varchar(40), days varchar(9))'
    await byHand(different, "insert into staff (id, days) values (1, '7')")
    await using migrations = await open()
    const before = readdirSync(at.folder).length
    const error = await failure(migrations.adopt())
    expect([error.code, error.why]).toEqual(['ADOPT_DIFFERENT', expect.stringMatching(/column staff\.days/)])
    expect(readdirSync(at.folder)).toHaveLength(before)
    expect((await migrations.current()).current).toEqual([])
    const adopted = await migrations.adopt({ alter: true })
    expect([adopted.outcome, adopted.altered]).toEqual(['reconciled', true])
    await migrations.upgrade()
    expect(await at.ask('select days + 1 as days from staff')).toEqual([{ days: 8 }])
    expect((await migrations.check()).database).toEqual([])

    // The next database in the same state is taken over by the same files.
    const other = await engine.scratch()
    try {
      const second = await at.dialect.connect(other.url, { create: true })
      await second.execute(different)
      await second.close()
      await using others = await open(false, other.url)
      const again = await others.adopt()
      expect([again.outcome, again.revision, again.pending]).toEqual(['leading', 'a4', 1])
      await others.upgrade()
      expect((await others.check()).database).toEqual([])
    } finally {
      await other.drop()
    }
  })

  it('asks at a terminal before it writes a change, and takes no for an answer', async () => {
    await byHand('create table staff (id integer not null primary key, name varchar(40), days varchar(9))')
    const questions: string[] = []
    const ask = (answer: boolean) => ({
      confirm: async ({ details = [] }: { details?: readonly string[] }) => {
        questions.push(...details)
        return answer
      },
      select: async () => 0,
    })
    const config = { url: at.url, revisions: at.folder, ...(engine.name === 'postgres' && { shadow: at.url }) }
    await using refused = await godwit({ config, ask: ask(false) })
    expect((await failure(refused.adopt())).code).toBe('ADOPT_DIFFERENT')
    await using agreed = await godwit({ config, ask: ask(true) })
    expect((await agreed.adopt({ dryRun: true })).altered).toBe(true)
    expect(questions).toEqual([expect.stringMatching(/staff\.days/), expect.stringMatching(/staff\.days/)])
  })

  it('leaves alone what is not its business', async () => {
    await byHand('select 1')
    await using migrations = await open()
    expect((await migrations.adopt()).outcome).toBe('empty')
    await byHand('create table theirs (id integer)')
    const foreign = await migrations.adopt()
    expect([foreign.outcome, foreign.only]).toEqual(['foreign', ['table theirs']])
    expect((await migrations.current()).current).toEqual([])
    await byHand('create table staff (wrong integer)')
    expect((await failure(migrations.upgrade())).fix).toMatch(/godwit adopt/)
  })
})
