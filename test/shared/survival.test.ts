// The same as test/survival.test.ts, with the practice cases of ../shared: those for SQLite, a fifth of those for MySQL
// and a tenth of those for PostgreSQL; GODWIT_FULL=1 takes all.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { filesOf, present, shared } from '../support/shared.ts'
import type { Item } from '../support/survival.ts'
import { FULL, rowsSurvive } from '../support/survive.ts'

interface Practice {
  id: string
  dialect: string
  current: string
  desired: string
  seed?: string
  roles?: string[]
}

const cases = present
  ? filesOf('judge/cases').flatMap((file) =>
      readFileSync(shared('judge/cases', file), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Practice),
    )
  : []

/** Whether a case is in the sample depends on its name alone, not on what else there is. */
const inSample = (id: string, every: number): boolean =>
  FULL || createHash('sha1').update(id).digest().readUInt32BE() % every === 0

/** What the cases call a database, and how many of them stand for each that is taken. */
const SAMPLES: { [dialect: string]: { name: string; every: number } } = {
  postgres: { name: 'postgresql', every: 10 },
  mysql: { name: 'mysql', every: 5 },
  sqlite: { name: 'sqlite', every: 1 },
}

/** The roles that own things, as a dump says it. */
const ownersIn = (text: string): string[] =>
  [...text.matchAll(/\bowner to "?(\w+)"?/gi)].flatMap(([, role]) =>
    role === undefined || /^(?:current_|session_)/i.test(role) ? [] : [role],
  )

const itemsOf = (dialect: string): Item[] =>
  cases
    .filter(({ id, dialect: name }) => name === SAMPLES[dialect]?.name && inSample(id, SAMPLES[dialect].every))
    .map(({ id, current, desired, seed, roles }) => ({
      id,
      before: current,
      after: desired,
      ...(seed !== undefined && { rows: seed }),
      roles: [...new Set([...(roles ?? []), ...ownersIn(current), ...ownersIn(desired)])],
    }))

await rowsSurvive(itemsOf)
