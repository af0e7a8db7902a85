// One run on one connection: what every part of the runner needs at hand.
import { hostname, userInfo } from 'node:os'
import type { BracketOptions, Connection, Dialect } from '../dialects/dialect.ts'
import { GodwitError, isGodwitError } from '../errors.ts'
import type { Agreed } from './agreed.ts'
import type { RunnerEvent } from './events.ts'
import { codeOf, fixOf } from './failure.ts'
import { type Author, type Ledger, ledger } from './journal.ts'
import { LOCK_WAIT, patience } from './patience.ts'
import type { RunnerContext } from './reports.ts'
import { withRights } from './rights.ts'
import { type Part, SendFailure } from './send.ts'
import { openSpeller, type Speller } from './speller.ts'

/** An open run. */
export interface Session {
  dialect: Dialect
  connection: Connection
  ledger: Ledger
  author: Author
  emit: (event: RunnerEvent) => void
  signal?: AbortSignal
  /** Asks the server to stop what it is at. */
  stop: () => void
  /** Resolves when no such question is under way: what is sent then is not stopped by one that comes late. */
  calm: () => Promise<void>
  lockWait: number
  lockTimeout: number
  lockTries: number
  /** Spells definitions; opened when it is first asked. */
  speller: Speller
  /**
   * What the books still have to say about statements that have happened: it travels with the next transaction of ours.
   * Until then the journal has them as open, and their probes would tell.
   */
  owed: Part[]
  /** Going up: values may change although the file does not agree to it. */
  acceptLoss?: boolean
  /** Going down: what may be lost. */
  agreed?: Agreed
  /** Tries of the next step that a message of several has made already. */
  tried: number
}

/** Defaults: reliability of a live database first. Writers are held up for at most `lockTimeout` at a time. */
export const DEFAULTS = { lockWait: LOCK_WAIT, lockTimeout: 300, lockTries: 30 } as const

/** How much the run may do with the database; `create` also makes its file where it is one. */
export type Access = 'create' | 'write' | 'read'

/**
 * Opens a session, does the work, closes what was opened. A driver's error that gets here becomes a coded one.
 * Errors: URL_MISSING, and those of connecting.
 */
export async function withSession<Result>(
  context: RunnerContext,
  access: Access,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const { dialect, connection: given, signal } = context
  const connection = given ?? (await open(context, access))
  let asked: Promise<unknown> = Promise.resolve()
  const stop = (): void => {
    asked = Promise.all([asked, connection.cancel?.().catch(() => undefined)])
  }
  const calm = async (): Promise<void> => void (await asked)
  signal?.addEventListener('abort', stop)
  const speller = openSpeller(dialect, {
    ...(context.shadow !== undefined && { url: context.shadow }),
    ...(context.url !== undefined && { target: context.url }),
    ...(context.cache !== undefined && { cache: context.cache }),
  })
  const author = { actor: context.by ?? whoWeAre(), version: context.version ?? '' }
  try {
    signal?.throwIfAborted()
    return await work({
      dialect,
      connection,
      author,
      ledger: ledger(dialect, author),
      emit: context.emit ?? (() => undefined),
      ...(signal !== undefined && { signal }),
      stop,
      calm,
      lockWait: context.lockWait ?? DEFAULTS.lockWait,
      lockTimeout: context.lockTimeout ?? DEFAULTS.lockTimeout,
      lockTries: context.lockTries ?? DEFAULTS.lockTries,
      speller,
      owed: [],
      tried: 0,
    })
  } catch (error) {
    if (signal?.aborted && !isGodwitError(error)) throw interrupted(error)
    const told = coded(dialect, error)
    throw isGodwitError(told) && told !== error ? await withRights(dialect, connection, told) : told
  } finally {
    signal?.removeEventListener('abort', stop)
    await calm()
    await speller.close().catch(() => undefined)
    if (given === undefined) await connection.close()
  }
}

/** A connection of its own to the same database. Errors: URL_MISSING, and those of connecting. */
export async function open(
  { dialect, url, lockWait, emit, signal }: RunnerContext,
  access: Access,
): Promise<Connection> {
  if (url === undefined) {
    throw new GodwitError('URL_MISSING', 'There is no database URL.', { fix: 'Pass `url`, or an open `connection`.' })
  }
  return dialect.connect(url, {
    ...(access === 'create' && { create: true }),
    ...(access !== 'read' && patience(lockWait, emit, signal)),
  })
}

/** What the frame of a transaction has to know of this run. */
export const framing = ({ lockTimeout, connection }: Session): BracketOptions => ({
  lockTimeout,
  settings: connection.settings?.() ?? [],
})

/** Our own errors as they are; a driver's as what it means. */
export function coded(dialect: Dialect, error: unknown): unknown {
  if (isGodwitError(error)) return error
  // An error without any code is no driver's: a bug stays visible as one.
  if (error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError) return error
  const failure = error instanceof SendFailure ? error.failure : dialect.explain(error)
  const code = codeOf(failure.kind)
  const fix = failure.hint ?? fixOf(code)
  return new GodwitError(code, failure.message, {
    ...(fix !== undefined && { fix }),
    data: { ...(failure.state !== undefined && { state: failure.state }), ...failure.data },
    cause: error instanceof SendFailure ? error.cause : error,
  })
}

/** The error of a run that was told to stop. */
export const interrupted = (cause?: unknown): GodwitError =>
  new GodwitError('INTERRUPTED', 'The run was interrupted.', {
    why: 'The step under way was rolled back, or is noted in the journal; the steps before it are complete.',
    fix: 'Run the command again: it goes on from there.',
    cause,
  })

function whoWeAre(): string {
  try {
    return `${userInfo().username}@${hostname()}`
  } catch {
    return hostname()
  }
}
