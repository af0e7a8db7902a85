// PostgreSQL 14 and later, on a server or embedded: the parts of the dialect, put together.
import type { Dialect } from '../dialect.ts'
import { books } from './books.ts'
import { bookkeeping, bookkeepingName, bracket, forget, now } from './bracket.ts'
import { connect } from './connect.ts'
import { destroys, retypes } from './destroys.ts'
import { explain } from './explain.ts'
import { inspect } from './inspect.ts'
import { lock, lockHolder } from './lock.ts'
import { lockTables } from './lock-tables.ts'
import { narrowings } from './narrowing.ts'
import { EQUALS, pinned } from './pinned.ts'
import { privileges, rowEstimates } from './privileges.ts'
import { identifier, literal } from './quote.ts'
import { reach } from './reach.ts'
import { needsSchema, render } from './render.ts'
import { rules } from './rules.ts'
import { openShadow } from './shadow.ts'
import { spellTable } from './spell.ts'
import { split } from './split.ts'
import { traits } from './traits.ts'

/** The dialect of `postgres:`, `postgresql:` and `pglite:` URLs. */
export const dialect: Dialect = {
  name: 'postgres',
  schemes: ['postgres', 'postgresql', 'pglite'],
  capabilities: {
    transactionalDdl: true,
    concurrentSessions: true,
    concurrentIndex: true,
    embeddedShadow: true,
    // NAMEDATALEN - 1
    maxIdentifier: 63,
  },
  namespaces: { type: 'schema', default: 'public' },
  foundations: [
    'schema',
    'extension',
    'enum',
    'domain',
    'composite',
    'range',
    'sequence',
    'function',
    'procedure',
    'aggregate',
    'operator',
    'operator class',
    'operator family',
    'cast',
    'collation',
    'access method',
    'text search configuration',
    'text search dictionary',
    'text search parser',
    'text search template',
  ],
  traits,
  rules,
  connect,
  inspect,
  render,
  narrowings,
  destroys,
  retypes,
  lockTables,
  needsSchema,
  reach,
  split,
  openShadow,
  lock,
  lockHolder,
  bracket,
  privileges,
  rowEstimates,
  forget,
  bookkeeping,
  bookkeepingName,
  books,
  own: pinned,
  equals: EQUALS,
  now,
  literal,
  identifier,
  literalOf: (expression) => `pg_catalog.quote_literal((${expression})::text)`,
  spellTable,
  explain,
  backup: async () => (await import('./backup.ts')).backup,
}
