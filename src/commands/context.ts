// Everything a verb may reach: configuration, database, shadow, clock, and the person who is asked.
import { type Config, type ConfigRequest, loadConfig } from '../config.ts'
import type { Connection, ConnectOptions, Dialect } from '../dialects/dialect.ts'
import { connectorOf, dialectNamed, dialectNames, dialectOf, exampleUrl, reading } from '../dialects/index.ts'
import { GodwitError, isGodwitError } from '../errors.ts'
import { isUnencoded, rememberSecrets, shownUrl } from '../redact.ts'
import type { Folder } from '../revisions/index.ts'
import type { RunnerContext, RunnerEvent } from '../runner/index.ts'
import { patience } from '../runner/patience.ts'
import type { Spelling } from '../runner/shadow.ts'
import { urlInvalid } from '../url.ts'
import { version } from '../version.ts'

/** What happens while a verb works: the runner's events, and what the verb is busy with. */
export type Event =
  | RunnerEvent
  | { type: 'working'; message: string }
  /** A verb that watches looked again; `changed`: the report differs from the one before. */
  | { type: 'looked'; report: unknown; changed: boolean }

/** Questions to a person. Absent where nobody can answer: then a missing decision is an error that lists what to pass. */
export interface Ask {
  /** Yes or no; `details` are shown above the question. */
  confirm(question: { message: string; details?: readonly string[] }): Promise<boolean>
  /** One of several; returns its index. */
  select(question: { message: string; options: readonly { label: string; hint?: string }[] }): Promise<number>
}

/** What a verb gets. Everything is made on first use and closed by `close`. */
export interface Context {
  /** Folder that paths of the command line start from. */
  cwd: string
  clock: () => Date
  emit: (event: Event) => void
  ask?: Ask
  signal?: AbortSignal
  /** Errors: CONFIG_NOT_FOUND, CONFIG_INVALID. */
  config(): Promise<Config>
  /** The configured database. Errors: URL_MISSING. */
  url(): Promise<string>
  /** Of the URL, else of the configuration's `dialect`, else of the shadow. Errors: URL_MISSING, DIALECT_UNKNOWN. */
  dialect(): Promise<Dialect>
  /** A session on the configured database, shared and closed at the end. */
  connection(options?: ConnectOptions): Promise<Connection>
  /** The shadow of this dialect, shared and closed at the end. */
  spelling(dialect: Dialect, at?: ShadowPlace): Promise<Spelling>
  /** The folder of revisions, read once. */
  folder(): Promise<Folder>
  /** What the runner wants to know, with the shared connection in it. */
  runner(options?: ConnectOptions): Promise<RunnerContext>
  /** The same again, after files have changed. */
  reopen(changes: Pick<ContextOptions, 'config'>): Context
  close(): Promise<void>
}

/** Where a shadow is opened, other than the configuration says. */
export interface ShadowPlace {
  /** A server for it. */
  shadow?: string | undefined
  /** A database that the command was given: where there is no embedded engine, the shadow lies beside it. */
  beside?: string | undefined
}

/** How to make a context. */
export interface ContextOptions extends ConfigRequest {
  emit?: ((event: Event) => void) | undefined
  ask?: Ask | undefined
  signal?: AbortSignal | undefined
  clock?: (() => Date) | undefined
  /** An open connection to work on; it stays open. */
  connection?: Connection | undefined
}

