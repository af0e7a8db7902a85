// What a driver's error means: SQLSTATE and Node's own codes, in the words of the interface.
import { type ErrorCode, GodwitError } from '../../errors.ts'
import { redactForeign } from '../../redact.ts'
import type { Extra } from '../../schema/schema.ts'
import type { Failure, FailureKind } from '../dialect.ts'
import { cutHint } from './long-names.ts'
import { lacksSession } from './turned-away.ts'

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const STATES: ReadonlyMap<string, FailureKind> = new Map([
  ['08000', 'connection lost'],
  ['08003', 'connection lost'],
  ['08006', 'connection lost'],
  ['57P01', 'connection lost'],
  ['57P02', 'connection lost'],
  ['57P05', 'connection lost'],
  ['25P03', 'connection lost'],
  ['08001', 'connection failed'],
  ['08004', 'connection failed'],
  ['08P01', 'connection failed'],
  ['57P03', 'connection failed'],
  ['53300', 'connection failed'],
  ['3D000', 'database missing'],
  ['28000', 'access denied'],
  ['28P01', 'access denied'],
  ['42501', 'permission denied'],
  ['25006', 'read only'],
  ['55006', 'in use'],
  ['53100', 'full'],
  ['55P03', 'lock timeout'],
  ['40P01', 'deadlock'],
  ['40001', 'deadlock'],
  ['42P01', 'table missing'],
  ['23505', 'duplicate key'],
  ['42P04', 'duplicate object'],
  ['42P06', 'duplicate object'],
  ['42P07', 'duplicate object'],
  ['42701', 'duplicate object'],
  ['42710', 'duplicate object'],
  ['42723', 'duplicate object'],
  ['23503', 'foreign key'],
  ['42830', 'foreign key'],
  ['42601', 'syntax'],
  ['57014', 'canceled'],
])

const NODE: ReadonlyMap<string, FailureKind> = new Map([
  ['ECONNREFUSED', 'connection refused'],
  ['ENOENT', 'connection refused'],
  ['ECONNRESET', 'connection lost'],
  ['EPIPE', 'connection lost'],
  ['ENOTFOUND', 'connection failed'],
  ['EAI_AGAIN', 'connection failed'],
  ['ETIMEDOUT', 'connection failed'],
  ['EHOSTUNREACH', 'connection failed'],
  ['ENETUNREACH', 'connection failed'],
  ['EACCES', 'connection failed'],
])

const HINTS: ReadonlyMap<string, string> = new Map([
  ['2BP01', 'Drop or change what depends on it first, in a revision or by hand, then run the command again.'],
  ['57P03', 'The server is starting up or shutting down: try again in a moment.'],
  ['53300', 'The server has no free connection left.'],
  ['25006', 'The server is a read-only replica, or the role is set to read only: use the URL of the primary.'],
  ['25P03', 'The transaction was idle for too long and the server ended the session.'],
  ['55P04', 'A new enum value can be used only after the transaction that added it has been committed.'],
  ['25001', 'The statement cannot run inside a transaction.'],
  ['ENOTFOUND', 'The host name is unknown: check the URL.'],
  ['EAI_AGAIN', 'The host name could not be looked up.'],
  ['ENOENT', 'No server listens on this socket.'],
])

/** Other objects depend on it. The server's hint is CASCADE, which drops what nobody asked for. */
const DEPENDANTS = '2BP01'

/** Fields of a server's error message that we use. The driver has them as properties, without a class to rely on. */
interface Fields {
  message: string
  code?: string
  text(name: string): string | undefined
}

// Tables and indexes, columns, constraints and types, functions, schemas.
const TAKEN: ReadonlySet<string> = new Set(['42P07', '42701', '42710', '42723', '42P06'])

