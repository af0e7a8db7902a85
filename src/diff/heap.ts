// A binary heap: the smallest item first.

/** A growing set from which the smallest item can be taken. */
export interface Heap<Item> {
  push(item: Item): void
  pop(): Item | undefined
}

/** An empty heap in the given order. */
export function heap<Item>(compare: (a: Item, b: Item) => number): Heap<Item> {
  const items: Item[] = []
  const isLess = (a: number, b: number): boolean => {
    const [left, right] = [items[a], items[b]]
    return left !== undefined && (right === undefined || compare(left, right) < 0)
  }
  const swap = (a: number, b: number): void => {
    const [left, right] = [items[a], items[b]]
    if (left === undefined || right === undefined) return
    items[a] = right
    items[b] = left
  }
  return {
    push(item) {
      let at = items.push(item) - 1
      while (at > 0) {
        const parent = (at - 1) >> 1
        if (!isLess(at, parent)) break
        swap(at, parent)
        at = parent
      }
    },
    pop() {
      const first = items[0]
      const last = items.pop()
      if (last === undefined || items.length === 0) return first
      items[0] = last
      for (let at = 0; ; ) {
        const [left, right] = [2 * at + 1, 2 * at + 2]
        const child = isLess(right, left) ? right : left
        if (!isLess(child, at)) break
        swap(child, at)
        at = child
      }
      return first
    },
  }
}
