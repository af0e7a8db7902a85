// MySQL and MariaDB: what opens a session and reads the history, without the rest of the dialect.
import type { Connector } from '../dialect.ts'
import { books } from './books.ts'
import { connect } from './connect.ts'
import { explain } from './explain.ts'
import { identifier } from './quote.ts'

/** Loaded before (and mostly instead of) the whole dialect. */
export const connector: Connector = { name: 'mysql', connect, explain, identifier, books }
