// ADD, DROP, RENAME and ALTER COLUMN.

import type { AlterColumn } from '../../../operations/operation.ts'
import type { Column } from '../../../schema/schema.ts'
import { identifier, qualified } from '../quote.ts'
import type { ColumnExtra } from '../shapes.ts'
import { bracketed } from './brackets.ts'
import { afterColumn, beforeColumn, columnComment, columnText, notValidNotNull } from './column-text.ts'
import { type Context, clause, type Draft, ofColumn, PHASE, statement } from './draft.ts'
import { EXCLUSIVE, EXCLUSIVE_LOSS, EXCLUSIVE_REWRITE, EXCLUSIVE_SCAN, QUIET, QUIET_SCAN } from './facts.ts'
import { changeNumbering } from './identity.ts'
import { named } from './names.ts'
import { foreignOptionChanges, optionChanges } from './options.ts'
import { isDetached, joinsParent } from './partitions.ts'
import { both, noteRights, putRightsBack, thingsOfTable } from './rights.ts'
import { columnExtra, tableExtra } from './shape.ts'
import { changesBase, conversion, rewrites } from './types.ts'

// ALTER TABLE works on foreign tables and typed tables too.
const tableTarget = (table: string): string => `alter table ${named(table)}`

/** ADD COLUMN; a column that comes from a parent comes with the parent's. */
export function addColumn(table: string, column: Column, context: Context): Draft[] {
  const target = tableTarget(table)
  if (columnExtra(column).inherited && !joinsParent(table, context, column.name))
    return [...ownDefault(table, column, context), ...columnComment(table, column.name, column.comment)]
  return [
    ...beforeColumn(table, column, context),
    clause(target, PHASE.add, `add column ${columnText(table, column, context)}`, addFacts(column)),
    ...afterColumn(table, column, context, target),
  ]
}

// The column came with the parent's, and so did that one's default.
function ownDefault(table: string, column: Column, { operations, position }: Context): Draft[] {
  const parents = operations
    .slice(0, position)
    .flatMap((each) =>
      each.kind === 'addColumn' && each.table !== table && each.column.name === column.name ? [each.column] : [],
    )
  if (column.generated !== undefined || column.identity !== undefined) return []
  if (parents.length === 0 || parents.some((parent) => parent.default === column.default)) return []
  const change = column.default === undefined ? 'drop default' : `set default ${column.default}`
  return [clause(tableTarget(table), PHASE.other, `alter column ${identifier(column.name)} ${change}`, EXCLUSIVE)]
}

// A stored value for each row means writing them all: generated, numbered, or a default that differs from row to row.
function addFacts(column: Column) {
  if (column.generated?.stored || column.identity !== undefined) return EXCLUSIVE_REWRITE
  if (column.default !== undefined && VOLATILE.test(column.default)) return EXCLUSIVE_REWRITE
  return EXCLUSIVE
}

