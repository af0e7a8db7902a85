// Opens one session with every setting of ours pinned. The driver is the project's own, loaded when it is needed.
import type mysql2 from 'mysql2'
import type { Connection as Client, ConnectionOptions } from 'mysql2'
import { GodwitError } from '../../errors.ts'
import type { Connection, ConnectOptions, Executed } from '../dialect.ts'
import { patiently } from '../patiently.ts'
import { canceller, type Waiting } from './cancel.ts'
import { connectionError, placed } from './explain.ts'
import { flavorOf } from './flavor.ts'
import { changesStructure, type Held, needed } from './held.ts'
import { type Row, withSession } from './session.ts'
import { type Address, parseUrl } from './url.ts'

const CONNECT_TIMEOUT = 10_000
/** Seconds that what only reads may wait for somebody's DDL. */
const LOCK_WAIT = 20

/**
 * What a session of ours relies on, whatever the server or the account has configured. Strict: a value that does not fit
 * is an error and never cut. No backslash or ANSI dialects: texts print and read the same everywhere.
 */
export function settings(version: string): string[] {
  const { systemVersioning } = flavorOf(version)
  const pairs = [
    `sql_mode = 'STRICT_TRANS_TABLES,STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'`,
    `time_zone = '+00:00'`,
    `lock_wait_timeout = ${LOCK_WAIT}`,
    'innodb_lock_wait_timeout = 50',
    'foreign_key_checks = 1',
    'unique_checks = 1',
    'autocommit = 1',
    'sql_quote_show_create = 1',
    'group_concat_max_len = 16777216',
    'wait_timeout = 28800',
    // Without it, the server refuses to alter a table that keeps its history.
    ...(systemVersioning ? ['system_versioning_alter_history = keep'] : []),
  ]
  return ['set names utf8mb4', `set ${pairs.map((pair) => `session ${pair}`).join(', ')}`]
}

/** See `Dialect.forget`. A dump hides what it sets in comments that the server runs. */
export function forget(statements: readonly string[] | undefined, version: string): string | undefined {
  if (statements?.some((sql) => /\b(?:set|call|execute)\b/i.test(sql)) === false) return undefined
  return settings(version).join(';')
}

/**
 * Connects by `mysql://` or `mariadb://`.
 * Errors: URL_INVALID, DRIVER_MISSING, CONNECTION_REFUSED, CONNECTION_FAILED, ACCESS_DENIED, DATABASE_MISSING.
 */
export async function connect(url: string, options: ConnectOptions = {}): Promise<Connection> {
  const address = parseUrl(url)
  return patiently(options, isFull, () => open(address, options))
}

/** No free connection for now; the other allowances of an account are for an hour. */
function isFull(error: unknown): boolean {
  const cause = error instanceof GodwitError ? error.underlying : error
  const [number, message] = ['errno', 'message'].map((name) => Reflect.get(Object(cause), name) as unknown)
  return number === 1040 || number === 1203 || (number === 1226 && String(message).includes('max_user_connections'))
}

async function loadDriver(): Promise<typeof mysql2> {
  try {
    return (await import('mysql2')).default
  } catch (cause) {
    throw new GodwitError('DRIVER_MISSING', 'The driver for MySQL and MariaDB is not installed.', {
      why: 'Godwit brings no drivers of its own: the project chooses the version.',
      fix: 'npm install mysql2',
      cause,
    })
  }
}

async function open(address: Address, options: ConnectOptions): Promise<Connection> {
  const driver = await loadDriver()
  let client: Client | undefined
  try {
    client = driver.createConnection(driverOptions(address, options))
    // A connection that is lost while idle must not end the process: the next query will say so.
    client.on('error', () => undefined)
    await connected(client)
    const version = versionOf(client)
    const readOnly = options.readOnly ? ['set session transaction read only'] : []
    await send(client, [...settings(version), ...readOnly].join(';'))
    return connection(client, version, address, options)
  } catch (error) {
    client?.destroy()
    throw connectionError(error, address.location)
  }
}

