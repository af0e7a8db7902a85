// Rows put in before a change are there after it, and after the way back: counts, values, and whatever foreign keys say of
// them. A change that is refused is refused for its rows alone (without them it goes through), and then they are all there.
// A tenth of the practice cases, where ../shared has them, and every third of this folder; GODWIT_FULL=1 takes all of them.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { ShadowOptions } from '../src/dialects/dialect.ts'
import { dialectNamed } from '../src/dialects/index.ts'
import { readCases } from './support/cases.ts'
import { mysqlServer, postgresServer } from './support/databases.ts'
import { type Bench, type Item, loading, type Outcome, prove, Unloaded, withRoles } from './support/survival.ts'
import { foreignKeysHold } from './support/survivors.ts'
import { closeTargets, type Target, targets } from './support/targets.ts'

const PRACTICE = resolve(import.meta.dirname, '../../shared/judge/cases')
const FULL = process.env.GODWIT_FULL === '1'
const present = existsSync(PRACTICE)
if (!present) console.warn('skipped: the practice cases (../shared/judge/cases) are not here')

function items(dialect: string, practice: string): Item[] {
  const own = readCases(resolve(import.meta.dirname, 'cases'))
    .filter((each) => each.dialect === dialect && !each.sections.has('renames') && !each.grants && !each.requires)
    .map(({ name, sections }) => ({
      id: name,
      before: sections.get('before') ?? '',
      after: sections.get('after') ?? '',
      rows: sections.get('rows') ?? '',
    }))
  if (!present) return own.filter(hasTables)
  const others = readdirSync(PRACTICE)
    .flatMap((file) =>
      readFileSync(join(PRACTICE, file), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Practice),
    )
    .filter((each) => each.dialect === practice)
    .map(({ id, current, desired, seed, roles }) => ({
      id,
      before: current,
      after: desired,
      ...(seed !== undefined && { rows: seed }),
      roles: [...new Set([...(roles ?? []), ...ownersIn(current), ...ownersIn(desired)])],
    }))
  const some = (every: number) => (_: Item, at: number) => FULL || at % every === 0
  return [...own.filter(some(3)), ...others.filter(some(10))].filter(hasTables)
}

/** What has to be refused, and why. */
const REFUSED: (Item & { why: RegExp })[] = [
  {
    id: 'one table has changed already when the rows of the next refuse',
    before: `create table a (id int primary key, n int, t varchar(9));
      create table b (id int primary key, n int, a_id int, constraint b_a foreign key (a_id) references a (id))`,
    after: `create table a (id int primary key, n bigint, t varchar(99));
      create table b (id int primary key, n int not null, a_id int, constraint b_a foreign key (a_id) references a (id))`,
    rows: "insert into a values (1, 7, 'x'), (2, null, null); insert into b values (1, null, 1), (2, 8, null)",
    why: /not null|does not fit/,
  },
  {
    id: 'a row points at nothing when the foreign key comes',
    before: 'create table a (id int primary key); create table b (id int primary key, a_id int)',
    after: `create table a (id int primary key);
      create table b (id int primary key, a_id int, constraint b_a foreign key (a_id) references a (id))`,
    rows: 'insert into a values (1); insert into b values (1, 1), (2, 9)',
    why: /foreign key/,
  },
  {
    id: 'two rows are the same when the key comes',
    before: 'create table a (id int primary key, n int)',
    after: 'create table a (id int primary key, n int, constraint a_n unique (n))',
    rows: 'insert into a values (1, 7), (2, 7)',
    why: /unique/,
  },
]

/** Where one side has no table, no row has to stay. */
const hasTables = ({ before, after }: Item): boolean =>
  [before, after].every((text) => /\bcreate\s+(?:\w+\s+){0,2}table\b/i.test(text))

/** The roles that own things, as a dump says it. */
const ownersIn = (text: string): string[] =>
  [...text.matchAll(/\bowner to "?(\w+)"?/gi)].flatMap(([, role]) =>
    role === undefined || /^(?:current_|session_)/i.test(role) ? [] : [role],
  )

interface Practice {
  id: string
  dialect: string
  current: string
  desired: string
  seed?: string
  roles?: string[]
}

const tally = (words: readonly (string | undefined)[]): string => {
  const counts = new Map<string, number>()
  for (const word of words) if (word !== undefined) counts.set(word, (counts.get(word) ?? 0) + 1)
  return JSON.stringify(Object.fromEntries(counts))
}

const short = (text: string): string => text.replaceAll('\n', ' ').slice(0, 240)

const cache = join(tmpdir(), 'godwit-test-cache')

/**
 * Each database on its server where one answers; embedded where it is embedded. `version`: rendered as for that one, which
 * cannot do in place what this one can.
 */
