// Every problem of the troubleshooting guide, provoked on each engine where it can happen: code, hint and section agree.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Connection } from '../src/dialects/dialect.ts'
import { dialectOf } from '../src/dialects/index.ts'
import { describeOn, failure, type Ground, ground } from './contract/support.ts'
import { problems } from './support/problems.ts'

const guide = readFileSync(join(import.meta.dirname, '../docs/guides/troubleshooting.md'), 'utf8')
const sections = guide
  .split(/^## /m)
  .slice(1)
  .map((text) => ({ title: text.split('\n', 1)[0], code: /\(\.\.\/reference\/errors\.md#([a-z_]+)\)/.exec(text)?.[1] }))

test('the guide has a section for each problem, in this order, with its code', () => {
  expect(sections).toEqual(problems.map(({ title, code }) => ({ title, code: code.toLowerCase() })))
})

describeOn()('on $name', (engine) => {
  let at: Ground
  // An engine in this process takes longer to start than all the rest: one for all of them.
  let shared: Connection | undefined
  beforeAll(async () => {
    if (!engine.shared) shared = await (await dialectOf('pglite:')).connect('pglite:')
  })
  beforeEach(async () => {
    await shared?.execute('drop schema public cascade; create schema public')
    at = await ground(engine, shared)
  })
  afterEach(() => at.drop())
  afterAll(() => shared?.close())

  const here = problems.filter(({ on }) => on === undefined || on.includes(engine.name))
  test.each(here)('$title: $code', async ({ code, fix, provoke }) => {
    const error = await failure(provoke(at, engine))
    expect({ code: error.code, message: error.message }).toMatchObject({ code })
    expect(error.fix).toMatch(fix)
  })
})