const connected = (client: Client): Promise<void> =>
  new Promise((resolve, reject) => client.connect((error) => (error === null ? resolve() : reject(error))))

/**
 * One message. `begun` is told how many statements of it have answered so far; rows are of no interest then, and the
 * driver need not make objects of them: it refuses columns such as `__proto__`.
 */
const send = (
  client: Client,
  sql: string,
  parameters?: readonly unknown[],
  begun?: (count: number) => void,
): Promise<unknown> =>
  new Promise((resolve, reject) => {
    let count = 0
    const options = { sql, values: [...(parameters ?? [])], rowsAsArray: begun !== undefined }
    const query = client.query(options, (error, result) => (error === null ? resolve(result) : reject(error)))
    if (begun !== undefined) query.on('fields', () => begun(++count))
  })

function driverOptions(address: Address, options: ConnectOptions): ConnectionOptions {
  return {
    ...(address.socket === undefined ? { host: address.host, port: address.port } : { socketPath: address.socket }),
    user: address.user,
    password: address.password,
    ...(address.database !== '' && { database: address.database }),
    charset: 'utf8mb4_general_ci',
    connectTimeout: options.timeout ?? CONNECT_TIMEOUT,
    connectAttributes: { program_name: options.applicationName ?? 'godwit' },
    multipleStatements: true,
    dateStrings: true,
    // Rows are read without code made at run time, which also knows no forbidden names of columns.
    disableEval: true,
    supportBigNumbers: true,
    timezone: 'Z',
    enableKeepAlive: true,
    // The host's name too: the driver alone checks only the chain.
    ...(address.tls !== undefined && { ssl: { ...address.tls, rejectUnauthorized: true, verifyIdentity: true } }),
    // A hostile server may ask a client for its files; ours never offers it.
    flags: ['-LOCAL_FILES'],
  }
}

// The handshake names the version, and costs no query.
function versionOf(client: Client): string {
  const handshake: unknown = Reflect.get(client, '_handshakePacket')
  const version: unknown = Reflect.get(Object(handshake), 'serverVersion')
  // Replication needs the 5.5.5 in front; people do not.
  return typeof version === 'string' ? version.replace(/^5\.5\.5-(?=1\d\.)/, '') : ''
}

const SEPARATOR = '\n;\n'

/**
 * A change of structure that meets a lock fails at once, and the runner tries again: while it waited, it would hold up
 * every reader behind it (measured behind an 8 s reader: 7,391 ms with the server's default, 1,009 ms with 1, 19 ms with
 * 0). The switch travels in the same message.
 */
const switchesOf = (version: string): { impatient: string; patient: string } => ({
  impatient: `set session lock_wait_timeout = ${flavorOf(version).zeroLockWait ? 0 : 1}`,
  patient: `set session lock_wait_timeout = ${LOCK_WAIT}`,
})