/** Understands an error of the driver or of Node. `sql` is the text that was sent: it turns the position into an offset. */
export function explain(error: unknown, context: { sql?: string; url?: string } = {}): Failure {
  const { message, code, text } = fieldsOf(error)
  const kind = nearer(kindOf(code, message), code, message, context.sql)
  const position = Number(text('position') ?? 0)
  const state = code !== undefined && /^[0-9A-Z]{5}$/.test(code) ? code : undefined
  const dependants = state === DEPENDANTS ? text('detail') : undefined
  const masked = state?.startsWith('22') && position === 0 ? withoutValues(message) : message
  const detail = [masked === message ? undefined : message, text('detail')].filter((part) => part !== undefined)
  const cut = context.sql === undefined || !TAKEN.has(code ?? '') ? undefined : cutHint(message, [context.sql])
  const said = text('hint')
  const theirs = said === undefined ? undefined : redactForeign(said)
  const own = cut ?? ownHint(kind, code, message) ?? theirs
  const hint = dependants === undefined ? own : HINTS.get(DEPENDANTS)
  const data = dataOf(text)
  return {
    kind,
    // Names of objects, no rows: they are what a person has to know.
    message: redactForeign(dependants === undefined ? masked : `${masked}: ${dependants.replaceAll('\n', '; ')}`),
    ...(hint !== undefined && { hint }),
    ...(code !== undefined && { state: state ?? code }),
    ...(position > 0 && context.sql !== undefined && { offset: offsetOf(context.sql, position) }),
    ...(detail.length > 0 && { detail: redactForeign(detail.join('\n')) }),
    ...(Object.keys(data).length > 0 && { data }),
  }
}

/** A failure to connect, as the error users meet. Codes: CONNECTION_…, DATABASE_MISSING, ACCESS_DENIED, PERMISSION_DENIED. */
export function connectionError(error: unknown, where: string): GodwitError {
  if (error instanceof GodwitError) return error
  const failure = explain(error)
  const [code, message, fix] = CONNECTING[failure.kind] ?? CONNECTING.other
  return new GodwitError(code, `${message} ${where}.`, {
    why: failure.message,
    fix: failure.hint ?? fix,
    ...(failure.state !== undefined && { data: { state: failure.state } }),
    cause: error,
  })
}

const CONNECTING: Partial<Record<FailureKind, [ErrorCode, string, string]>> & {
  other: [ErrorCode, string, string]
} = {
  'connection refused': [
    'CONNECTION_REFUSED',
    'No database server answers at',
    'Start the server, or check host and port of the URL.',
  ],
  'connection lost': ['CONNECTION_LOST', 'The connection was cut while connecting to', 'Try again.'],
  'database missing': ['DATABASE_MISSING', 'There is no database', 'Create it (createdb), or check the URL.'],
  'access denied': [
    'ACCESS_DENIED',
    'The server does not let us in at',
    'Check user and password of the URL, and pg_hba.conf of the server.',
  ],
  'permission denied': [
    'PERMISSION_DENIED',
    'The role may not connect to',
    'Grant it: GRANT CONNECT ON DATABASE … TO …',
  ],
  other: ['CONNECTION_FAILED', 'Could not connect to', 'Check the URL, the network, and sslmode.'],
}

function fieldsOf(error: unknown): Fields {
  // Node tries every address of a name; the reasons are inside, the outer message is empty.
  const inner = error instanceof AggregateError ? (error.errors[0] ?? error) : error
  const text = (name: string): string | undefined => {
    const value: unknown = typeof inner === 'object' && inner !== null ? Reflect.get(inner, name) : undefined
    return typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined
  }
  const code = text('code')
  const message = text('message') ?? code ?? (typeof inner === 'string' ? inner : 'unknown error')
  return { message, ...(code !== undefined && { code }), text }
}

const CUT =
  /server conn crashed|client_idle_timeout|idle transaction timeout|query.timeout$|shut ?down|server_lifetime|disconnected/i

function kindOf(code: string | undefined, message: string): FailureKind {
  // PgBouncer has one code for most of its errors.
  if (code === '08P01' && CUT.test(message)) return 'connection lost'
  const known = code === undefined ? undefined : (STATES.get(code) ?? NODE.get(code))
  if (known !== undefined) return known
  if (code === undefined || !/^[0-9A-Z]{5}$/.test(code)) {
    if (/terminated|not queryable|closed/i.test(message)) return 'connection lost'
    if (/timeout expired|SSL|certificate|self.signed|SASL|password/i.test(message)) return 'connection failed'
    if (code?.startsWith('ERR_TLS') || code?.startsWith('CERT')) return 'connection failed'
  }
  return 'other'
}

