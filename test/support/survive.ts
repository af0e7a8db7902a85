// Rows put in before a change are there after it, and after the way back: the cases of one database, one after the other.
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Dialect, Shadow, ShadowOptions } from '../../src/dialects/dialect.ts'
import { dialectNamed } from '../../src/dialects/index.ts'
import { mysqlServer, postgresServer } from './databases.ts'
import { type Bench, type Item, loading, type Outcome, prove, Unloaded, withRoles } from './survival.ts'
import { foreignKeysHold } from './survivors.ts'
import { closeTargets, type Target, targets } from './targets.ts'

/** GODWIT_FULL=1 takes all of what is otherwise taken a part of, and says of each refusal what it was. */
export const FULL = process.env.GODWIT_FULL === '1'

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
const places: { dialect: string; version?: string; options: (target: Target) => ShadowOptions }[] = [
  { dialect: 'postgres', options: ({ name }) => (name === 'a server' ? { url: postgresServer } : { cache }) },
  { dialect: 'mysql', options: () => ({ target: mysqlServer }) },
  { dialect: 'sqlite', options: () => ({}) },
  { dialect: 'sqlite', version: '3.35.0', options: () => ({}) },
]

const asVersion = (target: Target, version: string): Target => ({
  ...target,
  name: `${target.name} as ${version}`,
  open: (dialect, work) => target.open(dialect, (connection) => work({ ...connection, version })),
})

async function targetOf({ dialect, version }: (typeof places)[number]): Promise<Target | undefined> {
  const answering: Target[] = []
  for (const each of targets) if (each.dialect === dialect && (await each.answers())) answering.push(each)
  const found = answering.find((each) => each.name === 'a server') ?? answering[0]
  return found === undefined || version === undefined ? found : asVersion(found, version)
}

const benchOf = (dialect: Dialect, target: Target, shadow: Shadow): Bench => ({
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
})

/** Where one side has no table, no row has to stay. */
const hasTables = ({ before, after }: Item): boolean =>
  [before, after].every((text) => /\bcreate\s+(?:\w+\s+){0,2}table\b/i.test(text))

/** What has to be refused, and why. */
export type Refused = Item & { why: RegExp }

/** One test for each database that answers, with the cases that `itemsOf` gives for it; the others are skipped. */
export async function rowsSurvive(itemsOf: (dialect: string) => Item[], refused: readonly Refused[] = []) {
  afterAll(closeTargets)
  for (const place of places) {
    const target = await targetOf(place)
    const items = itemsOf(place.dialect).filter(hasTables)
    const name = [place.dialect, place.version ?? []].flat().join(' ')
    test.runIf(target !== undefined && items.length > 0)(
      `${name}: rows survive there and back`,
      { timeout: 3_600_000, concurrent: true },
      async () => {
        if (target === undefined) return
        const dialect = await dialectNamed(place.dialect)
        await using shadow = await dialect.openShadow(place.options(target))
        const bench = benchOf(dialect, target, shadow)
        await survive(bench, items)
        for (const item of refused) {
          const outcome = await prove(bench, item, 'kept')
          expect(outcome?.up, item.id).toMatch(item.why)
          expect(outcome?.failures, item.id).toEqual([])
        }
      },
    )
  }
}

async function survive(bench: Bench, items: readonly Item[]): Promise<void> {
  const outcomes: (Outcome & { id: string })[] = []
  const unloaded: string[] = []
  const broken: string[] = []
  let empty = 0
  const tightened: (Outcome & { id: string })[] = []
  for (const item of items) {
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
  const sum = (count: (outcome: Outcome) => number): number => outcomes.reduce((total, each) => total + count(each), 0)
  console.info(
    [
      `${bench.dialect.name} on ${bench.target.name}: ${items.length} cases, ${unloaded.length} not loaded, ${empty} without rows that stay, ` +
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
  expect(unloaded.length, 'cases that this engine does not load').toBeLessThan(Math.max(2, items.length * 0.05))
  const survived = outcomes.filter(({ up, down }) => up === 'survived' && down === 'survived').length
  expect(survived, 'cases with rows that went there and back').toBeGreaterThan(outcomes.length * 0.8)
  expect(outcomes.length, 'cases that took rows').toBeGreaterThan(items.length * 0.5)
}
