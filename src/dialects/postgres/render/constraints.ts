// Constraints: inline in CREATE TABLE, added, dropped, renamed, and changed where the server can.

import type { Constraint } from '../../../schema/schema.ts'
import { identifier } from '../quote.ts'
import { bracketed } from './brackets.ts'
import { comment } from './comments.ts'
import { type Context, clause, type Draft, PHASE, statement } from './draft.ts'
import { EXCLUSIVE, EXCLUSIVE_SCAN, QUIET, QUIET_SCAN, WRITERS_WAIT } from './facts.ts'
import { beside, columnList, named } from './names.ts'
import { assignments, optionChanges, withOptions } from './options.ts'
import {
  isDetached,
  isGone,
  joinsParent,
  parentDrop,
  partitionChild,
  partitionedParent,
  whileDetached,
} from './partitions.ts'
import { constraintExtra, same } from './shape.ts'

const ACTIONS = [
  ['onUpdate', 'on update'],
  ['onDelete', 'on delete'],
] as const

/** Everything behind the constraint's name. */
export function constraintBody(constraint: Constraint): string {
  const extra = constraintExtra(constraint)
  const parts = [kindText(constraint)]
  if (extra.include !== undefined) parts.push(`include ${columnList(extra.include)}`)
  if (extra.options !== undefined) parts.push(withOptions(assignments(extra.options)).trim())
  if (extra.tablespace !== undefined) parts.push(`using index tablespace ${identifier(extra.tablespace)}`)
  if (extra.where !== undefined) parts.push(`where ${bracketed(extra.where)}`)
  if (extra.deferrable) parts.push(extra.deferred ? 'deferrable initially deferred' : 'deferrable')
  if (extra.noInherit) parts.push('no inherit')
  if (extra.notEnforced) parts.push('not enforced')
  return parts.join(' ')
}

function kindText(constraint: Constraint): string {
  const extra = constraintExtra(constraint)
  switch (constraint.type) {
    case 'primary key':
      return `primary key ${keyList(constraint)}`
    case 'unique':
      return `unique${extra.nullsNotDistinct ? ' nulls not distinct' : ''} ${keyList(constraint)}`
    case 'check':
      return `check ${bracketed(constraint.expression ?? 'true')}`
    case 'exclude':
      return `exclude using ${identifier(extra.method ?? 'btree')} (${constraint.expression ?? ''})`
    case 'foreign key':
      return foreignKey(constraint)
  }
}

function keyList({ columns, extra }: Constraint): string {
  const names = columns.map(identifier)
  return `(${names.join(', ')}${constraintExtra({ ...(extra && { extra }) }).period ? ' without overlaps' : ''})`
}

function foreignKey(constraint: Constraint): string {
  const { references } = constraint
  const extra = constraintExtra(constraint)
  const list = (columns: readonly string[]): string => {
    const names = columns.map(identifier)
    const last = names.pop() ?? ''
    return `(${[...names, extra.period ? `period ${last}` : last].join(', ')})`
  }
  const parts = [`foreign key ${list(constraint.columns)}`]
  parts.push(`references ${named(references?.table ?? '')} ${list(references?.columns ?? [])}`)
  if (extra.match === 'full') parts.push('match full')
  for (const [key, words] of ACTIONS) {
    const action = references?.[key]
    if (action === undefined) continue
    const columns =
      key === 'onDelete' && extra.onDeleteColumns !== undefined ? ` ${columnList(extra.onDeleteColumns)}` : ''
    parts.push(`${words} ${action}${columns}`)
  }
  return parts.join(' ')
}

/** Whether CREATE TABLE can hold it: NOT VALID is only known to ALTER TABLE. */
export const fitsInline = (constraint: Constraint): boolean => constraintExtra(constraint).notValid !== true

/** The constraint as one line of CREATE TABLE. */
export const constraintText = (constraint: Constraint): string =>
  `constraint ${identifier(constraint.name)} ${constraintBody(constraint)}`

/** ADD CONSTRAINT with its facts, its place among the partitions, and its comment. */
export function addConstraint(table: string, constraint: Constraint, context: Context): Draft[] {
  const extra = constraintExtra(constraint)
  const own = beside(table, constraint.name)
  const follows =
    extra.inherited && !isDetached(table, context, constraint.name) && !joinsParent(table, context, constraint.name)
  if (follows && extra.partitionOf === undefined) {
    return constraintComment(table, constraint)
  }
  const { only, after } = extra.partitioned
    ? partitionedParent(own, extra.incomplete, context)
    : { only: false, after: [] }
  const target = `alter table ${only ? 'only ' : ''}${named(table)}`
  const valid = extra.notValid ? ' not valid' : ''
  return [
    clause(target, PHASE.other, `add ${constraintText(constraint)}${valid}`, addFacts(constraint)),
    ...after,
    ...partitionChild(table, extra.partitionOf, own, context),
    ...constraintComment(table, constraint),
  ]
}

