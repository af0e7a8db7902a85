// Joins neighbouring clauses on one table into one ALTER TABLE, where that means the same.
import type { Statement } from '../../../operations/statement.ts'
import type { Draft } from './draft.ts'
import { joinFacts } from './facts.ts'

/** A draft and the index of the operation it belongs to. */
export interface Placed {
  draft: Draft
  operation: number
}

/**
 * Statements in the same order. Clauses join while their target is the same and their phases do not fall; those about
 * different columns do not care about each other. So a table is rewritten once, however many of its types change.
 */
export function merge(placed: readonly Placed[]): Statement[] {
  const groups: Placed[][] = []
  let trailing: Placed[] = []
  for (const item of placed) {
    const group = groups.at(-1)
    if (group?.every((each) => joins(each.draft, item.draft))) group.push(item)
    else if (item.draft.trails && group?.[0]?.draft.alter !== undefined) trailing.push(item)
    else {
      groups.push(...trailing.map((each) => [each]), [item])
      trailing = []
    }
  }
  return [...groups, ...trailing.map((each) => [each])].map(statementOf)
}

function joins(before: Draft, after: Draft): boolean {
  if (before.alter === undefined || after.alter === undefined) return false
  const [one, other] = [before.alter, after.alter]
  const apart = one.column !== undefined && other.column !== undefined && one.column !== other.column
  return one.target === other.target && (apart || one.phase <= other.phase)
}

function statementOf(group: Placed[]): Statement {
  const [first] = group
  if (first === undefined) throw new Error('a group is never empty')
  const { draft, operation } = first
  const { alter, sql, transactional, facts, note, trails: _, ...rest } = draft
  const joined = group.map(({ draft: { facts: own } }) => own).reduce(joinFacts, undefined)
  const notes = [...new Set(group.flatMap(({ draft: { note: own } }) => (own === undefined ? [] : [own])))]
  const clauses = group.map(({ draft: { sql: text } }) => text)
  const text =
    alter === undefined
      ? sql
      : clauses.length === 1
        ? `${alter.target} ${sql}`
        : `${alter.target}\n  ${clauses.join(',\n  ')}`
  return {
    ...rest,
    sql: text,
    transactional: transactional ?? true,
    operation,
    ...(joined !== undefined && { facts: joined }),
    ...(notes.length > 0 && { note: notes.join(' ') }),
  }
}
