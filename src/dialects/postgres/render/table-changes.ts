// What ALTER TABLE changes about a table as a whole.
import type { TableAttributes } from '../../../schema/schema.ts'
import { identifier } from '../quote.ts'
import { comment } from './comments.ts'
import { clause, type Draft, PHASE, statement } from './draft.ts'
import { EXCLUSIVE, EXCLUSIVE_REWRITE, QUIET } from './facts.ts'
import { named } from './names.ts'
import { foreignOptionChanges, optionChanges } from './options.ts'
import { attachPartition } from './partitions.ts'
import { same, tableExtra } from './shape.ts'
import { replicaIdentity, tableWord } from './tables.ts'

/** The statements that lead from one set of attributes to the other. */
export function alterTable(table: string, from: TableAttributes, to: TableAttributes): Draft[] {
  const [before, after] = [tableExtra(from), tableExtra(to)]
  const name = named(table)
  const target = `alter ${tableWord(to)} ${name}`
  const say = (sql: string, facts = EXCLUSIVE): Draft => clause(target, PHASE.other, sql, facts)
  const drafts: Draft[] = []

  const detaches = before.partitionOf !== undefined && !same(before.partitionOf, after.partitionOf)
  if (detaches && before.partitionOf !== undefined) {
    drafts.push(statement(`alter table ${named(before.partitionOf.parent)} detach partition ${name}`, EXCLUSIVE))
  }
  const parents = before.inherits ?? []
  const kept = commonStart(parents, after.inherits ?? [])
  for (const parent of parents.slice(kept)) drafts.push(statement(`${target} no inherit ${named(parent)}`, EXCLUSIVE))
  // Neither a partition nor a child can be a typed table.
  // On its own: the server looks at the other clauses of a statement first.
  if (before.ofType !== after.ofType) {
    drafts.push(statement(`${target} ${after.ofType === undefined ? 'not of' : `of ${after.ofType}`}`, EXCLUSIVE))
  }
  for (const parent of (after.inherits ?? []).slice(kept))
    drafts.push(statement(`${target} inherit ${named(parent)}`, EXCLUSIVE))
  if (after.partitionOf !== undefined && !same(before.partitionOf, after.partitionOf)) {
    drafts.push(attachPartition(after.partitionOf, table))
  }

  if (before.unlogged !== after.unlogged) {
    drafts.push(statement(`${target} set ${after.unlogged ? 'unlogged' : 'logged'}`, EXCLUSIVE_REWRITE))
  }
  if (before.method !== after.method) {
    drafts.push(statement(`${target} set access method ${identifier(after.method ?? 'heap')}`, EXCLUSIVE_REWRITE))
  }
  if (before.tablespace !== after.tablespace) {
    const space = identifier(after.tablespace ?? 'pg_default')
    drafts.push(statement(`${target} set tablespace ${space}`, EXCLUSIVE_REWRITE))
  }
  for (const change of optionChanges(before.options, after.options)) drafts.push(say(change, QUIET))
  // Not a clause among others: a column added in the same ALTER TABLE may be what the table has a TOAST table for.
  for (const change of optionChanges(before.toastOptions, after.toastOptions, 'toast.')) {
    drafts.push(statement(`${target} ${change}`, QUIET))
  }
  const foreign = foreignOptionChanges(before.foreign?.options, after.foreign?.options)
  if (foreign !== undefined) drafts.push(say(foreign))

  if (before.clusterOn !== after.clusterOn) {
    drafts.push(
      say(after.clusterOn === undefined ? 'set without cluster' : `cluster on ${identifier(after.clusterOn)}`, QUIET),
    )
  }
  if (!same(before.replicaIdentity, after.replicaIdentity)) drafts.push(say(replicaIdentity(after.replicaIdentity)))
  if (before.rowSecurity !== after.rowSecurity) {
    drafts.push(say(`${after.rowSecurity ? 'enable' : 'disable'} row level security`))
  }
  if (before.forceRowSecurity !== after.forceRowSecurity) {
    drafts.push(say(`${after.forceRowSecurity ? '' : 'no '}force row level security`))
  }
  return [...drafts, ...comment(`${tableWord(to)} ${name}`, to.comment, from.comment)]
}

// Parents are kept in order: everything behind the first difference is taken out and put back.
function commonStart(a: readonly string[], b: readonly string[]): number {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return at
}

/** Whether ALTER TABLE leads from the one to the other. */
export function tableInPlace(from: TableAttributes, to: TableAttributes): boolean {
  const [before, after] = [tableExtra(from), tableExtra(to)]
  return (
    before.partitionBy === after.partitionBy &&
    (before.foreign === undefined) === (after.foreign === undefined) &&
    before.foreign?.server === after.foreign?.server
  )
}
