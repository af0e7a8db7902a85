// Type affinity: what a declared type does to the values (sqlite.org/datatype3.html#determination_of_column_affinity).

export type Affinity = 'integer' | 'text' | 'blob' | 'real' | 'numeric'

/** The affinity of a declared type. */
export function affinity(type: string): Affinity {
  const upper = type.toUpperCase()
  if (upper.includes('INT')) return 'integer'
  if (upper.includes('CHAR') || upper.includes('CLOB') || upper.includes('TEXT')) return 'text'
  if (upper.includes('BLOB') || upper === '') return 'blob'
  if (upper.includes('REAL') || upper.includes('FLOA') || upper.includes('DOUB')) return 'real'
  return 'numeric'
}

/** Whether a version text such as `3.53.1` is at least this one. */
export function atLeast(version: string | undefined, major: number, minor: number): boolean {
  const found = /^(\d+)\.(\d+)/.exec(version ?? '')
  if (found === null) return false
  const [own, ownMinor] = [Number(found[1]), Number(found[2])]
  return own > major || (own === major && ownMinor >= minor)
}
