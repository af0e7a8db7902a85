// The interface of a database, and everything shared code may know of one: capabilities, never names.
import type { Traits } from '../diff/traits.ts'
import type { Rule } from '../lint/rule.ts'
import type { Destruction, Retyping } from '../operations/destruction.ts'
import type { Narrowing } from '../operations/narrowing.ts'
import type { Operation } from '../operations/operation.ts'
import type { Probe, Statement } from '../operations/statement.ts'
import type { Extra, Schema, SchemaObject, Table } from '../schema/schema.ts'

/**
 * To add a database: a folder with these parts, its cases under test/cases, one line in index.ts.
 * The conformance suite (test/contract) says whether it is right.
 */
export interface Dialect {
  /** The name that reports and configuration use. */
  name: string
  /** URL schemes without the colon. */
  schemes: readonly string[]
  /** What `inspect` reads beyond the usual (reading.ts): schemas read with another scope are not to be compared. */
  scope?: string
  capabilities: Capabilities
  /** Absent: names of this database have no namespace. */
  namespaces?: Namespaces
  /** Types of objects that a table or a view can stand on: a type, a function of a default. Absent: there are none. */
  foundations?: readonly string[]
  traits: Traits
  rules: readonly Rule[]
  /** Opens one session with our settings pinned (time zone, strictness, timeouts). Errors are coded. */
  connect(url: string, options?: ConnectOptions): Promise<Connection>
  /** Reads everything the Schema holds; Godwit's own tables are left out. */
  inspect(connection: Connection, options?: InspectOptions): Promise<Schema>
  /** The SQL for the operations, in order. May merge neighbours (one ALTER TABLE for several changes). */
  render(operations: readonly Operation[], options: RenderOptions): Statement[]
  /**
   * Values that the operations do not carry over as they are: the one place that says so. Without the schema before, what
   * only it tells is left out or taken for possible.
   */
  narrowings(operations: readonly Operation[], options: { before?: Schema; version?: string }): Narrowing[]
  /** What hand-written SQL throws away, read with this database's own lexer or parser; nothing where it cannot be read. */
  destroys(text: string): Promise<Destruction[]>
  /** Columns whose type hand-written SQL changes without saying how; absent: there is no such statement. */
  retypes?(text: string): Promise<Retyping[]>
  /** How tables are kept from being written while it is looked whether they hold more than was agreed to. */
  lockTables(tables: readonly string[], options: { timeout: number; version: string }): TableLock
  /** True where `render` needs the schema before these operations (a table rebuild): it is inspected then, otherwise not. */
  needsSchema(operations: readonly Operation[]): boolean
  /**
   * What only this database knows of the things that these operations make anew (who defined them), by ref, for
   * `RenderOptions.live`. Undefined: nothing of that kind is made anew, and nothing was asked.
   */
  live?(connection: Connection, operations: readonly Operation[]): Promise<Readonly<Record<string, string>> | undefined>
  /**
   * How far a statement of a list that builds a schema from nothing reaches, where that is certain: lets the shadow load
   * what has changed of a long list instead of all of it. Undefined: it may concern anything.
   */
  reach?(sql: string): Reach | undefined
  /** Splits SQL text of this database into single statements. A syntax error it can see is a coded error with its place. */
  split(text: string, file?: string): Promise<TextStatement[]>
  /**
   * Whether the engine's own parser takes a statement; nothing is run. Absent where `split` parses already. Undefined: it
   * does, or it cannot be told.
   */
  refusal?(connection: Connection, sql: string): Promise<Failure | undefined>
  /** An embedded (or scratch) database of the same engine, to spell and to prove things on. Starts with the first `scratch`. */
  openShadow(options: ShadowOptions): Promise<Shadow>
  /** The lock that makes one runner work while the others wait; polled, never blocking. Null: not free within the wait. */
  lock(connection: Connection, request: LockRequest): Promise<Lock>
  /** Who holds the lock of this key right now, where that can be seen without taking it. */
  lockHolder?(connection: Connection, key: string): Promise<LockHolder | undefined>
  /** Rows of the tables as the engine's statistics have them, by qualified name; absent: it keeps none. */
  rowEstimates?(connection: Connection): Promise<Map<string, number>>
  /** What this role needs on this database, and whether it has it: asked, never tried. */
  privileges(connection: Connection): Promise<Privilege[]>
  /**
   * What opens and closes a transaction that holds these statements, in the messages' own order.
   */
  bracket(statements: readonly Statement[], options: BracketOptions): Bracket
  /** SQL that gives the session back what it was opened with, where what was run may have changed that; absent: not known what. */
  forget(statements: readonly string[] | undefined, version: string): string | undefined
  /** Creates our bookkeeping tables if they are missing; all columns are text or integer (runner/journal.ts says which). */
  bookkeeping(table: BookkeepingTable): string
  /** How a bookkeeping table is written in SQL, whatever the session's search path; absent: its bare name. */
  bookkeepingName?(table: string): string
  /** How to see that these tables are ours, and nobody has put others in their place. */
  books: BooksGuard
  /** A query of ours that names everything of the user's in full, so that nothing else is taken for the system's; absent: as it is. */
  own?(sql: string): string
  /** How texts and numbers of ours are compared in statements under the session's own settings; absent: `=`. */
  equals?: string
  /** An SQL expression: the database's clock as ISO 8601 text, UTC, milliseconds. */
  now: string
  literal(value: string | number | boolean | null): string
  /** An SQL expression of text: a value of this type (spelled by the engine) as a literal of this database. Never null. */
  literalOf(expression: string, type: string): string
  /** What tells the rows of a table without a primary key apart and can be compared; undefined: nothing does. */
  rowKey?(table: Table): string | undefined
  /**
   * The table as this very database spells it: made for a moment where nobody sees it, and rolled back. Foreign keys
   * come back as they were given. Absent: the shadow, which is the same engine, is asked.
   */
  spellTable?(connection: Connection, table: Table): Promise<Table>
  identifier(name: string): string
  /** What a driver's error means. `sql` is the text that was sent, for the place of a syntax error. */
  explain(error: unknown, context?: { sql?: string; url?: string }): Failure
  /** What whoever pipes this script into the database's own client has to know, as one comment; absent or undefined: nothing. */
  scriptHead?(statements: readonly string[]): string | undefined
  /** Copies of the whole database, loaded when they are asked for; absent: there is no way. */
  backup?(): Promise<Backup>
}

