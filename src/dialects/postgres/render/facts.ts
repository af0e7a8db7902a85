// Locks in the server's words, weakest first, and the facts that many statements share. Measured on 12 to 18.
import type { Facts } from '../../../operations/statement.ts'

const ORDER = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
]

/** ACCESS EXCLUSIVE: readers and writers wait. */
export const EXCLUSIVE: Facts = { lock: 'ACCESS EXCLUSIVE', blocksReads: true, blocksWrites: true }
/** ACCESS EXCLUSIVE while the whole table is read. */
export const EXCLUSIVE_SCAN: Facts = { ...EXCLUSIVE, scans: true }
/** ACCESS EXCLUSIVE while the whole table is written anew. */
export const EXCLUSIVE_REWRITE: Facts = { ...EXCLUSIVE, scans: true, rewrites: true }
/** ACCESS EXCLUSIVE, and rows or values are gone afterwards. */
export const EXCLUSIVE_LOSS: Facts = { ...EXCLUSIVE, losesData: true }
/** SHARE ROW EXCLUSIVE: writers wait. */
export const WRITERS_WAIT: Facts = { lock: 'SHARE ROW EXCLUSIVE', blocksWrites: true }
/** SHARE while an index is built: writers wait. */
export const INDEX_BUILD: Facts = { lock: 'SHARE', scans: true, blocksWrites: true }
/** SHARE UPDATE EXCLUSIVE: nobody waits but other DDL. */
export const QUIET: Facts = { lock: 'SHARE UPDATE EXCLUSIVE' }
/** SHARE UPDATE EXCLUSIVE while the whole table is read. */
export const QUIET_SCAN: Facts = { ...QUIET, scans: true }
/** No lock on any table. */
export const NONE: Facts = {}

/** Both together: the stronger lock and every effect of either. */
export function joinFacts(a: Facts | undefined, b: Facts | undefined): Facts | undefined {
  if (a === undefined || b === undefined) return a ?? b
  const lock = ORDER.indexOf(a.lock ?? '') >= ORDER.indexOf(b.lock ?? '') ? a.lock : b.lock
  return { ...a, ...b, ...(lock !== undefined && { lock }) }
}
