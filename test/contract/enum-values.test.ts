// A label that is added and used by one revision: it is committed before its use.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { op } from '../../src/operations/op.ts'
import { upgrade } from '../../src/runner/index.ts'
import { scriptFor } from '../../src/runner/script.ts'
import { describeOn, type Ground, ground } from './support.ts'

describeOn(({ name }) => name.startsWith('p'))('new labels on $name', (engine) => {
  let at: Ground
  beforeAll(async () => {
    at = await ground(engine)
    await at.writeSql(
      'a1',
      [],
      "create type kind as enum ('a'); create table t (id int primary key, k kind); insert into t values (1, 'a');",
    )
    await upgrade(at.context())
  })
  afterAll(() => at.drop())

  const label = (values: string[], ...more: string[]) =>
    op.alterObject({
      from: { type: 'enum', name: 'kind', values },
      to: { type: 'enum', name: 'kind', values: [...values, ...more] },
    })

  it('are used by hand-written SQL behind them, also in a script', async () => {
    await at.write({ id: 'b2', operations: [label(['a'], 'b'), op.sql({ up: "update t set k = 'b'", down: '' })] })
    const script = await scriptFor(at.context(), { direction: 'up', target: 'head' })
    expect(script.slice(0, script.indexOf('add value'))).not.toMatch(/^begin;/m)
    await upgrade(at.context())
    expect(await at.ask('select k::text from t')).toEqual([{ k: 'b' }])
  })
})
