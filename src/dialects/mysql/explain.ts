// What a driver's error means: the server's numbers and Node's own codes, in the words of the interface.
import { type ErrorCode, GodwitError } from '../../errors.ts'
import { redactForeign } from '../../redact.ts'
import type { Failure, FailureKind, Location } from '../dialect.ts'
import { nameOf, tokens } from './lexer.ts'
import { literal } from './quote.ts'

/** Meaning and way out of one error number. */
interface Meaning {
  kind: FailureKind
  hint?: string
}

const kind = (name: FailureKind, hint?: string): Meaning => (hint === undefined ? { kind: name } : { kind: name, hint })

const COPY_HINT =
  'Godwit asks for a way that neither copies the table nor stops its writers, and the server refuses it here. ' +
  'Where a copy may be made, write the change as op.sql with ALGORITHM=COPY, LOCK=SHARED: writers wait while it runs.'

// https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html and https://mariadb.com/kb/en/mariadb-error-codes/
const NUMBERS: ReadonlyMap<number, Meaning> = new Map([
  [1021, kind('full')],
  [1114, kind('full', 'The table or the disk is full.')],
  [1040, kind('connection failed', 'The server has no free connection left (max_connections).')],
  [1203, kind('connection failed', 'The account has no free connection left (max_user_connections).')],
  [1226, kind('connection failed', 'The account has used up its allowance.')],
  [1129, kind('connection failed', 'The server blocks this host after many errors: run FLUSH HOSTS there.')],
  [1130, kind('access denied', 'The server admits no account from this host: see the host part of the account.')],
  [1045, kind('access denied', 'Check user and password of the URL, and the host part of the account.')],
  [
    1698,
    kind('access denied', 'The account logs in through the socket or another plugin: use an account with a password.'),
  ],
  [1251, kind('access denied', 'The account uses an authentication that the driver does not know: update mysql2.')],
  [1820, kind('access denied', 'The password has expired: set a new one.')],
  [1044, kind('permission denied', "Grant the account the database: GRANT ALL ON `database`.* TO 'user'@'host'.")],
  [1142, kind('permission denied', 'Grant the account the privilege that the message names.')],
  [1143, kind('permission denied', 'Grant the account the privilege that the message names.')],
  [1227, kind('permission denied', 'Grant the account the privilege that the message names.')],
  [1370, kind('permission denied', 'Grant the account the privilege that the message names.')],
  [
    1419,
    kind(
      'permission denied',
      'Triggers and functions need SUPER while the binary log is on, or log_bin_trust_function_creators = 1.',
    ),
  ],
  [1049, kind('database missing', 'Create it with CREATE DATABASE, or check the name in the URL.')],
  [1046, kind('database missing', 'The URL names no database: add it after the host, as in mysql://host/database.')],
  [1290, kind('read only', 'The server runs with --read-only or a similar option: use the URL of the primary.')],
  [1792, kind('read only', 'The transaction was opened read only.')],
  [1836, kind('read only', 'The server is in read-only mode: use the URL of the primary.')],
  [
    1205,
    kind('lock timeout', 'Another session holds the lock: it is tried again; SHOW PROCESSLIST names the session.'),
  ],
  [3572, kind('lock timeout')],
  [1213, kind('deadlock')],
  [1146, kind('table missing')],
  [1062, kind('duplicate key', 'Rows with the same key are there: remove the duplicates first.')],
  [1586, kind('duplicate key', 'Rows with the same key are there: remove the duplicates first.')],
  [1007, kind('duplicate object')],
  [1022, kind('duplicate object', 'Names of foreign keys are shared by all tables of a database: choose another one.')],
  [1050, kind('duplicate object')],
  [1060, kind('duplicate object')],
  [1061, kind('duplicate object')],
  [1304, kind('duplicate object')],
  [1359, kind('duplicate object')],
  [1537, kind('duplicate object')],
  [1826, kind('duplicate object', 'Names of foreign keys are shared by all tables of a database: choose another one.')],
  [3822, kind('duplicate object', 'Names of checks are shared by all tables of a database: choose another one.')],
  [1064, kind('syntax')],
  [1149, kind('syntax')],
  [1317, kind('canceled')],
  [1053, kind('connection lost', 'The server is shutting down.')],
  [1927, kind('connection lost', 'Somebody ended the session with KILL.')],
  [1184, kind('connection lost')],
  // What the text of a model or a revision can get wrong.
  [
    1153,
    kind(
      'other',
      'The server takes no message of this size: raise max_allowed_packet, or split the revision (its text is kept in the history, in one row).',
    ),
  ],
  [
    1273,
    kind(
      'other',
      'The server does not know this collation: SHOW COLLATION lists those it knows; utf8mb4_unicode_ci exists on every one.',
    ),
  ],
  [1115, kind('other', 'The server does not know this character set: SHOW CHARACTER SET lists those it knows.')],
  [
    1253,
    kind('other', 'Collation and character set do not belong together: the collation begins with the name of its set.'),
  ],
  [
    1118,
    kind(
      'other',
      'The columns of one row exceed 65,535 bytes (8,126 inside a page): make long varchar columns text, or move some to another table.',
    ),
  ],
  [
    1071,
    kind(
      'other',
      'A key holds at most 3,072 bytes, 4 a character in utf8mb4: index a prefix, as in KEY (name(191)), or shorten the column.',
    ),
  ],
  [
    1170,
    kind(
      'other',
      'Text and blob columns are indexed by a prefix only, as in KEY (body(100)); for a whole value take varchar.',
    ),
  ],
  [
    1005,
    kind(
      'foreign key',
      'The referenced table has to exist before: create it first. A foreign key also needs columns of the same type, sign, length and collation on both sides, an index on the referenced columns, and InnoDB on both tables.',
    ),
  ],
  [
    3780,
    kind(
      'foreign key',
      'Both sides of a foreign key need the same type, sign and, for text, the same collation: make the columns alike first.',
    ),
  ],
  [1216, kind('foreign key', 'Rows point at rows that do not exist: repair them first.')],
  [1217, kind('foreign key', 'Rows of another table point at these rows.')],
  [
    1824,
    kind(
      'foreign key',
      'The referenced table does not exist: create it first, in this revision above or in one before.',
    ),
  ],
  [1822, kind('foreign key', 'The referenced columns need an index that begins with them, unique at best.')],
  [1215, kind('foreign key', 'Compare type, sign and collation of both sides; the referenced columns need an index.')],
  [1452, kind('foreign key', 'Rows point at rows that do not exist: repair them first.')],
  [1451, kind('foreign key', 'Rows of another table point at these rows.')],
  // It names the key and the other table itself.
  [3730, kind('foreign key', 'Drop that foreign key first.')],
  [1553, kind('foreign key', 'A foreign key needs this index: drop the key first, or give it another index.')],
  [1832, kind('type conflict', 'A foreign key holds the column: drop the key, change both columns, and add it again.')],
  [
    1833,
    kind(
      'type conflict',
      'A foreign key of another table holds the column: drop it, change both columns, and add it again.',
    ),
  ],
  [1834, kind('foreign key', 'A foreign key holds the column: drop the key first.')],
  [1075, kind('other', 'An AUTO_INCREMENT column must come first in a key; add or drop both together.')],
  [1265, kind('other', 'A value does not fit the new type: strict mode refuses to cut it. Change the rows first.')],
  [1406, kind('other', 'A value is longer than the new type: change the rows first.')],
  [1138, kind('other', 'Rows hold NULL: give them a value first.')],
  [1364, kind('other', 'A column without a default got no value.')],
  [
    1526,
    kind(
      'other',
      'Rows fit none of the partitions: nothing was changed. Move or delete them first, or drop the partition with op.sql.',
    ),
  ],
  [1845, kind('unsupported', COPY_HINT)],
  [1846, kind('unsupported', COPY_HINT)],
  [1418, kind('other', 'With the binary log on, a function has to say DETERMINISTIC, NO SQL or READS SQL DATA.')],
  [
    1356,
    kind('other', 'A view names a table, column or function that is no longer there: drop or change the view too.'),
  ],
])