/**
 * The part of a dialect that opens a session and reads the history. It is small, because it is all that is loaded
 * where nothing is to be done.
 */
export type Connector = Pick<
  Dialect,
  'name' | 'connect' | 'explain' | 'identifier' | 'bookkeepingName' | 'books' | 'own' | 'equals'
> & {
  /** Keeps every session of ours out of the database until the answer is called; absent: sessions do not harm each other. */
  hold?(url: string, options?: { timeout?: number }): Promise<() => Promise<void>>
}

/**
 * Our tables may be somebody else's work: a view or a trigger of theirs would run with our rights. What is found is told as
 * a text of the form `godwit|table|what|user|name`.
 */
export interface BooksGuard {
  /**
   * A statement that goes before the first one on these tables, in the same message: it fails, with that text in its error,
   * where one of them is not ours.
   */
  first?(tables: readonly BookkeepingTable[]): string
  /** Where reading such a table harms nobody: one more select of the query that reads them (part `planted`, table, what, name). */
  beside?(tables: readonly BookkeepingTable[]): string
  /** What is wrong with the table, and the statement that puts it right. */
  advice(found: Planted): { why: string; fix: string }
}

/** A table of ours that is not as we made it. */
export interface Planted {
  table: string
  what: string
  user: string
  name: string
}

/** A right, as the database itself answers. */
export interface Privilege {
  /** What it allows: `create tables in schema public`. */
  allows: string
  /** Undefined: the database does not tell. */
  granted: boolean | undefined
  /** What the right is for: every `upgrade`, only some changes, or the scratch databases of `migrate` and `check`. */
  needed: 'always' | 'sometimes' | 'shadow'
  /** How to get it. */
  fix: string
  /** The role or account that is meant, as SQL writes it. */
  who?: string
}

