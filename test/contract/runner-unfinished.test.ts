// Revisions that were begun and not finished where statements commit by themselves: from each such state a way leads out,
// the errors name it, and it is walked here to its end.
import { readFile, rm, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { godwit } from '../../src/commands/library.ts'
import { op } from '../../src/operations/op.ts'
import { downgrade, readHistory, readState, resolve, upgrade } from '../../src/runner/index.ts'
import type { Index, Table } from '../../src/schema/schema.ts'
import { fragile } from './fragile.ts'
import { describeOn, failure, type Ground, ground } from './support.ts'

const table = (name: string): Table => ({
  name,
  columns: [
    { name: 'id', type: 'int', nullable: false },
    { name: 'age', type: 'int', nullable: true },
  ],
  constraints: [],
  indexes: [],
})
const unique = (on: string): Index => ({ name: `${on}_age`, unique: true, keys: [{ column: 'age' }] })
const base = { current: [], applied: [], incomplete: [], missing: [] }

describeOn(({ name }) => name === 'mysql')('an unfinished revision on $name', (engine) => {
  let at: Ground
  beforeEach(async () => {
    at = await ground(engine)
  })
  afterEach(() => at.drop())

  const tables = async () =>
    (
      await at.ask<{ name: string }>(
        "select table_name as name from information_schema.tables where table_schema = database() and table_name not like 'godwit%' order by 1",
      )
    ).map(({ name }) => name)
  const byHand = (sql: string) => at.on((connection) => connection.execute(sql))
  /** Three tables in one revision. */
  const write = (id = 'a1') =>
    at.write({
      id,
      parents: [],
      operations: ['one', 'two', 'three'].map((name) => op.createTable({ table: table(name) })),
    })
  const lose = (statement: RegExp, side: 'within' | 'after') =>
    at.on(async (connection) => {
      const { url: _, ...context } = at.context({ connection: fragile(connection, statement, side) })
      expect((await failure(upgrade(context))).code).toBe('CONNECTION_LOST')
    })
  const never = () => {
    throw new Error('nobody is to be asked')
  }

  describe('whose first statement failed', () => {
    const fail = async () => {
      await byHand('create table one (id int not null, age int)')
      const [file = ''] = await write()
      const error = await failure(upgrade(at.context()))
      expect(error.code).toBe('OBJECT_EXISTS')
      expect(error.why).toContain('nothing of the revision has happened')
      expect(error.fix).toContain('`godwit adopt`')
      return file
    }

    it('is not in the history, and the journal says why', async () => {
      await fail()
      expect(await readState(at.context())).toMatchObject({ ...base, pending: ['a1'] })
      const { applied, journal } = await readHistory(at.context())
      expect(applied).toEqual([])
      expect(journal.at(-1)).toMatchObject({
        revision: 'a1',
        state: 'failed',
        error: expect.stringContaining('OBJECT_EXISTS'),
      })
      expect(await downgrade(at.context(), { confirm: never })).toMatchObject({ nothing: true, to: [] })
    })

    it('is applied once the cause is gone', async () => {
      await fail()
      await byHand('drop table one')
      expect(await upgrade(at.context())).toMatchObject({ to: ['a1'] })
      expect(await tables()).toEqual(['one', 'three', 'two'])
    })

    it('lets `adopt` take the database over', async () => {
      await fail()
      await using project = await godwit({ config: { url: at.url, revisions: at.folder } })
      expect(await project.adopt()).toMatchObject({ outcome: 'reconciled', revision: 'a1', pending: 1 })
      expect(await project.upgrade()).toMatchObject({ steps: [{}] })
      expect(await tables()).toEqual(['one', 'three', 'two'])
    })

    it('may be deleted, and another one takes its place', async () => {
      await rm(await fail())
      await at.writeSql('b2', [], 'alter table one add column b int;')
      expect(await upgrade(at.context())).toMatchObject({ to: ['b2'] })
    })

    it('leaves no trace in a message of several revisions either', async () => {
      await at.writeSql('a1', [], 'create table one (id int);')
      await at.writeSql('b2', ['a1'], 'create table one (id int);\ncreate table two (id int);')
      expect((await failure(upgrade(at.context()))).code).toBe('OBJECT_EXISTS')
      expect(await readState(at.context())).toMatchObject({ current: ['a1'], incomplete: [], pending: ['b2'] })
    })

    it('leaves no trace where it is an operation that looks first, or failed again after a kill', async () => {
      await at.writeSql('a1', [], 'create table one (id int, age int);\ninsert into one values (1, 7), (2, 7);')
      const [file = ''] = await at.write({
        id: 'b2',
        operations: [op.ensureIndex({ table: 'one', index: unique('one') })],
      })
      await lose(/^alter table `one`/i, 'within')
      expect(await readState(at.context())).toMatchObject({ incomplete: [{ revision: 'b2', inDoubt: true, done: 0 }] })
      for (const _ of [1, 2]) {
        expect((await failure(upgrade(at.context()))).code).toBe('STATEMENT_FAILED')
        expect(await readState(at.context())).toMatchObject({ current: ['a1'], incomplete: [], pending: ['b2'] })
      }
      await rm(file)
      expect(await upgrade(at.context())).toMatchObject({ nothing: true })
    })
  })

  describe('that stopped half-way', () => {
    const fail = async () => {
      await byHand('create table two (id int not null, age int)')
      const [file = ''] = await write()
      const error = await failure(upgrade(at.context()))
      expect(error.why).toContain('The first of its 3 statements has happened and stays')
      expect(await readState(at.context())).toMatchObject({
        incomplete: [{ revision: 'a1', state: 'upgrading', done: 1, inDoubt: false }],
      })
      return file
    }

    it('is finished by `upgrade` when the cause is gone', async () => {
      await fail()
      await byHand('drop table two')
      expect(await upgrade(at.context())).toMatchObject({ to: ['a1'] })
      expect(await downgrade(at.context(), { confirm: () => true })).toMatchObject({ to: [] })
    })

    it('is not undone by a way back that begins at its end: `downgrade` says what has happened, and how to go on', async () => {
      await fail()
      const error = await failure(downgrade(at.context(), { confirm: never }))
      expect(error).toMatchObject({ code: 'HALF_DONE', exitCode: 4, data: { revision: 'a1', done: 1 } })
      expect(error.why).toMatch(/1 statement of it has happened.*\n {2}CREATE TABLE `one`/s)
      expect(error.fix).toContain('`godwit resolve a1 --undone`')
      await byHand('drop table one')
      expect(await resolve(at.context(), { revision: 'a1', outcome: 'undone' })).toEqual({
        settled: [{ revision: 'a1', outcome: 'undone' }],
        incomplete: [],
      })
      expect(await readState(at.context())).toMatchObject({ ...base, pending: ['a1'] })
      await byHand('drop table two')
      expect(await upgrade(at.context())).toMatchObject({ to: ['a1'] })
    })

    it('is not lost where its file holds other statements now: `downgrade` still lists what has happened', async () => {
      const file = await fail()
      await writeFile(file, (await readFile(file, 'utf8')).replace("name: 'age'", "name: 'years'"))
      const error = await failure(upgrade(at.context()))
      expect(error.code).toBe('REVISION_EDITED')
      expect(error.fix).toContain('`godwit downgrade`')
      expect((await failure(downgrade(at.context(), { confirm: never }))).code).toBe('HALF_DONE')
      await byHand('drop table one, two')
      await resolve(at.context(), { revision: 'a1', outcome: 'undone' })
      expect(await upgrade(at.context())).toMatchObject({ to: ['a1'] })
    })

    it('is named when its file is gone, also beside another one, and forgotten when it is undone by hand', async () => {
      await rm(await fail())
      await at.writeSql('b2', [], 'create table four (id int);')
      const error = await failure(upgrade(at.context()))
      expect(error).toMatchObject({ code: 'HALF_DONE', data: { revision: 'a1', done: 1 } })
      expect(error.why).toContain('CREATE TABLE `one`')
      expect((await failure(downgrade(at.context(), { target: 'base', confirm: never }))).code).toBe('HALF_DONE')
      await byHand('drop table one')
      await resolve(at.context(), { revision: 'a1', outcome: 'undone' })
      expect(await upgrade(at.context())).toMatchObject({ to: ['b2'] })
    })

    it('is no history to `adopt`, which looks at what is there', async () => {
      await fail()
      await using project = await godwit({ config: { url: at.url, revisions: at.folder } })
      expect(await project.adopt()).toMatchObject({ outcome: 'reconciled', revision: 'a1', pending: 1 })
      await project.upgrade()
      expect(await tables()).toEqual(['one', 'three', 'two'])
      expect(await readState(at.context())).toMatchObject({ incomplete: [], pending: [] })
    })

    it('is named by `adopt` where others are complete, and left alone by a downgrade beside it', async () => {
      await at.writeSql('a0', [], 'create table zero (id int);')
      await at.writeSql('a1', ['a0'], 'create table one (id int);\ncreate table one (id int);')
      await at.writeSql('c3', ['a0'], 'create table beside (id int);', 'drop table beside;')
      await upgrade(at.context(), { target: 'c3' })
      await failure(upgrade(at.context(), { target: 'a1' }))
      await using project = await godwit({ config: { url: at.url, revisions: at.folder } })
      const error = await failure(project.adopt())
      expect(error.code).toBe('HISTORY_EXISTS')
      expect(`${error.why} ${error.fix}`).toMatch(/a1 was stopped while upgrading.*`godwit downgrade`/)
      // To c3 there is nothing above it to take back: what is unfinished beside it is left alone.
      await downgrade(at.context(), { target: 'c3', confirm: never })
      expect((await readState(at.context())).incomplete).toMatchObject([{ revision: 'a1', done: 1 }])
    })
  })

  describe('that was killed within its first statement', () => {
    it('is given up by `downgrade`, and nobody is asked', async () => {
      await write()
      await lose(/^create table `one`/i, 'within')
      const report = await downgrade(at.context(), { confirm: never })
      expect(report).toMatchObject({ steps: [], nothing: false, to: [] })
      expect(at.events).toContainEqual({
        type: 'warning',
        message: expect.stringContaining('nothing of it had happened'),
      })
      expect(await readState(at.context())).toMatchObject({ ...base, pending: ['a1'] })
    })

    it('is half done where the statement has happened', async () => {
      await write()
      await lose(/^create table `one`/i, 'after')
      for (const _ of [1, 2]) {
        const error = await failure(downgrade(at.context(), { confirm: never }))
        expect(error).toMatchObject({ code: 'HALF_DONE', data: { done: 1 } })
      }
      expect(await upgrade(at.context())).toMatchObject({ to: ['a1'] })
      expect(await tables()).toEqual(['one', 'three', 'two'])
    })

    it('is in doubt when its file is gone; a word of `resolve` frees the project', async () => {
      const [file = ''] = await write()
      await lose(/^create table `one`/i, 'within')
      await rm(file)
      await at.writeSql('b2', [], 'create table four (id int);')
      for (const work of [
        () => upgrade(at.context()),
        () => downgrade(at.context(), { target: 'base', confirm: never }),
      ]) {
        const error = await failure(work())
        expect(error.code).toBe('IN_DOUBT')
        expect(error.fix).toContain('`godwit resolve a1 --absent`')
      }
      await resolve(at.context(), { revision: 'a1', outcome: 'absent' })
      expect(await upgrade(at.context())).toMatchObject({ to: ['b2'] })
    })
  })

  it('goes on where the schema is that of its middle already', async () => {
    await byHand('create table owners (id int primary key)')
    await byHand(
      'create table pets (id int primary key, owner_id int, constraint pet_owner foreign key (owner_id) references owners (id))',
    )
    const key = { name: 'pet_owner', type: 'foreign key' as const, columns: ['owner_id'] }
    const references = { table: 'owners', columns: ['id'] }
    await at.write({
      id: 'a1',
      parents: [],
      operations: [
        op.addColumn({ table: 'pets', column: { name: 'name', type: 'int', nullable: true } }),
        op.dropConstraint({ table: 'pets', constraint: { ...key, references } }),
        op.addConstraint({ table: 'pets', constraint: { ...key, references: { ...references, onDelete: 'cascade' } } }),
      ],
    })
    await lose(/add constraint `pet_owner`/i, 'within')
    expect(await upgrade(at.context())).toMatchObject({ to: ['a1'] })
  })
})

describeOn(({ name }) => name === 'postgres')('an unfinished revision on $name', (engine) => {
  it('leaves no trace where its first statement was refused, outside of a transaction as well', async () => {
    const at = await ground(engine)
    try {
      await at.writeSql('a1', [], 'create table one (id int, age int);\ninsert into one values (1, 7), (2, 7);')
      const [file = ''] = await at.write({
        id: 'b2',
        operations: [op.createIndex({ table: 'one', index: unique('one'), concurrently: true })],
      })
      expect((await failure(upgrade(at.context()))).why).toContain('nothing of the revision has happened')
      expect(await readState(at.context())).toMatchObject({ current: ['a1'], incomplete: [], pending: ['b2'] })
      await rm(file)
      expect(await upgrade(at.context())).toMatchObject({ nothing: true })
    } finally {
      await at.drop()
    }
  })
})