const NODE: ReadonlyMap<string, Meaning> = new Map([
  ['ECONNREFUSED', kind('connection refused')],
  ['ENOENT', kind('connection refused', 'No server listens on this socket.')],
  ['ECONNRESET', kind('connection lost')],
  ['EPIPE', kind('connection lost')],
  ['PROTOCOL_CONNECTION_LOST', kind('connection lost')],
  ['PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR', kind('connection lost')],
  ['PROTOCOL_ENQUEUE_AFTER_QUIT', kind('connection lost')],
  ['ENOTFOUND', kind('connection failed', 'The host name is unknown: check the URL.')],
  ['EAI_AGAIN', kind('connection failed', 'The host name could not be looked up.')],
  ['ETIMEDOUT', kind('connection failed')],
  ['EHOSTUNREACH', kind('connection failed')],
  ['ENETUNREACH', kind('connection failed')],
  [
    'HANDSHAKE_NO_SSL_SUPPORT',
    kind('connection failed', 'The server offers no TLS: take ssl-mode out of the URL, or switch it on there.'),
  ],
  [
    'HANDSHAKE_SSL_ERROR',
    kind(
      'connection failed',
      'The certificate does not prove the server: name its authority with ssl-ca, and the host as the certificate does.',
    ),
  ],
  ['ER_BAD_DB_ERROR', kind('database missing')],
])

