// What data operations would throw away, in words for the person who has to agree.
import type { Dialect } from '../dialects/dialect.ts'
import type { Destruction } from '../operations/destruction.ts'
import { type FormerNames, formerNames } from '../operations/former-names.ts'
import type { Narrowing } from '../operations/narrowing.ts'
import type { Operation } from '../operations/operation.ts'
import { qualify, ref, splitName } from '../schema/names.ts'
import type { Schema } from '../schema/schema.ts'
import type { Loss } from './reports.ts'

/** What is known beside the operations. */
export interface Known {
  narrowings: readonly Narrowing[]
  /** What their hand-written SQL throws away, by the index of the operation. */
  destroyed: Destroyed
  /** The schema before them: tells which columns a table that is made anew loses. */
  before?: Schema
  /** Operations of the same revision that came earlier: what they made holds nothing that anybody would miss. */
  earlier?: readonly Operation[]
}

export type Destroyed = ReadonlyMap<number, readonly Destruction[]>

/** Reads the hand-written SQL among the operations. */
export async function destroyedBy(dialect: Dialect, operations: readonly Operation[]): Promise<Destroyed> {
  const found = new Map<number, readonly Destruction[]>()
  for (const [at, operation] of operations.entries()) {
    if (operation.kind !== 'sql') continue
    const destructions = await dialect.destroys(operation.up)
    if (destructions.length > 0) found.set(at, destructions)
  }
  return found
}

/**
 * Tables and columns whose data would go, values that become others, and rows that hand-written SQL deletes. `what`
 * goes by the names before the operations, `message` by those that the file has. Pure.
 */
export function losses(
  operations: readonly Operation[],
  known: Known,
): (Omit<Loss, 'revision'> & { operation: number })[] {
  const names = formerNames()
  for (const each of known.earlier ?? []) if (each.kind === 'createTable') names.take(each)
  return operations.flatMap((operation, at) => {
    const found = lossOf(operation, names) ?? []
    const written = (known.destroyed.get(at) ?? []).flatMap((each) => lossIn(each, names, known.before))
    const altered = known.narrowings.filter((each) => each.operation === at && each.outcome === 'alters')
    names.take(operation)
    return [
      ...found.map((loss) => ({ ...loss, operation: at })),
      ...written.map((loss) => ({ ...loss, operation: at })),
      ...altered.map(({ what, message, probe, among }) => ({ what, message, probe, among, operation: at })),
    ]
  })
}

type Found = Pick<Loss, 'what' | 'message'>

function lossOf(operation: Operation, names: FormerNames): Found[] | undefined {
  const column = (table: string, name: string, message: string): Found[] => {
    const what = formerColumn(names, table, name)
    return what === undefined ? [] : [{ what, message }]
  }
  switch (operation.kind) {
    case 'dropTable': {
      const { name } = operation.table
      const former = names.table(name)
      return former === undefined ? [] : [{ what: ref('table', former), message: `table ${name} with all its rows` }]
    }
    case 'dropColumn': {
      const { table, column: dropped } = operation
      if (dropped.generated !== undefined) return undefined
      return column(table, dropped.name, `column ${table}.${dropped.name} with all its values`)
    }
    case 'alterColumn': {
      const { table, from, to } = operation
      if (from.generated !== undefined || to.generated === undefined) return undefined
      return column(table, from.name, `the values of ${table}.${from.name}: it becomes generated`)
    }
    default:
      return undefined
  }
}

function lossIn({ what, message, keeps }: Destruction, names: FormerNames, before: Schema | undefined): Found[] {
  if (what === undefined) return [{ what: 'sql', message }]
  const former = formerOf(what, names)
  if (former === undefined) return []
  if (keeps === undefined) return [{ what: former, message }]
  const [table = ''] = targetOf(former)
  const columns = before?.tables.find(({ name }) => name === table)?.columns
  if (columns === undefined) {
    return [{ what: former, message: `values of ${table}: it is made anew, and what its new form does not name goes` }]
  }
  const kept = new Set(keeps.map((name) => name.toLowerCase()))
  return columns
    .filter(({ name, generated }) => generated === undefined && !kept.has(name.toLowerCase()))
    .map(({ name }) => ({
      what: ref('column', table, name),
      message: `column ${table}.${name} with all its values`,
    }))
}

function formerColumn(names: FormerNames, table: string, name: string): string | undefined {
  const [owner, column] = [names.table(table), names.column(table, name)]
  return owner === undefined || column === undefined ? undefined : ref('column', owner, column)
}

/** The ref by the names before; undefined where it was not there. Anything but a table or a column stays as it is. */
export function formerOf(what: string, names: FormerNames): string | undefined {
  const [table, column] = targetOf(what)
  if (table === undefined) return what
  if (column !== undefined) return formerColumn(names, table, column)
  const former = names.table(table)
  return former === undefined ? undefined : ref('table', former)
}

/** Table and column of a ref; nothing where it is about something else. */
export function targetOf(what: string): [table?: string, column?: string] {
  const blank = what.indexOf(' ')
  const kind = what.slice(0, blank)
  if (kind !== 'table' && kind !== 'column') return []
  const parts = splitName(what.slice(blank + 1))
  const column = kind === 'column' ? parts.pop() : undefined
  const table = qualify(parts.at(-1) ?? '', parts.at(-2))
  return column === undefined ? [table] : [table, column]
}
