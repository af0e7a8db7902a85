// PostgreSQL: what opens a session and reads the history, without the rest of the dialect.
import type { Connector } from '../dialect.ts'
import { books } from './books.ts'
import { bookkeepingName } from './bracket.ts'
import { connect } from './connect.ts'
import { explain } from './explain.ts'
import { EQUALS, pinned } from './pinned.ts'
import { identifier } from './quote.ts'

const hold: Connector['hold'] = async (url, options) => (await import('./pglite.ts')).hold(url, options)

/** Loaded before (and mostly instead of) the whole dialect. */
export const connector: Connector = {
  name: 'postgres',
  connect,
  explain,
  identifier,
  bookkeepingName,
  books,
  own: pinned,
  equals: EQUALS,
  hold,
}
