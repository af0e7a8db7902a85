// Tables that nobody else can write while it is looked whether they hold more than was agreed to.
import type { TableLock } from '../dialect.ts'
import { path } from './quote.ts'

/**
 * See `Dialect.lockTables`. What changes structure commits, so that no transaction could keep others out: LOCK TABLES does, and
 * the change is made under it (dev.mysql.com/doc/refman/8.4/en/lock-tables.html). It needs the right of that name.
 */
export const lockTables = (
  tables: readonly string[],
  { timeout, version }: { timeout: number; version: string },
): TableLock => ({
  before: [`lock tables ${tables.map((table) => `${path(table)} write`).join(', ')}`],
  look: (query) =>
    /mariadb/iu.test(version)
      ? `set statement max_statement_time = ${timeout / 1000} for ${query}`
      : query.replace(/^select\b/u, `select /*+ max_execution_time(${Math.round(timeout)}) */`),
  after: [],
  release: ['unlock tables'],
})
