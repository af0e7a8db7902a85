// Random databases on the real engine: from each to each other, with nothing left to do, and back by the inverse.
// GODWIT_LAWS=<number> runs that many pairs instead of a few; GODWIT_SEED=<number> says where they begin.
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Connection, Shadow } from '../../src/dialects/dialect.ts'
import { dialect } from '../../src/dialects/postgres/index.ts'
import { diff } from '../../src/diff/index.ts'
import { invertAll, describe as say } from '../../src/operations/index.ts'
import type { Operation } from '../../src/operations/operation.ts'
import type { Schema } from '../../src/schema/schema.ts'
import { randomDatabase } from '../support/random-postgres.ts'

const RUNS = Number(process.env.GODWIT_LAWS ?? 12)
const SEED = Number(process.env.GODWIT_SEED ?? 1)
const { traits } = dialect

let shadow: Shadow
beforeAll(async () => {
  shadow = await dialect.openShadow({ cache: join(tmpdir(), 'godwit-test-cache') })
}, 60_000)
afterAll(() => shadow?.close())

const load = async (connection: Connection, sql: string): Promise<Schema> => {
  await shadow.load(
    connection,
    (await dialect.split(sql)).map((each) => each.sql),
  )
  return dialect.inspect(connection)
}

/** Carries operations out, from a schema that is known, and answers what is there then. */
async function carryOut(connection: Connection, operations: readonly Operation[], before: Schema): Promise<Schema> {
  const statements = dialect.render(operations, { before, version: connection.version }).map(({ sql }) => sql)
  await shadow.load(connection, statements).catch((error: unknown) => {
    throw new Error(`${error instanceof Error ? error.message : error}\n${statements.join(';\n')}`, { cause: error })
  })
  return dialect.inspect(connection)
}

const left = (actual: Schema, wanted: Schema): string[] => diff(actual, wanted, { traits }).map(say)

test(`${RUNS} pairs of databases: there with nothing left to do, and back`, {
  timeout: 30_000 + RUNS * 10_000,
}, async () => {
  const failures: string[] = []
  for (let seed = SEED; seed < SEED + RUNS; seed++) {
    const [from, to] = [randomDatabase(seed * 2), randomDatabase(seed * 2 + 1)]
    try {
      const wanted = await shadow.scratch((connection) => load(connection, to))
      await shadow.scratch(async (connection) => {
        const start = await load(connection, from)
        const up = diff(start, wanted, { traits })
        const there = await carryOut(connection, up, start)
        expect(left(there, wanted), 'after up').toEqual([])
        const down = invertAll(up)
        expect(down, 'every operation of a diff can be taken back').not.toBeNull()
        const back = await carryOut(connection, down ?? [], there)
        expect(left(back, start), 'after down').toEqual([])
      })
    } catch (error) {
      failures.push(`seed ${seed}: ${error instanceof Error ? error.message : error}\nfrom:\n${from}\nto:\n${to}`)
    }
  }
  expect(failures.join('\n\n')).toBe('')
})