/** Makes a context; nothing is read or opened yet. `resources` outlive it where they are given. */
export function createContext(options: ContextOptions = {}, resources?: Resources): Context {
  const cwd = options.cwd ?? process.cwd()
  const emit = options.emit ?? (() => {})
  const own = resources ?? createResources()
  const config = once(() => loadConfig({ ...options, cwd }))
  const dialect = once(async () => dialectFor(await config()))

  const url = async (): Promise<string> => {
    const { url, file } = await config()
    if (url !== undefined) return checkUrl(url)
    throw new GodwitError('URL_MISSING', 'No database is named.', {
      why: `Neither --url nor ${file === undefined ? 'a configuration file' : '`url` of the configuration'} nor DATABASE_URL says which.`,
      fix: `Pass --url, set DATABASE_URL (in the environment or in .env), or write \`url\` into godwit.config.ts. To begin with: echo DATABASE_URL=${exampleUrl((await config()).dialect)} >> .env`,
    })
  }

  const connection = async (connect: ConnectOptions = {}): Promise<Connection> => {
    if (options.connection !== undefined) return options.connection
    const target = await url()
    const { lockWait } = await config()
    // A connection that is kept will have to write sooner or later.
    const kept = resources === undefined ? connect : { ...connect, readOnly: false }
    const writes = connect.readOnly !== true
    const wanted = { ...kept, ...(writes && patience(lockWait && lockWait * 1000, emit, options.signal)) }
    try {
      return await own.get(`connection ${target}`, async () => {
        emit({ type: 'working', message: `Connecting to ${shownUrl(target)}` })
        const opened = await (await connectorOf(target)).connect(target, wanted)
        const { ignored = [] } = opened.location
        if (ignored.length > 0) emit({ type: 'warning', message: notRead(ignored) })
        emit({ type: 'working', message: 'Reading the database' })
        return opened
      })
    } catch (error) {
      const made = isGodwitError(error) && error.code === 'DATABASE_MISSING' && error.data?.made !== undefined
      if (!made || connect.readOnly !== true || connect.absent === 'error') throw error
      // Before the first upgrade: nothing is applied, and reading makes nothing. A mistyped path shows in the warning.
      return own.get(`absent ${target}`, async () => {
        emit({ type: 'warning', message: `${error.message} It is read as an empty one; \`godwit upgrade\` makes it.` })
        return (await connectorOf(target)).connect(target, { ...wanted, absent: 'empty' })
      })
    }
  }

  return {
    cwd,
    emit,
    clock: options.clock ?? (() => new Date()),
    ...(options.ask !== undefined && { ask: options.ask }),
    ...(options.signal !== undefined && { signal: options.signal }),
    config,
    url,
    dialect,
    connection,
    async spelling(wanted, at = {}) {
      const { cache, shadow, url } = await config()
      const server = at.shadow ?? shadow
      const target = at.beside ?? url
      return own.get(`spelling ${wanted.name} ${wanted.scope ?? ''} ${server ?? ''} ${target ?? ''}`, async () => {
        const { openSpelling } = await import('../runner/shadow.ts')
        return openSpelling({
          dialect: wanted,
          cache,
          ...(server !== undefined && { shadowUrl: server }),
          ...(target !== undefined && { target }),
        })
      })
    },
    folder: once(async () => {
      const { readFolder } = await import('../revisions/folder.ts')
      return readFolder((await config()).folder)
    }),
    async runner(connect = {}) {
      const { folder, lockWait, lockTimeout, shadow, cache } = await config()
      return {
        dialect: await dialect(),
        // The URL as well: after a lost connection the runner asks again how far it came.
        ...((options.connection === undefined || (await config()).url !== undefined) && { url: await url() }),
        connection: await connection(connect),
        folder,
        emit,
        version,
        cache,
        ...(shadow !== undefined && { shadow }),
        ...(options.signal !== undefined && { signal: options.signal }),
        ...(lockWait !== undefined && { lockWait: lockWait * 1000 }),
        ...(lockTimeout !== undefined && { lockTimeout }),
      }
    },
    reopen: (changes) => createContext({ ...options, ...changes, cwd }, resources),
    close: async () => (resources === undefined ? own.close() : undefined),
  }
}

const notRead = (names: readonly string[]): string =>
  `Of the URL, ${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} for other tools and not used.`

/** Things that are opened once and closed together. */
export interface Resources {
  get<Thing extends { close(): Promise<void> }>(key: string, open: () => Promise<Thing>): Promise<Thing>
  close(): Promise<void>
}

/** An empty set of them. What failed to open is tried again; closing goes on where one of them fails. */
export function createResources(): Resources {
  const opened = new Map<string, Promise<{ close(): Promise<void> }>>()
  return {
    get<Thing extends { close(): Promise<void> }>(key: string, open: () => Promise<Thing>): Promise<Thing> {
      const known = opened.get(key)
      if (known !== undefined) return known as Promise<Thing>
      const made = open().catch((error: unknown) => {
        opened.delete(key)
        throw error
      })
      opened.set(key, made)
      return made
    },
    async close() {
      const things = await Promise.allSettled([...opened.values()].reverse())
      opened.clear()
      let failure: unknown
      for (const thing of things) {
        if (thing.status === 'fulfilled') await thing.value.close().catch((error: unknown) => (failure ??= error))
      }
      if (failure !== undefined) throw failure
    },
  }
}

/** The URL, if it can be read as it was meant. Errors: URL_INVALID. */
export function checkUrl(url: string): string {
  rememberSecrets(url)
  if (!isUnencoded(url)) return url
  throw urlInvalid(url, 'The database URL cannot be read: its password holds an @, a / or a #.', {
    why: 'These characters mean something in a URL, so that a part of the password would be taken for the host.',
    fix: 'Write them percent-encoded: %40 for @, %2F for /, %23 for #.',
  })
}

async function dialectFor({ url, shadow, dialect, grants }: Config): Promise<Dialect> {
  if (dialect !== undefined) return reading(await dialectNamed(dialect), { grants })
  const known = url ?? shadow
  if (known !== undefined) return reading(await dialectOf(checkUrl(known)), { grants })
  throw new GodwitError('URL_MISSING', 'Which database is it for?', {
    why: 'There is no URL to tell the dialect from: neither --url, nor `url` of the configuration, nor DATABASE_URL.',
    fix: `Set DATABASE_URL, or write \`dialect\` into godwit.config.ts: one of ${dialectNames.join(', ')}.`,
  })
}

// A failure is not remembered: the next question may find the server up again.
function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined
      throw error
    })
    return made
  }
}
