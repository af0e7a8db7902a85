// Whether a package says that it runs on this Node: a driver made for another one can kill the process when it is loaded.

type Version = readonly [number, number, number]

/** Whether the version satisfies an `engines.node` range. An absent or unreadable range is taken as yes. */
export function satisfies(version: string, range: string | undefined): boolean {
  if (range === undefined || range.trim() === '' || range.trim() === '*') return true
  const own = parse(version)
  if (own === undefined) return true
  return range.split('||').some((part) => {
    const comparators = part
      .trim()
      .replace(/([<>=~^]+)\s+/g, '$1')
      .split(/\s+/)
    return comparators.every((comparator) => matches(own, comparator))
  })
}

function matches(version: Version, comparator: string): boolean {
  const found = /^([<>=~^]*)v?(\d+|x|\*)(?:\.(\d+|x|\*))?(?:\.(\d+|x|\*))?/.exec(comparator)
  if (found === null) return true
  const [, operator, ...texts] = found
  const numbers = texts.map((text) => (text === undefined || text === 'x' || text === '*' ? undefined : Number(text)))
  const [major, minor, patch] = numbers
  if (major === undefined) return true
  const order = compare(version, [major, minor ?? 0, patch ?? 0])
  if (operator === '>=') return order >= 0
  if (operator === '>') return order > 0
  if (operator === '<=') return order <= 0 || (minor === undefined && version[0] === major)
  if (operator === '<') return order < 0
  if (operator === '^') return order >= 0 && version[0] === major
  const sameMinor = minor === undefined || version[1] === minor
  if (operator === '~') return order >= 0 && version[0] === major && sameMinor
  return version[0] === major && sameMinor && (patch === undefined || version[2] === patch)
}

function parse(text: string): Version | undefined {
  const found = /^v?(\d+)\.(\d+)\.(\d+)/.exec(text)
  return found === null ? undefined : [Number(found[1]), Number(found[2]), Number(found[3])]
}

/** Negative, zero or positive, as in a sort. */
function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
}
