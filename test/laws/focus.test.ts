// A part of a schema stands on its own, holds all that the changes concern, and the changes do to it what they do to the whole.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diff } from '../../src/diff/index.ts'
import { touches } from '../../src/operations/index.ts'
import { concernOf, needsOf, only, ownersOf, withPart } from '../../src/runner/focus.ts'
import { sameSchema } from '../../src/schema/canonical.ts'
import { emptySchema } from '../../src/schema/schema.ts'
import { databases } from './dialects.ts'
import { run } from './engine.ts'
import { pairsOfWorlds, schemaOf, worlds } from './random.ts'

describe.each(databases)('$name', ({ traits, style }) => {
  it('the part that things need can be made from nothing, and put back in its place changes nothing', () => {
    fc.assert(
      fc.property(worlds, fc.nat(), (world, pick) => {
        const schema = schemaOf(world, style)
        const owners = [...schema.dependencies.map(({ from }) => from)]
        const reference = owners.length === 0 ? undefined : owners[pick % owners.length]
        const owner = reference === undefined ? undefined : ownersOf(schema).of(reference)
        if (owner === undefined) return
        const part = only(schema, needsOf(schema, [owner]))
        const made = run(emptySchema(), diff(emptySchema(), part, { traits }), traits)
        expect(sameSchema(made, part, traits)).toBe(true)
        expect(sameSchema(withPart(schema, part, new Set([owner])), schema, traits)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('what leads from a whole to a whole leads from its part to its part', () => {
    fc.assert(
      fc.property(pairsOfWorlds, ([before, after]) => {
        const [from, to] = [schemaOf(before, style), schemaOf(after, style)]
        const operations = diff(from, to, { traits })
        const named = operations.flatMap((operation) => Object.values(touches(operation)).flat())
        const wanted = new Set([...concernOf(from, named), ...concernOf(to, named)])
        const reached = run(only(from, wanted), operations, traits)
        expect(sameSchema(reached, only(to, wanted), traits)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})
