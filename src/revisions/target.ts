// What a user means by `head`, `base`, `+1`, `-2`, `3f9c` or `3f9c+1`. Pure.
import { GodwitError } from '../errors.ts'
import { type Graph, headsAmong, headsOf, pathDown, pathUp } from './graph.ts'

/** One revision: `head`, a full id, a unique prefix, or one of these with `+n` or `-n`. Errors: REVISION_UNKNOWN, REVISION_AMBIGUOUS, HEADS_SEVERAL. */
export function findRevision(graph: Graph, text: string): string {
  const relative = /^(.+?)([+-]\d+)$/.exec(text)
  if (relative?.[1] === undefined) return absolute(graph, text)
  let id = absolute(graph, relative[1])
  const steps = Number(relative[2])
  for (let left = Math.abs(steps); left > 0; left--) {
    const next: readonly string[] = (steps > 0 ? graph.children.get(id) : graph.nodes.get(id)?.parents) ?? []
    if (next.length > 1) throw ambiguous(graph, text, next, `${id} has several ${steps > 0 ? 'children' : 'parents'}`)
    if (next[0] === undefined) {
      throw new GodwitError(
        'REVISION_UNKNOWN',
        `There is no revision ${text}: ${id} is the ${steps > 0 ? 'last' : 'first'}.`,
        {
          fix: '`godwit history` lists all revisions.',
        },
      )
    }
    id = next[0]
  }
  return id
}

function absolute(graph: Graph, text: string): string {
  if (text === 'head') return onlyHead(graph)
  if (graph.nodes.has(text)) return text
  const matches = text === '' ? [] : graph.order.filter((id) => id.startsWith(text))
  if (matches.length > 1) throw ambiguous(graph, text, matches, `${matches.length} ids begin with it`)
  if (matches[0] !== undefined) return matches[0]
  const near = suggestions(graph, text)
  const meant = ELSEWHERE.get(text.toLowerCase())
  throw new GodwitError('REVISION_UNKNOWN', `No revision is called ${JSON.stringify(text)}.`, {
    fix:
      meant !== undefined
        ? `That is called \`${meant}\` here.`
        : near.length > 0
          ? `Did you mean ${near.map((id) => label(graph, id)).join(' or ')}?`
          : graph.order.length === 0
            ? 'The folder holds no revisions yet: `godwit migrate -m "…"` writes the first.'
            : '`godwit history` lists all revisions. Also understood: head, base, +1, -1, the beginning of an id.',
    data: { asked: text, suggestions: near },
  })
}

/** What other tools call a place in the history, and what it is called here. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ...['latest', 'last', 'newest', 'current', 'all', 'up', 'tip'].map((word) => [word, 'head'] as const),
  ...['zero', '0', 'none', 'first', 'empty', 'initial'].map((word) => [word, 'base'] as const),
  ...['prev', 'previous', 'back'].map((word) => [word, '-1'] as const),
  ['next', '+1'],
])

/** The one head; null: no revisions at all. Errors: HEADS_SEVERAL. */
export function soleHead(graph: Graph): string | null {
  const heads = headsOf(graph)
  if (heads.length > 1) {
    throw new GodwitError('HEADS_SEVERAL', `There are ${heads.length} heads: ${heads.join(', ')}.`, {
      why: `Revisions were written on separate branches: ${heads.map((id) => label(graph, id)).join('; ')}.`,
      fix: 'Join them with `godwit merge`, or name the one to go to; `heads` means all of them.',
      data: { heads },
    })
  }
  return heads[0] ?? null
}

function onlyHead(graph: Graph): string {
  const head = soleHead(graph)
  if (head !== null) return head
  throw new GodwitError('REVISION_UNKNOWN', 'There is no head: the folder holds no revisions yet.', {
    fix: '`godwit migrate -m "…"` writes the first.',
  })
}

/** The revisions that `upgrade TARGET` has to run. Errors: those of findRevision. */
export function routeUp(graph: Graph, applied: ReadonlySet<string>, target: string): string[] {
  if (target === 'base') return []
  if (target === 'heads') return pathUp(graph, applied, headsOf(graph))
  const steps = /^\+(\d+)$/.exec(target)?.[1]
  if (steps === undefined) {
    const id = target === 'head' ? soleHead(graph) : findRevision(graph, target)
    return id === null ? [] : pathUp(graph, applied, [id])
  }
  const all = pathUp(graph, applied, headsOf(graph))
  if (Number(steps) > all.length) {
    throw new GodwitError('REVISION_UNKNOWN', `There are not ${steps} revisions to apply, only ${all.length}.`, {
      fix:
        all.length === 0 ? 'Nothing is pending.' : `\`godwit upgrade +${all.length}\`, or \`godwit upgrade\` for all.`,
    })
  }
  return all.slice(0, Number(steps))
}

/** The revisions that `downgrade TARGET` has to undo, in that order. Errors: those of findRevision. */
export function routeDown(graph: Graph, applied: ReadonlySet<string>, target: string): string[] {
  if (target === 'base') return pathDown(graph, applied, null)
  const steps = /^-(\d+)$/.exec(target)?.[1]
  if (steps !== undefined) {
    const all = pathDown(graph, applied, null)
    // Undoing from the base is nothing to do, as it is for `base` itself.
    if (all.length > 0 && Number(steps) > all.length) {
      throw new GodwitError('REVISION_UNKNOWN', `There are not ${steps} revisions to undo, only ${all.length}.`, {
        fix: `\`godwit downgrade base\` undoes all ${all.length}.`,
      })
    }
    return all.slice(0, Number(steps))
  }
  const id = findRevision(graph, target)
  if (!applied.has(id)) {
    throw new GodwitError('REVISION_UNKNOWN', `Revision ${id} is not applied, so there is no way down to it.`, {
      fix: `Applied up to: ${headsAmong(graph, applied).join(', ') || 'nothing'}. \`godwit upgrade ${id}\` goes up to it.`,
    })
  }
  return pathDown(graph, applied, id)
}

function ambiguous(graph: Graph, text: string, ids: readonly string[], why: string): GodwitError {
  return new GodwitError('REVISION_AMBIGUOUS', `${JSON.stringify(text)} could be ${ids.length} revisions.`, {
    why: `${why}: ${ids.map((id) => label(graph, id)).join('; ')}.`,
    fix: 'Give more of the id.',
    data: { asked: text, revisions: [...ids] },
  })
}

const label = (graph: Graph, id: string): string => `${id} (${graph.nodes.get(id)?.message || 'no message'})`

function suggestions(graph: Graph, text: string): string[] {
  const wanted = text.toLowerCase()
  const scored = graph.order.flatMap((id) => {
    const node = graph.nodes.get(id)
    const said = wanted.length >= 3 && `${node?.message} ${node?.file}`.toLowerCase().includes(wanted)
    const away = said ? 0 : distance(wanted, id.slice(0, Math.max(wanted.length, 4)))
    return said || away <= Math.min(2, wanted.length / 3) ? [{ id, away }] : []
  })
  return scored
    .sort((left, right) => left.away - right.away)
    .slice(0, 3)
    .map(({ id }) => id)
}

// Levenshtein, one row at a time.
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i++) {
    const next = [i]
    for (let j = 1; j <= right.length; j++) {
      const changed = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1)
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[right.length] ?? 0
}
