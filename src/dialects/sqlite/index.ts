// SQLite. Its drivers are loaded by the first connection, never by this import.
import type { Dialect } from '../dialect.ts'
import { bookkeeping } from './bookkeeping.ts'
import { books } from './books.ts'
import { bracket, forget } from './bracket.ts'
import { refusal } from './compile.ts'
import { connect } from './connect.ts'
import { destroys } from './destroys.ts'
import { explain } from './explain.ts'
import { inspect } from './inspect.ts'
import { lock, lockHolder } from './lock.ts'
import { lockTables } from './lock-tables.ts'
import { narrowings } from './narrowing.ts'
import { privileges } from './privileges.ts'
import { identifier, literal } from './quote.ts'
import { needsSchema, render } from './render.ts'
import { rowidName } from './rowid.ts'
import { rules } from './rules.ts'
import { openShadow } from './shadow.ts'
import { splitText } from './split.ts'
import { traits } from './traits.ts'

/** The SQLite dialect: files and databases in memory, through whichever driver this Node can run. */
export const dialect: Dialect = {
  name: 'sqlite',
  schemes: ['sqlite', 'file'],
  capabilities: {
    transactionalDdl: true,
    concurrentSessions: true,
    concurrentIndex: false,
    embeddedShadow: true,
    // The engine sets no limit but that of a statement (1,000,000,000 bytes); a name as long as a line is long enough.
    maxIdentifier: 1000,
  },
  traits,
  rules,
  connect,
  inspect: (connection) => inspect(connection),
  render,
  narrowings,
  destroys,
  lockTables,
  needsSchema,
  split: async (text, file) => splitText(text, file),
  refusal,
  openShadow: () => openShadow(),
  lock,
  lockHolder,
  bracket,
  forget,
  privileges,
  bookkeeping,
  books,
  now: "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
  literal,
  identifier,
  literalOf: (expression) => `quote(${expression})`,
  rowKey: rowidName,
  explain,
  backup: async () => (await import('./backup.ts')).backup,
}
