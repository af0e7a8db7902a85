// Tables that nobody else can write while it is looked whether they hold more than was agreed to.
import type { TableLock } from '../dialect.ts'
import { named } from './render/names.ts'

/** See `Dialect.lockTables`. The lock is the one that dropping takes anyway; going back to the savepoint ends the timeout alone. */
export const lockTables = (tables: readonly string[], { timeout }: { timeout: number }): TableLock => ({
  before: [
    `lock table ${tables.map(named).join(', ')} in access exclusive mode`,
    'savepoint godwit_look',
    `set local statement_timeout = ${Math.round(timeout)}`,
  ],
  look: (query) => query,
  after: ['rollback to savepoint godwit_look', 'release savepoint godwit_look'],
  release: [],
  refuse: (query) =>
    `do $godwit$ begin if exists (${query}) then raise exception 'there are more rows by now than was agreed to'; end if; end $godwit$`,
})
