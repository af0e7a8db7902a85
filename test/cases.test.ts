// Every case goes the whole circle on the real engine: before, up, after, down, before; and the rows that should survive do.
// `npm test -- test/cases.test.ts -u` writes the golden SQL anew.
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Connection, Dialect } from '../src/dialects/dialect.ts'
import { dialectNamed, reading } from '../src/dialects/index.ts'
import { diff, parseRename, withoutStale } from '../src/diff/index.ts'
import { applyAll, invertAll, describe as say } from '../src/operations/index.ts'
import type { Operation } from '../src/operations/operation.ts'
import { openSpelling, type Spelling } from '../src/runner/shadow.ts'
import type { Schema } from '../src/schema/schema.ts'
import { type Case, parseExpectations, readCases, updateCase } from './support/cases.ts'
import { mysqlServer } from './support/databases.ts'
import { closeTargets, run, targets } from './support/targets.ts'

const cases = readCases(resolve(import.meta.dirname, 'cases'))

/** What a case comes to on the shadow: the same for every target. */
interface Worked {
  before: Schema
  after: Schema
  up: Operation[]
  down: Operation[]
}

const spellings = new Map<string, Spelling>()
const worked = new Map<Case, Promise<Worked>>()

async function spellingOf(dialect: Dialect): Promise<Spelling> {
  const key = `${dialect.name} ${dialect.scope ?? ''}`
  const known = spellings.get(key)
  if (known !== undefined) return known
  // Without an embedded engine, scratch databases live on a server.
  const target = dialect.name === 'mysql' ? { target: mysqlServer } : {}
  const spelling = openSpelling({ dialect, cache: join(tmpdir(), 'godwit-test-cache'), ...target })
  spellings.set(key, spelling)
  return spelling
}
afterAll(async () => {
  for (const spelling of spellings.values()) await spelling.close()
  await closeTargets()
})

const statementsOf = async (dialect: Dialect, item: Case, section: 'before' | 'after' | 'rows'): Promise<string[]> =>
  (await dialect.split(item.sections.get(section) ?? '', item.file)).map(({ sql }) => sql)

async function work(dialect: Dialect, item: Case): Promise<Worked> {
  const spelling = await spellingOf(dialect)
  const { traits } = dialect
  const before = await spelling.ofDdl(await statementsOf(dialect, item, 'before'))
  const after = await spelling.ofDdl(await statementsOf(dialect, item, 'after'))
  const renames = (item.sections.get('renames') ?? '').split('\n').filter(Boolean).map(parseRename)
  const moved = diff(before, after, { traits, renames }).filter(({ kind }) => kind.startsWith('rename'))
  const clear = withoutStale(before, moved, traits)
  const from = moved.length === 0 ? before : await spelling.renamed(clear, moved)
  const up = [...diff(before, clear, { traits }), ...moved, ...diff(from, after, { traits })]
  expect(up, 'a case in which nothing happens proves nothing').not.toEqual([])
  expect(invertAll(up), 'every operation of a diff can be taken back').not.toBeNull()
  const other = () => [
    ...diff(after, from, { traits }),
    ...(invertAll([...diff(before, clear, { traits }), ...moved]) ?? []),
  ]
  const { down } = await spelling.wayBack({ from: before, to: after, up, other })
  if (down === 'irreversible') throw new Error('the way back is not proved')
  expect(diff(after, after, { traits }), 'nothing differs from itself').toEqual([])
  return { before, after, up, down }
}

async function differences(dialect: Dialect, connection: Connection, wanted: Schema): Promise<string[]> {
  const spelling = await spellingOf(dialect)
  const [actual, settled] = await spelling.settle(await dialect.inspect(connection), wanted)
  return diff(actual, settled, { traits: dialect.traits }).map(say)
}

const plain = (rows: unknown): unknown => JSON.parse(JSON.stringify(rows))

async function expectRows(connection: Connection, text: string | undefined, when: string): Promise<void> {
  for (const { query, rows } of parseExpectations(text)) {
    expect(plain(await connection.query(query)), `${when}: ${query}`).toEqual(rows)
  }
}

/** The SQL of both ways, as `diff --format sql` prints it. */
function golden(dialect: Dialect, { before, after, up, down }: Worked): { up: string; down: string } {
  const text = (operations: readonly Operation[], schema: Schema): string =>
    dialect
      .render(operations, { before: schema, purpose: 'script' })
      .map(({ sql }) => (sql.endsWith(';') ? sql : `${sql};`))
      .join('\n')
  return { up: text(up, before), down: text(down, after) }
}

for (const target of targets) {
  const own = cases.filter(({ dialect }) => dialect === target.dialect)
  describe.runIf(await target.answers())(`${target.dialect} on ${target.name}`, () => {
    let named: Dialect
    beforeAll(async () => {
      named = await dialectNamed(target.dialect)
    })

    for (const item of own)
      test(item.name, async () => {
        const dialect = item.grants ? reading(named, { grants: true }) : named
        const known = worked.get(item) ?? work(dialect, item)
        worked.set(item, known)
        const { before, after, up, down } = await known
        if (target.golden) {
          const now = golden(dialect, await known)
          // The pure vocabulary agrees with the engine on what a round trip comes to.
          expect(diff(before, applyAll(applyAll(before, up), down), { traits: dialect.traits }).map(say)).toEqual([])
          if (inject('updateCases')) updateCase(item, now)
          else expect(now).toEqual({ up: item.sections.get('up'), down: item.sections.get('down') })
        }
        await target.open(dialect, async (connection) => {
          if (Number.parseInt(connection.version, 10) < (item.requires ?? 0)) return
          for (const sql of await statementsOf(dialect, item, 'before')) await connection.execute(sql)
          for (const sql of await statementsOf(dialect, item, 'rows')) await connection.execute(sql)
          await run(dialect, connection, up)
          expect(await differences(dialect, connection, after), 'after up').toEqual([])
          await expectRows(connection, item.sections.get('expect'), 'after up')
          await run(dialect, connection, down)
          expect(await differences(dialect, connection, before), 'after down').toEqual([])
          await expectRows(connection, item.sections.get('expect down'), 'after down')
        })
      })
  })
}