// A value that does not fit: of a new row, or, where a column is being changed, of one that is there.
const CONVERSIONS: ReadonlySet<number> = new Set([1264, 1265, 1292, 1366, 1406])
const CHANGES_TYPE = /\balter\s+table\b[\s\S]*\b(?:modify|change)\b/i

// The older errors do not say who refers to a table that is to be dropped.
const REFERRED: ReadonlySet<number> = new Set([1217, 1451])
const DROPS_TABLE =
  /^\s*drop\s+table\s+(?:if\s+exists\s+)?(?:`(?<quoted>(?:[^`]|``)+)`|(?<plain>[^\s`;,.]+))\s*(?:restrict|cascade)?[\s;]*$/i

function whoRefers(number: number, sql = ''): string | undefined {
  const { quoted, plain } = (REFERRED.has(number) ? DROPS_TABLE.exec(sql)?.groups : undefined) ?? {}
  const table = quoted?.replaceAll('``', '`') ?? plain
  if (table === undefined) return undefined
  return `Another table refers to it: drop that foreign key first. Which one it is: select table_name, constraint_name from information_schema.referential_constraints where constraint_schema = database() and referenced_table_name = ${literal(table)}`
}

/** Understands an error of the driver or of Node. `sql` is the text that was sent: it gives a syntax error its place. */
export function explain(error: unknown, context: { sql?: string; url?: string } = {}): Failure {
  const inner: unknown = error instanceof AggregateError ? (error.errors[0] ?? error) : error
  const field = (name: string): unknown => Reflect.get(Object(inner), name)
  const number = Number(field('errno'))
  const code = field('code')
  // Servers number from 1000 on; Node's own numbers are negative.
  const meaning = (number >= 1000 ? NUMBERS.get(number) : undefined) ?? NODE.get(String(code)) ?? byText(inner)
  const raw = String(field('sqlMessage') ?? field('message') ?? code ?? inner)
  const message = withoutValues(number, raw)
  const state = number >= 1000 ? String(number) : typeof code === 'string' ? code : undefined
  const place = placeOf(inner)
  const hint = whoRefers(number, context.sql) ?? tooLong(number, context.sql) ?? meaning.hint
  const offset =
    place !== undefined
      ? shifted(offsetOf(raw, place.sql), place.start)
      : context.sql === undefined
        ? undefined
        : offsetOf(raw, context.sql)
  return {
    kind: CONVERSIONS.has(number) && CHANGES_TYPE.test(context.sql ?? '') ? 'type conflict' : meaning.kind,
    message: redactForeign(message),
    ...(hint !== undefined && { hint }),
    ...(state !== undefined && { state }),
    ...(offset !== undefined && { offset }),
    ...(message !== raw && { detail: redactForeign(raw) }),
  }
}

const LONGEST = 64

// The server names the first alone.
function tooLong(number: number, sql: string | undefined): string | undefined {
  if (number !== 1059 || sql === undefined) return undefined
  const names = tokens(sql)
    .filter(({ kind }) => kind === 'word' || kind === 'quoted')
    .map(nameOf)
    .filter((name) => [...name].length > LONGEST)
  const list = [...new Set(names)].map((name) => `"${name}"`).join(' and ')
  return `A name has at most ${LONGEST} characters: give ${list} a shorter name of its own in the models.`
}

