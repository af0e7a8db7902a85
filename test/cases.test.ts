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
import { mysqlAnswers, mysqlServer, postgresAnswers, scratchMysql, scratchPostgres } from './support/databases.ts'

const cases = readCases(resolve(import.meta.dirname, 'cases'))

/** Where a case runs: an empty database of its own, thrown away afterwards. */
interface Target {
  name: string
  dialect: string
  /** False: the golden SQL is written and compared elsewhere. */
  golden: boolean
  answers(): Promise<boolean>
  open(dialect: Dialect, work: (connection: Connection) => Promise<void>): Promise<void>
}

// Starting the embedded engine takes seconds, emptying it milliseconds.
const EMPTY = `
do $$ declare one record; begin
  for one in select extname as name from pg_extension where extname <> 'plpgsql' loop
    execute format('drop extension %I cascade', one.name);
  end loop;
  for one in select nspname as name from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' loop
    execute format('drop schema %I cascade', one.name);
  end loop;
end $$;
create schema public;
grant usage on schema public to public;
comment on schema public is 'standard public schema'`
let embedded: Connection | undefined

const targets: readonly Target[] = [
  {
    name: 'SQLite in memory',
    dialect: 'sqlite',
    golden: true,
    answers: async () => true,
    async open(engine, work) {
      await using connection = await engine.connect('sqlite::memory:', { create: true })
      await work(connection)
    },
  },
  {
    name: 'the embedded engine',
    dialect: 'postgres',
    golden: true,
    answers: async () => true,
    async open(engine, work) {
      // Default privileges and the rights on `public` outlive the schemas.
      if (engine.scope !== undefined) {
        await using own = await engine.connect('pglite:', { create: true })
        return await work(own)
      }
      embedded ??= await engine.connect('pglite:', { create: true })
      await embedded.execute(EMPTY)
      await work(embedded)
    },
  },
  {
    name: 'a server',
    dialect: 'postgres',
    golden: false,
    answers: postgresAnswers,
    async open(engine, work) {
      const scratch = await scratchPostgres()
      try {
        await using connection = await engine.connect(scratch.url)
        await work(connection)
      } finally {
        await scratch.drop()
      }
    },
  },
  {
    name: 'a server',
    dialect: 'mysql',
    golden: true,
    answers: mysqlAnswers,
    async open(engine, work) {
      const scratch = await scratchMysql()
      try {
        await using connection = await engine.connect(scratch.url, { scratch: true })
        await work(connection)
      } finally {
        await scratch.drop()
      }
    },
  },
]

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
  await embedded?.close()
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
  const down = invertAll(up)
  expect(down, 'every operation of a diff can be taken back').not.toBeNull()
  expect(diff(after, after, { traits }), 'nothing differs from itself').toEqual([])
  return { before, after, up, down: down ?? [] }
}

/** Runs operations as the runner does: what can be in a transaction is in one. */
async function run(dialect: Dialect, connection: Connection, operations: readonly Operation[]): Promise<void> {
  const before = dialect.needsSchema(operations) ? await dialect.inspect(connection) : undefined
  const { version } = connection
  const statements = dialect.render(operations, { version, ...(before !== undefined && { before }) })
  for (let at = 0; at < statements.length; ) {
    const first = statements[at]
    if (first?.transactional === false) {
      await connection.execute(first.sql)
      at++
      continue
    }
    const end = statements.findIndex((statement, index) => index > at && !statement.transactional)
    const unit = statements.slice(at, end < 0 ? undefined : end)
    const bracket = dialect.bracket(unit, { lockTimeout: 10_000 })
    for (const sql of bracket.before) await connection.execute(sql)
    try {
      // One message, as the runner sends it.
      const message = [...bracket.begin, ...unit.map(({ sql }) => sql)].join(';\n')
      await connection.execute(message).catch((error: unknown) => {
        throw new Error(`${error instanceof Error ? error.message : error}\nin: ${message}`, { cause: error })
      })
      for (const sql of [...bracket.verify, ...unit.flatMap(({ verify }) => verify ?? [])]) {
        expect(await connection.query(sql), sql).toEqual([])
      }
      await connection.execute(bracket.commit)
    } catch (error) {
      await connection.execute(bracket.rollback).catch(() => {})
      throw error
    } finally {
      for (const sql of bracket.after) await connection.execute(sql)
    }
    at += unit.length
  }
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
          const spelling = await spellingOf(dialect)
          await spelling.prove({ from: before, to: after, up, down })
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
