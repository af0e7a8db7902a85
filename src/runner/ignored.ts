// What belongs to somebody else: tables and objects that the configuration names are compared with nothing, and neither
// made, changed nor dropped. Pure.
import type { Namespaces } from '../dialects/dialect.ts'
import { constraintRef } from '../schema/identity.ts'
import { byText, equalData } from '../schema/json.ts'
import { objectRef, ref, splitName, unqualify } from '../schema/names.ts'
import type { Constraint, Reference, Schema, Table } from '../schema/schema.ts'
import { dependantsOf, needsOf, only, ownersOf } from './focus.ts'
import { isToolTable } from './tools.ts'

/** Answers for the patterns of a configuration. */
export interface Ignoring {
  /** The schema without what is ignored and without what stands on it: views of it, foreign keys to it. */
  without(schema: Schema): Schema
  /** The first schema, with what `known` has of what is ignored: so that nothing lies between the two. */
  keeping(schema: Schema, known: Schema): Schema
}

const NOTHING: Ignoring = { without: (schema) => schema, keeping: (schema) => schema }

/** What is ignored where nobody named it. */
export interface IgnoringOptions {
  namespaces?: Namespaces | undefined
  /** Tables in which other tools keep what they have applied. Default true; false where two databases are compared as they are. */
  tools?: boolean
}

/**
 * Reads patterns such as `legacy_*`, `audit.*`, `spatial_ref_sys`: names of tables and objects, `*` for any characters and
 * `?` for one, each side of the dot for itself. `audit.*` is the namespace as well. `!` before a pattern takes back what one
 * before it says. Tables of other migration tools are ignored from the start.
 */
