// A revision on its way to the database: what there is to do, in which direction.
import type { Backfill, Ensure, Operation, RunFunction } from '../operations/operation.ts'
import type { Statement } from '../operations/statement.ts'
import type { Revision } from '../revisions/index.ts'
import type { Direction, Ensured } from './reports.ts'

/** One thing to do. `source` is the hand-written text a statement was found in. */
export type Item =
  | { type: 'statement'; statement: Statement; source?: { text: string; offset: number } }
  | { type: 'run'; operation: number; call: RunFunction }
  | { type: 'ensure'; operation: number; ensure: Ensure }
  | { type: 'backfill'; operation: number; backfill: Backfill }
  | { type: 'group'; operation: number; operations: Operation[]; around?: Operation[] }

/** A revision that is ready to run in one direction. */
export interface Step {
  revision: Revision
  direction: Direction
  operations: readonly Operation[]
  /** Going down: what is left alone, because this revision did not make it here. */
  kept?: readonly Ensured[]
}

/** A step with its statements. */
export interface Work {
  step: Step
  items: readonly Item[]
  /** As far as they can be told beforehand: they choose the transaction's frame. */
  statements: readonly Statement[]
  /** Ahead of a run: the operations that look first and will find what they ask for. */
  there?: ReadonlySet<number>
}