/**
 * What a statement makes. `create`, `key` (a unique index), `reference` (a foreign key) and `other` shape the one table
 * they name; `apart` makes a thing that no table shapes; `reads` makes one that may depend on every table it mentions.
 * A foreign key's target is found by its mention: every name that a statement needs is a word of it.
 */
export type Reach =
  | { part: 'create' | 'key' | 'reference' | 'other'; table: string; name: string }
  | { part: 'apart' | 'reads' }

/** How a database tells tables of one name apart. */
export interface Namespaces {
  /** The type of the object that a namespace is. */
  type: string
  /** The one that names leave out. */
  default: string
}

/** What one database can do: shared code branches on these, never on a name. */
export interface Capabilities {
  /** DDL rolls back: a revision is one transaction. */
  transactionalDdl: boolean
  /** Several sessions can be open at once. */
  concurrentSessions: boolean
  /** Indexes can be built without blocking writers, outside a transaction. */
  concurrentIndex: boolean
  /** The shadow is an engine inside of this process, unless a server is configured for it. */
  embeddedShadow: boolean
  /** Longest identifier, in bytes of UTF-8. */
  maxIdentifier: number
}

export interface ConnectOptions {
  /** Open without the right to write, where the engine can. */
  readOnly?: boolean
  /** Create the database's file or folder when it is missing. */
  create?: boolean
  /** `empty`: an embedded database that is not there yet is read as an empty one, in memory; nothing is made. */
  absent?: 'empty' | 'error'
  /** Milliseconds to wait for a connection. */
  timeout?: number
  applicationName?: string
  /** Milliseconds in which a server that is full or starting up is asked again; absent: one try. */
  wait?: number
  /** Called once, when it is asked again. */
  onWait?: (why: string, wait: number) => void
  signal?: AbortSignal
  /** A database that nobody else uses: a lock there is the server's own and soon gone, so it is waited for. */
  scratch?: boolean
}

/** One session. `execute` is one message to the server and may hold several statements. */
export interface Connection extends AsyncDisposable {
  /** Where we are, fit to be shown: no password. */
  readonly location: Location
  query<Row = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>
  execute(sql: string): Promise<void>
  /**
   * Sends the statements as one message, joined by `\n;\n`. Present where that saves round trips. Does not throw: the
   * answer says how many statements had finished when one failed.
   */
  executeAll?(statements: readonly string[], finished?: (count: number) => void): Promise<Executed>
  /**
   * The server answers each statement of a message when it has finished, and `finished` is told: so several revisions may
   * share a message, and everybody sees how far it is. (PostgreSQL keeps its answers back until the message is done.)
   */
  readonly answersEach?: boolean
  /**
   * After a failure that was rolled back: true where the session could be given what the statement lacked, so that the
   * transaction is worth another try.
   */
  remedy?(error: unknown): Promise<boolean>
  /** Server version as it presents itself, known after connecting without a further round trip; empty if not. */
  readonly version: string
  /**
   * What each transaction has to begin with, because the session may be another one each time, or has not taken what it was
   * opened with. Absent or empty: nothing.
   */
  settings?(): readonly string[]
  /** Stops the statement that is running, from outside; resolves once asked. */
  cancel?(): Promise<void>
  close(): Promise<void>
}

/** How far a message of several statements came. `error` is the driver's, about the text that was sent. */
export interface Executed {
  completed: number
  error?: unknown
}

export interface Location {
  /** The URL without password and query. */
  display: string
  host?: string
  database: string
  /** Settings of the URL that are of other tools and change nothing here. */
  ignored?: readonly string[]
}

export interface InspectOptions {
  /** Read grants and default privileges as objects too. */
  grants?: boolean | undefined
  /** Namespaces to look at; absent: all but the system's. */
  namespaces?: readonly string[]
}

export interface RenderOptions {
  /** The schema before the operations, when `needsSchema` asked for it. */
  before?: Schema
  /** All operations of the step that these are a part of: what goes here may come back further on. Absent: these. */
  around?: readonly Operation[]
  /** What `Dialect.live` answered. Absent: no database was asked. */
  live?: Readonly<Record<string, string>>
  /** Version text of the target server, where it matters. */
  version?: string
  /** For people to read and pipe (`diff`, `--sql`) or for the runner. */
  purpose?: 'run' | 'script'
}

