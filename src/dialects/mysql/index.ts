// MySQL 8.0 and later, MariaDB 10.6 and later: the parts of the dialect, put together.
import type { Dialect } from '../dialect.ts'
import { books } from './books.ts'
import { bookkeeping, bracket, now } from './bracket.ts'
import { connect, forget } from './connect.ts'
import { live } from './definers.ts'
import { destroys, retypes } from './destroys.ts'
import { explain } from './explain.ts'
import { inspect } from './inspect.ts'
import { lock, lockHolder } from './lock.ts'
import { lockTables } from './lock-tables.ts'
import { narrowings } from './narrowing.ts'
import { refusal } from './parse.ts'
import { privileges, rowEstimates } from './privileges.ts'
import { identifier, literal, literalOf } from './quote.ts'
import { needsSchema, render } from './render.ts'
import { rules } from './rules.ts'
import { scriptHead } from './script.ts'
import { openShadow } from './shadow.ts'
import { splitText } from './split.ts'
import { traits } from './traits.ts'

/** The dialect of `mysql:` and `mariadb:` URLs. */
export const dialect: Dialect = {
  name: 'mysql',
  schemes: ['mysql', 'mariadb'],
  capabilities: {
    transactionalDdl: false,
    concurrentSessions: true,
    // Indexes are built online by themselves: there is no second way to ask for it.
    concurrentIndex: false,
    embeddedShadow: false,
    // 64 characters: in bytes that is sure to fit.
    maxIdentifier: 64,
  },
  foundations: ['function', 'sequence'],
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
  live,
  split: async (text, file) => splitText(text, file),
  refusal,
  openShadow,
  lock,
  lockHolder,
  bracket,
  privileges,
  rowEstimates,
  forget,
  bookkeeping,
  books,
  now,
  literal,
  identifier,
  literalOf,
  explain,
  scriptHead,
  backup: async () => (await import('./backup.ts')).backup,
}
