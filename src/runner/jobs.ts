// Work of the application on its own database: one job, one transaction, nothing left behind when it fails.
import type { Dialect } from '../dialects/dialect.ts'
import type { RunDatabase, RunFunction } from '../operations/operation.ts'
import { withRetry } from './retry.ts'
import type { Row, SeedDatabase } from './seed.ts'
import type { Session } from './session.ts'
import type { Item } from './step.ts'
import { transact } from './transaction.ts'

/** A job: code, or statements, and what the books say of it in the same transaction. */
export interface Job {
  name: string
  call?: (database: SeedDatabase) => Promise<void> | void
  statements?: readonly string[]
  records?: readonly string[]
}

/** Runs it; it is tried again where it met somebody else's lock. Throws SendFailure. */
export async function runJob(session: Session, job: Job, environment: string): Promise<void> {
  const items: Item[] = (job.statements ?? []).map((sql) => ({
    type: 'statement',
    statement: { sql, operation: 0, transactional: true },
  }))
  const { call } = job
  if (call !== undefined) {
    const whole: RunFunction = (database) => call(helped(session.dialect, database, environment))
    items.push({ type: 'run', operation: 0, call: whole })
  }
  const tail = (job.records ?? []).map((sql) => ({ sql }))
  await withRetry(session, job.name, () => transact(session, { items, first: 0, head: [], tail, statements: [] }))
}

/** What seeds and steps are given, over any session. */
export function helped(
  dialect: Dialect,
  database: Pick<RunDatabase, 'query' | 'execute'>,
  environment: string,
): SeedDatabase {
  // `sales.orders` is a table in a namespace; a quote inside a name is the dialect's business.
  const name = (table: string): string => table.split('.').map(dialect.identifier).join('.')
  const insert = (table: string, row: Row): Promise<void> => {
    const columns = Object.keys(row).map(dialect.identifier).join(', ')
    const values = Object.values(row).map(dialect.literal).join(', ')
    return database.execute(`insert into ${name(table)} (${columns}) values (${values})`)
  }
  const exists = async (table: string, values: Row): Promise<boolean> => {
    const same = Object.entries(values).map(
      ([column, value]) =>
        `${dialect.identifier(column)} ${value === null ? 'is null' : `= ${dialect.literal(value)}`}`,
    )
    if (same.length === 0) throw new Error('at least one column has to tell which row is meant')
    return (await database.query(`select 1 from ${name(table)} where ${same.join(' and ')}`)).length > 0
  }
  return {
    query: (sql, parameters) => database.query(sql, parameters),
    execute: (sql) => database.execute(sql),
    environment,
    insert,
    exists,
    async ensure(table, row, by) {
      const missing = by.find((column) => row[column] === undefined)
      if (missing !== undefined) throw new Error(`ensure: the row has no value for ${missing}`)
      if (await exists(table, Object.fromEntries(by.map((column) => [column, row[column] ?? null])))) return false
      await insert(table, row)
      return true
    },
  }
}
