// What a constraint or an index is apart from its name: two of the same shape are a rename of one another.
import { canonicalConstraint, canonicalIndex } from './canonical.ts'
import { stableText } from './json.ts'
import type { Constraint, Index } from './schema.ts'

/** A text that is equal for constraints that differ at most in name and comment. */
export function constraintShape(constraint: Constraint): string {
  const { name: _name, comment: _comment, ...shape } = canonicalConstraint(constraint)
  return stableText(shape)
}

/** A text that is equal for indexes that differ at most in name and comment. */
export function indexShape(index: Index): string {
  const { name: _name, comment: _comment, ...shape } = canonicalIndex(index)
  return stableText(shape)
}
