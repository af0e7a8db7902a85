// What a person has agreed to lose: a count for each loss, or all there is.
import type { Consent, Loss } from './reports.ts'

/** For each loss, by `keyOf`, the most rows that may go. */
export type Agreed = ReadonlyMap<string, number | 'all'>

/** There is more than was agreed to; nothing of it has gone, and it has to be asked again. */
export class MoreThanAgreed extends Error {
  readonly losses: readonly Loss[]

  constructor(more: readonly Loss[]) {
    super('more data would be lost than was agreed to')
    this.losses = more
  }
}

/** The same loss, asked about and about to happen. */
export const keyOf = ({ revision, operation, message }: Loss): string => `${revision} ${operation ?? 'code'} ${message}`

/** What a consent says of each loss; undefined where it was refused. */
export function agreedBy(consent: Consent | undefined, asked: readonly Loss[]): Agreed | undefined {
  if (consent === undefined || consent === false) return undefined
  return new Map(
    asked.map((loss, at) => [keyOf(loss), consent === true ? ('all' as const) : (consent.most[at] ?? 'all')]),
  )
}
