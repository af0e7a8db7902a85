// Which switches have to be sent, from what is known of the session.
import { describe, expect, it } from 'vitest'
import { changesStructure, type Held, needed } from '../../src/dialects/mysql/held.ts'

const patient = 'set session lock_wait_timeout = 20'
const impatient = 'set session lock_wait_timeout = 0'

describe('switches of a MySQL session', () => {
  const sent = (held: Held, ...statements: string[]) => needed(held, statements).map(({ sql }) => sql)

  it('are sent once, and again where they change', () => {
    const held: Held = new Map()
    expect(sent(held, patient, 'select 1')).toEqual([patient, 'select 1'])
    expect(sent(held, patient, 'update t set a = 1')).toEqual(['update t set a = 1'])
    expect(sent(held, impatient, 'create table t (a int)', patient)).toEqual([
      impatient,
      'create table t (a int)',
      patient,
    ])
    expect(sent(held, patient)).toEqual([])
  })

  it('keep the place of each statement', () => {
    const held: Held = new Map([['lock_wait_timeout', '20']])
    expect(needed(held, [patient, 'a', patient, 'b']).map(({ at }) => at)).toEqual([1, 2, 3])
  })

  it.each([
    ['set session sql_mode = default', true],
    ['/*!40101 SET NAMES utf8 */', true],
    ['call anything()', true],
    ['begin not atomic set @a = 1; end', true],
    ["prepare p from 'set lock_wait_timeout = 1'", true],
    ['select 1; set lock_wait_timeout = 1', true],
    ['insert into t values (1)', false],
    ['start transaction', false],
    ['-- note\nalter table t add column a int', false],
  ])('are unknown after %j: %s', (sql, unknown) => {
    const held: Held = new Map([['lock_wait_timeout', '20']])
    needed(held, [sql])
    expect(held.size === 0).toBe(unknown)
  })

  it('know a change of structure behind comments and inside executable ones', () => {
    const texts = [
      '/* a */ create table t (a int)',
      '/*!50001 CREATE VIEW v AS SELECT 1 */',
      '# x\nrename table a to b',
    ]
    expect(texts.map(changesStructure)).toEqual([true, true, true])
    expect(['set statement max_statement_time=1 for alter table t force', 'set @a = 1'].map(changesStructure)).toEqual([
      true,
      false,
    ])
  })
})
