// Types of the user: enums, domains, composites and ranges.
import { ref } from '../../../schema/names.ts'
import type { SchemaObject } from '../../../schema/schema.ts'
import { CLASS, type Rows } from './catalog.ts'
import { type Context, compact, flag, given, inNamespace, withExtra } from './context.ts'
import { conventionalName } from './identity.ts'
import { type RangeRow, ranges, type TypeRow, types } from './objects-queries.ts'
import type { Relation, Relations } from './relations.ts'

/** What types are made from. */
export const typeQueries = { types, ranges }

/** All types but base types (definitions.ts) and row types of tables. */
export function typesOf(rows: Rows<typeof typeQueries>, relations: Relations, context: Context): SchemaObject[] {
  const rangeOf = new Map(rows.ranges.map((row) => [row.type, row]))
  const objects: SchemaObject[] = []
  const add = (row: TypeRow, object: SchemaObject): void => {
    objects.push({ ...object, ...context.comment(CLASS.type, row.oid) })
  }
  const own = rows.types.filter(({ oid }) => context.extensionOf(CLASS.type, oid) === undefined)
  for (const row of own) {
    const name = context.name(row.namespace, row.name)
    if (row.kind === 'e') {
      register(context, row, ref('enum', name))
      add(row, { type: 'enum', name, values: row.labels ?? [] })
    } else if (row.kind === 'd') {
      register(context, row, ref('domain', name))
      add(row, { type: 'domain', name, ...withExtra(domainOf(row, relations, context)) })
    } else if (row.kind === 'r') {
      const range = rangeOf.get(row.oid)
      if (range === undefined) continue
      register(context, row, ref('range', name))
      context.setRef(CLASS.type, range.multirange, ref('range', name))
      add(row, { type: 'range', name, ...withExtra(rangeExtra(row, range, relations, context)) })
    }
  }
  for (const relation of relations.byOid.values()) {
    if (relation.row.kind === 'c') objects.push(compositeOf(relation, relations, context))
  }
  aliasArrays(rows.types, context)
  return objects
}

function register(context: Context, row: TypeRow, own: string): void {
  context.setRef(CLASS.type, row.oid, own)
  inNamespace(context, own, row.namespace)
}

/** An array needs what its element needs. */
export function aliasArrays(rows: readonly TypeRow[], context: Context): void {
  for (const row of rows) {
    if (row.category !== 'A' || row.element === '0') continue
    const element = context.ref(CLASS.type, row.element)
    if (element !== undefined) context.setRef(CLASS.type, row.oid, element)
  }
}

function domainOf(row: TypeRow, relations: Relations, context: Context) {
  const own = context.ref(CLASS.type, row.oid)
  const checks = (relations.domainConstraints.get(row.oid) ?? [])
    .filter(({ type }) => type === 'c')
    .map((check) => {
      if (own !== undefined) context.setRef(CLASS.constraint, check.oid, own)
      return compact({
        name: check.name,
        expression: check.definition ?? '',
        notValid: flag(!check.validated),
        ...context.comment(CLASS.constraint, check.oid),
      })
    })
    .sort((a, b) => (String(a.name) < String(b.name) ? -1 : 1))
  return {
    base: row.base ?? '',
    notNull: flag(row.notnull),
    default: given(row.default),
    collation: relations.collation(row.collation),
    checks: checks.length === 0 ? undefined : checks,
  }
}

function rangeExtra(row: TypeRow, range: RangeRow, relations: Relations, context: Context) {
  const multirange = context.name(range.multirangenamespace, range.multirangename)
  const usual = context.name(row.namespace, multirangeName(row.name))
  const named = (name: string | null, namespace: string | null): string | undefined =>
    name === null || namespace === null ? undefined : context.name(namespace, name)
  return {
    subtype: range.subtype,
    opclass: range.classisdefault ? undefined : relations.operatorClass(range.class)?.name,
    collation: relations.collation(range.collation),
    canonical: named(range.canonical, range.canonicalnamespace),
    subtypeDiff: named(range.difference, range.differencenamespace),
    multirange: multirange === usual ? undefined : multirange,
  }
}

/** What the server calls it unless told otherwise: makeMultirangeTypeName in its source. */
export const multirangeName = (range: string): string =>
  range.includes('range')
    ? range.replace('range', 'multirange')
    : conventionalName(range, '', 'multirange').replace('__', '_')

function compositeOf(relation: Relation, relations: Relations, context: Context): SchemaObject {
  const { row, name } = relation
  const own = ref('composite', name)
  inNamespace(context, own, row.namespace)
  const attributes = relation.columns.map((column) =>
    compact({
      name: column.name,
      type: relations.typeText(column.type, column.typmod),
      collation: column.collated ? relations.collation(column.collation) : undefined,
      ...context.comment(CLASS.relation, row.oid, column.number),
    }),
  )
  return { type: 'composite', name, ...context.comment(CLASS.type, row.rowtype), ...withExtra({ attributes }) }
}
