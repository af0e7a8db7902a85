// How to get from one schema to another.
import { applyAll } from '../operations/index.ts'
import type { Operation } from '../operations/operation.ts'
import type { Schema } from '../schema/schema.ts'
import { compare } from './compare.ts'
import { factsOf } from './facts.ts'
import { order } from './order.ts'
import { moves, place } from './place.ts'
import { newPlan } from './plan.ts'
import { type Rename, renameOperations } from './renames.ts'
import { renamedParts } from './respell.ts'
import { simplify } from './simplify.ts'
import type { Traits } from './traits.ts'

export interface DiffOptions {
  traits: Traits
  /** Renames that have been decided. They come first; the rest is what differs after them. */
  renames?: readonly Rename[]
}

/**
 * The operations that lead from one schema to the other, in an order that can be executed: nothing is made before what it
 * needs, nothing goes before what needs it. Deterministic, and independent of the order of the schemas' lists. Empty where
 * nothing differs. Errors: USAGE for a rename that fits neither side.
 */
export function diff(from: Schema, to: Schema, { traits, renames = [] }: DiffOptions): Operation[] {
  const decided = renameOperations(from, renames, to)
  const { operations, schema } = renamedParts(applyAll(from, decided), to)
  const plan = newPlan(factsOf(schema), factsOf(to), traits)
  compare(plan)
  if (plan.actions.size === 0 && !traits.columnOrder) return [...decided, ...operations]
  const ordered = order(plan)
  const placed = traits.columnOrder ? place(plan, [...ordered, ...moves(plan)]) : ordered
  return simplify([...decided, ...operations, ...placed])
}
