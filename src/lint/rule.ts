// A rule turns what operations and statements say into findings. Findings are returned, never thrown.
import type { Destruction } from '../operations/destruction.ts'
import type { Narrowing } from '../operations/narrowing.ts'
import type { Operation } from '../operations/operation.ts'
import type { Statement } from '../operations/statement.ts'

export type Severity = 'error' | 'warning' | 'info'

export interface Finding {
  /** The rule's stable code, such as `DL101`. */
  code: string
  severity: Severity
  /** Revision id, if it is about one, and the index of the operation. */
  revision?: string
  operation?: number
  message: string
  /** The safe way. */
  instead?: string
  /** Statements, the last a query of one row with one column `rows`: how many rows of the database at hand it is about. */
  probe?: readonly string[]
}

/** What a rule sees: one revision's operations and what they render to. */
export interface Subject {
  operations: readonly Operation[]
  statements: readonly Statement[]
  /** What the dialect says of values that are not carried over as they are. */
  narrowings: readonly Narrowing[]
  /** What the hand-written SQL among them throws away, by the index of the operation: the dialect has read it. */
  destroyed: ReadonlyMap<number, readonly Destruction[]>
  /** The database can build an index without keeping writers waiting. */
  concurrentIndex?: boolean
  /** How to take it back is no question: the revision says it itself, or this is the way back. */
  wayBack?: boolean
  /** Why the shadow database could not go back: no way down was written. */
  noWayBack?: string
}

/** One rule, one file. `check` returns findings without code and severity: those are the rule's. */
export interface Rule {
  code: string
  name: string
  severity: Severity
  /** The code of the common rule in whose place it stands: this database does something else there. */
  replaces?: string
  check(subject: Subject): Omit<Finding, 'code' | 'severity'>[]
}
