// What a change means to the keys of its table, for knots.ts.
import type { Column, Constraint, Index } from '../../../schema/schema.ts'
import { type ConstraintExtra, type IndexKeyExtra, shape } from '../shapes.ts'
import type { Change, KeyPart } from './change.ts'

/** What a key holds; nothing where the server keeps it in another way. */
export function partsOf({ keys, method }: Index): KeyPart[] {
  if (method !== undefined) return []
  return keys.map(({ column, extra }) => {
    const { length } = shape<IndexKeyExtra>(extra)
    return { ...(column !== undefined && { column }), ...(length !== undefined && { length }) }
  })
}

/** The same of a constraint that is a key. */
export function heldBy({ type, columns, extra }: Constraint): KeyPart[] {
  if (type !== 'primary key' && type !== 'unique') return []
  const { keys } = shape<ConstraintExtra>(extra)
  return (
    keys?.map(({ column, length }) => ({ column, ...(length !== undefined && { length }) })) ??
    columns.map((column) => ({ column }))
  )
}

/** What a column that changes means to keys. */
export function meaning(from: Column, to: Column): Pick<Change, 'counts' | 'retypes'> {
  const counted = { ...(to.identity && { on: to.name }), ...(from.identity && { off: from.name }) }
  return {
    ...((from.identity === undefined) !== (to.identity === undefined) && { counts: counted }),
    ...(from.type !== to.type && { retypes: to.name }),
  }
}
