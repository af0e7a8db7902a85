// Tables that nobody else can write while it is looked whether they hold more than was agreed to.
import type { Hold } from '../dialect.ts'

/** See `Dialect.hold`. `begin immediate` has the whole database already. */
export const hold = (): Hold => ({ before: [], look: (query) => query, after: [], release: [] })
