// Runs killed among operations that look first and between the batches of a backfill: the next run fills what is left,
// makes what is missing, and still knows what this revision made and what had been there.
// GODWIT_KILLS (default 3) and GODWIT_SEED repeat it or make it long.
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { op } from '../../src/operations/op.ts'
import { downgrade, upgrade } from '../../src/runner/index.ts'
import { hashOf } from '../../src/schema/canonical.ts'
import type { Column } from '../../src/schema/schema.ts'
import { describeOn, type Engine, type Ground, ground } from '../contract/support.ts'
import { random, snapshot, worker } from './support.ts'

const KILLS = Number(process.env.GODWIT_KILLS ?? 3)
const SEED = Number(process.env.GODWIT_SEED ?? Date.now() % 1_000_000)
const ROWS = 240
const BATCH = 20
const BATCHES = (2 * ROWS) / BATCH

let build: Awaited<ReturnType<typeof snapshot>>
beforeAll(async () => {
  build = await snapshot()
}, 180_000)
afterAll(() => build.drop())

const column = (name: string, type: string, more: Partial<Column> = {}): Column => ({
  name,
  type,
  nullable: true,
  ...more,
})

async function prepared(engine: Engine): Promise<Ground> {
  const at = await ground(engine)
  const rows = Array.from({ length: ROWS }, (_, index) => `(${index + 1}, ${index % 3})`).join(', ')
  // Made by hand: the revisions find half of what they ask for.
  await at.on(async (connection) => {
    await connection.execute(
      'create table staff (id integer not null primary key, kind integer, name varchar(20), days varchar(9), there integer)',
    )
    await connection.execute(`insert into staff (id, kind) values ${rows}`)
    await connection.execute("update staff set days = '12'")
  })
  await at.write({
    id: 'b1',
    operations: [
      op.ensureColumn({ table: 'staff', column: column('there', 'integer') }),
      op.ensureColumn({ table: 'staff', column: column('made', 'integer') }),
      op.backfill({ table: 'staff', column: 'made', value: 'id * 2', batch: BATCH }),
      op.ensureIndex({ table: 'staff', index: { name: 'staff_made', unique: false, keys: [{ column: 'made' }] } }),
      op.ensureColumnType({ table: 'staff', column: 'days', type: 'integer' }),
      op.backfill({ table: 'staff', column: 'name', value: "'n'", batch: BATCH }),
      op.ensureTable({ table: { name: 'more', columns: [column('note', 'integer')], constraints: [], indexes: [] } }),
    ],
  })
  return at
}

const columnsOf = (at: Ground): Promise<string[]> =>
  at.on(async (connection) =>
    (await at.dialect.inspect(connection)).tables.flatMap((table) =>
      table.columns.map(({ name, type }) => `${table.name}.${name} ${type}`),
    ),
  )

/** Everything but times, and what the journal says was made here. */
async function fingerprint(at: Ground): Promise<string> {
  return at.on(async (connection) => {
    const schema = await at.dialect.inspect(connection)
    const data = await connection.query('select id, kind, name, days, there, made from staff order by id')
    const books = await connection.query('select revision, state from godwit_history')
    const open = await connection.query("select * from godwit_journal where state = 'open'")
    return hashOf(JSON.parse(JSON.stringify([schema, data, books, open])))
  })
}

describeOn(({ shared }) => shared)('on $name', (engine) => {
  it('a run killed at any batch is finished by the next, and taken back as one', {
    timeout: 60_000 + KILLS * 15_000,
  }, async () => {
    const next = random(SEED)
    const undisturbed = await prepared(engine)
    const before = await columnsOf(undisturbed)
    await upgrade(undisturbed.context())
    const print = await fingerprint(undisturbed)
    await undisturbed.drop()
    const reached: number[] = []
    for (let round = 0; round < KILLS; round++) {
      const at = await prepared(engine)
      const wanted = Math.floor(next() * (BATCHES + 1))
      const late = next() * 6
      try {
        const victim = worker(build.dist, at)
        await victim.ready
        let batches = 0
        const there = new Promise<void>((done) => {
          victim.process.on('message', (message) => {
            if (message === 'batch') batches++
            if (message === (wanted === 0 ? 'working' : 'batch') && batches >= wanted) done()
          })
          victim.process.on('exit', () => done())
        })
        victim.go()
        await there
        await pause(late)
        victim.process.kill('SIGKILL')
        await victim.ended
        reached.push(batches)
        await upgrade(at.context())
        const where = `round ${round}, seed ${SEED}, batch ${wanted} and ${late.toFixed(1)} ms`
        expect(`${await fingerprint(at)} (${where})`).toBe(`${print} (${where})`)
        expect((await upgrade(at.context())).nothing).toBe(true)
        await downgrade(at.context(), { target: 'base', confirm: () => true })
        expect([where, ...(await columnsOf(at))]).toEqual([where, ...before])
      } finally {
        await at.drop()
      }
    }
    console.info(
      `${engine.name}: ${KILLS} SIGKILLs (seed ${SEED}) after batches ${reached.join(', ')} of ${BATCHES}: all converged, and went down to what had been there`,
    )
  })
})
