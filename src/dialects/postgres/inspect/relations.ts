// The relations with their columns, indexes and parents, joined by oid: raw material for tables, views and types.
import { ref } from '../../../schema/names.ts'
import { CLASS, type Rows } from './catalog.ts'
import type { Context } from './context.ts'
import type { ColumnRow, ConstraintRow, IndexRow, RelationRow, SequenceRow } from './tables-queries.ts'
import {
  collations,
  columns,
  constraints,
  indexes,
  inherits,
  operatorClasses,
  relations,
  sequences,
  typeTexts,
} from './tables-queries.ts'

/** What the relations are made from. */
export const relationQueries = {
  relations,
  columns,
  typeTexts,
  inherits,
  constraints,
  indexes,
  operatorClasses,
  collations,
  sequences,
}

/** A relation with everything that hangs on it. */
export interface Relation {
  row: RelationRow
  name: string
  columns: ColumnRow[]
  constraints: ConstraintRow[]
  indexes: IndexRow[]
}

/** Relations by oid, and lookups between them. */
export interface Relations {
  byOid: ReadonlyMap<string, Relation>
  sequences: readonly SequenceRow[]
  domainConstraints: ReadonlyMap<string, ConstraintRow[]>
  /** Oids of the parents, in order. */
  parents(oid: string): readonly string[]
  columnName(relation: string, number: number): string
  typeText(type: string, typmod: number): string
  collation(oid: string | null): string | undefined
  operatorClass(oid: string): { name: string; method: string; input: string; default: boolean } | undefined
  /** Whether another default operator class of this access method takes exactly this type. */
  hasDefaultClass(method: string, type: string): boolean
  indexByOid(oid: string): IndexRow | undefined
  /** Options and statistics targets of an index's keys. */
  indexColumn(index: string, number: number): ColumnRow | undefined
  qualifiedIndex(oid: string): string | undefined
}

const KINDS = { r: 'table', p: 'table', f: 'table', v: 'view', m: 'materialized view', c: 'composite' } as const

/** Joins the rows. Extension members and tables of ours are left out. */
export function relationsOf(rows: Rows<typeof relationQueries>, context: Context): Relations {
  const byOid = new Map<string, Relation>()
  const columnNames = new Map<string, string>()
  for (const row of rows.relations) {
    if (context.extensionOf(CLASS.relation, row.oid) !== undefined) continue
    if (row.kind === 'c' && context.extensionOf(CLASS.type, row.rowtype) !== undefined) continue
    if (context.isOwnTable(row.namespace, row.name)) continue
    const name = context.name(row.namespace, row.name)
    byOid.set(row.oid, { row, name, columns: [], constraints: [], indexes: [] })
    const own = ref(KINDS[row.kind], name)
    context.setRef(CLASS.relation, row.oid, own)
    context.setRef(CLASS.type, row.rowtype, own)
  }
  const indexColumns = new Map<string, ColumnRow>()
  for (const row of rows.columns) {
    columnNames.set(`${row.relation} ${row.number}`, row.name)
    const relation = byOid.get(row.relation)
    if (relation === undefined) {
      indexColumns.set(`${row.relation} ${row.number}`, row)
      continue
    }
    relation.columns.push(row)
    if (KINDS[relation.row.kind] !== 'table') continue
    const own = ref('column', relation.name, row.name)
    context.setRef(CLASS.relation, row.relation, own, row.number)
    if (row.default !== null) context.setRef(CLASS.default, row.default, own)
  }
  const domainConstraints = new Map<string, ConstraintRow[]>()
  for (const row of rows.constraints) {
    if (row.domain !== '0') domainConstraints.set(row.domain, [...(domainConstraints.get(row.domain) ?? []), row])
    byOid.get(row.relation)?.constraints.push(row)
  }
  const indexRows = new Map<string, IndexRow>()
  for (const row of rows.indexes) {
    indexRows.set(row.oid, row)
    byOid.get(row.relation)?.indexes.push(row)
  }
  const parents = new Map<string, string[]>()
  for (const { child, parent } of rows.inherits) parents.set(child, [...(parents.get(child) ?? []), parent])
  const types = new Map(rows.typeTexts.map(({ type, typmod, text }) => [`${type} ${typmod}`, text]))
  const collationNames = new Map(rows.collations.map((row) => [row.oid, context.name(row.namespace, row.name)]))
  const classes = new Map(
    rows.operatorClasses.map((row) => [row.oid, { ...row, name: context.name(row.namespace, row.name) }]),
  )
  const defaults = new Set(
    rows.operatorClasses.filter((row) => row.default).map(({ method, input }) => `${method} ${input}`),
  )
  return {
    byOid,
    sequences: rows.sequences.filter(({ oid }) => context.extensionOf(CLASS.relation, oid) === undefined),
    domainConstraints,
    parents: (oid) => parents.get(oid) ?? [],
    columnName: (relation, number) => columnNames.get(`${relation} ${number}`) ?? '',
    typeText: (type, typmod) => types.get(`${type} ${typmod}`) ?? '',
    collation: (oid) => (oid === null ? undefined : collationNames.get(oid)),
    operatorClass: (oid) => classes.get(oid),
    hasDefaultClass: (method, type) => defaults.has(`${method} ${type}`),
    indexByOid: (oid) => indexRows.get(oid),
    indexColumn: (index, number) => indexColumns.get(`${index} ${number}`),
    qualifiedIndex(oid) {
      const row = indexRows.get(oid)
      const relation = row === undefined ? undefined : byOid.get(row.relation)
      return row === undefined || relation === undefined ? undefined : context.name(relation.row.namespace, row.name)
    },
  }
}
