// A NOT NULL column that was dropped cannot come back to rows by itself: nothing says what they should hold.
import type { Dialect } from '../dialects/dialect.ts'
import { GodwitError } from '../errors.ts'
import type { Operation, OperationOf } from '../operations/operation.ts'
import { printOperations } from '../operations/print.ts'
import { tableName } from './count.ts'
import type { Prepared } from './prepare.ts'
import type { Session } from './session.ts'

/** Where a way down would need values that nobody named: REVISION_IRREVERSIBLE, with the way down that names them. */
export async function checkValues(session: Session, prepared: readonly Prepared[]): Promise<void> {
  // What a table is called at that point of the way, and what it is called now.
  const names = new Map<string, string>()
  for (const { step } of prepared) {
    for (const operation of step.operations) {
      if (operation.kind === 'renameTable') names.set(operation.to, names.get(operation.from) ?? operation.from)
      if (!needsValues(operation)) continue
      if (!(await holdsRows(session, names.get(operation.table) ?? operation.table))) continue
      throw valuesMissing(session.dialect, step.revision, operation, step.operations)
    }
  }
}

const needsValues = (operation: Operation): operation is OperationOf<'addColumn'> => {
  if (operation.kind !== 'addColumn') return false
  const { nullable, default: value, generated, identity } = operation.column
  return !nullable && value === undefined && generated === undefined && identity === undefined
}

async function holdsRows({ dialect, connection }: Session, table: string): Promise<boolean> {
  try {
    return (await connection.query(`select 1 as one from ${tableName(dialect, table)} limit 1`)).length > 0
  } catch (error) {
    // It comes back itself in a step before, and is empty then.
    if (dialect.explain(error).kind === 'table missing') return false
    throw error
  }
}

function valuesMissing(
  dialect: Dialect,
  { id, file, message }: Prepared['step']['revision'],
  { table, column }: OperationOf<'addColumn'>,
  operations: readonly Operation[],
): GodwitError {
  const down = operations.flatMap((each): Operation[] => {
    if (!needsValues(each)) return [each]
    const open = { ...each.column, nullable: true }
    const target = tableName(dialect, each.table)
    const sql = `update ${target} set ${dialect.identifier(each.column.name)} = <a value>`
    return [
      { ...each, column: open },
      { kind: 'sql', up: sql },
      { kind: 'alterColumn', table: each.table, from: open, to: each.column },
    ]
  })
  return new GodwitError(
    'REVISION_IRREVERSIBLE',
    `Revision ${id} (${message}) cannot be undone by itself: ${table} has rows, and nothing says what ${table}.${column.name} should hold there.`,
    {
      why: 'The column is NOT NULL without a default, and its values went when it was dropped. Nothing was undone.',
      fix: [
        `To have the values back, put back a backup from before: \`godwit restore\`. Otherwise say in ${file || 'its file'} what the rows get:`,
        ...`  down: [\n${printOperations(down, '    ').trimEnd()}\n  ],`.split('\n'),
        `then \`godwit stamp ${id}\` takes the new text over (where it is the only head), and \`godwit downgrade\` goes down that way.`,
      ].join('\n'),
      data: { revision: id, table, column: column.name },
    },
  )
}