function byText(error: unknown): Meaning {
  const message = String(Reflect.get(Object(error), 'message') ?? '')
  if (/closed state|connection.*(closed|lost)|not queryable/i.test(message)) return kind('connection lost')
  if (/certificate|self.signed|ssl|tls|altname/i.test(message)) {
    return kind('connection failed', NODE.get('HANDSHAKE_SSL_ERROR')?.hint)
  }
  return kind('other')
}

// These repeat what a row holds.
const VALUES: ReadonlyMap<number, RegExp> = new Map([
  [1062, /(?<=Duplicate entry ')[\s\S]*(?=' for key)/],
  [1586, /(?<=Duplicate entry ')[\s\S]*(?=' for key)/],
  [1292, /(?<=value: ')[\s\S]*(?=')/],
  [1366, /(?<=value: ')[\s\S]*(?=' for column)/],
  [1411, /(?<=value: ')[\s\S]*(?=' for function)/],
  [1690, /(?<=out of range in ')[\s\S]*(?=')/],
])

function withoutValues(number: number, message: string): string {
  const pattern = VALUES.get(number)
  return pattern === undefined ? message : message.replace(pattern, '…')
}

/** The server names the line and repeats up to 80 characters from the place on. */
function offsetOf(message: string, sql: string): number | undefined {
  const match = /near '([\s\S]*)' at line (\d+)/.exec(message)
  if (match === null) return undefined
  let from = 0
  for (let line = 1; line < Number(match[2]); line++) {
    const next = sql.indexOf('\n', from)
    if (next < 0) break
    from = next + 1
  }
  // What follows in the same message is no part of the statement.
  const near = (match[1] ?? '').split(/(?:^|\n);\n/, 1)[0] ?? ''
  if (near === '') return sql.trimEnd().length
  const found = sql.indexOf(near, from)
  return found < 0 ? from : found
}

const PLACE = Symbol('place')

interface ErrorPlace {
  sql: string
  start: number
}

/** Notes on an error which statement of a message it is about, and where that one starts. */
export function placed(error: unknown, sql: string, start: number): unknown {
  if (typeof error === 'object' && error !== null) Object.defineProperty(error, PLACE, { value: { sql, start } })
  return error
}

const isPlace = (value: unknown): value is ErrorPlace => typeof value === 'object' && value !== null && 'sql' in value

function placeOf(error: unknown): ErrorPlace | undefined {
  const place: unknown = Reflect.get(Object(error), PLACE)
  return isPlace(place) ? place : undefined
}

const shifted = (offset: number | undefined, start: number): number | undefined =>
  offset === undefined ? undefined : offset + start

const CONNECTING: Partial<Record<FailureKind, [ErrorCode, string, string]>> & {
  other: [ErrorCode, string, string]
} = {
  'connection refused': [
    'CONNECTION_REFUSED',
    'No database server answers at',
    'Start the server, or check host and port of the URL.',
  ],
  'connection lost': ['CONNECTION_LOST', 'The connection was cut while connecting to', 'Try again.'],
  'database missing': [
    'DATABASE_MISSING',
    'There is no database at',
    'Create it with CREATE DATABASE, or check the name in the URL.',
  ],
  'access denied': ['ACCESS_DENIED', 'The server does not let us in at', 'Check user and password of the URL.'],
  'permission denied': [
    'PERMISSION_DENIED',
    'The account may not use the database of',
    "Grant it: GRANT ALL ON `database`.* TO 'user'@'host'.",
  ],
  other: ['CONNECTION_FAILED', 'Could not connect to', 'Check the URL, the network, and ssl-mode.'],
}

/** A failure to connect, as the error users meet. Codes: CONNECTION_…, DATABASE_MISSING, ACCESS_DENIED, PERMISSION_DENIED. */
export function connectionError(error: unknown, { display }: Location): GodwitError {
  if (error instanceof GodwitError) return error
  const failure = explain(error)
  const [code, message, fix] = CONNECTING[failure.kind] ?? CONNECTING.other
  return new GodwitError(code, `${message} ${display}.`, {
    why: failure.message,
    fix: failure.hint ?? fix,
    ...(failure.state !== undefined && { data: { state: failure.state } }),
    cause: error,
  })
}