const CHANGES_TYPE = /\balter\b[\s\S]*\btype\b/i

// What the code alone does not tell: whether a foreign key or a change of type asked for it.
function nearer(
  kind: FailureKind,
  code: string | undefined,
  message: string,
  sql: string | undefined = '',
): FailureKind {
  if (kind === 'table missing') {
    const name = /^relation "(.+)" does not exist/.exec(message)?.[1]?.split('.').pop() ?? ''
    const bare = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    return new RegExp(`\\breferences\\s+(?:[^\\s(]*\\.)?"?${bare}\\b`, 'i').test(sql) ? 'foreign key' : kind
  }
  if (kind !== 'other') return kind
  if (code === '42804' && /^foreign key constraint/.test(message)) return 'foreign key'
  if (/^cannot alter type of a column/.test(message)) return 'type conflict'
  const converts = code === '42804' || code === '42846' || code?.startsWith('22')
  return converts && CHANGES_TYPE.test(sql) ? 'type conflict' : kind
}

const GRANTS: readonly (readonly [RegExp, string])[] = [
  [/^permission denied for schema (\S+)/, 'Let the role in: GRANT USAGE, CREATE ON SCHEMA $1 TO <role>;'],
  [/^permission denied for database (\S+)/, 'Let the role make schemas: GRANT CREATE ON DATABASE $1 TO <role>;'],
  [
    /^permission denied for (?:table|relation|view) (\S+)/,
    'Grant the role what it does there: GRANT ALL ON TABLE $1 TO <role>;',
  ],
  [/^permission denied for sequence (\S+)/, 'Grant the role the sequence: GRANT ALL ON SEQUENCE $1 TO <role>;'],
  [/^permission denied to create database/, 'Let the role make databases: ALTER ROLE <role> CREATEDB;'],
  [/^must be owner of (?:\w+ )+(\S+)/, 'Only its owner may change $1: run as the owner, or GRANT <owner> TO <role>;'],
]

function poolerHint(message: string): string | undefined {
  if (/statement pooling/i.test(message)) {
    return 'The pooler is in statement mode, which takes no transactions: set its pool_mode to session or transaction, or use the URL of the database itself.'
  }
  if (lacksSession({ message })) {
    return 'The pooler had no free session in time: make its pool larger, or use the URL of the database itself.'
  }
  return undefined
}

// What we know better than the server's hint: how to grant, and how to convert in a revision.
function ownHint(kind: FailureKind, code: string | undefined, message: string): string | undefined {
  const known = HINTS.get(code ?? '') ?? (code === '08P01' ? poolerHint(message) : undefined)
  if (known !== undefined) return known
  if (kind === 'permission denied') {
    const found = GRANTS.find(([pattern]) => pattern.test(message))
    return found && message.replace(new RegExp(`${found[0].source}.*$`, 's'), found[1])
  }
  const cast = /^column "(.+)" cannot be cast automatically to type (.+)$/.exec(message)
  if (cast === null) return undefined
  return `Say how the values become the new type: \`using: '${cast[1]}::${cast[2]}'\` in op.alterColumn, or USING in SQL. Values that cannot be read that way have to be corrected first.`
}

// Class 22 repeats the value it could not read: row data, unless the value stands in the SQL itself.
const withoutValues = (message: string): string => message.replace(/"(?:[^"]|"")*"/gs, '"…"')

const NAMES = [
  ['schema', 'schema'],
  ['table', 'table'],
  ['column', 'column'],
  ['constraint', 'constraint'],
  ['dataType', 'type'],
] as const

function dataOf(text: Fields['text']): Extra {
  const data: Extra = {}
  for (const [field, name] of NAMES) {
    const value = text(field)
    if (value !== undefined) data[name] = value
  }
  const where = text('where')
  if (where !== undefined) data.where = where.split('\n', 1)[0] ?? ''
  return data
}

/** The server counts characters from 1; JavaScript counts UTF-16 units from 0. */
function offsetOf(sql: string, position: number): number {
  let offset = 0
  for (let character = 1; character < position && offset < sql.length; character++) {
    offset += (sql.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1
  }
  return offset
}
