// Operations that look first, as a script says them: IF NOT EXISTS where the server has it, which compares names and no
// more. A run of the tool does not come here: it compares the definitions and renders what is missing.
import { UNGUARDED } from '../../../operations/fill.ts'
import type { Flavor } from '../flavor.ts'
import { type Item, isChange } from './change.ts'

const CLAUSE = /^ADD (COLUMN|(?:(?:UNIQUE|FULLTEXT|SPATIAL|VECTOR) )?KEY) /u

/** The item with its guard, or with a note where there is none. */
export function guarded(item: Item, flavor: Flavor): Item {
  if (!isChange(item)) return { ...item, sql: item.sql.replace(/^CREATE TABLE /u, 'CREATE TABLE IF NOT EXISTS ') }
  if (!flavor.conditionalParts || !CLAUSE.test(item.clause)) return { ...item, alone: true, note: UNGUARDED }
  return { ...item, clause: item.clause.replace(CLAUSE, 'ADD $1 IF NOT EXISTS ') }
}
