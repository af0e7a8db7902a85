// Models that cannot say everything must not take away what they cannot say: a trigger, an extension or a comment that
// a hand-written revision made is no difference.
import { objectRef, ref } from '../schema/names.ts'
import type { Column, Constraint, Extra, Index, Schema, SchemaObject, Table } from '../schema/schema.ts'
import type { Source, Vocabulary } from './source.ts'

/** What several sources can say together; undefined where one of them can say everything. */
export function vocabularyOf(sources: readonly Source[]): Vocabulary | undefined {
  const [first, ...rest] = sources.map(({ vocabulary }) => vocabulary)
  return rest.reduce(
    (all, next) =>
      all &&
      next && {
        objects: [...all.objects, ...next.objects],
        constraints: [...all.constraints, ...next.constraints],
        comments: all.comments || next.comments,
        collations: all.collations || next.collations,
        extra: {
          table: [...all.extra.table, ...next.extra.table],
          column: [...all.extra.column, ...next.extra.column],
          constraint: [...all.extra.constraint, ...next.extra.constraint],
          index: [...all.extra.index, ...next.extra.index],
        },
      },
    first,
  )
}

/**
 * The schema of the models, with what `known` (the schema of the revisions) has beyond the vocabulary: objects of other
 * types, constraints, comments, collations and extras of things that both have. What depends on something that the
 * models no longer have is not kept: it goes with it.
 */
export function keepUnspoken(models: Schema, known: Schema, vocabulary: Vocabulary): Schema {
  const before = new Map(known.tables.map((table) => [table.name, table]))
  const spoken = new Set(models.tables.map(({ name }) => name))
  const tables = models.tables.map((table) => {
    const old = before.get(table.name)
    return old === undefined ? table : keepInTable(table, old, vocabulary)
  })
  if (!vocabulary.extra.table.includes('partitionOf')) {
    for (const one of known.tables.filter((table) => !spoken.has(table.name) && spoken.has(parentOf(table) ?? '')))
      tables.push(one)
  }
  const objects = keepObjects({ ...models, tables }, known, vocabulary)
  const own = models.objects.map((object) => withComment(object, known, vocabulary))
  // The very same schema where there is nothing to keep: whoever holds it loaded need not load it again.
  const same = (now: readonly unknown[], old: readonly unknown[]): boolean =>
    now.length === old.length && now.every((each, at) => each === old[at])
  if (objects.length === 0 && same(tables, models.tables) && same(own, models.objects)) return models
  const kept = new Set(objects.map(objectRef))
  const dependencies = known.dependencies.filter(({ from, to }) => kept.has(from) || kept.has(to))
  return { tables, objects: [...own, ...objects], dependencies: [...models.dependencies, ...dependencies] }
}

/** The table that this one is a partition of. */
function parentOf({ extra }: Table): string | undefined {
  const of = extra?.partitionOf
  return typeof of === 'object' && of !== null && !Array.isArray(of) && typeof of.parent === 'string'
    ? of.parent
    : undefined
}

function keepObjects(models: Schema, known: Schema, vocabulary: Vocabulary): SchemaObject[] {
  const there = refsOf(models)
  const before = refsOf(known)
  const candidates = known.objects.filter(
    (object) => !vocabulary.objects.includes(object.type) && !there.has(objectRef(object)),
  )
  const kept = new Map(candidates.map((object) => [objectRef(object), object]))
  // Round by round, what lost its ground goes: dependants of a thing that went may have dependants themselves.
  for (let went = true; went; ) {
    went = false
    for (const [name, object] of kept) {
      const needs = known.dependencies.filter(({ from }) => from === name).map(({ to }) => to)
      const stands = (need: string): boolean => there.has(need) || kept.has(need)
      // A need that the old schema does not list itself (a system function) is none that could go.
      if (needs.every((need) => stands(need) || !before.has(need)) && hasOwner(object, models, stands)) continue
      kept.delete(name)
      went = true
    }
  }
  return [...kept.values()]
}

/** A trigger goes with its table, whatever kind of relation that is. */
function hasOwner({ table }: SchemaObject, models: Schema, stands: (ref: string) => boolean): boolean {
  if (table === undefined || stands(ref('table', table))) return true
  return models.objects.some((object) => object.name === table && object.table === undefined)
}

function refsOf(schema: Schema): Set<string> {
  const refs = new Set(schema.objects.map(objectRef))
  for (const table of schema.tables) {
    refs.add(ref('table', table.name))
    for (const { name } of table.columns) refs.add(ref('column', table.name, name))
    for (const { name } of table.constraints) refs.add(ref('constraint', table.name, name))
    for (const { name } of table.indexes) refs.add(ref('index', table.name, name))
  }
  return refs
}

function keepInTable(table: Table, old: Table, vocabulary: Vocabulary): Table {
  const columns = new Map(old.columns.map((column) => [column.name, column]))
  const constraints = new Map(old.constraints.map((constraint) => [constraint.name, constraint]))
  const indexes = new Map(old.indexes.map((index) => [index.name, index]))
  const has = (column: string): boolean => table.columns.some(({ name }) => name === column)
  const unspoken = old.constraints.filter(
    (constraint) => !vocabulary.constraints.includes(constraint.type) && constraint.columns.every(has),
  )
  const parts = {
    columns: table.columns.map((column) => keepInColumn(column, columns.get(column.name), vocabulary)),
    constraints: table.constraints.map((constraint) =>
      keep<Constraint>(constraint, constraints.get(constraint.name), vocabulary.extra.constraint, vocabulary),
    ),
    indexes: table.indexes.map((index) =>
      keep<Index>(index, indexes.get(index.name), vocabulary.extra.index, vocabulary),
    ),
  }
  const untouched =
    unspoken.length === 0 &&
    parts.columns.every((column, at) => column === table.columns[at]) &&
    parts.constraints.every((constraint, at) => constraint === table.constraints[at]) &&
    parts.indexes.every((index, at) => index === table.indexes[at])
  const now = untouched ? table : { ...table, ...parts, constraints: [...parts.constraints, ...unspoken] }
  return keep(now, old, vocabulary.extra.table, vocabulary)
}

function keepInColumn(column: Column, old: Column | undefined, vocabulary: Vocabulary): Column {
  const kept = keep(column, old, vocabulary.extra.column, vocabulary)
  const collation = !vocabulary.collations && old?.type === column.type ? old.collation : undefined
  return collation === undefined || column.collation !== undefined ? kept : { ...kept, collation }
}

interface Decorated {
  comment?: string
  extra?: Extra
}

function keep<Thing extends Decorated>(
  thing: Thing,
  old: Decorated | undefined,
  said: readonly string[],
  vocabulary: Vocabulary,
): Thing {
  if (old === undefined) return thing
  const comment = vocabulary.comments ? undefined : (thing.comment ?? old.comment)
  const rest = Object.entries(old.extra ?? {}).filter(([key]) => !said.includes(key) && !(key in (thing.extra ?? {})))
  if (comment === thing.comment && rest.length === 0) return thing
  const extra = { ...Object.fromEntries(rest), ...thing.extra }
  return {
    ...thing,
    ...(comment !== undefined && { comment }),
    ...(Object.keys(extra).length > 0 && { extra }),
  }
}

function withComment(object: SchemaObject, known: Schema, vocabulary: Vocabulary): SchemaObject {
  if (vocabulary.comments || object.comment !== undefined) return object
  const name = objectRef(object)
  const comment = known.objects.find((other) => objectRef(other) === name)?.comment
  return comment === undefined ? object : { ...object, comment }
}
