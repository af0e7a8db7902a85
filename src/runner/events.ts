// What happens while the runner works, as typed values: for a terminal, a log, or a caller's own display.
import type { LockHolder } from '../dialects/dialect.ts'
import type { GodwitError } from '../errors.ts'

/** What an operation that looks first came to. */
export interface Ensured {
  /** Index of the operation in its revision. */
  operation: number
  /**
   * `found`: it was there and equal; `made`: it was missing; `converted`: the column had another type; `filled`: rows of a backfill;
   * `kept`: going down left it, because it was there before, or because it is a value of a row.
   */
  outcome: 'found' | 'made' | 'converted' | 'filled' | 'kept'
  /** The operation in words. */
  text: string
  /** Refs of what stands beside it, and nobody asked for. */
  more?: string[]
  /** A backfill: rows that were filled, rows that are still NULL, and how the rows were told apart. */
  rows?: number
  left?: number
  by?: string
}

/** Every event has a type; times are milliseconds. */
export type RunnerEvent =
  | { type: 'lock wanted' }
  | { type: 'lock waiting'; holder: LockHolder; waited: number }
  | { type: 'lock taken' }
  | { type: 'lock released' }
  /** Before the first step: how many there will be. */
  | { type: 'plan'; direction: 'up' | 'down'; revisions: string[] }
  | {
      type: 'step started'
      revision: string
      message: string
      direction: 'up' | 'down'
      index: number
      total: number
      statements: number
    }
  | {
      type: 'step finished'
      revision: string
      direction: 'up' | 'down'
      index: number
      total: number
      duration: number
    }
  /** Only where the run keeps going after it. */
  | { type: 'step failed'; revision: string; message: string; error: GodwitError }
  | { type: 'statement started'; revision: string; statement: number; of: number; sql: string; note?: string }
  | { type: 'statement finished'; revision: string; statement: number; of: number; duration: number }
  /** An operation that looks first: what it found, made, filled or (going down) left. Its work is committed. */
  | ({ type: 'ensured'; revision: string } & Ensured)
  /** After each batch of a backfill; `total` is what was counted at its start. */
  | { type: 'backfill'; revision: string; table: string; column: string; done: number; total: number }
  /** A lock of somebody else or a deadlock: it will be tried again after `delay`. */
  | {
      type: 'retry'
      revision: string
      reason: 'lock timeout' | 'deadlock'
      attempt: number
      tries: number
      delay: number
    }
  /** A step that an earlier run left open was settled. */
  | { type: 'settled'; revision: string; statement: number; outcome: 'done' | 'absent' | 'repaired' }
  /** Another runner applied it in the meantime: history was read again. */
  | { type: 'overtaken'; revision: string }
  /** How far a long piece of work is. `total` 0: nobody knows. */
  | { type: 'progress'; message: string; done: number; total: number; unit: 'rows' | 'tables' | 'bytes' }
  | { type: 'warning'; message: string }
