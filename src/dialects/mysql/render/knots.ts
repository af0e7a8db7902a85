// Clauses that the server takes only together: a column that numbers itself and its key, a key that takes the place of
// another one, the length in a key and the type of its column. They share a statement, whatever stands between them.
import { equalData } from '../../../schema/json.ts'
import { identifier } from '../quote.ts'
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

/** The list with the changes of one table between two places as one knot: all of them, or those alone that belong together. */
function together(items: readonly Item[], first: number, last: number, knot: number): Item[] | undefined {
  const between = items.slice(first, last + 1)
  const table = (between[0] as Change).table
  const own = between.filter((item): item is Change => isChange(item) && item.table === table)
  const others = between.filter((item) => !isChange(item) || item.table !== table)
  const bound = own.filter(({ tie }) => tie === undefined)
  const split =
    around(
      bound,
      bound.filter(({ alone }) => alone !== true),
    ) ?? around(bound, closure(bound))
  if (split === undefined) return undefined
  return [
    ...items.slice(0, first),
    // What goes elsewhere may stand on what goes here; what comes elsewhere may stand on what comes here.
    ...[...own.filter(({ tie }) => tie !== undefined), ...others].filter(frees),
    ...split.before,
    ...split.members.map((member): Item => ({ ...member, knot })),
    ...split.after,
    ...[...others, ...own.filter(({ tie }) => tie !== undefined)].filter((item) => !frees(item)),
    ...items.slice(last + 1),
  ]
}

const frees = (item: Item): boolean => (isChange(item) ? item.tie === 'dropped' : /^DROP TABLE\b/u.test(item.sql))

/** The first change, and what belongs with it or with one that does. */
function closure([head, ...rest]: readonly Change[]): Change[] {
  const members = head === undefined ? [] : [head]
  for (let found = true; found; ) {
    const next = rest.find(
      (each) => !members.includes(each) && members.some((one) => belong(one, each) || belong(each, one)),
    )
    if (next !== undefined) members.push(next)
    found = next !== undefined
  }
  return [head, ...rest].filter((each): each is Change => each !== undefined && members.includes(each))
}

interface Split {
  before: Change[]
  members: Change[]
  after: Change[]
}

/** The members in one statement, and each of the others before or after it, where that is the same to it. */
function around(all: readonly Change[], chosen: readonly Change[]): Split | undefined {
  const members = combined(chosen)
  if (members === undefined || members.length < 2) return undefined
  const before: Change[] = []
  const after: Change[] = []
  for (const [at, each] of all.entries()) {
    if (chosen.includes(each)) continue
    const passed = (list: readonly Change[]): Change[] => chosen.filter((member) => list.includes(member))
    const earlier = passed(all.slice(0, at))
    if ([...earlier, ...after].every((other) => mayPass(other, each))) before.push(each)
    else if (passed(all.slice(at)).every((other) => mayPass(each, other))) after.push(each)
    else return undefined
  }
  return { before, members, after }
}

/** Whether two changes, in this order, may as well come in the other. */
function mayPass(one: Change, other: Change): boolean {
  const [a, b] = [new Set(namesIn(one.clause)), new Set(namesIn(other.clause))]
  const makes = ({ adds, drops, column, alone, clause }: Change): string[] =>
    alone === true
      ? namesIn(clause)
      : [adds, drops, column].flatMap((name) => (name === undefined ? [] : [identifier(name)]))
  const keys = (one.keys?.made ?? one.keys?.gone) !== undefined && sharesKey(one.keys, other.keys)
  return !keys && !makes(one).some((name) => b.has(name)) && !makes(other).some((name) => a.has(name))
}

const sharesKey = (a: Keys = {}, b: Keys = {}): boolean =>
  [a.made, a.gone].some((name) => name !== undefined && (name === b.made || name === b.gone))

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
