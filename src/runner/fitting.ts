// Which revision a live database is at, told by its schema alone: it has everything that one makes, and the least beside.

import type { Dialect } from '../dialects/dialect.ts'
import { type ErrorCode, GodwitError, isGodwitError } from '../errors.ts'
import { describe, sign } from '../operations/index.ts'
import type { Operation } from '../operations/operation.ts'
import { ancestors, type Graph, type Revision } from '../revisions/index.ts'
import { constraintRef } from '../schema/identity.ts'
import { objectRef, ref } from '../schema/names.ts'
import type { Schema } from '../schema/schema.ts'
import type { Ignoring } from './ignored.ts'
import { type Gap, gapBetween } from './reconcile.ts'
import type { Spelling } from './shadow.ts'

/** A revision whose schema the database has. */
export interface Fit {
  revision: string
  /** Refs of what only the database has. */
  only: string[]
}

/** What is asked of the shadow and the files. */
export interface Fitting {
  dialect: Dialect
  spelling: Spelling
  graph: Graph
  load(ids: readonly string[]): Promise<Revision[]>
  /** What is left alone; the live schemas that are asked about are without it already. */
  ignored: Ignoring
}

/** The schema that a revision and all before it make. */
export async function schemaAt({ spelling, graph, load, ignored }: Fitting, id: string): Promise<Schema> {
  const before = ancestors(graph, [id])
  const revisions = await load(graph.order.filter((each) => before.has(each)))
  return ignored.without(await spelling.ofRevisions(revisions, { along: true }))
}

/** What lies between the database and a schema, both spelled by the same engine where their texts differ. */
export async function gapTo({ dialect, spelling }: Fitting, live: Schema, wanted: Schema): Promise<Gap> {
  const first = gapBetween(live, wanted, dialect.traits)
  if (first.different.length === 0) return first
  const [left, right] = await spelling.settle(live, wanted)
  return gapBetween(left, right, dialect.traits)
}

/** Every ref of a schema: what is called so by no revision is nobody's but the database's. */
function refsOf({ tables, objects }: Schema): string[] {
  return [
    ...objects.map(objectRef),
    ...tables.flatMap((table) => [
      ref('table', table.name),
      ...table.columns.map(({ name }) => ref('column', table.name, name)),
      ...table.constraints.map((constraint) => constraintRef(table.name, constraint)),
      ...table.indexes.map(({ name }) => ref('index', table.name, name)),
    ]),
  ]
}

/**
 * The revision that leaves the least beside what it makes; of several, the newest. Undefined: the database has no
 * revision's schema whole, or has a part of what comes later beside it: then the next revision would meet it.
 */
export async function fittingRevision(fitting: Fitting, live: Schema): Promise<Fit | undefined> {
  let best: Fit | undefined
  const later = new Set<string>()
  for (const revision of fitting.graph.order.toReversed()) {
    const wanted = await schemaAt(fitting, revision)
    const comes = [...later]
    for (const each of refsOf(wanted)) later.add(each)
    // Every database has the schema of a revision that makes nothing.
    if (wanted.tables.length + wanted.objects.length === 0) continue
    if (gapBetween(live, wanted, fitting.dialect.traits).lacking.length > 0) continue
    const { lacking, different, only } = await gapTo(fitting, live, wanted)
    if (lacking.length > 0 || different.length > 0 || only.some((each) => comes.includes(each))) continue
    if (best === undefined || only.length < best.only.length) best = { revision, only }
    if (only.length === 0) break
  }
  return best
}

/**
 * The revision after which the others lead this database to the wanted schema by themselves, because they look first: the
 * earliest such, so that as much as possible is looked at; or `base`. Undefined: there is none.
 */
export async function leadingFrom(
  fitting: Fitting,
  live: Schema,
  wanted: Schema,
  head: string,
): Promise<string | undefined> {
  const { revisions, before } = await lookingChain(fitting, head)
  let from = 0
  let reached = live
  for (let at = 0; at < revisions.length; at++) {
    const next = await reachedBy(fitting, reached, revisions[at])
    if (next !== undefined) {
      reached = next
      continue
    }
    // What is there differently for this one is so for every way that holds it: the next begins behind it.
    from = at + 1
    reached = live
  }
  if (from === revisions.length || (await leftAfter(fitting, reached, [], wanted)).length > 0) return undefined
  return from === 0 ? before : revisions[from - 1]?.id
}

/** The revisions at the end that could be run on a database of unknown state, and the one before them. */
async function lookingChain(
  { graph, load }: Fitting,
  head: string,
): Promise<{ revisions: Revision[]; before: string }> {
  const revisions: Revision[] = []
  let at: string | undefined = head
  while (at !== undefined) {
    const [revision]: Revision[] = await load([at])
    if (revision === undefined || revision.parents.length > 1 || !revision.operations.every(adds)) break
    revisions.unshift(revision)
    at = graph.nodes.get(at)?.parents[0]
  }
  return { revisions, before: at ?? 'base' }
}

// SQL and code of somebody's own may have been run already, and a schema does not tell; what drops is nobody's wish here.
const adds = (operation: Operation): boolean =>
  operation.kind !== 'sql' && operation.kind !== 'run' && sign(operation) !== '-'

// What a database says to a revision that is not for it; a shadow that does not answer says nothing about it.
const UNFIT = new Set<ErrorCode>([
  'ENSURE_DIFFERENT',
  'REVISION_INVALID',
  'STATEMENT_FAILED',
  'OBJECT_EXISTS',
  'FOREIGN_KEY_FAILED',
  'TYPE_CONFLICT',
])

/** The schema after a revision; undefined where it cannot be run on this one. */
async function reachedBy(
  { spelling }: Fitting,
  start: Schema,
  revision: Revision | undefined,
): Promise<Schema | undefined> {
  try {
    return await spelling.after(start, revision?.operations ?? [])
  } catch (error) {
    if (isGodwitError(error) && UNFIT.has(error.code)) return undefined
    throw error
  }
}

/**
 * On this database the operations make and change what they should, and drop nothing; on one that has everything they
 * change nothing. Errors: PROOF_FAILED.
 */
export async function proveReconciling(
  fitting: Fitting,
  live: Schema,
  wanted: Schema,
  operations: readonly Operation[],
): Promise<void> {
  for (const start of [live, wanted]) {
    const left = (await leftAfter(fitting, start, operations, wanted)).map(describe)
    if (left.length === 0) continue
    throw new GodwitError(
      'PROOF_FAILED',
      'The revision that would reconcile the database does not lead to the latest schema.',
      {
        why: `On the shadow database these differences were left: ${left.slice(0, 10).join('; ')}.`,
        fix: 'Nothing was written. Make these changes by hand, or with a revision of your own, and run `godwit adopt` again.',
        data: { differences: left },
      },
    )
  }
}

async function leftAfter(
  { spelling, dialect }: Fitting,
  start: Schema,
  operations: readonly Operation[],
  wanted: Schema,
): Promise<Operation[]> {
  const [reached, spelled] = await spelling.settle(await spelling.after(start, operations), wanted)
  return gapBetween(reached, spelled, dialect.traits).operations
}
