// What the models stand on and cannot say: an extension, a domain, a function of a default that a revision made by hand.
// It is there before their tables are.
import { objectRef, ref, unqualify } from '../schema/names.ts'
import type { Schema, SchemaObject } from '../schema/schema.ts'
import type { Vocabulary } from './source.ts'

/** What to look for. */
export interface Provisions {
  /** The schema of the revisions. */
  known: Schema
  /** What the models can say themselves. */
  vocabulary: Vocabulary
  /** Types of objects that tables can stand on (the dialect's `foundations`). */
  types: readonly string[]
  /** The type of objects that others lie in, where the dialect has such. */
  namespace?: string | undefined
}

/**
 * The objects of the revisions that the models cannot say and that need no table, with the namespaces they lie in. `alone`:
 * only those that need nothing which the models may or may not have.
 */
export function providedBy({ known, vocabulary, types, namespace }: Provisions, alone = false): Schema {
  const isOurs = ({ type, table }: SchemaObject): boolean =>
    table === undefined && types.includes(type) && (type === namespace || !vocabulary.objects.includes(type))
  const kept = new Map(known.objects.filter(isOurs).map((object) => [objectRef(object), object]))
  const said = new Set(
    alone
      ? []
      : known.objects
          .filter(({ table, type }) => table === undefined && vocabulary.objects.includes(type))
          .map(objectRef),
  )
  const listed = new Set([
    ...known.objects.map(objectRef),
    ...known.tables.flatMap((table) => [
      ref('table', table.name),
      ...table.columns.map(({ name }) => ref('column', table.name, name)),
    ]),
  ])
  for (let went = true; went; ) {
    went = false
    for (const { from, to } of known.dependencies) {
      if (!kept.has(from) || kept.has(to) || said.has(to) || !listed.has(to)) continue
      kept.delete(from)
      went = true
    }
  }
  const homes = new Set(
    [...kept.values()].filter(({ type }) => type !== namespace).map(({ name }) => unqualify(name).namespace),
  )
  const objects = [...kept.values()].filter(({ type, name }) => type !== namespace || homes.has(unqualify(name).name))
  const names = new Set(objects.map(objectRef))
  return {
    tables: [],
    objects,
    dependencies: known.dependencies.filter(({ from, to }) => names.has(from) && names.has(to)),
  }
}

/** The statements of the models with others before their first table. */
export function beforeTables(statements: readonly string[], others: readonly string[]): string[] {
  const at = statements.findIndex((sql) => /^create\s+table\b/i.test(sql))
  return [
    ...statements.slice(0, at < 0 ? statements.length : at),
    ...others,
    ...statements.slice(at < 0 ? statements.length : at),
  ]
}

/** The schema with these objects as the revisions have them: with comments and rights, and spelled the same. */
export function asProvided(schema: Schema, provided: Schema): Schema {
  const known = new Map(provided.objects.map((object) => [objectRef(object), object]))
  return { ...schema, objects: schema.objects.map((object) => known.get(objectRef(object)) ?? object) }
}
