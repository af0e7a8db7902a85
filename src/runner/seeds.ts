// Running seeds: which are due, and each with its record in one transaction, by one runner at a time.
import { amount, since } from '../amount.ts'
import type { Dialect } from '../dialects/dialect.ts'
import { type ErrorCode, GodwitError, isGodwitError } from '../errors.ts'
import { headsOf, pathUp } from '../revisions/index.ts'
import { anyDue, type Decision, decideSeeds, keyOf, type SeedReport } from './due.ts'
import { fixOf } from './failure.ts'
import { frames } from './frames.ts'
import { runJob } from './jobs.ts'
import { names, own, readBookkeeping } from './journal.ts'
import { underLock } from './locked.ts'
import type { RunnerContext } from './reports.ts'
import { folderOf, initialise, readState } from './run.ts'
import type { LoadedSeed, SeedFile } from './seed.ts'
import { innermost, SendFailure } from './send.ts'
import { type Session, withSession } from './session.ts'
import { checkFormat } from './state.ts'

/** What all seeds came to, in their order. */
export interface SeedsReport {
  environment: string
  seeds: SeedReport[]
}

// Behind the checksum of a seed that may run again.
const ALWAYS = ' always'

/** What `runSeeds` may be told. */
export interface SeedOptions {
  environment: string
  /** Names of seeds that are run again, whatever the record says. */
  again?: readonly string[]
}

/**
 * Runs the seeds that are due. The database has to be at the head.
 * Errors: NOT_UP_TO_DATE, SEED_INVALID, SEED_FAILED, LOCK_TIMEOUT, RESTORE_FAILED (one was cut off), and those of connecting.
 */
export async function runSeeds(
  context: RunnerContext,
  seeds: readonly SeedFile[],
  options: SeedOptions,
): Promise<SeedsReport> {
  const folder = await folderOf(context)
  return withSession(context, 'write', async (session) => {
    const { environment, again } = options
    const first = await readState(session, folder)
    checkFormat(first.books)
    const pending = pathUp(first.graph, first.applied, headsOf(first.graph))
    if (pending.length > 0) {
      throw new GodwitError(
        'NOT_UP_TO_DATE',
        `Seeds are for the latest schema, and ${amount(pending.length, 'revision')} ${pending.length === 1 ? 'is' : 'are'} pending.`,
        {
          fix: 'Run `godwit upgrade` first.',
          data: { pending },
        },
      )
    }
    const decisions = await decideSeeds(seeds, first.books.meta, environment, again)
    if (!anyDue(decisions)) return { environment, seeds: decisions.map(known) }
    return underLock(session, async () => {
      // Whoever had the lock may have been a restore that was cut off.
      checkFormat(await readBookkeeping(session.dialect, session.connection))
      await initialise(session, first)
      return { environment, seeds: await seedAll(session, seeds, options) }
    })
  })
}

/** The same inside a session that holds the lock, with our tables there. Errors: SEED_INVALID, SEED_FAILED, INTERRUPTED. */
export async function seedAll(
  session: Session,
  seeds: readonly SeedFile[],
  { environment, again }: SeedOptions,
): Promise<SeedReport[]> {
  // Read again: another runner may have been at work while this one waited for the lock.
  const meta = await readRecords(session)
  const reports: SeedReport[] = []
  for (const decision of await decideSeeds(seeds, meta, environment, again)) {
    if (!('seed' in decision)) {
      reports.push(decision)
      continue
    }
    session.signal?.throwIfAborted()
    const started = performance.now()
    await runOne(session, decision.seed, environment)
    reports.push({ name: decision.name, outcome: 'ran', duration: since(started) })
  }
  return reports
}

const known = (decision: Decision): SeedReport =>
  'seed' in decision ? { name: decision.name, outcome: 'done' } : decision

async function readRecords({ dialect, connection }: Session): Promise<Map<string, string>> {
  const rows = await connection.query<{ name: string; value: string }>(
    own(dialect, `select name, value from ${names(dialect).meta} where name like 'seed %'`),
  )
  return new Map(rows.map(({ name, value }) => [name, value]))
}

async function runOne(session: Session, seed: LoadedSeed, environment: string): Promise<void> {
  const { dialect, ledger } = session
  const { name, run, text, checksum, always } = seed
  const { meta } = names(dialect)
  const key = dialect.literal(keyOf(name))
  const records = [
    `delete from ${meta} where name = ${key}`,
    `insert into ${meta} (name, value) values (${key}, ${dialect.literal(checksum + (always ? ALWAYS : ''))})`,
    ledger.note(keyOf(name), 'seed'),
  ]
  try {
    const statements = text === undefined ? [] : await statementsOf(dialect, seed, text)
    await runJob(session, { name, ...(run !== undefined && { call: run }), statements, records }, environment)
  } catch (error) {
    throw seedError(seed, error)
  }
}

async function statementsOf(dialect: Dialect, { name, file }: LoadedSeed, text: string): Promise<string[]> {
  const found = await dialect.split(text, file)
  const framed = frames(found)
  const wrong = Array.isArray(framed)
    ? framed.map(({ statement }) => statement).find(({ transactional }) => !transactional)
    : framed
  if (wrong === undefined) return found.flatMap(({ sql, control }) => (control ? [] : [sql]))
  throw new GodwitError('SEED_INVALID', `The seed ${name} has a statement that cannot run in its transaction.`, {
    why: wrong.sql.slice(0, 200),
    fix: 'Remove it: each seed is one transaction, and changes of structure belong into revisions.',
    place: { file, line: wrong.line, column: wrong.column },
  })
}

function seedError({ name, file }: LoadedSeed, cause: unknown): unknown {
  const error = innermost(cause)
  if (isGodwitError(error) && error.code !== 'SQL_SYNTAX') return error
  if (!(error instanceof SendFailure) && !isGodwitError(error)) return error
  const failure = error instanceof SendFailure ? error.failure : undefined
  const code: ErrorCode = failure?.kind === 'connection lost' ? 'CONNECTION_LOST' : 'SEED_FAILED'
  return new GodwitError(code, `The seed ${name} failed: ${failure?.message ?? (error as Error).message}`, {
    why: 'Nothing of it is left in the database; the seeds before it are complete.',
    fix: failure?.hint ?? fixOf(code) ?? 'Correct the file (or what is in its way in the database), then run it again.',
    place: isGodwitError(error) && error.place !== undefined ? error.place : { file },
    data: { seed: name, ...(failure?.state !== undefined && { state: failure.state }) },
    cause: error,
  })
}
