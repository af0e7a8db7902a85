// Conditions that have to hold before a transaction is committed. They are kept in a temporary table and judged by its
// CHECK constraints at the very end with OR ROLLBACK, so that a script is taken back as a whole even by a client that goes
// on after an error, as the engine's own command line does.
import type { Statement } from '../../operations/statement.ts'
import { identifier } from './quote.ts'

/** Collects statements; `require` adds a condition that stands under guard until `close`. */
export interface Guard {
  readonly statements: Statement[]
  push(...statements: Statement[]): void
  /** Evaluates the condition here; where it is false (or anything before it failed), the transaction is rolled back in the end. */
  require(failure: string, condition: string, operation: number): void
  /** The same, evaluated when everything else has been done; asked for then, and left out when there is none. */
  requireLast(failure: string, condition: () => string | undefined, operation: number): void
  /** Ends the part that one transaction holds. */
  close(): void
}

const TABLE = 'temp.godwit_check'

export function guard(): Guard {
  const statements: Statement[] = []
  let failures: string[] = []
  let late: (() => void)[] = []
  let start = 0
  let last = 0
  const add = (sql: string, operation: number) => statements.push({ sql, transactional: true, operation })
  const require = (failure: string, condition: string, operation: number) => {
    failures.push(failure)
    last = operation
    add(`update ${TABLE} set ok = (${condition}) where id = ${failures.length}`, operation)
  }
  return {
    statements,
    push: (...more) => void statements.push(...more),
    require,
    requireLast(failure, condition, operation) {
      late.push(() => {
        const text = condition()
        if (text !== undefined) require(failure, text, operation)
      })
    },
    close() {
      for (const each of late) each()
      if (failures.length > 0) {
        const first = statements[start]?.operation ?? last
        statements.splice(start, 0, ...opening(failures, first))
        add(`update or rollback ${TABLE} set checked = 1`, last)
        add(`drop table ${TABLE}`, last)
      }
      failures = []
      late = []
      start = statements.length
    },
  }
}

function opening(failures: readonly string[], operation: number): Statement[] {
  const checks = failures.map(
    (failure, index) => `constraint ${identifier(failure)} check (checked is null or id <> ${index + 1} or ok)`,
  )
  const rows = failures.map((_, index) => `(${index + 1}, 0)`)
  const sql = [
    `drop table if exists ${TABLE}`,
    `create temp table godwit_check (\n  id integer primary key,\n  ok integer not null,\n  checked integer,\n  ${checks.join(',\n  ')}\n)`,
    `insert into ${TABLE} (id, ok) values ${rows.join(', ')}`,
  ]
  return sql.map((text) => ({ sql: text, transactional: true, operation }))
}
