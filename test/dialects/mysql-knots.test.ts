// Clauses that the server takes only together: whatever stands between them in a revision, they are one ALTER.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { op } from '../../src/operations/op.ts'
import type { Operation } from '../../src/operations/operation.ts'
import { downgrade, readState, upgrade } from '../../src/runner/index.ts'
import type { Column, Constraint, Index, Table } from '../../src/schema/schema.ts'
import { describeOn, type Ground, ground } from '../contract/support.ts'

const column = (name: string, type: string, more: Partial<Column> = {}): Column => ({
  name,
  type,
  nullable: true,
  ...more,
})
const numbered = column('id', 'int', { nullable: false, identity: { kind: 'auto increment' } })
const key = (name: string, columns: string[], length?: number): Index => ({
  name,
  unique: false,
  keys: columns.map((each) => ({ column: each, ...(length !== undefined && { extra: { length } }) })),
})
const primary = (...columns: string[]): Constraint => ({ name: 'PRIMARY', type: 'primary key', columns })
const reference = (name: string, columns: string[], table: string): Constraint => ({
  name,
  type: 'foreign key',
  columns,
  references: { table, columns: ['id'] },
})
const other: Table = { name: 'other', columns: [column('x', 'int')], constraints: [], indexes: [] }
const between = op.createTable({ table: other })

describeOn(({ name }) => name === 'mysql')('on $name', (engine) => {
  let at: Ground
  beforeEach(async () => {
    at = await ground(engine)
    // Not by a revision: the server made the indexes of the foreign keys itself, and drops them when others can stand in.
    for (const sql of [
      'create table owners (id int primary key)',
      'create table t (owner int, name varchar(80), n int, constraint of foreign key (owner) references owners (id))',
      'insert into owners values (1)',
      "insert into t values (1, 'x', 7), (1, 'y', 8)",
    ])
      await at.on((connection) => connection.execute(sql))
  })
  afterEach(() => at.drop())

  const alters = (): string[] =>
    at.events.flatMap((event) =>
      event.type === 'statement started' && event.sql.includes('`t`') ? [event.sql.replaceAll(/\s+/g, ' ')] : [],
    )
  const circle = async (operations: Operation[]): Promise<string[]> => {
    await at.write({ id: 'a1', parents: [], operations })
    await upgrade(at.context())
    expect(await readState(at.context())).toMatchObject({ current: ['a1'], incomplete: [] })
    const up = alters()
    await downgrade(at.context(), { confirm: () => true })
    await upgrade(at.context())
    expect(await at.ask('select owner, left(name, 1) as name from t order by name')).toEqual([
      { owner: 1, name: 'x' },
      { owner: 1, name: 'y' },
    ])
    return up
  }

  it('a column that numbers itself comes with its key', async () => {
    const up = await circle([
      op.addColumn({ table: 't', column: numbered, after: null }),
      between,
      op.renameColumn({ table: 't', from: 'n', to: 'm' }),
      op.addColumn({ table: 't', column: column('more', 'int') }),
      op.addConstraint({ table: 't', constraint: reference('again', ['owner'], 'owners') }),
      op.addConstraint({ table: 't', constraint: primary('id') }),
    ])
    expect(up.filter((sql) => sql.includes('AUTO_INCREMENT'))).toEqual([
      expect.stringMatching(/ADD PRIMARY KEY \(`id`\)/),
    ])
  })

  it('one key takes the place of another one under a foreign key', async () => {
    const up = await circle([
      op.createIndex({ table: 't', index: key('owner_name', ['owner', 'name']) }),
      between,
      op.alterColumn({ table: 't', from: column('n', 'int'), to: column('n', 'bigint') }),
      op.dropIndex({ table: 't', index: key('of', ['owner']) }),
    ])
    expect(up).toEqual([expect.stringMatching(/ADD KEY `owner_name` .*DROP KEY `of`/)])
  })

  it('also where the foreign key steps aside, as revisions that are written already say it', async () => {
    await circle([
      op.createIndex({ table: 't', index: key('owner_name', ['owner', 'name']) }),
      op.dropConstraint({ table: 't', constraint: reference('of', ['owner'], 'owners') }),
      op.dropIndex({ table: 't', index: key('of', ['owner']) }),
      op.addConstraint({ table: 't', constraint: reference('of', ['owner'], 'owners') }),
    ])
  })

  it('a key holds a part of a text from the moment on that it is one', async () => {
    const up = await circle([
      op.createIndex({ table: 't', index: key('by_name', ['name']) }),
      op.alterColumn({ table: 't', from: column('name', 'varchar(80)'), to: column('name', 'text') }),
      between,
      op.alterIndex({ table: 't', from: key('by_name', ['name']), to: key('by_name', ['name'], 20) }),
    ])
    expect(up.at(-1)).toMatch(/MODIFY COLUMN `name` text.*DROP KEY `by_name`, ADD KEY `by_name` \(`name`\(20\)\)/)
  })

  it('the first unique key over what is never null is the primary one, and goes by a copy that is told', async () => {
    const unique = (name: string): Index => ({ ...key(name, ['n']), unique: true })
    const from = column('n', 'int')
    const to = column('n', 'int', { nullable: false })
    const up = await circle([
      op.alterColumn({ table: 't', from, to }),
      op.createIndex({ table: 't', index: unique('by_n') }),
    ])
    expect(up.length).toBeGreaterThan(0)
    expect(at.events).toContainEqual({ type: 'warning', message: expect.stringContaining('or no primary key') })
  })
})