export function ignoring(patterns: readonly string[], { namespaces, tools = true }: IgnoringOptions = {}): Ignoring {
  if (patterns.length === 0 && !tools) return NOTHING
  const names = patterns.map((pattern) => signed(pattern, (text) => matcherOf(text, namespaces)))
  const spaces = patterns
    .filter((pattern) => pattern.endsWith('.*'))
    .map((pattern) => signed(pattern.slice(0, -2), (text) => matcherOf(text)))
  const isSpace = (type: string, name: string): boolean => type === namespaces?.type && isIn(spaces, name)

  const matchedIn = (schema: Schema): Set<string> => {
    const { tables, objects } = schema
    // `!alembic_version` takes back that it is nobody's.
    const isKept = (name: string): boolean => names.findLast(([, matches]) => matches(name))?.[0] === true
    const theirs = tools ? tables.filter((table) => isToolTable(table) && !isKept(table.name)) : []
    const homes = theirs.length === 0 ? new Set<string>() : homesOf(schema, theirs, namespaces)
    return new Set([
      ...theirs.map(({ name }) => ref('table', name)),
      ...tables.flatMap(({ name }) => (isIn(names, name) ? [ref('table', name)] : [])),
      ...objects.flatMap((object) => {
        // A routine's name ends with the types of its arguments.
        const name = object.table === undefined ? object.name.replace(/\([\s\S]*$/, '') : object.name
        return isIn(names, name) || isSpace(object.type, name) || homes.has(objectRef(object))
          ? [objectRef(object)]
          : []
      }),
    ])
  }

  function ignoredIn(schema: Schema): { matched: Set<string>; gone: Set<string> } {
    const matched = matchedIn(schema)
    // A table is told by its name alone, and a child goes with its parent: what else a table of ours needs is ours as well.
    const foreign = new Set(schema.tables.map(({ name }) => ref('table', name)).filter((table) => matched.has(table)))
    for (const table of dependantsOf(schema, foreign, 'tables')) foreign.add(table)
    const own = schema.tables.map(({ name }) => ref('table', name)).filter((table) => !foreign.has(table))
    const needed = needsOf(schema, own)
    const gone = dependantsOf(
      schema,
      [...matched, ...foreign].filter((each) => !needed.has(each)),
    )
    return { matched, gone }
  }

  return {
    without(schema) {
      const { gone } = ignoredIn(schema)
      if (gone.size === 0) return schema
      return only(schema, new Set(refsOf(schema).filter((each) => !gone.has(each))))
    },

    keeping(schema, known) {
      const { matched, gone } = ignoredIn(known)
      const there = new Set(refsOf(schema))
      const kept = new Set([...matched, ...gone].filter((each) => !there.has(each)))
      if (kept.size === 0) return schema
      // A table of theirs keeps the namespace it lies in.
      const homes = new Set(
        known.tables.filter(({ name }) => kept.has(ref('table', name))).map(({ name }) => unqualify(name).namespace),
      )
      for (const object of known.objects) {
        if (object.type === namespaces?.type && homes.has(object.name) && !there.has(objectRef(object)))
          kept.add(objectRef(object))
      }
      // What stood on something that is no more goes with it.
      const lost = refsOf(known).filter((each) => !there.has(each) && !kept.has(each))
      for (const each of dependantsOf(known, [...lost, ...onLostColumns(schema, known, kept)])) kept.delete(each)
      return joined(schema, known, kept)
    },
  }
}

/** A test, and whether it takes back what those before it say. */
type Signed = readonly [takesBack: boolean, matches: (name: string) => boolean]

const signed = (pattern: string, matcher: (text: string) => (name: string) => boolean): Signed => [
  pattern.startsWith('!'),
  matcher(pattern.replace(/^!/, '')),
]

/** The last one that matches decides. */
const isIn = (list: readonly Signed[], name: string): boolean =>
  list.findLast(([, matches]) => matches(name))?.[0] === false

/** Namespaces that hold these tables and nothing else. */
function homesOf({ tables, objects }: Schema, theirs: readonly Table[], namespaces?: Namespaces): Set<string> {
  const homes = new Set(theirs.map(({ name }) => unqualify(name).namespace))
  for (const table of tables) if (!theirs.includes(table)) homes.delete(unqualify(table.name).namespace)
  for (const { type, name, table } of objects) {
    if (table === undefined && type !== namespaces?.type) homes.delete(unqualify(name).namespace)
  }
  return new Set(objects.filter(({ type, name }) => type === namespaces?.type && homes.has(name)).map(objectRef))
}

/** A pattern as a test of qualified names. */
function matcherOf(pattern: string, namespaces?: Namespaces): (name: string) => boolean {
  const parts = splitName(pattern)
  // The default namespace is left out of every name.
  const wanted = (parts.length > 1 && parts[0] === namespaces?.default ? parts.slice(1) : parts).map(globOf)
  return (qualified) => {
    const { namespace, name } = unqualify(qualified)
    const found = namespace === undefined ? [name] : [namespace, name]
    return found.length === wanted.length && wanted.every((glob, at) => glob.test(found[at] ?? ''))
  }
}

const globOf = (text: string): RegExp =>
  new RegExp(
    `^${text
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '[^]*')
      .replaceAll('?', '[^]')}$`,
    'u',
  )

const refsOf = ({ tables, objects }: Schema): string[] => [
  ...tables.map(({ name }) => ref('table', name)),
  ...objects.map(objectRef),
]

/** What of `kept` stands on a column that its table has no more; foreign keys do not count. */
function onLostColumns(schema: Schema, known: Schema, kept: ReadonlySet<string>): string[] {
  const after = new Map(schema.tables.map((table) => [table.name, table]))
  const lost = new Set(
    known.tables.flatMap(({ name, columns }) => {
      const stays = after.get(name)?.columns ?? columns
      return columns
        .filter((column) => !stays.some((each) => each.name === column.name))
        .map((column) => ref('column', name, column.name))
    }),
  )
  const owners = ownersOf(known)
  return known.dependencies.flatMap(({ from, to }) => {
    const owner = lost.has(to) ? owners.of(from) : undefined
    return owner !== undefined && kept.has(owner) && !owner.startsWith('table ') ? [owner] : []
  })
}

/** Whether a foreign key can point at these columns: all of them are one key, in any order. */
function isKey({ constraints, indexes }: Table, columns: readonly string[]): boolean {
  const keys = [
    ...constraints.filter(({ type }) => type === 'primary key' || type === 'unique').map((key) => key.columns),
    ...indexes.filter(({ unique }) => unique).map(({ keys }) => keys.map(({ column }) => column)),
  ]
  return keys.some((key) => equalData([...key].sort(), [...columns].sort()))
}

/** The schema with these tables and objects of `known`, and with the foreign keys of its own tables to them. */
function joined(schema: Schema, known: Schema, kept: ReadonlySet<string>): Schema {
  const isKept = (table: string): boolean => kept.has(ref('table', table))
  const after = new Map(
    [...known.tables.filter(({ name }) => isKept(name)), ...schema.tables].map((table) => [table.name, table]),
  )
  const before = new Map(known.tables.map((table) => [table.name, table]))
  const added = new Set<string>()
  const withKeys = (table: Table): Table => {
    const keys = (before.get(table.name)?.constraints ?? []).filter((key) => isLost(key, table))
    for (const key of keys) added.add(constraintRef(table.name, key))
    return keys.length === 0 ? table : { ...table, constraints: [...table.constraints, ...keys] }
  }
  const isLost = (key: Constraint, table: Table): boolean =>
    key.references !== undefined &&
    isKept(key.references.table) &&
    key.columns.every((column) => table.columns.some(({ name }) => name === column)) &&
    !table.constraints.some((each) => constraintRef(table.name, each) === constraintRef(table.name, key))
  const canPoint = ({ table, columns }: Reference): boolean => {
    const [was, is] = [before.get(table), after.get(table)]
    return is !== undefined && (was === undefined || !isKey(was, columns) || isKey(is, columns))
  }
  const withoutKeys = (table: Table): Table => ({
    ...table,
    constraints: table.constraints.filter(({ references }) => references === undefined || canPoint(references)),
  })
  const tables = [
    ...schema.tables.map(withKeys),
    ...known.tables.filter(({ name }) => isKept(name)).map(withoutKeys),
  ].sort((a, b) => byText(a.name, b.name))
  const objects = [...schema.objects, ...known.objects.filter((object) => kept.has(objectRef(object)))]
  const owners = ownersOf({ tables, objects, dependencies: [] })
  const comes = ({ from, to }: { from: string; to: string }): boolean =>
    owners.of(to) !== undefined && (added.has(from) || kept.has(owners.of(from) ?? ''))
  return { tables, objects, dependencies: [...schema.dependencies, ...known.dependencies.filter(comes)] }
}
