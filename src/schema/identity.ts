// Refs of parts, where a name alone is not enough.
import { hashOf } from './json.ts'
import { ref } from './names.ts'
import type { Constraint } from './schema.ts'
import { constraintShape } from './shape.ts'

/** The ref of a constraint. One without a name is told apart by a hash of its shape. */
export function constraintRef(table: string, constraint: Constraint): string {
  const named = ref('constraint', table, constraint.name)
  return constraint.name === '' ? `${named}:${hashOf(constraintShape(constraint)).slice(0, 16)}` : named
}

/** Takes a part's ref apart: `column "a.b".c` is column, "a.b" and c (still quoted). Undefined for whole things. */
export function partOf(reference: string): { kind: string; owner: string; part: string } | undefined {
  const blank = reference.indexOf(' ')
  let quoted = false
  for (let at = reference.length - 1; at > blank; at--) {
    if (reference[at] === '"') quoted = !quoted
    else if (reference[at] === '.' && !quoted) {
      return { kind: reference.slice(0, blank), owner: reference.slice(blank + 1, at), part: reference.slice(at + 1) }
    }
  }
  return undefined
}
