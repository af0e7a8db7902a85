// The rules that hold for every database: each finds its hazard, and leaves new tables alone.
import { describe, expect, it } from 'vitest'
import { type Rule, rules, runRules } from '../src/lint/index.ts'
import { op } from '../src/operations/op.ts'
import type { Operation } from '../src/operations/operation.ts'
import type { Facts, Statement } from '../src/operations/statement.ts'
import type { Column, Table } from '../src/schema/schema.ts'

const column = (name: string, more: Partial<Column> = {}): Column => ({ name, type: 'text', nullable: true, ...more })
const users: Table = { name: 'users', columns: [column('id')], constraints: [], indexes: [] }
const index = { name: 'i', unique: false, keys: [{ column: 'id' }] }
const statement = (operation: number, facts: Facts): Statement => ({
  sql: 'do it',
  transactional: true,
  operation,
  facts,
})

const codes = (operations: Operation[], statements: Statement[] = []): string[] =>
  runRules({ operations, statements, narrowings: [], destroyed: destroyed(operations) }).map(({ code }) => code)

const destroyed = (operations: Operation[]) =>
  new Map(
    operations.flatMap((each, at) =>
      each.kind === 'sql' && each.up.includes('drop') ? [[at, [{ message: each.up, offset: 0 }]] as const] : [],
    ),
  )

describe('common rules', () => {
  it('have codes and names of their own', () => {
    expect(new Set(rules.map(({ code }) => code)).size).toBe(rules.length)
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length)
  })

  it.each<[string, Operation[], Statement[]]>([
    ['DL101', [op.dropTable({ table: users })], []],
    ['DL102', [op.dropColumn({ table: 'users', column: column('age') })], []],
    [
      'DL103',
      [op.alterColumn({ table: 'users', from: column('age'), to: column('age', { type: 'smallint' }) })],
      [statement(0, { losesData: true })],
    ],
    ['DL104', [op.sql({ up: 'drop table users', down: '' })], []],
    [
      'LK101',
      [op.alterColumn({ table: 'users', from: column('age'), to: column('age', { type: 'bigint' }) })],
      [statement(0, { rewrites: true, blocksReads: true, blocksWrites: true })],
    ],
    [
      'LK102',
      [op.alterTable({ table: 'users', from: {}, to: { comment: 'x' } })],
      [statement(0, { scans: true, blocksWrites: true })],
    ],
    ['LK103', [op.createIndex({ table: 'users', index })], [statement(0, { scans: true, blocksWrites: true })]],
    [
      'LK104',
      [op.alterTable({ table: 'a', from: {}, to: {} }), op.alterTable({ table: 'b', from: {}, to: {} })],
      [statement(0, { blocksReads: true }), statement(1, { blocksReads: true })],
    ],
    ['FA101', [op.addColumn({ table: 'users', column: column('age', { nullable: false }) })], []],
    ['FA102', [op.alterColumn({ table: 'users', from: column('age'), to: column('age', { nullable: false }) })], []],
    ['FA103', [op.createIndex({ table: 'users', index: { ...index, unique: true } })], []],
    [
      'FA104',
      [op.addConstraint({ table: 'users', constraint: { name: 'c', type: 'check', columns: [], expression: 'true' } })],
      [],
    ],
    ['BC101', [op.renameColumn({ table: 'users', from: 'a', to: 'b' })], []],
    ['RB101', [op.sql({ up: 'select 1' })], []],
    ['DL102 RB102', [op.dropColumn({ table: 'users', column: column('age', { nullable: false }) })], []],
  ])('%s', (code, operations, statements) => {
    expect(codes(operations, statements)).toEqual(code.split(' '))
  })

  it('give way to what a dialect says in their place', () => {
    const operations = [op.addColumn({ table: 'users', column: column('age', { nullable: false }) })]
    const own: Rule = {
      code: 'XX101',
      name: 'own',
      severity: 'warning',
      replaces: 'FA101',
      check: () => [{ message: 'otherwise here' }],
    }
    const found = runRules({ operations, statements: [], narrowings: [], destroyed: new Map() }, [own])
    expect(found.map(({ code }) => code)).toEqual(['XX101'])
  })

  it('leave alone what the revision makes itself', () => {
    const operations = [
      op.createTable({ table: users }),
      op.addColumn({ table: 'users', column: column('age', { nullable: false }) }),
      op.createIndex({ table: 'users', index: { ...index, unique: true } }),
      op.dropColumn({ table: 'users', column: column('age') }),
    ]
    const locks = { scans: true, rewrites: true, blocksReads: true, blocksWrites: true }
    expect(
      codes(
        operations,
        operations.map((_, at) => statement(at, locks)),
      ),
    ).toEqual([])
  })

  it('see that rows are filled before their column becomes NOT NULL, unless only some of them are', () => {
    const set = op.alterColumn({ table: 'users', from: column('age'), to: column('age', { nullable: false }) })
    const fill = op.backfill({ table: 'users', column: 'age', value: '0' })
    const some = op.backfill({ table: 'users', column: 'age', value: '0', where: 'id > 5' })
    const other = op.backfill({ table: 'users', column: 'height', value: '0' })
    const lists = [
      [fill, set],
      [some, set],
      [other, set],
      [set, fill],
    ]
    expect(lists.map((operations) => codes(operations))).toEqual([[], ['FA102'], ['FA102'], ['FA102']])
  })

  it('ask nothing of rows for a column that holds nothing yet', () => {
    const email = column('email', { nullable: true })
    const add = op.addColumn({ table: 'users', column: email })
    const unique = op.createIndex({ table: 'users', index: { name: 'u', unique: true, keys: [{ column: 'email' }] } })
    const key = op.addConstraint({
      table: 'users',
      constraint: {
        name: 'k',
        type: 'foreign key',
        columns: ['email'],
        references: { table: 'mails', columns: ['id'] },
      },
    })
    expect(codes([add, unique, key])).toEqual([])
    expect(codes([unique, key])).toEqual(['FA103', 'FA104'])
    // Every row gets the same value.
    const filled = op.addColumn({ table: 'users', column: { ...email, default: "'x'" } })
    expect(codes([filled, unique])).toEqual(['FA103'])
    // The dialect has something to say about it, such as NULLs that repeat each other.
    const strict = op.addConstraint({
      table: 'users',
      constraint: { name: 'n', type: 'unique', columns: ['email'], extra: { nullsNotDistinct: true } },
    })
    expect(codes([add, strict])).toEqual(['FA103'])
  })

  it('say the same thing once, and advise what the database can do', () => {
    const change = op.alterColumn({ table: 'users', from: column('age'), to: column('age', { type: 'bigint' }) })
    const rewritten = [0, 1, 2].map((at) => statement(at, { rewrites: true, blocksReads: true }))
    expect(codes([change, change, change], rewritten)).toEqual(['LK101'])
    const built = {
      operations: [op.createIndex({ table: 'users', index })],
      statements: [statement(0, { scans: true, blocksWrites: true })],
      narrowings: [],
      destroyed: new Map(),
    }
    expect(runRules(built)[0]).not.toHaveProperty('instead')
    expect(runRules({ ...built, concurrentIndex: true })[0]?.instead).toContain('concurrently')
  })

  it('sort the worst first', () => {
    expect(codes([op.renameTable({ from: 'a', to: 'b' }), op.dropTable({ table: users })])).toEqual(['DL101', 'BC101'])
  })
})
