// Which changes alter values or refuse them, each with a query that counts those: the one place that says so.
import { type Narrowing, redefined } from '../../operations/narrowing.ts'
import type { Operation } from '../../operations/operation.ts'
import { ref } from '../../schema/names.ts'
import type { Column, Schema } from '../../schema/schema.ts'
import { carried } from './carry.ts'
import { flavorOf } from './flavor.ts'
import { identifier, path } from './quote.ts'
import { shape, type TableExtra } from './shapes.ts'

/** All narrowings of a list. `before` tells the columns that follow the character set of their table. */
export function narrowings(
  operations: readonly Operation[],
  { before, version }: { before?: Schema; version?: string },
): Narrowing[] {
  const flavor = flavorOf(version ?? '')
  const found: Narrowing[] = []
  const tableOf = (name: string) => before?.tables.find((table) => table.name === name)
  const collations = (name: string): [string | undefined, string | undefined] => {
    const change = operations.find((each) => each.kind === 'alterTable' && each.table === name)
    if (change?.kind === 'alterTable') {
      return [shape<TableExtra>(change.from.extra).collation, shape<TableExtra>(change.to.extra).collation]
    }
    const own = shape<TableExtra>(tableOf(name)?.extra).collation
    return [own, own]
  }
  const add = (operation: number, table: string, from: Column, to: Column): void => {
    if (from.generated !== undefined || to.generated !== undefined) return
    const [old, next] = collations(table)
    const name = identifier(from.name)
    const { fails, alters } = carried(
      name,
      { type: from.type, charset: charsetOf(from.collation ?? old) },
      { type: to.type, charset: charsetOf(to.collation ?? next) },
      flavor,
    )
    const report = (outcome: Narrowing['outcome'], message: string, condition: string): void => {
      found.push({
        operation,
        what: ref('column', table, from.name),
        outcome,
        message: `values of ${table}.${from.name} that ${to.type} ${message}`,
        probe: [`SELECT COUNT(*) AS \`rows\` FROM ${path(table)} WHERE ${condition}`],
        among: { from: path(table), where: condition },
      })
    }
    if (alters !== undefined) {
      report(
        'alters',
        'does not keep as they are',
        fails === undefined ? alters : `NOT COALESCE(${fails}, 0) AND (${alters})`,
      )
    }
    if (fails !== undefined) report('fails', 'cannot hold', fails)
  }
  const said = new Set<string>()
  for (const { operation, table, column, from, to } of redefined(operations, before)) {
    said.add(ref('column', table, column))
    add(operation, table, { ...from, name: column }, to)
  }
  for (const [operation, each] of operations.entries()) {
    if (each.kind !== 'alterTable') continue
    for (const column of tableOf(each.table)?.columns ?? []) {
      if (!said.has(ref('column', each.table, column.name))) add(operation, each.table, column, column)
    }
  }
  return found.sort((a, b) => a.operation - b.operation)
}

// The character set begins the collation's name; a table that names none has the database's, which is taken for the widest.
const charsetOf = (collation: string | undefined): string => {
  const set = collation?.split('_', 1)[0] ?? 'utf8mb4'
  return set === 'uca1400' ? 'utf8mb4' : set === 'utf8' ? 'utf8mb3' : set
}
