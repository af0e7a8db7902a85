// The graph of revisions: order, paths, and what a user's text means.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isGodwitError } from '../src/errors.ts'
import {
  ancestors,
  findRevision,
  graphOf,
  headsAmong,
  headsOf,
  type Node,
  rootsOf,
  routeDown,
  routeUp,
} from '../src/revisions/index.ts'

const node = (id: string, ...parents: string[]): Node => ({ id, parents, message: `about ${id}`, file: `${id}.ts` })

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (isGodwitError(error)) return error.code
    throw error
  }
  return 'none'
}

//      b1 ── b2
//    /          \
// a1              m ── z
//    \          /
//      c1 ─────
const diamond = [
  node('m', 'b2', 'c1'),
  node('z', 'm'),
  node('c1', 'a1'),
  node('b2', 'b1'),
  node('a1'),
  node('b1', 'a1'),
]

describe('graph', () => {
  const graph = graphOf(diamond)

  it('orders by parents, keeps branches together and does not depend on the order of the files', () => {
    expect(graph.order).toEqual(['a1', 'b1', 'b2', 'c1', 'm', 'z'])
    expect(graphOf([...diamond].reverse()).order).toEqual(graph.order)
    expect(headsOf(graph)).toEqual(['z'])
    expect(rootsOf(graph)).toEqual(['a1'])
    expect(headsAmong(graph, new Set(['a1', 'b1', 'c1']))).toEqual(['b1', 'c1'])
  })

  it('goes up by set difference, so that what was merged late is not skipped', () => {
    expect(routeUp(graph, new Set(['a1', 'c1']), 'head')).toEqual(['b1', 'b2', 'm', 'z'])
    expect(routeUp(graph, new Set(['a1', 'b1', 'b2']), 'head')).toEqual(['c1', 'm', 'z'])
    expect(routeUp(graph, new Set(), 'b2')).toEqual(['a1', 'b1', 'b2'])
    expect(routeUp(graph, new Set(['a1']), '+2')).toEqual(['b1', 'b2'])
    expect(routeUp(graph, new Set(), 'm-0')).toHaveLength(5)
    expect(routeUp(graph, new Set(), 'a1+0')).toEqual(['a1'])
    expect(routeUp(graph, new Set(), 'base')).toEqual([])
  })

  it('goes down to a target by undoing what comes after it, and nothing beside it', () => {
    const all = new Set(graph.order)
    expect(routeDown(graph, all, '-1')).toEqual(['z'])
    expect(routeDown(graph, all, 'b1')).toEqual(['z', 'm', 'b2'])
    expect(routeDown(graph, all, 'base')).toEqual(['z', 'm', 'c1', 'b2', 'b1', 'a1'])
    expect(routeDown(graph, new Set(['a1', 'b1', 'c1']), 'a1')).toEqual(['c1', 'b1'])
    expect(codeOf(() => routeDown(graph, new Set(['a1']), 'z'))).toBe('REVISION_UNKNOWN')
    expect(codeOf(() => routeDown(graph, new Set(['a1']), '-2'))).toBe('REVISION_UNKNOWN')
  })

  it('understands ids, prefixes and steps, and suggests what was meant', () => {
    expect(findRevision(graph, 'head')).toBe('z')
    expect(findRevision(graph, 'c')).toBe('c1')
    expect(findRevision(graph, 'head-1')).toBe('m')
    expect(findRevision(graph, 'b1+2')).toBe('m')
    expect(codeOf(() => findRevision(graph, 'b'))).toBe('REVISION_AMBIGUOUS')
    expect(codeOf(() => findRevision(graph, 'a1+1'))).toBe('REVISION_AMBIGUOUS')
    expect(codeOf(() => findRevision(graph, 'm-1'))).toBe('REVISION_AMBIGUOUS')
    expect(codeOf(() => findRevision(graph, 'z+1'))).toBe('REVISION_UNKNOWN')
    const long = graphOf([node('3f9c2a7b1e04'), node('8c1f2e90ab55', '3f9c2a7b1e04')])
    try {
      findRevision(long, '3f9d2a')
      expect.unreachable()
    } catch (error) {
      expect(isGodwitError(error) && error.fix).toContain('3f9c2a7b1e04 (about 3f9c2a7b1e04)')
    }
    expect(codeOf(() => findRevision(long, '__proto__'))).toBe('REVISION_UNKNOWN')
    expect(codeOf(() => findRevision(long, ''))).toBe('REVISION_UNKNOWN')
  })

  it('refuses two heads, twins, missing parents and circles', () => {
    expect(codeOf(() => routeUp(graphOf([node('a'), node('b')]), new Set(), 'head'))).toBe('HEADS_SEVERAL')
    expect(routeUp(graphOf([node('a'), node('b')]), new Set(), 'heads')).toEqual(['a', 'b'])
    expect(codeOf(() => graphOf([node('a'), node('a')]))).toBe('REVISION_DUPLICATE')
    expect(codeOf(() => graphOf([node('a', 'nowhere')]))).toBe('REVISION_PARENT_MISSING')
    expect(codeOf(() => graphOf([node('a', 'c'), node('b', 'a'), node('c', 'b'), node('d')]))).toBe('REVISION_CYCLE')
    expect(codeOf(() => graphOf([node('a', 'a')]))).toBe('REVISION_CYCLE')
  })

  it('holds for random graphs: every path up keeps parents first, and down is its reverse', () => {
    const graphs = fc
      .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 30 })
      .map((parents) =>
        parents.map((links, at) => node(`r${at}`, ...new Set(at === 0 ? [] : links.map((link) => `r${link % at}`)))),
      )
    fc.assert(
      fc.property(graphs, fc.nat(), fc.nat(), (nodes, first, second) => {
        const random = graphOf(nodes)
        const applied = ancestors(random, [`r${first % nodes.length}`])
        const path = routeUp(random, applied, `r${second % nodes.length}`)
        const seen = new Set(applied)
        for (const id of path) {
          expect(random.nodes.get(id)?.parents.every((parent) => seen.has(parent))).toBe(true)
          seen.add(id)
        }
        expect(routeDown(random, seen, 'base')).toEqual(random.order.filter((id) => seen.has(id)).reverse())
      }),
      { numRuns: 300 },
    )
  })
})
