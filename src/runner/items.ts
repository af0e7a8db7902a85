// What a revision comes to on one database: statements, code to call, and groups that wait for the schema before them.
import type { Connection, Dialect, TextStatement } from '../dialects/dialect.ts'
import { GodwitError } from '../errors.ts'
import { apply, applyAll, BATCH, describe, isEnsure, resolve } from '../operations/index.ts'
import type { Ensure, Operation } from '../operations/operation.ts'
import type { Statement } from '../operations/statement.ts'
import type { Revision } from '../revisions/index.ts'
import { hashOf } from '../schema/canonical.ts'
import type { Schema } from '../schema/schema.ts'
import { frames } from './frames.ts'
import type { Ran } from './journal.ts'
import { placeOf } from './place.ts'
import type { Item, Step } from './step.ts'

/**
 * Everything that can be known without the database: hand-written SQL is split (and a syntax error found) before
 * anything runs. Errors: SQL_SYNTAX, SQL_UNSUPPORTED (ROLLBACK, SAVEPOINT and the like).
 */
export async function itemsOf(dialect: Dialect, step: Step): Promise<Item[]> {
  const items: Item[] = []
  for (const [operation, each] of step.operations.entries()) {
    const last = items.at(-1)
    if (each.kind === 'run') items.push({ type: 'run', operation, call: each.up })
    else if (each.kind === 'sql')
      for (const one of await statementsIn(dialect, step.revision, each.up, operation)) items.push(one)
    else if (isEnsure(each)) items.push({ type: 'ensure', operation, ensure: each })
    else if (each.kind === 'backfill') items.push({ type: 'backfill', operation, backfill: each })
    // Going down, the journal has put in its place what is to be taken back.
    else if (each.kind === 'takeBack') continue
    else if (last?.type === 'group') last.operations.push(each)
    else items.push({ type: 'group', operation, operations: [each] })
  }
  const around = [...step.operations]
  return items.map((item) => (item.type === 'group' ? { ...item, around } : item))
}

async function statementsIn(dialect: Dialect, revision: Revision, text: string, operation: number): Promise<Item[]> {
  if (text.trim() === '') return []
  let found: Awaited<ReturnType<Dialect['split']>>
  try {
    found = await dialect.split(text, revision.file)
  } catch (error) {
    throw inFile(error, revision, text)
  }
  const framed = frames(found)
  if (!Array.isArray(framed)) throw controls(revision, text, framed)
  return framed.map(({ statement: { sql, offset, transactional, probe }, inside, frame }) => ({
    type: 'statement',
    statement: {
      sql,
      operation,
      transactional: transactional && (revision.transaction !== false || inside),
      ...(frame !== undefined && { frame: `${operation}.${frame}` }),
      ...(probe !== undefined && { probe }),
    },
    source: { text, offset },
  }))
}

function controls(revision: Revision, text: string, { sql, offset }: TextStatement): GodwitError {
  const statement = { sql, operation: 0, transactional: true }
  return new GodwitError('SQL_UNSUPPORTED', `Revision ${revision.id} controls transactions itself: ${sql.trim()}`, {
    why: 'BEGIN and COMMIT around statements are understood; this is something else, or one without the other. The runner opens and closes the transaction, so that the history and the work are one.',
    fix: 'Remove the statement. `-- no transaction` (or `transaction: false`) runs the revision outside of one.',
    place: placeOf(revision, { type: 'statement', statement, source: { text, offset } }),
  })
}

// A place inside the SQL text becomes one inside the file.
function inFile(error: unknown, revision: Revision, text: string): unknown {
  if (!(error instanceof GodwitError) || error.place?.line === undefined) return error
  const { line, column = 1 } = error.place
  const lineStart = text
    .split('\n')
    .slice(0, line - 1)
    .reduce((sum, each) => sum + each.length + 1, 0)
  const item: Item = {
    type: 'statement',
    statement: { sql: text, operation: 0, transactional: true },
    source: { text, offset: 0 },
  }
  const { code, message, why, fix, data } = error
  return new GodwitError(code, `Revision ${revision.id}: ${message}`, {
    ...(why !== undefined && { why }),
    ...(fix !== undefined && { fix }),
    ...(data !== undefined && { data }),
    place: placeOf(revision, item, lineStart + column - 1),
    cause: error.underlying,
  })
}

/** What is known of the database when statements are made. */
export interface RenderContext {
  version: string
  before?: Schema
  live?: Readonly<Record<string, string>>
  purpose?: 'run' | 'script'
}

/** What only this database knows of what the items make anew. */
export async function liveFor(
  dialect: Dialect,
  connection: Connection,
  items: readonly Item[],
): Promise<Pick<RenderContext, 'live'>> {
  const live = await dialect.live?.(
    connection,
    items.flatMap((item) => (item.type === 'group' ? item.operations : [])),
  )
  return live === undefined ? {} : { live }
}

/** True: `rendered` has to be given the schema before the step. */
export const asksSchema = (dialect: Dialect, items: readonly Item[]): boolean =>
  items.some((item) => item.type === 'group' && dialect.needsSchema(item.operations))

/**
 * Groups become statements. A group that needs the schema and stands behind hand-written SQL or code stays a group:
 * only the database knows what the schema is by then.
 */
