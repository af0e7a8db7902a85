// Going down: hand-written SQL and code can hide what they do. Code is read before it is sent, and what is gone when a
// transaction comes to its end is compared with what was agreed to.
import { type FormerNames, formerNames } from '../operations/former-names.ts'
import type { Operation, RunDatabase } from '../operations/operation.ts'
import { ref } from '../schema/names.ts'
import type { Schema, Table } from '../schema/schema.ts'
import { keyOf, MoreThanAgreed } from './agreed.ts'
import { lossesNow } from './losing.ts'
import type { Loss } from './reports.ts'
import type { Session } from './session.ts'
import type { Item, Step } from './step.ts'

/** The code of a way down, looked over its shoulder: what throws data away that nobody agreed to is not run. */
export interface Watched {
  database: RunDatabase
  /** Where it was stopped: the code may have caught the error. */
  refused(): MoreThanAgreed | undefined
}

/** Reads each text before it is sent. Going up, a revision that was reviewed is the consent. */
export function watched({ dialect, connection, agreed }: Session, revision: string): Watched {
  let refused: MoreThanAgreed | undefined
  const check = async (sql: string): Promise<void> => {
    if (agreed === undefined) return
    const found = await dialect.destroys(sql)
    const unknown = found.map(({ what = 'sql', message }): Loss => ({ revision, what, message: `code: ${message}` }))
    const more = unknown.filter((loss) => !agreed.has(keyOf(loss)))
    if (more.length === 0) return
    refused = new MoreThanAgreed([...(refused?.losses ?? []), ...more])
    throw refused
  }
  return {
    database: {
      query: async (sql, parameters) => {
        await check(sql)
        return connection.query(sql, parameters)
      },
      execute: async (sql) => {
        await check(sql)
        return connection.execute(sql)
      },
    },
    refused: () => refused,
  }
}

/** A look at the database before a transaction, and the one that is taken at its end. Throws MoreThanAgreed. */
export type Watch = () => Promise<void>

/**
 * Begins to watch the operations from `from` up to `to`, where they hold what cannot be foreseen and the database can
 * still take it back.
 */
export async function watch(
  session: Session,
  { revision, operations }: Step,
  items: readonly Item[],
  [from, to]: readonly [from: number, to: number],
): Promise<Watch | undefined> {
  const { agreed, dialect, connection } = session
  const hides = items.some((item) => item.type === 'run' || (item.type === 'statement' && item.source !== undefined))
  if (agreed === undefined || !hides || !dialect.capabilities.transactionalDdl) return undefined
  const known = await lossesNow(session, operations, from)
  const said = new Set(known.map(({ what }) => what))
  const before = await dialect.inspect(connection)
  // Nobody guesses a rename: only where the text itself says the word, another name may be the same thing.
  const renames = items.some((item) => item.type === 'statement' && /\brename\b/iu.test(item.statement.sql))
  return async () => {
    const gone = goneBetween(before, await dialect.inspect(connection), operations.slice(from, to), renames)
    const more = gone
      .filter(({ what }) => !said.has(what))
      .map((loss): Loss => ({ revision: revision.id, ...loss }))
      .filter((loss) => !agreed.has(keyOf(loss)))
    if (more.length > 0) throw new MoreThanAgreed(more)
  }
}

function goneBetween(
  before: Schema,
  after: Schema,
  operations: readonly Operation[],
  renames: boolean,
): Pick<Loss, 'what' | 'message'>[] {
  const names: FormerNames = formerNames()
  for (const operation of operations) names.take(operation)
  const there = new Map(after.tables.map((table) => [names.table(table.name), table]))
  const isNew = (table: Table): boolean => !before.tables.some(({ name }) => name === names.table(table.name))
  const strangers = renames ? after.tables.filter(isNew) : []
  return before.tables.flatMap((old) => {
    const now = there.get(old.name)
    if (now === undefined) {
      // One of another name with all its columns is the same table, renamed.
      const renamed = strangers.some(({ columns }) =>
        old.columns.every(({ name }) => columns.some((column) => column.name === name)),
      )
      return renamed ? [] : [{ what: ref('table', old.name), message: `table ${old.name} with all its rows` }]
    }
    const former = new Set(now.columns.map(({ name }) => names.column(now.name, name)))
    const unknown = now.columns.filter(
      ({ name }) => renames && !old.columns.some((column) => column.name === names.column(now.name, name)),
    )
    return old.columns
      .filter(({ name, generated }) => generated === undefined && !former.has(name))
      .filter(({ type }) => !unknown.some((column) => column.type === type))
      .map(({ name }) => ({
        what: ref('column', old.name, name),
        message: `column ${old.name}.${name} with all its values`,
      }))
  })
}
