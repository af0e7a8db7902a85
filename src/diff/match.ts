// Which constraint or index of one side is which of the other: by name, then by shape.
import { byText } from '../schema/json.ts'

/** The pairs, and what has no partner on the other side. */
export interface Matches<Part> {
  pairs: [from: Part, to: Part][]
  dropped: Part[]
  added: Part[]
}

/** How parts are matched. */
export interface Matching<Part> {
  name: (part: Part) => string
  shape: (part: Part) => string
}

/** Pairs up two lists. Parts without a name go by shape alone; equal shapes pair up in the order of their names. */
export function matchParts<Part>(from: readonly Part[], to: readonly Part[], matching: Matching<Part>): Matches<Part> {
  const { name, shape } = matching
  const byName = (part: Part): string | undefined => (name(part) === '' ? undefined : name(part))
  // A part with a name and one without are not a rename of one another.
  const byShape = (part: Part): string => `${name(part) !== ''} ${shape(part)}`
  const sort = (parts: readonly Part[]): Part[] => parts.toSorted((a, b) => byText(name(a), name(b)))

  const result: Matches<Part> = { pairs: [], dropped: sort(from), added: sort(to) }
  for (const key of [byName, byShape]) {
    if (result.dropped.length === 0 || result.added.length === 0) break
    const waiting = new Map<string, Part[]>()
    const added: Part[] = []
    for (const part of result.dropped) {
      const own = key(part)
      if (own !== undefined) waiting.set(own, [...(waiting.get(own) ?? []), part])
    }
    const taken = new Set<Part>()
    for (const part of result.added) {
      const own = key(part)
      const partner = own === undefined ? undefined : waiting.get(own)?.shift()
      if (partner === undefined) added.push(part)
      else {
        taken.add(partner)
        result.pairs.push([partner, part])
      }
    }
    result.dropped = result.dropped.filter((part) => !taken.has(part))
    result.added = added
  }
  return result
}
