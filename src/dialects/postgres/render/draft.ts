// What a cell answers before neighbours are joined: a whole statement, or one clause of an ALTER TABLE.
import type { Operation } from '../../../operations/operation.ts'
import type { Facts, Statement } from '../../../operations/statement.ts'
import type { Schema } from '../../../schema/schema.ts'

/** A statement to be; `alter` is set where `sql` is a clause of `ALTER TABLE`. */
export interface Draft extends Omit<Statement, 'operation' | 'transactional'> {
  transactional?: false
  /** It may stand behind clauses that come after it: a comment. */
  trails?: true
  alter?: AlterTarget
}

/** The opening words (`alter table public.users`) and the phase in which the server carries out the clause. */
export interface AlterTarget {
  target: string
  phase: Phase
  /** The only column that the clause is about: clauses about others may stand in any order beside it. */
  column?: string
}

/**
 * The server sorts the clauses of one ALTER TABLE into passes; clauses in rising order of phase mean the same joined as
 * apart. Source: AlterTablePass in the server's tablecmds.c.
 */
export const PHASE = { drop: 0, type: 1, add: 2, expression: 3, attribute: 4, other: 5 } as const
export type Phase = (typeof PHASE)[keyof typeof PHASE]

/** What cells may look at besides their own operation. */
export interface Context {
  operations: readonly Operation[]
  /** All operations of the same step, these among them: what goes here may come back behind hand-written SQL. */
  around: readonly Operation[]
  /** Where in `operations` the one at hand stands. */
  position: number
  /** Major version of the target; the oldest supported one where it is not known. */
  major: number
  script: boolean
  before?: Schema
  /** What another operation would be, at this place. */
  cell(operation: Operation): Draft[]
}

/** A whole statement. */
export const statement = (sql: string, facts?: Facts, rest: Omit<Draft, 'sql' | 'facts'> = {}): Draft => ({
  sql,
  ...(facts !== undefined && { facts }),
  ...rest,
})

/** The clause is about this column alone. */
export const ofColumn = (draft: Draft, column: string): Draft =>
  draft.alter === undefined ? draft : { ...draft, alter: { ...draft.alter, column } }

/** A clause of ALTER TABLE (or of ALTER FOREIGN TABLE, ALTER VIEW …: `target` holds the opening words). */
export const clause = (target: string, phase: Phase, sql: string, facts?: Facts, note?: string): Draft => ({
  sql,
  alter: { target, phase },
  ...(facts !== undefined && { facts }),
  ...(note !== undefined && { note }),
})
