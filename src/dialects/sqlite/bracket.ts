// What stands around a transaction.
import type { Statement } from '../../operations/statement.ts'
import type { Bracket } from '../dialect.ts'

/**
 * BEGIN IMMEDIATE, so that no statement in the middle finds the database locked. Where a table is dropped, foreign keys are
 * off: DROP TABLE would delete its rows first and so cascade into its children. The switch does nothing inside a
 * transaction, so it stands outside (sqlite.org/pragma.html#pragma_foreign_keys).
 */
export function bracket(statements: readonly Statement[], { lockTimeout }: { lockTimeout: number }): Bracket {
  const drops = statements.some(({ sql }) => /\bdrop\s+table\b(?!\s+(?:if\s+exists\s+)?temp\.)/i.test(sql))
  return {
    before: [
      ...(lockTimeout > 0 ? [`pragma busy_timeout = ${Math.trunc(lockTimeout)}`] : []),
      ...(drops ? ['pragma foreign_keys = off'] : []),
    ],
    begin: ['begin immediate'],
    verify: [],
    commit: 'commit',
    rollback: 'rollback',
    after: drops ? ['pragma legacy_alter_table = off', 'pragma foreign_keys = on'] : [],
  }
}

/** See `Dialect.forget`. */
export function forget(statements: readonly string[] | undefined): string | undefined {
  if (statements?.some((sql) => /\bpragma\b/i.test(sql)) === false) return undefined
  return 'pragma foreign_keys = on; pragma legacy_alter_table = off; pragma ignore_check_constraints = off; pragma recursive_triggers = off'
}
