// The bookkeeping in the database: which revisions are applied (history), what ran (journal), whose database it is (meta).
import type { BookkeepingTable, Connection, Connector, Dialect, Planted } from '../dialects/dialect.ts'
import { GodwitError } from '../errors.ts'

/** The layout of these tables; a newer Godwit may raise it. */
export const FORMAT = '1'

/** What the format says while a restore is under way where it cannot be one transaction; `restoring` names the file. */
export const RESTORING = 'restoring'

const text = (name: string) => ({ name, type: 'text', notNull: true }) as const
const integer = (name: string) => ({ name, type: 'integer', notNull: true }) as const

/** Every column is text or an integer and never null: the same on all databases. */
export const TABLES: readonly BookkeepingTable[] = [
  { name: 'godwit_meta', columns: [{ name: 'name', type: 'text', primaryKey: true, notNull: true }, text('value')] },
  {
    // One row for each applied revision. Inserting it is the claim: the primary key lets only one runner have it.
    name: 'godwit_history',
    columns: [
      { name: 'revision', type: 'text', primaryKey: true, notNull: true },
      ...['parents', 'message', 'file', 'checksum'].map(text),
      // The file's text, and the operations of the way down as JSON (see `undoOf`): the file may be gone one day.
      ...['source', 'way_back'].map(text),
      // done, upgrading or downgrading; `progress` statements of `plan` (their hashes) are committed.
      text('state'),
      integer('progress'),
      ...['plan', 'started_at', 'finished_at', 'actor', 'version'].map(text),
    ],
  },
  {
    name: 'godwit_journal',
    columns: [
      { name: 'id', type: 'integer', primaryKey: true, autoIncrement: true, notNull: true },
      { ...text('revision'), sought: true },
      text('action'),
      // -1: the whole revision in one transaction.
      integer('step'),
      ...['command', 'state', 'started_at', 'finished_at', 'actor', 'version', 'error'].map(text),
    ],
  },
]

export type HistoryState = 'done' | 'upgrading' | 'downgrading'

/** A row of the history, as far as planning needs it. */
export interface HistoryRow {
  revision: string
  parents: string[]
  checksum: string
  state: HistoryState
  progress: number
}

/** What one query reads. */
export interface Bookkeeping {
  /** False: the tables are not there. */
  initialised: boolean
  meta: Map<string, string>
  history: Map<string, HistoryRow>
  /** Revisions with a statement of which nobody knows yet whether it happened. */
  open: Set<string>
}

/** Books of a database that has none. */
export const emptyBooks = (): Bookkeeping => ({
  initialised: false,
  meta: new Map(),
  history: new Map(),
  open: new Set(),
})

interface PartRow {
  part: 'meta' | 'history' | 'open' | 'planted'
  a: string
  b: string
  c: string
  d: string
  n: number | string
}

/** The names of our tables as this dialect writes them. */
export function names(dialect: Connector): { meta: string; history: string; journal: string } {
  const name = (table: string): string => dialect.bookkeepingName?.(table) ?? dialect.identifier(table)
  return { meta: name('godwit_meta'), history: name('godwit_history'), journal: name('godwit_journal') }
}

/** A query of ours on our own tables, as the dialect wants such. */
export const own = (dialect: Pick<Connector, 'own'>, sql: string): string => dialect.own?.(sql) ?? sql

const planted = (dialect: Connector, found: Planted): GodwitError => {
  const { why, fix } = dialect.books.advice(found)
  return new GodwitError('HISTORY_UNTRUSTED', `The table ${found.table} is not as Godwit makes it.`, {
    why: `${why} What others have put there would run with the rights of whoever migrates. Nothing was run.`,
    fix,
    data: { ...found },
  })
}

