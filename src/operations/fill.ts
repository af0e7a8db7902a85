// The UPDATE that fills NULLs: the same words in every database, but for the quotes around names.

import { unqualify } from '../schema/names.ts'
import type { Backfill } from './operation.ts'

type Quote = (name: string) => string

/** A qualified name as SQL. */
export function pathOf(identifier: Quote, qualified: string): string {
  const { namespace, name } = unqualify(qualified)
  return namespace === undefined ? identifier(name) : `${identifier(namespace)}.${identifier(name)}`
}

/** The rows to fill; `range` narrows them to one batch. */
export function fillCondition(identifier: Quote, { column, where }: Backfill, range?: string): string {
  const conditions = [
    `${identifier(column)} is null`,
    ...(where === undefined ? [] : [`(${where})`]),
    ...(range === undefined ? [] : [range]),
  ]
  return conditions.join(' and ')
}

/** Fills them in one statement. */
export const fillText = (identifier: Quote, operation: Backfill, range?: string): string =>
  `update ${pathOf(identifier, operation.table)} set ${identifier(operation.column)} = (${operation.value}) where ${fillCondition(identifier, operation, range)}`

/** What a script says beside it. */
export const FILL_NOTE = 'In one statement here: only a run of the tool goes in batches.'
/** What a script says beside a statement that cannot look first. */
export const UNGUARDED = 'Only where it is missing: this statement cannot look by itself.'
