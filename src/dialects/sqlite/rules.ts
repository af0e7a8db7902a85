// What could go wrong on this database in particular. What is so on every database is in src/lint.
import type { Finding, Rule, Subject } from '../../lint/rule.ts'
import type { Operation } from '../../operations/operation.ts'
import type { Statement } from '../../operations/statement.ts'

type Said = Omit<Finding, 'code' | 'severity'>

// One finding for each operation that `say` has something to say about.
const perOperation =
  (say: (operation: Operation) => Omit<Said, 'operation'> | undefined) =>
  ({ operations }: Subject): Said[] =>
    operations.flatMap((operation, index) => {
      const said = say(operation)
      return said === undefined ? [] : [{ ...said, operation: index }]
    })

const perStatement =
  (say: (statement: Statement) => Omit<Said, 'operation'> | undefined) =>
  ({ statements }: Subject): Said[] =>
    statements.flatMap((statement) => {
      const said = say(statement)
      return said === undefined ? [] : [{ ...said, operation: statement.operation }]
    })

const rebuilds: Rule = {
  code: 'SL101',
  name: 'table-rebuild',
  severity: 'info',
  check: ({ statements }) =>
    statements.flatMap(({ note, operation }) =>
      note !== undefined && / is rebuilt: /.test(note)
        ? [{ operation, message: `The whole table is copied, and nobody else can write meanwhile: ${note}.` }]
        : [],
    ),
}

const outside: Rule = {
  code: 'SL105',
  name: 'splits-the-transaction',
  severity: 'warning',
  check: perStatement(({ transactional, sql }) =>
    transactional
      ? undefined
      : {
          message: `"${sql.length > 60 ? `${sql.slice(0, 60)}…` : sql}" cannot run inside a transaction: what comes before it is committed by itself.`,
          instead: 'Put it into a revision of its own.',
        },
  ),
}

const virtualTables: Rule = {
  code: 'SL106',
  name: 'virtual-table-dropped',
  severity: 'error',
  check: perOperation((operation) =>
    (operation.kind === 'dropObject' && operation.object.type === 'virtual table') ||
    (operation.kind === 'alterObject' && operation.from.type === 'virtual table')
      ? {
          message: `The virtual table ${operation.kind === 'dropObject' ? operation.object.name : operation.from.name} is dropped with everything it holds.`,
          instead:
            "Fill it again with op.sql afterwards; a full-text index over another table has the command insert into ft(ft) values ('rebuild').",
        }
      : undefined,
  ),
}

const switchedKeys: Rule = {
  code: 'SL107',
  name: 'foreign-keys-inside',
  severity: 'warning',
  check: perOperation((operation) =>
    operation.kind === 'sql' && /\bpragma\s+(?:main\.)?foreign_keys\s*[=(]/i.test(operation.up)
      ? {
          message:
            'Foreign keys are switched by hand: the switch does nothing inside a transaction, and here it splits the revision.',
          instead: 'Leave it out: they are off by themselves while a table is dropped or rebuilt.',
        }
      : undefined,
  ),
}

/** The rules of this database. */
export const rules: readonly Rule[] = [rebuilds, outside, virtualTables, switchedKeys]
