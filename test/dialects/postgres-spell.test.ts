// Definitions that people write, as the server spells them; nothing of it is left, and no right is needed but one.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Connection } from '../../src/dialects/dialect.ts'
import { dialect } from '../../src/dialects/postgres/index.ts'
import { spellTable } from '../../src/dialects/postgres/spell.ts'
import { openSpeller } from '../../src/runner/speller.ts'
import type { Table } from '../../src/schema/schema.ts'
import { postgresAnswers, type ScratchDatabase, scratchPostgres } from '../support/databases.ts'

const written: Table = {
  name: 'staff',
  columns: [
    { name: 'id', type: 'serial', nullable: false, identity: { kind: 'by default', sequence: 'staff_numbers' } },
    { name: 'name', type: 'varchar(20)', nullable: true, default: "'x'" },
    { name: 'mood', type: 'mood', nullable: true, default: "'ok'" },
    { name: 'at', type: 'timestamptz', nullable: false, default: 'now()' },
  ].map((column) => (column.name === 'id' ? { ...column, type: 'int' } : column)) as Table['columns'],
  constraints: [
    { name: 'staff_pkey', type: 'primary key', columns: ['id'] },
    { name: 'long', type: 'check', columns: ['name'], expression: 'length(name)>1' },
    { name: 'boss', type: 'foreign key', columns: ['id'], references: { table: 'staff', columns: ['id'] } },
  ],
  indexes: [{ name: 'staff_name', unique: false, keys: [{ expression: 'LOWER(name)' }], where: 'name is not NULL' }],
}

describe.runIf(await postgresAnswers())('on a server', () => {
  let database: ScratchDatabase
  let connection: Connection
  beforeAll(async () => {
    database = await scratchPostgres()
    connection = await dialect.connect(database.url)
    await connection.execute("create type mood as enum ('ok', 'bad'); create table staff (other integer)")
  })
  afterAll(async () => {
    await connection.close()
    await database.drop()
  })

  test('types, defaults, checks and indexes come back in its own words', async () => {
    const spelled = await spellTable(connection, written)
    expect(spelled.columns.map(({ type }) => type)).toEqual([
      'integer',
      'character varying(20)',
      'public.mood',
      'timestamp with time zone',
    ])
    expect(spelled.columns[1]?.default).toBe("'x'::character varying")
    expect(spelled.columns[2]?.default).toBe("'ok'::public.mood")
    expect(spelled.columns[0]?.identity).toEqual({ kind: 'by default', sequence: 'staff_numbers' })
    expect(spelled.constraints.find(({ name }) => name === 'long')?.expression).toMatch(
      /length\(\(?name\)?::text\) > 1/,
    )
    expect(spelled.constraints.find(({ name }) => name === 'boss')).toEqual(written.constraints[2])
    expect(spelled.indexes[0]?.where).toBe('(name IS NOT NULL)')
    // What it says is what it says again.
    expect(await spellTable(connection, spelled)).toEqual(spelled)
  })

  test('nothing is left, inside of a transaction and outside', async () => {
    const before = await dialect.inspect(connection)
    await spellTable(connection, written)
    await connection.execute('begin; create table kept (id integer)')
    await spellTable(connection, written)
    await connection.execute('commit; drop table kept')
    expect(await dialect.inspect(connection)).toEqual(before)
    expect(await connection.query("select 1 from pg_class where relpersistence = 't'")).toEqual([])
    await expect(spellTable(connection, { ...written, columns: [] })).rejects.toThrow()
    expect(await connection.query("select 1 from pg_class where relpersistence = 't'")).toEqual([])
  })

  test('who may not make temporary tables asks the shadow', async () => {
    const role = `godwit_spell_${Math.random().toString(36).slice(2)}`
    const [{ name = '' } = {}] = await connection.query<{ name: string }>('select current_database() as name')
    await connection.execute(
      `create role ${role} login; revoke temporary on database ${dialect.identifier(name)} from public`,
    )
    const url = new URL(database.url)
    url.username = role
    const poor = await dialect.connect(url.href)
    const speller = openSpeller(dialect, { url: database.url })
    try {
      await poor.execute('begin')
      const { name: table, columns } = await speller.spell(poor, {
        name: 'plain',
        columns: [{ name: 'a', type: 'varchar(3)', nullable: true }],
        constraints: [],
        indexes: [],
      })
      expect([table, columns[0]?.type]).toEqual(['plain', 'character varying(3)'])
      // The transaction goes on.
      expect(await poor.query('select 1 as one')).toEqual([{ one: 1 }])
    } finally {
      await speller.close()
      await poor.close()
      await connection.execute(`drop role ${role}`)
    }
  })
})
