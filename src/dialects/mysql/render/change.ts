// One clause of an ALTER TABLE, with all that is needed to put several into one statement.

import type { Check } from '../probes/index.ts'
import type { Cost } from './levels.ts'

/** A change of one table. */
export interface Change extends Cost {
  table: string
  /** Index of its operation. */
  operation: number
  clause: string
  check: Check
  losesData?: boolean
  /** May happen earlier than its turn, past changes of other tables. */
  early?: boolean
  /** May happen later than its turn, past changes of other tables. */
  late?: boolean
  /** The column it redefines: two changes of one column do not fit into one statement. */
  column?: string
  /** The column it puts its own behind. */
  after?: string | null
  /** The column it makes or drops. */
  adds?: string
  drops?: string
  /** Stands alone: nothing may share its statement. */
  alone?: boolean
  /** A primary key that goes, or comes: both together rebuild once. */
  key?: 'dropped' | 'added'
  /** A foreign key comes or goes: it ties its table to another one. */
  tie?: Direction
  /** What a foreign key that comes or goes may share its statement with. */
  direction?: Direction
  /** The keys that it adds and drops, primary ones too, with their names: see knots.ts. */
  keys?: Keys
  /** The column that begins to number itself, or ends. */
  counts?: { on?: string; off?: string }
  /** The column whose type it changes. */
  retypes?: string
  /** Changes that the server takes only together have the same. */
  knot?: number
  note?: string
}

/** A part of a key: its column, and how much of it the key holds where that is not all. */
export interface KeyPart {
  column?: string
  length?: number
}

export interface Keys {
  made?: string
  added?: readonly KeyPart[]
  gone?: string
  dropped?: readonly KeyPart[]
}

export type Direction = 'added' | 'dropped'

/** Something that is no clause of an ALTER TABLE: it keeps its place. */
export interface Whole {
  operation: number
  sql: string
  /** See `Statement.template`. */
  template?: string
  check?: Check
  transactional?: boolean
  losesData?: boolean
  lock?: string
  note?: string
}

export type Item = Change | Whole

export const isChange = (item: Item): item is Change => 'clause' in item