/** Errors: HISTORY_UNTRUSTED where the error is that of the guard in front of our tables. */
export function checkPlanted(dialect: Connector, error: unknown): void {
  // The driver's own words: what is made of them for people holds no values.
  const told = [error, Reflect.get(Object(error), 'cause')].map((each) => (each instanceof Error ? each.message : ''))
  const text = /godwit\|([^|]+)\|([^|]+)\|([^|]*)\|?([^\n]*)/.exec(told.join('\n'))
  if (text === null) return
  const [, table = '', what = '', user = '', name = ''] = text
  throw planted(dialect, { table, what, user, name: name.replace(/["']$/, '') })
}

/** Reads everything that planning needs, in one round trip. Errors: HISTORY_UNTRUSTED, and the driver's own. */
export async function readBookkeeping(dialect: Connector, connection: Connection): Promise<Bookkeeping> {
  const { meta, history, journal } = names(dialect)
  const { books } = dialect
  const found: Bookkeeping = { ...emptyBooks(), initialised: true }
  let rows: PartRow[]
  try {
    const query = `select 'meta' as part, name as a, value as b, '' as c, '' as d, 0 as n from ${meta}
union all select 'history', revision, checksum, state, parents, progress from ${history}
union all select 'open', revision, action, '', '', step from ${journal} where state = 'open'`
    const guarded = [books.first?.(TABLES), [query, books.beside?.(TABLES)].filter(Boolean).join('\nunion all ')]
    rows = await connection.query<PartRow>(own(dialect, guarded.filter(Boolean).join(';\n')))
  } catch (error) {
    checkPlanted(dialect, error)
    if (dialect.explain(error).kind !== 'table missing') throw error
    return emptyBooks()
  }
  for (const { part, a, b, c, d, n } of rows) {
    if (part === 'planted') throw planted(dialect, { table: a, what: b, user: '', name: c })
    if (part === 'meta') found.meta.set(a, b)
    else if (part === 'open') found.open.add(a)
    else {
      const state = c === 'upgrading' || c === 'downgrading' ? c : 'done'
      found.history.set(a, { revision: a, parents: split(d), checksum: b, state, progress: Number(n) })
    }
  }
  return found
}

/** The same look before the tables are made: one of them may be there. Errors: HISTORY_UNTRUSTED. */
export async function noneOfOthers(dialect: Connector, connection: Connection): Promise<void> {
  const beside = dialect.books.beside?.(TABLES)
  if (beside === undefined) return
  const [row] = await connection.query<Record<string, string>>(
    `select '' as part, '' as a, '' as b, '' as c, '' as d, 0 as n where 1 = 0 union all ${beside}`,
  )
  if (row !== undefined) throw planted(dialect, { table: row.a ?? '', what: row.b ?? '', user: '', name: row.c ?? '' })
}

/** Parents are kept as one text: ids hold neither blanks nor commas. */
export const split = (parents: string): string[] => parents.split(' ').filter((id) => id !== '')

/** What every row says about the run. */
export interface Author {
  actor: string
  version: string
}

/** SQL that creates the tables and says whose they are; safe to run again. */
export function bootstrap(dialect: Dialect, project: string): string[] {
  const { literal } = dialect
  const { meta } = names(dialect)
  const is = dialect.equals ?? '='
  const once = (name: string, value: string): string =>
    `insert into ${meta} (name, value) select ${literal(name)}, ${literal(value)} where not exists (select 1 from ${meta} where name ${is} ${literal(name)})`
  return [
    ...TABLES.map((table) => dialect.bookkeeping(table)),
    once('format', FORMAT),
    once('project', project),
    once('claim', ''),
  ]
}

/** The statements that keep the books, as SQL text: they travel in the same message as the work they record. */
export function ledger(dialect: Dialect, { actor, version }: Author) {
  const { meta, history, journal } = names(dialect)
  const { now, equals: is = '=' } = dialect
  const quote = (value: string): string => dialect.literal(value.replaceAll('\0', '\uFFFD'))
  const who = `${quote(actor)}, ${quote(version)}`
  const entry = 'revision, action, step, command, state, started_at, finished_at, actor, version, error'
  return {
    /** Takes the revision for this runner: a second one fails on the primary key. */
    claim: (row: HistoryEntry, state: HistoryState, plan: readonly string[] = []): string =>
      `insert into ${history} (revision, parents, message, file, checksum, source, way_back, state, progress, plan, started_at, finished_at, actor, version) values (${[
        row.revision,
        row.parents.join(' '),
        row.message,
        row.file,
        row.checksum,
        row.source,
        row.undo,
        state,
      ]
        .map(quote)
        .join(', ')}, 0, ${quote(plan.join(' '))}, ${now}, '', ${who})`,

    /** Takes an applied revision for undoing: fails (a value must not be null) when somebody else has undone it. */
    claimUndo: (revision: string): string =>
      `update ${meta} set value = (select revision from ${history} where revision ${is} ${quote(revision)}) where name ${is} 'claim'`,

    start: (revision: string, state: HistoryState, plan: readonly string[]): string =>
      `update ${history} set state = ${quote(state)}, progress = 0, plan = ${quote(plan.join(' '))} where revision ${is} ${quote(revision)}`,

    /** The file may have been corrected behind the point that is committed already. */
    refresh: (row: HistoryEntry): string =>
      `update ${history} set parents = ${quote(row.parents.join(' '))}, message = ${quote(row.message)}, file = ${quote(row.file)}, checksum = ${quote(row.checksum)}, source = ${quote(row.source)}, way_back = ${quote(row.undo)} where revision ${is} ${quote(row.revision)}`,

    /** An undoing that has done nothing is given up: the revision is applied, as it was. */
    stand: (revision: string): string =>
      `update ${history} set state = 'done', progress = 0, plan = '' where revision ${is} ${quote(revision)} and state ${is} 'downgrading'`,

    replan: (revision: string, plan: readonly string[]): string =>
      `update ${history} set plan = ${quote(plan.join(' '))} where revision ${is} ${quote(revision)}`,

    progress: (revision: string, progress: number): string =>
      `update ${history} set progress = ${progress} where revision ${is} ${quote(revision)}`,

    finish: (revision: string): string =>
      `update ${history} set state = 'done', finished_at = ${now} where revision ${is} ${quote(revision)}`,

    forget: (revision: string): string => `delete from ${history} where revision ${is} ${quote(revision)}`,

    forgetSeeds: (): string => `delete from ${meta} where name like 'seed %'`,

    /**
     * The line of the journal for a revision that ran, when it ended: the history has its beginning. `ran`: the statements that
     * have no line of their own, because they were committed with this one. Plain values: cheap a thousand times.
     */
    done: (revision: string, action: string, ran: readonly Ran[] = []): string =>
      `insert into ${journal} (${entry}) values (${quote(revision)}, ${quote(action)}, -1, ${ran.length === 0 ? "''" : quote(JSON.stringify(ran))}, 'done', ${now}, ${now}, ${who}, '')`,

    note: (
      revision: string,
      action: string,
      fields: { step?: number; command?: string; error?: string } = {},
    ): string =>
      `insert into ${journal} (${entry}) values (${quote(revision)}, ${quote(action)}, ${fields.step ?? -1}, ${quote(fields.command ?? '')}, ${fields.error === undefined ? "'done'" : "'failed'"}, ${now}, ${now}, ${who}, ${quote(fields.error ?? '')})`,

    /** Written and committed before a statement that commits by itself. */
    intend: (revision: string, action: string, step: number, command: string): string =>
      `insert into ${journal} (${entry}) values (${quote(revision)}, ${quote(action)}, ${step}, ${quote(command)}, 'open', ${now}, '', ${who}, '')`,

    settle: (revision: string, state: 'done' | 'failed', error = ''): string =>
      `update ${journal} set state = ${quote(state)}, finished_at = ${now}, error = ${quote(error)} where revision ${is} ${quote(revision)} and state ${is} 'open'`,

    /** What an operation that looks first found or made: going down reads it again. */
    ensured: (revision: string, operation: number, record: object): string =>
      `insert into ${journal} (${entry}) values (${quote(revision)}, 'ensure', ${operation}, ${quote(JSON.stringify(record))}, 'done', ${now}, ${now}, ${who}, '')`,

    /** How far a backfill has come: one line for each, in the transaction of its batch. */
    filled: (revision: string, operation: number, record: object): string[] => [
      `delete from ${journal} where revision ${is} ${quote(revision)} and action ${is} 'backfill' and step ${is} ${operation}`,
      `insert into ${journal} (${entry}) values (${quote(revision)}, 'backfill', ${operation}, ${quote(JSON.stringify(record))}, 'done', ${now}, ${now}, ${who}, '')`,
    ],

    setMeta: (name: string, value: string): string =>
      `update ${meta} set value = ${quote(value)} where name ${is} ${quote(name)}`,
  }
}

export type Ledger = ReturnType<typeof ledger>

/** A statement that ran in a transaction with others: its place in the plan, and its text. */
export type Ran = readonly [index: number, sql: string]

/** What `done` has noted. Nothing where an earlier version wrote the line. */
export const ranIn = (command: string): Ran[] => (command.startsWith('[') ? (JSON.parse(command) as Ran[]) : [])

/** What the history keeps of a revision. */
export interface HistoryEntry {
  revision: string
  parents: readonly string[]
  message: string
  file: string
  checksum: string
  source: string
  undo: string
}

/** The texts and the plan of one row of the history: read only when they are needed. */
export async function readEntry(
  dialect: Dialect,
  connection: Connection,
  revision: string,
): Promise<(HistoryEntry & { plan: string[] }) | undefined> {
  const [row] = await connection.query<Record<string, string>>(
    own(
      dialect,
      `select revision, parents, message, file, checksum, source, way_back, plan from ${names(dialect).history} where revision = ${dialect.literal(revision)}`,
    ),
  )
  if (row === undefined) return undefined
  const { parents = '', message = '', file = '', checksum = '', source = '', way_back = '', plan = '' } = row
  return { revision, parents: split(parents), message, file, checksum, source, undo: way_back, plan: split(plan) }
}

/** The statement that an interrupted run left open. */
export async function readOpen(
  dialect: Dialect,
  connection: Connection,
  revision: string,
): Promise<{ step: number; command: string; action: string } | undefined> {
  const [row] = await connection.query<{ step: number | string; command: string; action: string }>(
    own(
      dialect,
      `select step, command, action from ${names(dialect).journal} where state = 'open' and revision = ${dialect.literal(revision)} order by id desc`,
    ),
  )
  return row === undefined ? undefined : { ...row, step: Number(row.step) }
}

/** The statements of an unfinished revision that commit by themselves and have happened since it was begun. */
export async function readDone(dialect: Dialect, connection: Connection, revision: string): Promise<string[]> {
  const rows = await connection.query<{ step: number | string; command: string; state: string }>(
    `select step, command, state from ${names(dialect).journal} where action = 'up' and revision = ${dialect.literal(revision)} order by id`,
  )
  const done = new Map<number, string>()
  for (const { step, command, state } of rows) {
    // It was complete, and has been taken back since.
    if (Number(step) === -1 && state === 'done') done.clear()
    else if (Number(step) >= 0 && state === 'done') done.set(Number(step), command)
  }
  return [...done.values()]
}