/** A statement found in a text, with where it began. Offsets are UTF-16, lines and columns start at 1. */
export interface TextStatement {
  sql: string
  offset: number
  line: number
  column: number
  /** False: the text says or the engine demands that it runs outside a transaction. */
  transactional: boolean
  /** BEGIN, COMMIT and the like: the runner has its own transaction. */
  control: boolean
  /** Of those: it opens or closes a plain transaction, and asks for nothing else. */
  mark?: 'begin' | 'commit'
  /** How to see whether it has happened, for one that commits by itself: where the text tells. */
  probe?: Probe
}

export interface ShadowOptions {
  /** A server to make a scratch database on, instead of the embedded engine. */
  url?: string
  /** URL of the real database: dialects without an embedded engine make their scratch database there. */
  target?: string
  /** Folder for cached snapshots. */
  cache?: string
}

/** A statement as a run sends it. */
export type Asked = Pick<Statement, 'sql' | 'otherwise' | 'resort'>

/** An empty database that is thrown away after each use. */
export interface Shadow extends AsyncDisposable {
  /**
   * Runs the work on an empty database and throws everything away. Work may be called again from the start
   * (an extension had to be loaded), so it must not keep state outside.
   */
  scratch<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result>
  /**
   * Runs statements on the scratch database: what cannot run inside its transaction is adapted (no CONCURRENTLY), control
   * statements are left out, roles and extensions they name are provided. A failure is coded and shows the statement.
   */
  load(connection: Connection, statements: readonly string[]): Promise<void>
  /**
   * Runs statements of ours in the very words of a run, with the other ways where the server refuses the first: what a
   * proof has shown is what happens. Absent: no statement has other ways, and `load` runs them. Errors: as for `load`.
   */
  carryOut?(connection: Connection, statements: readonly Asked[]): Promise<void>
  /** Engine and version: part of every cache key. */
  readonly identity: string
  close(): Promise<void>
}

export interface LockRequest {
  /** Names the lock: the same for everybody who migrates this database with the same bookkeeping. */
  key: string
  /** Milliseconds to wait at most; 0: one try. */
  wait: number
  /** Called about once a second while waiting. */
  onWait?: (holder: LockHolder, waited: number) => void
  signal?: AbortSignal
}

/** Who holds the lock, as far as the engine tells. */
export interface LockHolder {
  pid?: number
  host?: string
  user?: string
  application?: string
  since?: string
  query?: string
}

export interface Lock {
  release(): Promise<void>
}

export interface BracketOptions {
  /** Milliseconds that a statement waits for a lock. */
  lockTimeout: number
  /** Code is called in the transaction, which may take its time between two statements. */
  pauses?: boolean
  /** What `Connection.settings` answers. */
  settings?: readonly string[]
}

/** SQL around a transaction: `before` outside of it, `verify` inside at the end (any row returned is a failure), `after` always. */
export interface Bracket {
  before: string[]
  begin: string[]
  verify: string[]
  /** The last statements before `commit`; absent: none. */
  end?: string[]
  commit: string
  rollback: string
  after: string[]
}

/** SQL around a look at tables that nobody else can write meanwhile, as parts of the transaction that changes them. */
export interface TableLock {
  /** Takes the tables, and bounds how long one look may take. */
  before: string[]
  /** A query that gives up in time (failure kind `canceled`). */
  look(query: string): string
  /** Ends the bound; the tables stay taken. */
  after: string[]
  /** Gives the tables back, where no transaction does. */
  release: string[]
  /** A statement that fails where the query gives a row; absent: only a program can look. */
  refuse?(query: string): string
}

/** A table of ours: column name to type, both in the few words every database shares. */
export interface BookkeepingTable {
  name: string
  columns: {
    name: string
    type: 'text' | 'integer'
    primaryKey?: boolean
    autoIncrement?: boolean
    notNull?: boolean
    /** Rows are looked for by its value: an index, where a search costs more than a look. */
    sought?: boolean
  }[]
}