function connection(client: Client, version: string, address: Address, options: ConnectOptions): Connection {
  let closed: Promise<void> | undefined
  const switches = switchesOf(version)
  const another = (): Promise<Connection> => open(address, options)
  const held: Held = new Map([['lock_wait_timeout', String(LOCK_WAIT)]])
  /** What has to be sent for these statements. What surrounds a change of structure is as impatient as it is. */
  const toSend = (statements: readonly string[], isPatient: boolean) => {
    const found = needed(held, [isPatient ? switches.patient : switches.impatient, ...statements])
    // A message says something, even where that holds already.
    const parts = found.length > 0 ? found : [{ sql: statements.at(-1) ?? '', at: statements.length }]
    // An empty statement is an error here, so what is put before a separator must not end in one.
    const texts = parts.length > 1 ? parts.map(({ sql }) => sql.replace(/[\s;]+$/, '')) : parts.map(({ sql }) => sql)
    return { parts, text: texts.join(SEPARATOR) }
  }
  const waiting: Waiting = { message: 0, pending: 0 }
  const answered = async <Result>(work: Promise<Result>): Promise<Result> => {
    waiting.message++
    waiting.pending++
    try {
      return await work
    } catch (error) {
      // Whether a switch has run that was sent with something that failed is not certain: it is sent again.
      held.clear()
      throw error
    } finally {
      waiting.pending--
    }
  }
  /** `before`: what of the whole text has been sent in messages before this one. */
  const sendOne = async (
    statements: readonly string[],
    before: number,
    finished?: (count: number) => void,
  ): Promise<Executed> => {
    const { parts, text } = toSend(statements, options.scratch === true || !statements.some(changesStructure))
    // Our switch has place 0. One statement may give several answers: the last one is the furthest it can be.
    const completedAfter = (answers: number): number => Math.max(0, (parts[answers]?.at ?? statements.length + 1) - 1)
    let answers = 0
    const told = (count: number): void => {
      answers = count
      finished?.(completedAfter(count))
    }
    try {
      await answered(send(client, text, undefined, told))
      return { completed: statements.length }
    } catch (error) {
      const completed = Math.min(completedAfter(answers), statements.length - 1)
      // Lines are counted from the beginning of the statement, not of the message.
      const start = statements.slice(0, completed).reduce((sum, sql) => sum + sql.length + SEPARATOR.length, before)
      return { completed, error: placed(error, statements[completed] ?? '', start) }
    }
  }
  const executeAll: NonNullable<Connection['executeAll']> = async (statements, finished): Promise<Executed> => {
    let [done, before] = [0, 0]
    for (const message of messages(statements)) {
      const sent = done
      const { completed, error } = await sendOne(message, before, (count) => finished?.(sent + count))
      if (error !== undefined) return { completed: done + completed, error }
      done += message.length
      for (const sql of message) before += sql.length + SEPARATOR.length
    }
    return { completed: done }
  }
  const ask = (sql: string, parameters?: readonly unknown[]): Promise<unknown> =>
    answered(send(client, toSend([sql], true).text, parameters))
  const self: Connection = {
    location: address.location,
    version,
    query: async <Result>(sql: string, parameters?: readonly unknown[]) =>
      lastRows(await ask(sql, parameters)) as Result[],
    async execute(sql) {
      const { error } = await executeAll([sql])
      if (error !== undefined) throw error
    },
    executeAll,
    answersEach: true,
    cancel: canceller(client.threadId, waiting, another),
    close() {
      closed ??= new Promise((resolve) => {
        client.end((error) => {
          if (error) client.destroy()
          resolve()
        })
      })
      return closed
    },
    [Symbol.asyncDispose]: () => self.close(),
  }
  const many = async (sql: string): Promise<Row[][]> => {
    const { text, parts } = toSend([sql], true)
    return results(await answered(send(client, text))).slice(parts.length - 1)
  }
  const stream = (sql: string): AsyncIterable<(Buffer | null)[]> =>
    client
      .query({ sql, rowsAsArray: true, typeCast: (field: { buffer(): Buffer | null }) => field.buffer() })
      .stream({ highWaterMark: 100 })
  return withSession(self, { many, stream, threadId: client.threadId, another })
}

// Every server takes more than this in one message (max_allowed_packet), and a list has no longest length.
const LONGEST = 512 * 1024

function* messages(statements: readonly string[]): Generator<string[]> {
  let message: string[] = []
  let length = 0
  for (const sql of statements) {
    const next = Buffer.byteLength(sql) + SEPARATOR.length
    if (message.length > 0 && length + next > LONGEST) {
      yield message
      message = []
      length = 0
    }
    message.push(sql)
    length += next
  }
  if (message.length > 0) yield message
}

const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !('affectedRows' in value)
const isRows = (value: unknown): value is Row[] => Array.isArray(value) && value.every(isRow)

/** A statement without rows answers with a header; several statements answer with a list of either. */
function results(result: unknown): Row[][] {
  if (!Array.isArray(result)) return [[]]
  if (isRows(result)) return [result]
  return result.map((each: unknown) => (isRows(each) ? each : []))
}

/** The rows of the last statement that gives rows. */
function lastRows(result: unknown): Row[] {
  if (isRows(result)) return result
  if (!Array.isArray(result)) return []
  const giving = result.filter((each: unknown) => isRows(each))
  return giving.at(-1) ?? []
}
