// What a schema does not tell of a revision: whether its own SQL and code have been run.
import type { Operation } from '../operations/operation.ts'

const BLIND: ReadonlySet<Operation['kind']> = new Set<Operation['kind']>(['sql', 'run', 'backfill'])

/** True: it has SQL, code or a backfill of its own. What is structure in it can be compared, what it does to rows cannot. */
export const isUnseen = ({ operations }: { operations: readonly Operation[] }): boolean =>
  operations.some(({ kind }) => BLIND.has(kind))