/** How the whole database is copied out and put back. */
export interface Backup {
  /** Opens one consistent view of the database and finds the best way to copy it. Errors: BACKUP_FAILED, TOOL_MISSING. */
  open(connection: Connection, options: BackupOptions): Promise<BackupSource>
  /**
   * Puts what `BackupNative.content` gave in the place of everything the database holds. Errors: coded ones, and those of
   * the driver. Where `transactionalDdl` is true, nothing has changed then.
   */
  restore(connection: Connection, content: AsyncIterable<Uint8Array>, options: RestoreOptions): Promise<void>
  /** Rows as statements; absent where the engine can always copy itself. */
  rows?: BackupRows
}

export interface BackupOptions {
  url: string
  /** `native`: the engine's or the server's own way, or an error; `godwit`: rows as statements. Absent: the first that serves. */
  tool?: 'native' | 'godwit'
  /** A private folder for what has to lie in a file; removed afterwards. */
  folder: string
  signal?: AbortSignal
}

/** One consistent view. */
export interface BackupSource {
  /** Sees what the copy will hold: schema, rows and history are read here. */
  view: Connection
  /** Whether it does so exactly; false: somebody may write between this view and the copy. */
  exact: boolean
  /** The engine's or the server's own way; absent: rows as statements. */
  native?: BackupNative
  /** Why it is not the native way. */
  note?: string
  close(): Promise<void>
}

export interface BackupNative {
  /** How to read it again: what `restore` is told. */
  kind: string
  /** Name for the file inside of the archive. */
  file: string
  /** The program and its version. */
  by: string
  /** Called once; `table` is called with each table that is begun, as far as the program tells. */
  content(table: () => void): AsyncIterable<Uint8Array>
}

export interface RestoreOptions {
  kind: string
  url: string
  /** A private folder for what has to lie in a file. */
  folder: string
  /** Statements that empty the database: run first, and in the same transaction where there is one. */
  before: readonly string[]
  /** Version of the engine that the copy is from. */
  version: string
  signal?: AbortSignal
}

/** The parts of a dump that is our own: the schema is data, the rows are statements. */
export interface BackupRows {
  /** The schema without what would act on rows while they come back: triggers, foreign keys, row security. */
  bare(schema: Schema): Schema
  /** What stays where the database is emptied, because making it again may need more rights. */
  keeps(object: SchemaObject): boolean
  /** Whether a table has rows of its own. */
  holds(table: Table): boolean
  /** The rows as insert statements of bounded size. */
  read(view: Connection, table: Table): AsyncIterable<{ sql: string; rows: number }>
  /** Statements that set what counts on by itself (sequences, AUTO_INCREMENT) to where it stands. */
  counters(view: Connection, schema: Schema): Promise<string[]>
  /** Statements after the rows, for objects in the order in which they were made. */
  finish(objects: readonly SchemaObject[]): string[]
  /** Around everything, and around the rows. */
  begin: readonly string[]
  beforeRows: readonly string[]
  afterRows: readonly string[]
  commit: readonly string[]
  rollback: readonly string[]
}

export type FailureKind =
  | 'connection refused'
  | 'connection lost'
  | 'connection failed'
  | 'database missing'
  | 'access denied'
  | 'permission denied'
  | 'read only'
  | 'in use'
  | 'full'
  | 'lock timeout'
  | 'deadlock'
  | 'table missing'
  | 'duplicate key'
  | 'duplicate object'
  /** A foreign key cannot be made or would be broken: the other table, its key or its rows are not as it needs them. */
  | 'foreign key'
  /** A column cannot become the type that was asked for. */
  | 'type conflict'
  | 'syntax'
  | 'canceled'
  /** The server cannot do it in the way that was asked for (`Statement.otherwise` holds others). */
  | 'unsupported'
  | 'other'

/** A driver's error, understood. `message` is free of passwords and row data; `offset` is a UTF-16 offset into the SQL sent. */
export interface Failure {
  kind: FailureKind
  message: string
  hint?: string
  /** SQLSTATE or the engine's own code. */
  state?: string
  offset?: number
  /** May hold row data: shown only when asked for. */
  detail?: string
  data?: Extra
}
