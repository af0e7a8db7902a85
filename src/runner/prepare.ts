// From revision ids to steps: loads exactly the files that are about to run, before anything runs.
import type { Connection, Dialect } from '../dialects/dialect.ts'
import { GodwitError, isGodwitError } from '../errors.ts'
import type { Operation } from '../operations/operation.ts'
import { headsAmong, load, type Revision } from '../revisions/index.ts'
import type { Schema } from '../schema/schema.ts'
import { type EnsureRecord, readEnsured, takenBack } from './ensured.ts'
import type { RunnerEvent } from './events.ts'
import { excerpt } from './failure.ts'
import { foretold, itemsOf, liveFor, type RenderContext, rendered, schemaFor } from './items.ts'
import { type HistoryEntry, readEntry } from './journal.ts'
import { placeOf } from './place.ts'
import type { Direction } from './reports.ts'
import type { State } from './state.ts'
import type { Item, Step, Work } from './step.ts'
import { downOf, storedUndo } from './undo.ts'

/** A step with what is known of it before the database is asked. */
export interface Prepared {
  step: Step
  items: Item[]
  /** Going up: what is wrong with the way down, which is not needed now. */
  broken?: GodwitError
}

/**
 * Loads the revisions and splits their SQL, so that broken files are found before the first one runs. Where the file of
 * an applied revision is gone, the history's own text takes its place on the way down.
 * Errors: REVISION_INVALID, REVISION_FAILED, REVISION_IRREVERSIBLE, REVISION_MISSING, SQL_SYNTAX, SQL_UNSUPPORTED.
 */
export async function prepare(
  dialect: Dialect,
  state: State,
  ids: readonly string[],
  direction: Direction,
  connection: Connection,
): Promise<Prepared[]> {
  const past = pastOf(dialect, connection)
  const prepared: Prepared[] = []
  for (const id of ids) {
    const step = await stepOf(state, id, direction, past)
    if (direction === 'down') {
      prepared.push({ step, items: await itemsDown(dialect, step, state, connection) })
      continue
    }
    const items = await itemsOf(dialect, step)
    // Whoever needs the way down needs it in a hurry: a broken one is told while there is time.
    const broken = await brokenDown(dialect, step.revision, connection)
    prepared.push({ step, items, ...(broken !== undefined && { broken }) })
  }
  return prepared
}

/** Reads the hand-written way down of a revision as its run would. Errors: SQL_SYNTAX, SQL_UNSUPPORTED. */
export async function checkWayDown(dialect: Dialect, revision: Revision, connection?: Connection): Promise<void> {
  const { down, operations } = revision
  const written = operations.flatMap((each): Operation[] =>
    each.kind === 'sql' && each.down !== undefined && each.down !== '' ? [{ kind: 'sql', up: each.down }] : [],
  )
  const back = Array.isArray(down) ? down.filter(({ kind }) => kind === 'sql') : down === undefined ? written : []
  if (back.length === 0) return
  await checkRead(
    dialect,
    revision,
    await itemsOf(dialect, { revision, direction: 'down', operations: back }),
    connection,
  )
}

async function brokenDown(
  dialect: Dialect,
  revision: Revision,
  connection: Connection,
): Promise<GodwitError | undefined> {
  try {
    await checkWayDown(dialect, revision, connection)
    return undefined
  } catch (error) {
    if (isGodwitError(error) && (error.code === 'SQL_SYNTAX' || error.code === 'SQL_UNSUPPORTED')) return error
    throw error
  }
}

/** Tells of ways down that are broken while they are not needed. */
export function tellBroken(emit: (event: RunnerEvent) => void, prepared: readonly Prepared[]): void {
  for (const { step, broken } of prepared) {
    if (broken === undefined) continue
    const { id, file } = step.revision
    const line = broken.place?.line === undefined ? '' : `, line ${broken.place.line}`
    emit({
      type: 'warning',
      message: `Revision ${id} can be applied, but not undone: ${broken.message} Correct its way down (${file}${line}) before it is needed.`,
    })
  }
}

