// Tables that nobody else can write while it is looked whether they hold more than was agreed to.
import type { TableLock } from '../dialect.ts'

/** See `Dialect.lockTables`. `begin immediate` has the whole database already. */
export const lockTables = (): TableLock => ({ before: [], look: (query) => query, after: [], release: [] })
