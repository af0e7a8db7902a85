// Clauses that the server takes only together: a column that numbers itself and its key, a key that takes the place of
// another one, the length in a key and the type of its column. They share a statement, whatever stands between them.
import { equalData } from '../../../schema/json.ts'
import { type Change, type Item, isChange, type KeyPart, type Keys } from './change.ts'

/** The items with those that belong together side by side, as one knot; where they cannot be, they stay as they are. */
export function knotted(items: readonly Item[]): Item[] {
  let list = [...items]
  let knots = 0
  for (let first = 0; first < list.length; ) {
    const last = lastNeeded(list, first)
    const tied = last === first ? undefined : together(list, first, last, knots)
    if (tied === undefined) first++
    else {
      // What stood between may stand here now: it is looked at as well.
      knots++
      list = tied
    }
  }
  return list
}

/** The furthest item that belongs with this one, or with one that does. */
function lastNeeded(items: readonly Item[], first: number): number {
  const head = items[first]
  if (head === undefined || !isChange(head) || head.knot !== undefined) return first
  let last = first
  for (let at = first; at <= last; at++) {
    const one = items[at]
    if (one === undefined || !isChange(one) || one.table !== head.table) continue
    for (let to = items.length - 1; to > last; to--) {
      const other = items[to]
      if (other !== undefined && isChange(other) && other.table === head.table && belong(one, other)) last = to
    }
  }
  return last
}

/** Whether two changes of one table, in this order, need one statement. */
function belong(before: Change, after: Change): boolean {
  return swaps(before, after) || counts(before, after) || measures(before, after) || measures(after, before)
}

/** One key takes the place of another one: a foreign key, or a column that numbers itself, may stand on it meanwhile. */
function swaps({ keys: a }: Change, { keys: b }: Change): boolean {
  if (a === undefined || b === undefined) return false
  const same = (one: readonly KeyPart[] | undefined, other: readonly KeyPart[] | undefined): boolean =>
    one?.[0]?.column !== undefined && one[0].column === other?.[0]?.column
  return !isUndone(a, b) && (same(a.added, b.dropped) || same(a.dropped, b.added))
}

/** What was made goes again, or changes: it has to be there before. */
export const isUndone = ({ made, added }: Keys, { gone, dropped }: Keys): boolean =>
  made !== undefined && made === gone && equalData(added, dropped)

/** A column numbers itself only while a key begins with it, and one of a table at a time. */
function counts(before: Change, after: Change): boolean {
  const begins = (parts: readonly KeyPart[] | undefined, column: string | undefined): boolean =>
    column !== undefined && parts?.[0]?.column === column
  return (
    begins(after.keys?.added, before.counts?.on) ||
    begins(before.keys?.dropped, after.counts?.off) ||
    (before.counts?.on !== undefined && after.counts?.off !== undefined)
  )
}

/** A key holds a part of a long text, and the whole of a short one. */
const measures = ({ retypes }: Change, { keys }: Change): boolean =>
  retypes !== undefined &&
  [...(keys?.added ?? []), ...(keys?.dropped ?? [])].some(
    (part) => part.column === retypes && part.length !== undefined,
  )

/** The list with the changes of one table between two places as one knot. Foreign keys go before it, or come after it. */
function together(items: readonly Item[], first: number, last: number, knot: number): Item[] | undefined {
  const between = items.slice(first, last + 1)
  const table = (between[0] as Change).table
  const own = between.filter((item): item is Change => isChange(item) && item.table === table)
  const others = between.filter((item) => !isChange(item) || item.table !== table)
  const loose = own.filter(({ tie }) => tie !== undefined)
  const apart = own.filter(({ tie, alone }) => tie === undefined && alone === true)
  const members = combined(own.filter(({ tie, alone }) => tie === undefined && alone !== true))
  if (members === undefined || !apart.every((each) => mayLead(each, own.slice(0, own.indexOf(each))))) return undefined
  const tied = members.map((member): Item => ({ ...member, knot }))
  // What is dropped elsewhere may stand on what goes here; what comes elsewhere may stand on what comes here.
  const frees = (item: Item): boolean => isChange(item) && item.tie === 'dropped'
  return [
    ...items.slice(0, first),
    ...apart,
    ...loose.filter(frees),
    ...(others.some(frees) ? others.slice(0, others.findLastIndex(frees) + 1) : []),
    ...tied,
    ...(others.some(frees) ? others.slice(others.findLastIndex(frees) + 1) : others),
    ...loose.filter((item) => !frees(item)),
    ...items.slice(last + 1),
  ]
}

// What stands alone may go before the others where it names nothing that those before it name.
function mayLead({ clause }: Change, others: readonly Change[]): boolean {
  const own = new Set(namesIn(clause))
  return !others.some((other) => namesIn(other.clause).some((name) => own.has(name)))
}

const namesIn = (clause: string): string[] => clause.match(/`(?:[^`]|``)*`/gu) ?? []

/** One change for each column: the last one says all of it. Undefined: they do not fit into one statement. */
function combined(changes: readonly Change[]): Change[] | undefined {
  const gone = new Set(changes.map(({ drops }) => drops).filter((name) => name !== undefined))
  if (changes.some(({ after }) => typeof after === 'string' && gone.has(after))) return undefined
  const made = new Set(changes.map(({ adds }) => adds).filter((name) => name !== undefined))
  const keys = changes.flatMap((each) => each.keys ?? [])
  if (keys.some((one, at) => keys.slice(at + 1).some((other) => isUndone(one, other)))) return undefined
  const list: Change[] = []
  for (const change of changes) {
    const { column } = change
    if (column !== undefined && made.has(column)) return undefined
    const at = column === undefined ? -1 : list.findIndex((each) => each.column === column)
    const other = list[at]
    if (other === undefined) list.push(change)
    else if (other.drops !== undefined || change.drops !== undefined) return undefined
    else {
      const { check } = other
      list[at] = {
        ...other,
        ...change,
        level: other.level > change.level ? other.level : change.level,
        check: { ...change.check, done: `(${check.done}) and (${change.check.done})` },
      }
    }
  }
  return list
}