/** The statements of the way down, all of them read before the first one runs. */
async function itemsDown(dialect: Dialect, step: Step, state: State, connection: Connection): Promise<Item[]> {
  try {
    const items = await itemsOf(dialect, step)
    await checkRead(dialect, step.revision, items, connection)
    return items
  } catch (error) {
    if (!isGodwitError(error) || (error.code !== 'SQL_SYNTAX' && error.code !== 'SQL_UNSUPPORTED')) throw error
    const { code, message, why, place, data, underlying: cause } = error
    const [current = 'base'] = headsAmong(state.graph, state.applied)
    throw new GodwitError(code, message, {
      why: why ?? 'Nothing was run.',
      fix: `Correct the way down in ${step.revision.file}; \`godwit stamp ${current}\` then takes the new text over, and the history stays where it is. Run the command again.`,
      ...(place !== undefined && { place }),
      ...(data !== undefined && { data }),
      cause,
    })
  }
}

async function checkRead(
  dialect: Dialect,
  revision: Revision,
  items: readonly Item[],
  connection: Connection | undefined,
): Promise<void> {
  for (const item of items) {
    if (item.type !== 'statement' || connection === undefined) continue
    const { sql } = item.statement
    const refused = await dialect.refusal?.(connection, sql)
    if (refused === undefined) continue
    throw new GodwitError('SQL_SYNTAX', `The way down of revision ${revision.id} is broken: ${refused.message}`, {
      why: `The statement: ${excerpt(sql)}\nNothing was run.`,
      fix: `Correct it in ${revision.file} while it is not needed yet.`,
      place: placeOf(revision, item, refused.offset),
      data: { revision: revision.id, direction: 'down' },
    })
  }
}

async function stepOf({ files }: State, id: string, direction: Direction, past: Past): Promise<Step> {
  const file = files.get(id)
  if (file !== undefined) {
    const revision = await load(file)
    if (direction === 'up') return { revision, direction, operations: revision.operations }
    return { revision, direction, ...(await takenBack(downOf(revision), () => past.ensured(id))) }
  }
  const stored = await past.entry(id)
  if (stored === undefined || direction === 'up') {
    throw new GodwitError('REVISION_MISSING', `The file of revision ${id} is not in the folder.`, {
      fix: `Bring it back: git log --all --diff-filter=D -S${id}`,
      data: { revision: id },
    })
  }
  const revision: Revision = {
    id,
    parents: [...stored.parents],
    message: stored.message,
    file: stored.file,
    checksum: stored.checksum,
    text: stored.source,
    operations: [],
  }
  return { revision, direction, ...(await takenBack(storedUndo(id, stored.undo), () => past.ensured(id))) }
}

/** What the database itself remembers of a revision. */
interface Past {
  /** The history's own copy. */
  entry(id: string): Promise<HistoryEntry | undefined>
  /** What its operations that looked first have made here. */
  ensured(id: string): Promise<ReadonlyMap<string, EnsureRecord>>
}

/** Asks the database; nothing is read before it is needed. */
const pastOf = (dialect: Dialect, connection: Connection): Past => ({
  entry: (id) => readEntry(dialect, connection, id),
  ensured: (id) => readEnsured(dialect, connection, id),
})

/** Statements for the database as it is now. `isBegun`: some of them may have happened. */
export async function workFor(
  dialect: Dialect,
  connection: Connection,
  { step, items }: Prepared,
  { isBegun = false } = {},
): Promise<Work> {
  const known = { ...(await schemaFor(dialect, connection, items)), ...(await liveFor(dialect, connection, items)) }
  const context = { version: connection.version, ...known }
  const ready = rendered(dialect, items, context)
  // From the groups, not from their statements: a later group stands on what an earlier one has done to the schema.
  return { step, items: ready, statements: foretold(dialect, items, { ...context, isBegun }).statements }
}

/** Statements for a state that is not there yet: for plans and scripts. `after` is the schema to go on with. */
export function workAhead(
  dialect: Dialect,
  { step, items }: Prepared,
  context: RenderContext,
): Work & { after?: Schema } {
  const { statements, after, there } = foretold(dialect, items, context)
  return { step, items, statements, there, ...(after !== undefined && { after }) }
}