const VOLATILE = /\b(nextval|random|clock_timestamp|timeofday|gen_random_uuid|uuidv[47]|uuid_generate_v\w+)\s*\(/i

/** DROP COLUMN. */
export function dropColumn(table: string, column: Column, context: Context): Draft[] {
  if (columnExtra(column).inherited && !isDetached(table, context, column.name)) return []
  const facts = column.generated === undefined ? EXCLUSIVE_LOSS : EXCLUSIVE
  return [clause(tableTarget(table), PHASE.drop, `drop column ${identifier(column.name)}`, facts)]
}

/** RENAME COLUMN. */
export const renameColumn = (table: string, from: string, to: string): Draft[] => [
  statement(`${tableTarget(table)} rename column ${identifier(from)} to ${identifier(to)}`, EXCLUSIVE),
]

/** Everything about a column that ALTER COLUMN can change. Values are kept. */
export function alterColumn(
  table: string,
  from: Column,
  to: Column,
  using: string | undefined,
  context: Context,
): Draft[] {
  const target = tableTarget(table)
  const name = identifier(to.name)
  const inherits = columnExtra(to).inherited && (columnExtra(from).inherited || !joinsParent(table, context, to.name))
  const typeChanges =
    !inherits &&
    (from.type !== to.type || from.collation !== to.collation) &&
    !changesWithParent(table, from, to, context)
  const alter = (phase: (typeof PHASE)[keyof typeof PHASE], sql: string, facts = EXCLUSIVE): Draft =>
    ofColumn(clause(target, phase, `alter column ${name} ${sql}`, facts), to.name)
  const drafts: Draft[] = []

  if (mustBeMadeAnew(from, to, context)) {
    const things = both(thingsOfTable({ name: table, columns: [from] }), thingsOfTable({ name: table, columns: [to] }))
    return [
      ...noteRights(things),
      clause(target, PHASE.drop, `drop column ${name}`, EXCLUSIVE),
      clause(target, PHASE.add, `add column ${columnText(table, to, context)}`, addFacts(to)),
      ...afterColumn(table, to, context, target),
      ...putRightsBack(things),
    ]
  }

  if (from.generated !== undefined && to.generated === undefined) drafts.push(alter(PHASE.drop, 'drop expression'))
  const defaultStays = from.default === to.default && !(typeChanges && changesBase(from.type, to.type))
  if (from.default !== undefined && !defaultStays && (typeChanges || to.default === undefined)) {
    drafts.push(alter(PHASE.drop, 'drop default'))
  }
  const numbering = inherits ? { before: [], after: [] } : changeNumbering(table, from, to, context)
  drafts.push(...numbering.before)
  const follows = inherits && followsParent(table, from, to, context)
  if (to.nullable && !from.nullable && !follows) drafts.push(alter(PHASE.drop, 'drop not null'))
  if (typeChanges)
    drafts.push(
      alter(PHASE.type, typeText(from, to, using), rewrites(from.type, to.type) ? EXCLUSIVE_REWRITE : EXCLUSIVE),
    )
  if (
    from.generated !== undefined &&
    to.generated !== undefined &&
    from.generated.expression !== to.generated.expression
  ) {
    drafts.push(alter(PHASE.expression, `set expression as ${bracketed(to.generated.expression)}`, EXCLUSIVE_REWRITE))
  }
  // A child may be stricter than its parent; saying what it has already is allowed.
  if (!follows) drafts.push(...nullability(target, from, to))
  if (to.default !== undefined && !defaultStays) drafts.push(alter(PHASE.other, `set default ${to.default}`))
  drafts.push(...numbering.after)
  drafts.push(...storage(target, from, to, context))
  return [...drafts, ...columnComment(table, to.name, to.comment, from.comment)]
}

// NOT NULL goes down to the children with the parent's, and (from 18 on) only with the parent's.
const followsParent = (table: string, from: Column, to: Column, context: Context): boolean =>
  alteredParents(table, to.name, context).some(
    (parent) => parent.from.nullable === from.nullable && parent.to.nullable === to.nullable,
  )

// A column that is the child's own and its parent's too takes another type with the parent's, and only with it.
const changesWithParent = (table: string, from: Column, to: Column, context: Context): boolean =>
  !isDetached(table, context, to.name) &&
  alteredParents(table, to.name, context).some(
    (parent) => parent.from.type === from.type && parent.to.type === to.type && parent.to.collation === to.collation,
  )

function alteredParents(table: string, column: string, { before, operations }: Context): AlterColumn[] {
  const found = before?.tables.find(({ name }) => name === table)
  const { partitionOf, inherits = [] } = found === undefined ? {} : tableExtra(found)
  const parents = partitionOf === undefined ? inherits : [partitionOf.parent]
  return operations.filter(
    (each): each is AlterColumn =>
      each.kind === 'alterColumn' && parents.includes(each.table) && each.to.name === column,
  )
}

// The server cannot make an ordinary column a generated one, nor (before 17) change the expression. No value is lost:
// a generated column holds nothing of its own.
function mustBeMadeAnew(from: Column, to: Column, { major }: Context): boolean {
  if (to.generated === undefined) return false
  if (from.generated === undefined || from.generated.stored !== to.generated.stored) return true
  return from.generated.expression !== to.generated.expression && major < 17
}

function typeText(from: Column, to: Column, using: string | undefined): string {
  const collation = to.collation === undefined ? '' : ` collate ${qualified(to.collation)}`
  const found =
    from.generated === undefined ? (using ?? conversion(identifier(to.name), from.type, to.type)) : undefined
  return `type ${to.type}${collation}${found === undefined ? '' : ` using ${found}`}`
}

function nullability(target: string, from: Column, to: Column): Draft[] {
  const [before, after] = [columnExtra(from).notNull, columnExtra(to).notNull]
  if (to.nullable) return []
  const name = identifier(to.name)
  if (from.nullable) {
    if (after?.notValid) return [notValidNotNull(target, to)]
    if (after !== undefined) {
      const constraint = after.name === undefined ? '' : `constraint ${identifier(after.name)} `
      const inherit = after.noInherit ? ' no inherit' : ''
      return [clause(target, PHASE.attribute, `add ${constraint}not null ${name}${inherit}`, EXCLUSIVE_SCAN)]
    }
    return [ofColumn(clause(target, PHASE.attribute, `alter column ${name} set not null`, EXCLUSIVE_SCAN), to.name)]
  }
  if (before?.notValid && !after?.notValid && before.name !== undefined) {
    return [statement(`${target} validate constraint ${identifier(before.name)}`, QUIET_SCAN)]
  }
  if (before?.name !== undefined && after?.name !== undefined && before.name !== after.name) {
    const rename = `rename constraint ${identifier(before.name)} to ${identifier(after.name)}`
    return [statement(`${target} ${rename}`, EXCLUSIVE)]
  }
  return []
}

// What TOAST does with values of a type by itself (pg_type.typstorage), for servers without SET STORAGE DEFAULT.
const MAIN = new Set(['numeric', 'inet', 'cidr'])
const EXTENDED = /^(text|character|bytea|json|jsonb|xml|bit|tsvector|path|polygon)\b|\[\]$|range$/

function storage(target: string, from: Column, to: Column, { major }: Context): Draft[] {
  const after = columnExtra(to)
  const { storage: _storage, compression: _compression, ...rest } = columnExtra(from)
  // Another type is stored as is its own way, until it is said again.
  const before: ColumnExtra = from.type !== to.type || from.collation !== to.collation ? rest : columnExtra(from)
  const name = identifier(to.name)
  const alter = (sql: string, facts = QUIET): Draft => clause(target, PHASE.other, `alter column ${name} ${sql}`, facts)
  const drafts: Draft[] = []
  if (before.storage !== after.storage) {
    const base = to.type.replace(/\(.*?\)/u, '')
    const own = MAIN.has(base) ? 'main' : EXTENDED.test(base) ? 'extended' : 'plain'
    drafts.push(alter(`set storage ${after.storage ?? (major >= 16 ? 'default' : own)}`, EXCLUSIVE))
  }
  if (before.compression !== after.compression) drafts.push(alter(`set compression ${after.compression ?? 'default'}`))
  if (before.statistics !== after.statistics) drafts.push(alter(`set statistics ${after.statistics ?? -1}`))
  for (const change of optionChanges(before.options, after.options)) drafts.push(alter(change))
  const foreign = foreignOptionChanges(before.foreignOptions, after.foreignOptions)
  if (foreign !== undefined) drafts.push(alter(foreign))
  return drafts
}
