// Table constraints, with what the index behind a key adds to them.
import { ref } from '../../../schema/names.ts'
import type { Constraint, Reference, ReferenceAction } from '../../../schema/schema.ts'
import { mask } from '../lexer.ts'
import { CLASS } from './catalog.ts'
import { type Context, flag, given, optionsOf, withExtra } from './context.ts'
import { isIncomplete } from './indexes.ts'
import type { Relation, Relations } from './relations.ts'
import type { ConstraintRow, IndexRow } from './tables-queries.ts'

const TYPES = { p: 'primary key', u: 'unique', f: 'foreign key', c: 'check', x: 'exclude' } as const

/** The constraints of a table; NOT NULL is the column's. */
export function constraintsOf(relation: Relation, relations: Relations, context: Context): Constraint[] {
  return relation.constraints.flatMap((row) =>
    row.type === 'n' ? [] : [constraintOf(relation, row, TYPES[row.type], relations, context)],
  )
}

function constraintOf(
  relation: Relation,
  row: ConstraintRow,
  type: Constraint['type'],
  relations: Relations,
  context: Context,
): Constraint {
  const own = ref('constraint', relation.name, row.name)
  context.setRef(CLASS.constraint, row.oid, own)
  const names = (numbers: readonly number[] | null, oid = row.relation): string[] =>
    (numbers ?? []).filter((number) => number > 0).map((number) => relations.columnName(oid, number))
  const index = row.type === 'f' ? undefined : relations.indexByOid(row.index)
  if (index !== undefined) context.setRef(CLASS.relation, index.oid, own)
  const exclusion = row.type === 'x' ? elementsOf(row.definition ?? '') : undefined
  const references = row.type === 'f' ? referenceOf(row, relations, names) : undefined
  const expression = exclusion ?? (row.type === 'c' ? row.definition : null)
  return {
    name: row.name,
    type,
    columns: names(row.columns),
    ...(expression !== null && { expression }),
    ...(references !== undefined && { references }),
    ...context.comment(CLASS.constraint, row.oid),
    ...withExtra({
      inherited: flag(!row.local),
      deferrable: flag(row.deferrable),
      deferred: flag(row.deferred),
      // What is not enforced cannot be valid either.
      notValid: flag(!row.validated && row.enforced),
      notEnforced: flag(!row.enforced),
      noInherit: flag(row.type === 'c' && row.noinherit),
      match: row.type === 'f' && row.match === 'f' ? 'full' : undefined,
      onDeleteColumns: row.deletecolumns === null ? undefined : names(row.deletecolumns),
      period: flag(row.period),
      ...(index !== undefined && keyExtra(index, own, relations, context)),
      method: exclusion === undefined ? undefined : index?.method,
      where: exclusion === undefined ? undefined : given(index?.predicate),
    }),
  }
}

function keyExtra(index: IndexRow, own: string, relations: Relations, context: Context) {
  const included = index.keys.split(' ').slice(index.keycount)
  const [parent] = relations.parents(index.oid)
  return {
    nullsNotDistinct: flag(index.nullsnotdistinct),
    include:
      included.length === 0
        ? undefined
        : included.map((number) => relations.columnName(index.relation, Number(number))),
    options: optionsOf(index.options),
    tablespace: given(index.tablespace),
    indexComment: context.comment(CLASS.relation, index.oid).comment,
    partitioned: flag(index.partitioned),
    incomplete: flag(isIncomplete(index, own, relations, context)),
    partitionOf: parent === undefined ? undefined : relations.qualifiedIndex(parent),
  }
}

const ACTIONS: ReadonlyMap<string, ReferenceAction> = new Map([
  ['r', 'restrict'],
  ['c', 'cascade'],
  ['n', 'set null'],
  ['d', 'set default'],
])

function referenceOf(
  row: ConstraintRow,
  relations: Relations,
  names: (numbers: readonly number[] | null, oid: string) => string[],
): Reference {
  const onDelete = ACTIONS.get(row.ondelete)
  const onUpdate = ACTIONS.get(row.onupdate)
  return {
    table: relations.byOid.get(row.target)?.name ?? '',
    columns: names(row.targetcolumns, row.target),
    ...(onDelete !== undefined && { onDelete }),
    ...(onUpdate !== undefined && { onUpdate }),
  }
}

/** The list in `EXCLUDE USING gist (room WITH =, during WITH &&) …`. */
function elementsOf(definition: string): string {
  const code = mask(definition)
  const open = code.indexOf('(')
  let depth = 0
  for (let at = open; at < code.length; at++) {
    if (code[at] === '(') depth++
    else if (code[at] === ')' && --depth === 0) return definition.slice(open + 1, at)
  }
  return definition
}
