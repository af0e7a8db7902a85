// Tables: their columns and attributes. Constraints and indexes have files of their own.
import { ref } from '../../../schema/names.ts'
import type { Column, Json, Table } from '../../../schema/schema.ts'
import { CLASS } from './catalog.ts'
import { constraintsOf } from './constraints.ts'
import { type Context, compact, flag, given, inNamespace, optionsOf, withExtra } from './context.ts'
import type { Numbering } from './identity.ts'
import { indexesOf } from './indexes.ts'
import type { Relation, Relations } from './relations.ts'
import type { ColumnRow } from './tables-queries.ts'

/** All tables, foreign and partitioned ones too. */
export function tablesOf(relations: Relations, numbering: Numbering, context: Context): Table[] {
  return [...relations.byOid.values()]
    .filter(({ row }) => row.kind === 'r' || row.kind === 'p' || row.kind === 'f')
    .map((relation) => tableOf(relation, relations, numbering, context))
}

function tableOf(relation: Relation, relations: Relations, numbering: Numbering, context: Context): Table {
  const { row, name } = relation
  const own = ref('table', name)
  inNamespace(context, own, row.namespace)
  for (const parent of relations.parents(row.oid)) context.depend(own, context.ref(CLASS.relation, parent))
  return {
    name,
    columns: relation.columns.map((column) => columnOf(relation, column, relations, numbering, context)),
    constraints: constraintsOf(relation, relations, context),
    indexes: indexesOf(relation, relations, context),
    ...context.comment(CLASS.relation, row.oid),
    ...withExtra(attributesOf(relation, relations)),
  }
}

function attributesOf(relation: Relation, relations: Relations): { [name: string]: Json | undefined } {
  const { row, indexes } = relation
  const parents = relations.parents(row.oid).flatMap((oid) => relations.byOid.get(oid)?.name ?? [])
  const [parent] = parents
  const foreignOptions = optionsOf(row.foreignoptions)
  return {
    // A partitioned table has no storage of its own: servers before 18 note the word, and it changes nothing.
    unlogged: flag(row.persistence === 'u' && row.partkey === null),
    partitionBy: given(row.partkey),
    partitionOf: row.bound !== null && parent !== undefined ? { parent, bound: row.bound } : undefined,
    inherits: row.bound === null && parents.length > 0 ? parents : undefined,
    ofType: given(row.oftype),
    options: optionsOf(row.options),
    toastOptions: optionsOf(row.toast),
    tablespace: given(row.tablespace),
    method: row.method === 'heap' ? undefined : given(row.method),
    rowSecurity: flag(row.rowsecurity),
    forceRowSecurity: flag(row.forced),
    replicaIdentity: replicaIdentityOf(relation),
    clusterOn: indexes.find(({ clustered }) => clustered)?.name,
    foreign: row.server === null ? undefined : compact({ server: row.server, options: foreignOptions }),
  }
}

function replicaIdentityOf({ row, indexes }: Relation): Json | undefined {
  // Foreign tables are not replicated.
  if (row.kind === 'f') return undefined
  if (row.identity === 'f') return 'full'
  if (row.identity === 'n') return 'nothing'
  if (row.identity !== 'i') return undefined
  const index = indexes.find(({ identity }) => identity)
  return index === undefined ? undefined : { index: index.name }
}

function columnOf(
  relation: Relation,
  row: ColumnRow,
  relations: Relations,
  numbering: Numbering,
  context: Context,
): Column {
  const identity = numbering.identityOf(relation, row)
  const collation = row.collated ? relations.collation(row.collation) : undefined
  const generated = row.generated === 's' || row.generated === 'v'
  return {
    name: row.name,
    type: relations.typeText(row.type, row.typmod),
    nullable: !row.notnull,
    ...(row.expression !== null &&
      (generated
        ? { generated: { expression: row.expression, stored: row.generated === 's' } }
        : identity === undefined && { default: row.expression })),
    ...(identity !== undefined && { identity }),
    ...(collation !== undefined && { collation }),
    ...context.comment(CLASS.relation, relation.row.oid, row.number),
    ...withExtra({
      inherited: flag(!row.local),
      storage: given(STORAGE.get(row.storage ?? '')),
      compression: COMPRESSION.get(row.compression),
      statistics: row.statistics === null || row.statistics < 0 ? undefined : row.statistics,
      options: columnOptionsOf(row.options),
      foreignOptions: optionsOf(row.foreignoptions),
      notNull: notNullOf(relation, row),
    }),
  }
}

const STORAGE: ReadonlyMap<string, string> = new Map([
  ['p', 'plain'],
  ['e', 'external'],
  ['x', 'extended'],
  ['m', 'main'],
])

const COMPRESSION: ReadonlyMap<string, string> = new Map([
  ['p', 'pglz'],
  ['l', 'lz4'],
])

// Seen on Debian's 15.20, and found in no documentation: the server stamps each column with a version of their own among
// its options. SET and RESET leave it as it is, and pg_dump does not print it: it is no part of the schema.
const STAMP = 'pg_attver='

const columnOptionsOf = (list: string[] | null) => optionsOf(list?.filter((text) => !text.startsWith(STAMP)))

// Since 18 a NOT NULL is a constraint. Its usual name means nothing: it is not even renamed with the column.
function notNullOf({ constraints }: Relation, { number }: ColumnRow): Json | undefined {
  const found = constraints.find(({ type, columns }) => type === 'n' && columns?.[0] === number)
  if (found === undefined) return undefined
  return compact({
    name: /_not_null\d*$/.test(found.name) ? undefined : found.name,
    notValid: flag(!found.validated),
    noInherit: flag(found.noinherit),
  })
}
