// The laws of diff, on random pairs of schemas: 2,100 a run.
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { diff } from '../../src/diff/index.ts'
import { applyAll, invertAll, describe as line } from '../../src/operations/index.ts'
import { comparable } from '../../src/schema/canonical.ts'
import type { Schema } from '../../src/schema/schema.ts'
import { databases } from './dialects.ts'
import { flawOf, run } from './engine.ts'
import { pairsOfWorlds, schemaOf, worlds } from './random.ts'

// Property tests have much to do; a busy machine is no failure.
vi.setConfig({ testTimeout: 300_000 })

const numRuns = 700

const reversed = (schema: Schema): Schema => ({
  tables: schema.tables.toReversed().map((table) => ({
    ...table,
    constraints: table.constraints.toReversed(),
    indexes: table.indexes.toReversed(),
  })),
  objects: schema.objects.toReversed(),
  dependencies: schema.dependencies.toReversed(),
})

describe.each(databases)('on a $name database', ({ traits, style }) => {
  it('random schemas are valid, so that the laws say something', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        expect(flawOf(schemaOf(world, style))).toBeUndefined()
      }),
      { numRuns: 200 },
    )
  })

  it('leads from any schema to any other, each step possible where it stands, and back', () => {
    fc.assert(
      fc.property(pairsOfWorlds, ([one, other]) => {
        const from = schemaOf(one, style)
        const to = schemaOf(other, style)
        const operations = diff(from, to, { traits })
        const reached = run(from, operations, traits)
        expect(comparable(reached, traits)).toEqual(comparable(to, traits))
        expect(diff(reached, to, { traits }).map(line)).toEqual([])
        const back = applyAll(reached, invertAll(operations) ?? [])
        expect(comparable(back, traits)).toEqual(comparable(from, traits))
      }),
      { numRuns },
    )
  })

  it('finds no difference between a schema and itself', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const schema = schemaOf(world, style)
        expect(diff(schema, reversed(structuredClone(schema)), { traits })).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('does not depend on the order of lists', () => {
    fc.assert(
      fc.property(pairsOfWorlds, ([one, other]) => {
        const from = schemaOf(one, style)
        const to = schemaOf(other, style)
        const straight = diff(from, to, { traits }).map(line)
        expect(diff(reversed(from), reversed(to), { traits }).map(line)).toEqual(straight)
      }),
      { numRuns: 200 },
    )
  })
})
