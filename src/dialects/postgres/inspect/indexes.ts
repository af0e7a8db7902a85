// Indexes that no constraint owns.
import { objectRef, ref } from '../../../schema/names.ts'
import type { Index, IndexKey, Json, SchemaObject } from '../../../schema/schema.ts'
import { identifier, qualified } from '../quote.ts'
import { CLASS } from './catalog.ts'
import { type Context, flag, given, optionsOf, withExtra } from './context.ts'
import type { Relation, Relations } from './relations.ts'
import type { IndexRow } from './tables-queries.ts'

/** The indexes of a table. */
export function indexesOf(relation: Relation, relations: Relations, context: Context): Index[] {
  const owned = new Set(relation.constraints.filter(({ type }) => type !== 'f').map(({ index }) => index))
  return relation.indexes.flatMap((row) => {
    if (owned.has(row.oid)) return []
    context.setRef(CLASS.relation, row.oid, ref('index', relation.name, row.name))
    return [indexOf(row, relation, relations, context)]
  })
}

/** The indexes of materialized views are objects: their text says all there is. */
export function viewIndexesOf(relation: Relation, context: Context): SchemaObject[] {
  return relation.indexes.map((row) => {
    const object = { type: 'index', table: relation.name, name: row.name, definition: row.definition ?? '' }
    context.setRef(CLASS.relation, row.oid, objectRef(object))
    context.depend(objectRef(object), ref('materialized view', relation.name))
    return { ...object, ...context.comment(CLASS.relation, row.oid) }
  })
}

/** The partitions that lack their part of a partitioned index. The server's own mark (invalid) may outlast that. */
function partitionsWithout(row: IndexRow, relations: Relations): Relation[] {
  if (row.valid || !row.partitioned) return []
  const under = (oid: string, parent: string): boolean => relations.parents(oid).includes(parent)
  return [...relations.byOid.values()].filter((each) => {
    if (each.row.oid === row.relation || !under(each.row.oid, row.relation)) return false
    const own = [...each.indexes.map((index) => index.oid), ...each.constraints.map(({ index }) => index)]
    return !own.some((index) => under(index, row.oid))
  })
}

/** Whether a partition lacks its part. Such an index is made after that partition: one that joins later is given its part. */
export function isIncomplete(row: IndexRow, own: string, relations: Relations, context: Context): boolean {
  const lacking = partitionsWithout(row, relations)
  for (const { name } of lacking) context.depend(own, ref('table', name))
  return lacking.length > 0
}

function indexOf(row: IndexRow, relation: Relation, relations: Relations, context: Context): Index {
  const keys = row.keys.split(' ').map(Number)
  const [parent] = relations.parents(row.oid)
  const included = keys.slice(row.keycount).map((number) => relations.columnName(row.relation, number))
  return {
    name: row.name,
    unique: row.unique,
    keys: keysOf(row, keys, relation, relations),
    ...(row.method !== 'btree' && { method: row.method }),
    ...(included.length > 0 && { include: included }),
    ...(row.predicate !== null && { where: row.predicate }),
    ...context.comment(CLASS.relation, row.oid),
    ...withExtra({
      nullsNotDistinct: flag(row.nullsnotdistinct),
      options: optionsOf(row.options),
      tablespace: given(row.tablespace),
      partitionOf: parent === undefined ? undefined : relations.qualifiedIndex(parent),
      partitioned: flag(row.partitioned),
      statistics: statisticsOf(row, keys, relations),
      // A partitioned index is invalid as long as one partition lacks it: that is no failure.
      incomplete: flag(isIncomplete(row, ref('index', relation.name, row.name), relations, context)),
      invalid: flag(!row.valid && !row.partitioned),
    }),
  }
}

// https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_index.h: INDOPTION_DESC, INDOPTION_NULLS_FIRST
const DESCENDING = 1
const NULLS_FIRST = 2

function keysOf(row: IndexRow, numbers: readonly number[], relation: Relation, relations: Relations): IndexKey[] {
  const flags = row.flags.split(' ').map(Number)
  const classes = row.classes.split(' ')
  const collations = row.collations.split(' ')
  const expressions = [...(row.expressions ?? [])]
  return numbers.slice(0, row.keycount).map((number, position) => {
    const column = relation.columns.find((candidate) => candidate.number === number)
    const expression = number === 0 ? String(expressions.shift() ?? '') : undefined
    const bits = flags[position] ?? 0
    const descending = (bits & DESCENDING) !== 0
    const nullsFirst = (bits & NULLS_FIRST) !== 0
    const collation = relations.collation(collations[position] ?? '0')
    const explicit =
      expression === undefined
        ? collation !== undefined && column?.collation !== collations[position]
        : collation !== undefined && saysCollation(row.definition, expression, collation)
    return {
      ...(expression === undefined ? { column: column?.name ?? '' } : { expression }),
      ...(descending && { descending }),
      ...withExtra({
        opclass: operatorClassOf(classes[position] ?? '', column?.type, relations),
        opclassOptions: optionsOf(relations.indexColumn(row.oid, position + 1)?.options),
        collation: explicit ? collation : undefined,
        nulls: nullsFirst === descending ? undefined : nullsFirst ? 'first' : 'last',
      }),
    }
  })
}

// As pg_get_indexdef decides: a class is written unless the server would choose it for this type by itself.
function operatorClassOf(oid: string, type: string | undefined, relations: Relations): string | undefined {
  const found = relations.operatorClass(oid)
  if (found === undefined) return undefined
  const chosen =
    found.default && (type === undefined || type === found.input || !relations.hasDefaultClass(found.method, type))
  return chosen ? undefined : found.name
}

// The collation of an expression itself is known to the server alone: its full text writes the key's only if it differs.
function saysCollation(definition: string | null, expression: string, collation: string): boolean {
  if (definition === null) return false
  return [qualified(collation), `pg_catalog.${identifier(collation)}`, `public.${identifier(collation)}`].some((name) =>
    definition.includes(`${expression} COLLATE ${name}`),
  )
}

function statisticsOf(row: IndexRow, keys: readonly number[], relations: Relations): Json | undefined {
  const targets = keys.flatMap((_, position): [string, number][] => {
    const target = relations.indexColumn(row.oid, position + 1)?.statistics
    return target === null || target === undefined || target < 0 ? [] : [[String(position + 1), target]]
  })
  return targets.length === 0 ? undefined : Object.fromEntries(targets)
}