const benches: {
  dialect: string
  practice: string
  version?: string
  options: (target: Target) => ShadowOptions
}[] = [
  {
    dialect: 'postgres',
    practice: 'postgresql',
    options: ({ name }) => (name === 'a server' ? { url: postgresServer } : { cache }),
  },
  { dialect: 'mysql', practice: 'mysql', options: () => ({ target: mysqlServer }) },
  { dialect: 'sqlite', practice: 'sqlite', options: () => ({}) },
  { dialect: 'sqlite', practice: 'sqlite', version: '3.35.0', options: () => ({}) },
]

const asVersion = (target: Target, version: string): Target => ({
  ...target,
  name: `${target.name} as ${version}`,
  open: (dialect, work) => target.open(dialect, (connection) => work({ ...connection, version })),
})

afterAll(closeTargets)

for (const { dialect: name, practice, version, options } of benches) {
  const answering: Target[] = []
  for (const each of targets) if (each.dialect === name && (await each.answers())) answering.push(each)
  const found = answering.find((each) => each.name === 'a server') ?? answering[0]
  const target = found === undefined || version === undefined ? found : asVersion(found, version)

  test.runIf(target !== undefined)(
    `${[name, version ?? []].flat().join(' ')}: rows survive there and back`,
    { timeout: 3_600_000, concurrent: true },
    async () => {
      if (target === undefined) return
      const dialect = await dialectNamed(name)
      await using shadow = await dialect.openShadow(options(target))
      const bench: Bench = {
        dialect,
        target,
        async schemaOf(sql) {
          const texts = (await dialect.split(sql)).filter(({ control }) => !control).map((each) => each.sql)
          // Not inside: an engine that lacks an extension begins again with it.
          return loading(
            shadow.scratch(async (connection) => {
              await shadow.load(connection, texts)
              const schema = await dialect.inspect(connection)
              return { schema, broken: (await foreignKeysHold(dialect, connection, schema)).broken }
            }),
          )
        },
      }
      const outcomes: (Outcome & { id: string })[] = []
      const unloaded: string[] = []
      const broken: string[] = []
      let empty = 0
      const tightened: (Outcome & { id: string })[] = []
      const all = items(name, practice)
      for (const item of all) {
        try {
          const outcome = await withRoles(bench, item.roles ?? [], () => prove(bench, item, 'kept'))
          if (outcome === undefined) empty++
          else outcomes.push({ id: item.id, ...outcome })
          if (outcome?.tightens !== true) continue
          const again = await withRoles(bench, item.roles ?? [], () => prove(bench, item, 'all'))
          if (again !== undefined) tightened.push({ id: `${item.id} with NULLs`, ...again })
        } catch (error) {
          if (error instanceof Unloaded) unloaded.push(`${item.id}: ${error.message}`)
          else broken.push(`${item.id}: ${error}`)
        }
      }
      const failures = [
        ...broken,
        ...[...outcomes, ...tightened].flatMap(({ id, failures: all }) => all.map((text) => `${id}: ${text}`)),
      ]
      const sum = (count: (outcome: Outcome) => number): number =>
        outcomes.reduce((total, each) => total + count(each), 0)
      console.info(
        [
          `${name} on ${target.name}: ${all.length} cases, ${unloaded.length} not loaded, ${empty} without rows that stay, ` +
            `${outcomes.length} filled (${sum(({ tables }) => tables)} tables, ${sum(({ foreignKeys }) => foreignKeys)} foreign keys asked for, ${sum(({ converted }) => converted)} columns of another type)`,
          `up ${tally(outcomes.map(({ up }) => up))}`,
          `down ${tally(outcomes.map(({ down }) => down))}`,
          `${tightened.length} again with NULLs where none may be left: up ${tally(tightened.map(({ up }) => up))}`,
          ...unloaded.map((text) => `not loaded: ${short(text)}`),
          ...(FULL
            ? [...outcomes, ...tightened].flatMap(({ id, refusals }) => refusals.map((text) => `${id}: ${short(text)}`))
            : []),
        ].join('\n  '),
      )
      expect(failures).toEqual([])
      expect(unloaded.length, 'cases that this engine does not load').toBeLessThan(Math.max(2, all.length * 0.05))
      for (const item of REFUSED) {
        const outcome = await prove(bench, item, 'kept')
        expect(outcome?.up, item.id).toMatch(item.why)
        expect(outcome?.failures, item.id).toEqual([])
      }
      const survived = outcomes.filter(({ up, down }) => up === 'survived' && down === 'survived').length
      expect(survived, 'cases with rows that went there and back').toBeGreaterThan(Math.max(10, outcomes.length * 0.8))
    },
  )
}
