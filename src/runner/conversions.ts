// Going up, values that a new type does not keep as they are: counted before the revision begins, and refused unless its
// file, or whoever runs it, has agreed.
import type { Dialect } from '../dialects/dialect.ts'
import { GodwitError } from '../errors.ts'
import { ALTERED_VALUES } from '../lint/rules/altered-values.ts'
import { accepts, type Narrowing } from '../operations/narrowing.ts'
import type { Operation } from '../operations/operation.ts'
import { CONSENTS } from '../revisions/revision.ts'
import type { Schema } from '../schema/schema.ts'
import { tableName } from './count.ts'
import { look } from './look.ts'
import { targetOf } from './losses.ts'
import type { Loss } from './reports.ts'
import type { Session } from './session.ts'
import type { Step } from './step.ts'

/** Changes of structure that may alter values: the schema before tells more of some. */
const MAY_CONVERT: ReadonlySet<Operation['kind']> = new Set([
  'alterColumn',
  'alterTable',
  'alterObject',
  'ensureColumnType',
  'sql',
])

/** Whether the revision may have to be looked at before it begins. */
export async function mayConvert(dialect: Dialect, { direction, operations }: Step): Promise<boolean> {
  if (direction === 'down') return false
  for (const each of operations) {
    if (!MAY_CONVERT.has(each.kind) || agreed(each)) continue
    if (each.kind !== 'sql' || ((await dialect.retypes?.(each.up)) ?? []).length > 0) return true
  }
  return false
}

/** `-- accept: DL105 why` in hand-written SQL. */
const ACCEPTS = new RegExp(`^\\s*--\\s*accept\\s*:\\s*${ALTERED_VALUES}\\b`, 'imu')
const ALTERS = /\balter\b/iu

/** An expression of the file's own is consent, and so is a reason that it gives. */
export const agreed = (operation: Operation | undefined): boolean =>
  operation !== undefined &&
  (('using' in operation && operation.using !== undefined) ||
    accepts(operation, ALTERED_VALUES) ||
    (operation.kind === 'sql' && (ACCEPTS.test(operation.up) || !ALTERS.test(operation.up))))

/** Those that nobody has agreed to. Pure. */
export const unaccepted = (operations: readonly Operation[], narrowings: readonly Narrowing[]): Narrowing[] =>
  narrowings.filter(({ operation, outcome }) => outcome === 'alters' && !agreed(operations[operation]))

/**
 * Errors: DATA_LOSS where values would change and neither the file nor the caller has agreed. A file that was written
 * before revisions held consents is told, and goes on.
 */
export async function checkConversions(session: Session, step: Step): Promise<void> {
  const { dialect, connection, emit } = session
  if (session.acceptLoss || !(await mayConvert(dialect, step))) return
  const { revision } = step
  const before = await dialect.inspect(connection)
  const operations = await spelled(session, step.operations, before)
  const found: (Loss & { rows: number })[] = []
  for (const { what, message, among, probe } of unaccepted(
    operations,
    dialect.narrowings(operations, { version: connection.version, before }),
  )) {
    const rows = await countOf(session, what, probe)
    if (rows > 0) found.push({ revision: revision.id, what, message, probe, among, rows })
  }
  if (found.length === 0) return
  const values = found
    .map(({ rows, message }) => `${message} (${rows.toLocaleString('en-US')} ${rows === 1 ? 'row' : 'rows'})`)
    .join('; ')
  const name = `${revision.id} (${revision.message})`
  if ((revision.format ?? 1) < CONSENTS) {
    emit({
      type: 'warning',
      message: `Revision ${name} changes values, and going down does not bring them back: ${values}. Its file was written before revisions held consents, so it goes on; one of today would stop here.`,
    })
    return
  }
  throw new GodwitError('DATA_LOSS', `Revision ${name} would change values: ${values}.`, {
    why: 'Nobody has agreed to that. Nothing of the revision was run; the revisions before it are complete.',
    fix: `Write into its operation how the values are converted (\`using\`), or why it may be: \`accept: { ${ALTERED_VALUES}: '…' }\` (in SQL a line \`-- accept: ${ALTERED_VALUES} …\`). \`--accept-loss\` agrees for one run.`,
    place: { file: revision.file },
    data: { revision: revision.id, losses: found },
  })
}

/** What hand-written SQL says of types, as operations. */
async function written(dialect: Dialect, operations: readonly Operation[]): Promise<Operation[]> {
  const found: Operation[] = []
  for (const operation of operations) {
    if (operation.kind !== 'sql') found.push(operation)
    else if (!agreed(operation)) {
      for (const each of (await dialect.retypes?.(operation.up)) ?? [])
        found.push({ kind: 'ensureColumnType', ...each })
    }
  }
  return found
}

/** Types that a file spells in its own way, as the engine does: only so it is known what they keep. */
async function spelled(
  { dialect, speller, connection }: Session,
  operations: readonly Operation[],
  before: Schema,
): Promise<Operation[]> {
  const found: Operation[] = []
  for (const operation of await written(dialect, operations)) {
    const opaque = operation.kind === 'ensureColumnType' && !agreed(operation)
    // What does not fit, or is made by the revision itself, says so when it is its turn.
    const seen = opaque
      ? await look(speller, connection, before, operation).catch((error: unknown) => {
          if (dialect.explain(error).kind === 'connection lost') throw error
          return undefined
        })
      : undefined
    if (seen?.outcome === 'absent') found.push(...seen.operations)
    else if (!opaque) found.push(operation)
  }
  return found
}

/** What is not there yet has nothing to lose: an operation before it in the revision makes it. */
async function countOf({ dialect, connection }: Session, what: string, probe: readonly string[]): Promise<number> {
  const [table = ''] = targetOf(what)
  try {
    await connection.query(`select 1 as one from ${tableName(dialect, table)} limit 1`)
  } catch (error) {
    if (dialect.explain(error).kind === 'table missing') return 0
    throw error
  }
  for (const statement of probe.slice(0, -1)) await connection.execute(statement)
  const [row] = await connection.query<{ rows: number | string }>(probe.at(-1) ?? '')
  return Number(row?.rows ?? 0)
}
