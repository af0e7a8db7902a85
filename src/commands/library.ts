// The verbs as methods, for programs: `const migrations = await godwit()`.
import { type ConfigInput, loadConfig } from '../config.ts'
import type { Connection } from '../dialects/dialect.ts'
import { GodwitError, isGodwitError } from '../errors.ts'
import type { Ask, Event } from './context.ts'
import { createResources } from './context.ts'
import { execute } from './execute.ts'
import { type InputFor, type ReportOf, type Verb, verbNames, verbs } from './index.ts'
import type { ScriptReport } from './upgrade.ts'

/** Where to work, and who is told and asked. */
export interface GodwitOptions {
  /** The configuration itself, or its file. Absent: the nearest godwit.config.* at or above `cwd`. */
  config?: string | ConfigInput
  /** Overrules the configured URL. */
  url?: string
  /** Default: the working directory. */
  cwd?: string
  /** An open connection to work on; it stays open. */
  connection?: Connection
  /** Told what happens: waiting for the lock, steps, retries. */
  onEvent?: (event: Event) => void
  /** Asked where a decision is needed. Absent: such a decision is a DECISION_NEEDED or DATA_LOSS error. */
  ask?: Ask
  /** Aborting finishes or rolls back the step under way. */
  signal?: AbortSignal
}

// Where `sql` makes a script of it, the report follows from what was asked for.
type Method<V extends Verb> = ScriptReport extends ReportOf<V> ? Scriptable<V> : Plain<V>

interface Scriptable<V extends Verb> {
  (input: InputFor<V> & { sql: true }): Promise<ScriptReport>
  (input?: InputFor<V> & { sql?: false | undefined }): Promise<Exclude<ReportOf<V>, ScriptReport>>
}

type Plain<V extends Verb> =
  Record<never, never> extends InputFor<V>
    ? (input?: InputFor<V>) => Promise<ReportOf<V>>
    : (input: InputFor<V>) => Promise<ReportOf<V>>

/** Every verb as a method that returns its report. Calls run one after the other. */
export type Godwit = { readonly [V in Verb]: Method<V> } & AsyncDisposable & {
    /** Closes the connection and the shadow. */
    close(): Promise<void>
  }

/**
 * Opens the project's migrations. The configuration is read at once, so that a broken one is known early;
 * a connection is opened on first use and kept until `close`. Errors: CONFIG_NOT_FOUND, CONFIG_INVALID.
 */
export async function godwit(options: GodwitOptions = {}): Promise<Godwit> {
  const { onEvent, ...rest } = options
  await loadConfig(rest)
  let resources = createResources()
  let last: Promise<unknown> = Promise.resolve()
  let closed = false

  const call = async (verb: Verb, input: unknown): Promise<unknown> => {
    if (closed) throw new GodwitError('USAGE', 'This godwit() is closed.', { fix: 'Make another one.' })
    const command = await verbs[verb]()
    try {
      return await execute(command, input ?? {}, { ...rest, emit: onEvent }, resources)
    } catch (error) {
      // A dead connection must not be used again.
      if (isGodwitError(error) && error.code.startsWith('CONNECTION')) await renew()
      throw error
    }
  }
  const renew = async (): Promise<void> => {
    const old = resources
    resources = createResources()
    await old.close().catch(() => {})
  }
  // One connection: two verbs at once would run inside each other's transactions.
  const queued = (verb: Verb, input: unknown): Promise<unknown> => {
    const result = last.then(() => call(verb, input))
    last = result.catch(() => {})
    return result
  }
  const close = async (): Promise<void> => {
    closed = true
    await last
    await resources.close()
  }
  const methods = Object.fromEntries(verbNames.map((verb) => [verb, (input: unknown) => queued(verb, input)]))
  return Object.assign(methods, { close, [Symbol.asyncDispose]: close }) as unknown as Godwit
}