function addFacts(constraint: Constraint) {
  const { notValid, notEnforced } = constraintExtra(constraint)
  if (constraint.type === 'foreign key')
    return notValid || notEnforced ? WRITERS_WAIT : { ...WRITERS_WAIT, scans: true }
  return notValid || notEnforced ? EXCLUSIVE : EXCLUSIVE_SCAN
}

/** DROP CONSTRAINT; what comes from a parent goes with the parent's. */
export function dropConstraint(table: string, constraint: Constraint, context: Context): Draft[] {
  const { inherited, partitionOf } = constraintExtra(constraint)
  const own = beside(table, constraint.name)
  if (inherited && !isDetached(table, context, constraint.name)) {
    const parent = partitionOf === undefined ? undefined : parentDrop(partitionOf, own, context)
    return parent?.kind === 'dropConstraint' ? [dropClause(parent.table, parent.constraint)] : []
  }
  if (isGone(own, context)) return []
  const gone = dropClause(table, constraint)
  // A key of its own whose index hangs on a parent's plain one: neither can go while the two are tied.
  return partitionOf === undefined ? [gone] : whileDetached(table, [gone], context)
}

function dropClause(table: string, { name }: Constraint): Draft {
  return clause(`alter table ${named(table)}`, PHASE.drop, `drop constraint ${identifier(name)}`, EXCLUSIVE)
}

/** Changes deferrability, validity, enforcement and comment in place; anything else is dropped and added. */
export function alterConstraint(table: string, from: Constraint, to: Constraint, context: Context): Draft[] {
  if (!constraintInPlace(from, to))
    return [...dropConstraint(table, from, context), ...addConstraint(table, to, context)]
  const [before, after] = [constraintExtra(from), constraintExtra(to)]
  const target = `alter table ${named(table)}`
  const name = identifier(to.name)
  const drafts: Draft[] = []
  if (before.deferrable !== after.deferrable || before.deferred !== after.deferred) {
    const words = after.deferrable ? `deferrable${after.deferred ? ' initially deferred' : ''}` : 'not deferrable'
    drafts.push(clause(target, PHASE.other, `alter constraint ${name} ${words}`, EXCLUSIVE))
  }
  if (before.notValid && !after.notValid) {
    drafts.push(statement(`${target} validate constraint ${name}`, QUIET_SCAN))
  }
  for (const change of optionChanges(before.options, after.options)) {
    drafts.push(statement(`alter index ${beside(table, to.name)} ${change}`, QUIET))
  }
  return [...drafts, ...constraintComment(table, to, from)]
}

const IN_PLACE = new Set([
  'deferrable',
  'deferred',
  'notValid',
  'inherited',
  'partitionOf',
  'partitioned',
  'incomplete',
  'indexComment',
  'options',
])

/** Whether the server changes the one into the other: comment, deferrability of a foreign key, NOT VALID to valid. */
export function constraintInPlace(from: Constraint, to: Constraint): boolean {
  const [before, after] = [constraintExtra(from), constraintExtra(to)]
  const rest = ({ comment: _comment, extra, ...own }: Constraint) => ({
    ...own,
    extra: Object.fromEntries(Object.entries(extra ?? {}).filter(([key]) => !IN_PLACE.has(key))),
  })
  if (!same(rest(from), rest(to))) return false
  const defers = before.deferrable !== after.deferrable || before.deferred !== after.deferred
  if (defers && from.type !== 'foreign key') return false
  return !(after.notValid && !before.notValid)
}

/** RENAME CONSTRAINT: the index behind a key follows. */
export const renameConstraint = (table: string, from: string, to: string): Draft[] => [
  statement(`alter table ${named(table)} rename constraint ${identifier(from)} to ${identifier(to)}`, EXCLUSIVE),
]

/** COMMENT ON CONSTRAINT where the two sides differ. */
export const constraintComment = (table: string, to: Constraint, from?: Constraint): Draft[] => [
  ...comment(`constraint ${identifier(to.name)} on ${named(table)}`, to.comment, from?.comment),
  ...comment(
    `index ${beside(table, to.name)}`,
    constraintExtra(to).indexComment,
    from === undefined ? undefined : constraintExtra(from).indexComment,
  ),
]