export function rendered(dialect: Dialect, items: readonly Item[], context: RenderContext): Item[] {
  let raw = false
  return items.flatMap((item): Item[] => {
    if (item.type !== 'group') {
      raw = true
      return [item]
    }
    if (dialect.needsSchema(item.operations) && raw) return [item]
    return renderGroup(dialect, item, context)
  })
}

/** The statements of one group; their `operation` counts within the revision. */
export function renderGroup(dialect: Dialect, group: Extract<Item, { type: 'group' }>, context: RenderContext): Item[] {
  const { operations, around = operations } = group
  return dialect.render(operations, { ...context, around }).map((statement) => ({
    type: 'statement',
    statement: { ...statement, operation: statement.operation + group.operation },
  }))
}

/**
 * The statements as far as they can be told without running: for plans, scripts, and for choosing the transaction's
 * frame. Hand-written SQL counts as changing no structure.
 */
export function foretold(
  dialect: Dialect,
  items: readonly Item[],
  context: RenderContext & { isBegun?: boolean },
): { statements: Statement[]; after?: Schema; there: Set<number> } {
  let { before } = context
  // Operations that look first, and will find what they ask for.
  const there = new Set<number>()
  const statements = items.flatMap((item): Statement[] => {
    if (item.type === 'statement') return [item.statement]
    if (item.type === 'run') return []
    if (item.type === 'backfill') return fillAhead(dialect, item, context)
    if (item.type === 'ensure') {
      const ahead = ensureAhead(dialect, item, { ...context, ...(before !== undefined && { before }) })
      before = ahead.after
      if (ahead.isThere) there.add(item.operation)
      return ahead.statements
    }
    const found = renderGroup(dialect, item, { ...context, ...(before !== undefined && { before }) })
    if (before !== undefined)
      before = context.isBegun ? applyRest(before, item.operations) : applyAll(before, item.operations)
    return found
      .map((each) => (each.type === 'statement' ? each.statement : undefined))
      .filter((each) => each !== undefined)
  })
  return { statements, there, ...(before !== undefined && { after: before }) }
}

// What has happened before the run was stopped is in the schema already, and does not fit once more.
const applyRest = (schema: Schema, operations: readonly Operation[]): Schema =>
  operations.reduce((current, operation) => {
    try {
      return apply(current, operation)
    } catch {
      return current
    }
  }, schema)

/** What an operation that looks first will probably come to. A script is for any database: it has guards instead. */
function ensureAhead(
  dialect: Dialect,
  { ensure, operation }: Extract<Item, { type: 'ensure' }>,
  context: RenderContext,
): { statements: Statement[]; after?: Schema; isThere: boolean } {
  const { before, purpose } = context
  const made = before === undefined ? undefined : missing(before, ensure)
  const isThere = made?.length === 0
  const after = before === undefined ? {} : { after: made === undefined ? before : applyAll(before, made) }
  // Without a schema to look at, the runner finds out when it gets there.
  if (purpose !== 'script' && made === undefined) return { statements: [], isThere, ...after }
  const statements = dialect.render(purpose === 'script' ? [ensure] : (made ?? []), context)
  return { statements: statements.map((each) => ({ ...each, operation })), isThere, ...after }
}

function missing(schema: Schema, ensure: Ensure): Operation[] | undefined {
  try {
    const found = resolve(schema, ensure)
    // Texts that differ may only be spelled otherwise: the engine says so when the runner gets there.
    return found.outcome === 'found' ? [] : found.outcome === 'absent' ? found.operations : undefined
  } catch {
    // What it belongs to is made by hand-written SQL before it.
    return undefined
  }
}

/** One statement for all batches. */
function fillAhead(
  dialect: Dialect,
  { backfill, operation }: Extract<Item, { type: 'backfill' }>,
  context: RenderContext,
): Statement[] {
  // The table may be made by what comes before: nothing of the schema is needed here.
  const { before: _before, ...rest } = context
  const statements = dialect.render([backfill], rest).map((each) => ({ ...each, operation }))
  if (context.purpose === 'script') return statements
  const note = `In batches of ${backfill.batch ?? BATCH} rows, each its own transaction.`
  return statements.map((each) => ({ ...each, transactional: false, note }))
}

/** Short fingerprints of the items: a resumed step has to be the one that was begun. */
export const planOf = (items: readonly Item[]): string[] =>
  items.map((item) =>
    hashOf(
      item.type === 'statement'
        ? (item.statement.template ?? item.statement.sql)
        : item.type === 'ensure'
          ? item.ensure
          : item.type === 'backfill'
            ? item.backfill
            : `${item.type} ${item.operation}`,
    ).slice(0, 12),
  )

/** The schema now, where rendering asks for it. */
export async function schemaFor(
  dialect: Dialect,
  connection: Connection,
  items: readonly Item[],
): Promise<{ before?: Schema }> {
  return asksSchema(dialect, items) ? { before: await dialect.inspect(connection) } : {}
}

/** What the journal says of items that share a transaction; `from`: the place of the first one. */
export const ranOf = (items: readonly Item[], from = 0): Ran[] =>
  items.flatMap((item, at): Ran[] => {
    if (item.type === 'statement') return [[from + at, item.statement.sql]]
    if (item.type === 'run') return [[from + at, '-- code']]
    // Its statements depend on what stands there at that moment: the operations say it.
    if (item.type === 'group') return item.operations.map((each) => [from + at, `-- ${describe(each)}`])
    // What looks first has lines of its own.
    return []
  })
