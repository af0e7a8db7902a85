// COMMENT ON, for anything that has one.
import { literal } from '../quote.ts'
import { type Draft, statement } from './draft.ts'
import { NONE } from './facts.ts'

/** Sets, changes or removes a comment where the two sides differ. `target` is what stands behind COMMENT ON. */
export function comment(target: string, to: string | undefined, from?: string): Draft[] {
  return to === from ? [] : [statement(`comment on ${target} is ${literal(to ?? null)}`, NONE, { trails: true })]
}
