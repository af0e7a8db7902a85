// How alike two names are.

/** 1 for the same name, 0 for nothing in common. Case, underscores and the order of words weigh little. */
export function nameSimilarity(a: string, b: string): number {
  const [left, right] = [wordsOf(a), wordsOf(b)]
  const [x, y] = [left.join(' '), right.join(' ')]
  const longest = Math.max(x.length, y.length)
  if (longest === 0) return a === b ? 1 : 0
  const bySpelling = 1 - editDistance(x, y) / longest
  const shared = left.filter((word) => right.includes(word)).length
  const byWords = (2 * shared) / (left.length + right.length)
  return Math.max(bySpelling, byWords)
}

const wordsOf = (name: string): string[] =>
  name
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')

/** Levenshtein's distance: insertions, deletions and replacements. */
export function editDistance(a: string, b: string): number {
  const [left, right] = [[...a], [...b]]
  let row = right.map((_, at) => at + 1)
  left.forEach((char, above) => {
    let diagonal = above
    let before = above + 1
    row = row.map((up, at) => {
      const best = Math.min(up + 1, before + 1, diagonal + (char === right[at] ? 0 : 1))
      diagonal = up
      before = best
      return best
    })
  })
  return row.at(-1) ?? left.length
}
