// Tables of a composite type: the server lets neither change while they belong together.
import type { Operation } from '../../../operations/operation.ts'
import type { Schema } from '../../../schema/schema.ts'
import { clause, type Draft, PHASE, statement } from './draft.ts'
import { EXCLUSIVE } from './facts.ts'
import { named } from './names.ts'
import { same, tableExtra } from './shape.ts'

/** A table that is of no type between two operations. */
interface Loose {
  table: string
  type: string
  first: number
  last: number
}

const changesType = (operation: Operation): string | undefined =>
  operation.kind === 'alterObject' &&
  operation.to.type === 'composite' &&
  !same(operation.from.extra ?? {}, operation.to.extra ?? {})
    ? named(operation.to.name)
    : undefined

/** Whether a composite type changes that tables may be made of. */
export const changesTypes = (operations: readonly Operation[]): boolean =>
  operations.some((operation) => changesType(operation) !== undefined)

/** Tables whose type changes and that stay of it: from the first to the last operation on either, they are of none. */
export function looseTables(operations: readonly Operation[], before: Schema | undefined): Loose[] {
  const changed = new Set(operations.map(changesType).filter((type) => type !== undefined))
  return (before?.tables ?? []).flatMap((table): Loose[] => {
    const type = tableExtra(table).ofType
    if (type === undefined || !changed.has(type)) return []
    const own = operations.flatMap((operation, at) => {
      const isOwn = changesType(operation) === type || ('table' in operation && operation.table === table.name)
      return isOwn ? [at] : []
    })
    const leaves = operations.some(
      (each) =>
        (each.kind === 'dropTable' && each.table.name === table.name) ||
        (each.kind === 'alterTable' && each.table === table.name && tableExtra(each.to).ofType !== type),
    )
    const [first, last] = [own[0], own.at(-1)]
    return leaves || first === undefined || last === undefined ? [] : [{ table: table.name, type, first, last }]
  })
}

/** NOT OF: on its own, because the server looks at the other clauses of a statement first. */
export const loosen = ({ table }: Loose): Draft => statement(`alter table ${named(table)} not of`, EXCLUSIVE)

/** OF. */
export const fasten = ({ table, type }: Loose): Draft =>
  clause(`alter table ${named(table)}`, PHASE.other, `of ${type}`, EXCLUSIVE)
