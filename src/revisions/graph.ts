// The graph of revisions: ordered by parents alone, never by a clock or a file name. Pure.
import { GodwitError } from '../errors.ts'
import type { RevisionHeader } from './revision.ts'

/** What a revision needs to be a node. */
export type Node = Pick<RevisionHeader, 'id' | 'parents' | 'message' | 'file'>

/** A checked graph: every parent exists and nothing comes before itself. */
export interface Graph {
  nodes: ReadonlyMap<string, Node>
  children: ReadonlyMap<string, readonly string[]>
  /** Every parent before its children; the same for the same files, whatever their order. */
  order: readonly string[]
}

/** Builds and checks the graph. Errors: REVISION_DUPLICATE, REVISION_PARENT_MISSING, REVISION_CYCLE. */
export function graphOf(headers: readonly Node[]): Graph {
  const nodes = new Map<string, Node>()
  for (const header of headers) {
    const twin = nodes.get(header.id)
    if (twin !== undefined) {
      throw new GodwitError(
        'REVISION_DUPLICATE',
        `Two files are revision ${header.id}: ${twin.file} and ${header.file}.`,
        {
          why: 'A revision file was probably copied. Ids have to be unique in the folder.',
          fix: 'Give the copy an id of its own, and set its parents to the revision it comes after.',
          data: { revision: header.id, files: [twin.file, header.file] },
        },
      )
    }
    nodes.set(header.id, header)
  }
  const children = new Map<string, string[]>([...nodes.keys()].map((id) => [id, []]))
  for (const { id, parents, file } of nodes.values()) {
    for (const parent of parents) {
      const siblings = children.get(parent)
      if (siblings === undefined) {
        throw new GodwitError(
          'REVISION_PARENT_MISSING',
          `Revision ${id} comes after ${parent}, which is not in the folder.`,
          {
            why: `${file} names ${parent} as its parent. Its file was deleted, or is still on another branch.`,
            fix: `Bring the file of ${parent} back (git log --all -S${parent}), or correct the parents in ${file}.`,
            place: { file },
            data: { revision: id, parent },
          },
        )
      }
      if (!siblings.includes(id)) siblings.push(id)
    }
  }
  for (const siblings of children.values()) siblings.sort()
  const graph = { nodes, children, order: sorted(nodes, children) }
  if (graph.order.length < nodes.size) throw cycle(graph)
  return graph
}

// Depth first, so that a branch stays together; among equals by id.
function sorted(nodes: Graph['nodes'], children: Graph['children']): string[] {
  const waiting = new Map([...nodes.values()].map(({ id, parents }) => [id, new Set(parents).size]))
  const ready = [...waiting]
    .flatMap(([id, count]) => (count === 0 ? [id] : []))
    .sort()
    .reverse()
  const order: string[] = []
  for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
    order.push(id)
    for (const child of [...(children.get(id) ?? [])].reverse()) {
      const left = (waiting.get(child) ?? 0) - 1
      waiting.set(child, left)
      if (left === 0) ready.push(child)
    }
  }
  return order
}

function cycle({ nodes, order }: Graph): GodwitError {
  const stuck = new Set([...nodes.keys()].filter((id) => !order.includes(id)))
  const path: string[] = []
  let at: string | undefined = [...stuck].sort()[0]
  while (at !== undefined && !path.includes(at)) {
    path.push(at)
    at = nodes.get(at)?.parents.find((parent) => stuck.has(parent))
  }
  const ring = at === undefined ? path : [...path.slice(path.indexOf(at)), at]
  return new GodwitError('REVISION_CYCLE', `These revisions come after each other in a circle: ${ring.join(' → ')}.`, {
    why: 'Each names the next as its parent, so none can be first.',
    fix: 'Correct `parents` in one of the files.',
    data: { revisions: ring, files: ring.map((id) => nodes.get(id)?.file ?? '') },
  })
}

/** Revisions without children: where the next one would be added. */
export const headsOf = (graph: Graph): string[] => graph.order.filter((id) => graph.children.get(id)?.length === 0)

/** Revisions without parents. */
export const rootsOf = (graph: Graph): string[] => graph.order.filter((id) => graph.nodes.get(id)?.parents.length === 0)

/** Those of a set that have no child in the set: the state of a database in as few words as possible. */
export const headsAmong = (graph: Graph, ids: ReadonlySet<string>): string[] =>
  graph.order.filter((id) => ids.has(id) && !graph.children.get(id)?.some((child) => ids.has(child)))

/** These revisions and all they come after. */
export const ancestors = (graph: Graph, ids: Iterable<string>): Set<string> =>
  reach(ids, (id) => graph.nodes.get(id)?.parents ?? [])

/** These revisions and all that come after them. */
export const descendants = (graph: Graph, ids: Iterable<string>): Set<string> =>
  reach(ids, (id) => graph.children.get(id) ?? [])

function reach(ids: Iterable<string>, next: (id: string) => readonly string[]): Set<string> {
  const seen = new Set<string>()
  const todo = [...ids]
  for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
    if (seen.has(id)) continue
    seen.add(id)
    for (const one of next(id)) todo.push(one)
  }
  return seen
}

/** What is not applied of the targets and their ancestors, in the order in which it has to run. */
export function pathUp(graph: Graph, applied: ReadonlySet<string>, targets: readonly string[]): string[] {
  const wanted = ancestors(graph, targets)
  return graph.order.filter((id) => wanted.has(id) && !applied.has(id))
}

/**
 * What has to be undone so that the target is on top: its applied descendants, last first. Branches beside it stay.
 * Null is the base: everything that is applied.
 */
export function pathDown(graph: Graph, applied: ReadonlySet<string>, target: string | null): string[] {
  const unwanted = target === null ? applied : descendants(graph, [target])
  return graph.order.filter((id) => applied.has(id) && unwanted.has(id) && id !== target).reverse()
}
