// `merge`: joins heads, after proving that both orders lead to the same schema.
import type { Dialect } from '../dialects/dialect.ts'
import { diff } from '../diff/index.ts'
import { GodwitError, isGodwitError } from '../errors.ts'
import { describe } from '../operations/index.ts'
import { ancestors, findRevision, type Graph, headsOf } from '../revisions/index.ts'
import { sameSchema } from '../schema/canonical.ts'
import type { Schema } from '../schema/schema.ts'
import { command } from './command.ts'
import type { Context } from './context.ts'
import { fileGraph, loadRevisions, type Named, named, type Written, writeDraft } from './files.ts'

export interface MergeReport {
  /** True: there is one head, or none. */
  nothing: boolean
  heads: Named[]
  written?: Written
}

/** Databases that applied one branch first have to end like those that applied the other first. */
export const merge = command({
  name: 'merge',
  summary: 'join several heads into one',
  description: `Writes a revision that comes after all heads, so that there is one way up again. Before that, the branches are run on the
shadow database in both orders: if they do not lead to the same schema, the conflict is shown and no file is written.`,
  examples: [
    { line: 'godwit merge', does: 'join all heads' },
    { line: 'godwit merge 3f9c 8c1f -m "join invoices and avatars"', does: 'join these two' },
  ],
  arguments: [{ name: 'revisions', summary: 'the heads to join (default: all)', many: true }],
  flags: {
    message: { type: 'text', short: 'm', value: 'text', summary: 'default: merge and the ids' },
    format: { type: 'text', value: 'format', choices: ['ts', 'sql'], summary: 'ts or sql (default: as configured)' },
  },
  writes: 'files',
  async run(context, { revisions = [], message, format }): Promise<MergeReport> {
    const graph = await fileGraph(context)
    const heads =
      revisions.length === 0 ? headsOf(graph) : [...new Set(revisions.map((one) => findRevision(graph, one)))]
    const contained = heads.find((head) => heads.some((other) => other !== head && ancestors(graph, [other]).has(head)))
    if (contained !== undefined) {
      throw new GodwitError(
        'USAGE',
        `Revision ${contained} comes before another one of these: there is nothing to join.`,
        {
          fix: '`godwit heads` lists the revisions that can be joined.',
        },
      )
    }
    if (heads.length < 2) return { nothing: true, heads: await named(context, heads) }
    await proveOrder(context, await context.dialect(), graph, heads)
    const written = await writeDraft(context, {
      parents: heads,
      message: message ?? `merge ${heads.join(' and ')}`,
      operations: [],
      down: [],
      format: format ?? (await context.config()).format,
    })
    return { nothing: false, heads: await named(context, heads), written }
  },
})

/** Every pair of branches in both orders. Errors: MERGE_CONFLICT. */
async function proveOrder(context: Context, dialect: Dialect, graph: Graph, heads: readonly string[]): Promise<void> {
  for (const [index, left] of heads.entries()) {
    for (const right of heads.slice(index + 1)) {
      context.emit({ type: 'working', message: `Proving that ${left} and ${right} can run in either order` })
      const one = await outcome(context, dialect, graph, left, right)
      const other = await outcome(context, dialect, graph, right, left)
      const difference = differenceOf(dialect, one, other)
      if (difference === undefined) continue
      throw new GodwitError('MERGE_CONFLICT', `Revisions ${left} and ${right} do not go together.`, {
        why: difference,
        fix: 'No file was written. Change one of the branches so that the order does not matter (where it is not applied anywhere yet), or make one the parent of the other.',
        data: { left, right },
      })
    }
  }
}

type Outcome = { schema: Schema } | { failure: GodwitError; order: string }

/** The schema after everything of the first branch and then the rest of the second. */
async function outcome(
  context: Context,
  dialect: Dialect,
  graph: Graph,
  first: string,
  second: string,
): Promise<Outcome> {
  const before = ancestors(graph, [first])
  const all = ancestors(graph, [first, second])
  const order = [
    ...graph.order.filter((id) => before.has(id)),
    ...graph.order.filter((id) => all.has(id) && !before.has(id)),
  ]
  try {
    const spelling = await context.spelling(dialect)
    return { schema: await spelling.ofRevisions(await loadRevisions(context, order)) }
  } catch (error) {
    if (!isGodwitError(error)) throw error
    return { failure: error, order: `${first} and then ${second}` }
  }
}

function differenceOf(dialect: Dialect, one: Outcome, other: Outcome): string | undefined {
  for (const result of [one, other]) {
    if ('failure' in result) return `Running ${result.order} fails: ${result.failure.message}`
  }
  if ('failure' in one || 'failure' in other || sameSchema(one.schema, other.schema, dialect.traits)) return undefined
  const left = diff(one.schema, other.schema, { traits: dialect.traits }).map(describe)
  return `The order makes a difference: ${left.slice(0, 10).join('; ')}.`
}
