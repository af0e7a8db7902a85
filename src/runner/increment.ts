// What has to be loaded of a list of DDL when the schema of a list much like it is known: the tables whose statements have
// changed, and what these mention. Wherever it is not certain that the result is that of loading everything: undefined.
import type { Reach } from '../dialects/dialect.ts'
import { partOf } from '../schema/identity.ts'
import { byText, equalData, hashOf } from '../schema/json.ts'
import type { Schema, Table } from '../schema/schema.ts'

/** A list of statements: a hash of each, and the table it shapes (empty where it shapes none). */
export type Outline = [hash: string, table: string][]

/** What to load, in order; `merge` makes the schema of the whole list of what loading that gives. */
export interface Increment {
  statements: string[]
  merge(part: Schema): Schema | undefined
}

interface Read {
  sql: string
  hash: string
  reach: Reach
  words: ReadonlySet<string>
}

const shapes = (reach: Reach): string => ('table' in reach ? reach.table : '')

/** The outline of a list, for the next time. Undefined where a statement may concern anything. */
export function outlineOf(
  statements: readonly string[],
  reach: (sql: string) => Reach | undefined,
): Outline | undefined {
  const outline: Outline = []
  for (const sql of statements) {
    const found = reach(sql)
    if (found === undefined) return undefined
    outline.push([hashOf(sql), shapes(found)])
  }
  return outline
}

/** How many statements two lists share. */
export function sharedWith(outline: Outline, hashes: ReadonlySet<string>): number {
  return outline.filter(([hash]) => hashes.has(hash)).length
}

/** The increment from a list whose schema is known. */
export function incrementOf(
  known: { outline: Outline; schema: Schema },
  statements: readonly string[],
  reach: (sql: string) => Reach | undefined,
): Increment | undefined {
  const all: Read[] = []
  for (const sql of statements) {
    const found = reach(sql)
    if (found === undefined) return undefined
    const words = new Set(sql.toLowerCase().match(/[\p{L}\p{N}_$]+/gu) ?? [])
    all.push({ sql, hash: hashOf(sql), reach: found, words })
  }
  const changed = changedTables(known.outline, all)
  if (changed === undefined) return undefined
  const creates = new Map(
    all.flatMap((each, at) => (each.reach.part === 'create' ? [[each.reach.table, { each, at }] as const] : [])),
  )
  const made = all.filter(({ reach: { part } }) => part === 'create')
  if (made.length !== creates.size || !mentionsHold(known.outline, all, changed)) return undefined
  const wanted = withNeeds(all, changed, creates)
  if (wanted === undefined || wanted.size * 2 > creates.size) return undefined
  const load = all.filter(({ reach }) => {
    if (!('table' in reach)) return reach.part === 'apart'
    return changed.has(reach.table) || (wanted.has(reach.table) && reach.part !== 'reference')
  })
  return {
    statements: load.map(({ sql }) => sql),
    merge: (part) => merged(known.schema, part, changed, new Set(creates.keys())),
  }
}

/** Tables with other statements than before; undefined where anything else is new, gone, or in another order. */
function changedTables(before: Outline, after: readonly Read[]): Set<string> | undefined {
  const old = new Map(before)
  const now = new Map(after.map(({ hash, reach }) => [hash, shapes(reach)]))
  if (old.size !== before.length || now.size !== after.length) return undefined
  const kept = before.filter(([hash]) => now.has(hash)).map(([hash]) => hash)
  const still = after.filter(({ hash }) => old.has(hash)).map(({ hash }) => hash)
  if (!equalData(kept, still)) return undefined
  const changed = new Set<string>()
  for (const [hash, table] of old) if (!now.has(hash)) changed.add(table)
  for (const [hash, table] of now) if (!old.has(hash)) changed.add(table)
  return changed.size === 0 || changed.has('') ? undefined : changed
}

const PLAIN = /^[\p{L}_][\p{L}\p{N}_]*$/u
const bare = (table: string): string => (table.split('.').at(-1) ?? '').toLowerCase()

/** What is not loaded may mention a changed table only as the target of a foreign key, and behind what the key needs. */
function mentionsHold(before: Outline, all: readonly Read[], changed: ReadonlySet<string>): boolean {
  const old = new Set(before.map(([hash]) => hash))
  for (const table of changed) {
    const name = bare(table)
    if (!PLAIN.test(name)) return false
    // The last statement that makes the table, or a key of it, anew.
    const made = all.findLastIndex(
      ({ hash, reach }) =>
        shapes(reach) === table && !old.has(hash) && (reach.part === 'create' || reach.part === 'key'),
    )
    for (const [at, { reach, words }] of all.entries()) {
      if (!words.has(name) || changed.has(shapes(reach))) continue
      if (!('table' in reach) || (reach.part !== 'reference' && !words.has('references'))) return false
      if (at < made) return false
    }
  }
  return true
}

/** The changed tables that are still there, and all that is mentioned on the way to making them. */
function withNeeds(
  all: readonly Read[],
  changed: ReadonlySet<string>,
  creates: ReadonlyMap<string, { each: Read; at: number }>,
): Set<string> | undefined {
  const byName = new Map<string, string[]>()
  for (const table of creates.keys()) byName.set(bare(table), [...(byName.get(bare(table)) ?? []), table])
  const wanted = new Set<string>()
  const queue = [...changed].filter((table) => creates.has(table))
  // A table that has no statement to make it is no table of this list.
  if (all.some(({ reach }) => 'table' in reach && !creates.has(reach.table))) return undefined
  for (const table of queue) {
    if (wanted.has(table)) continue
    wanted.add(table)
    for (const { reach, words } of all) {
      if (shapes(reach) !== table || (reach.part === 'reference' && !changed.has(table))) continue
      for (const word of words) for (const one of byName.get(word) ?? []) queue.push(one)
    }
  }
  return wanted
}

const namesOf = ({ name, constraints, indexes, columns }: Table): string[] => [
  name,
  ...constraints.map((each) => each.name),
  ...indexes.map((each) => each.name),
  ...columns.flatMap((column) =>
    column.identity === undefined ? [] : [column.identity.sequence ?? `${name}_${column.name}_seq`],
  ),
]

const nothing = (name: string): Table => ({ name, columns: [], constraints: [], indexes: [] })

const unique = ({ constraints, indexes, extra }: Table) => [
  constraints.filter(({ type }) => type === 'primary key' || type === 'unique'),
  indexes.filter((index) => index.unique),
  extra ?? null,
]

/** The known schema with the changed tables as they are in the part. */
function merged(
  known: Schema,
  part: Schema,
  changed: ReadonlySet<string>,
  there: ReadonlySet<string>,
): Schema | undefined {
  const old = new Map(known.tables.map((table) => [table.name, table]))
  const made = part.tables.filter(({ name }) => changed.has(name))
  const rest = known.tables.filter(({ name }) => !changed.has(name))
  const now = new Map(made.map((table) => [table.name, table]))
  const tables = [...rest, ...made]
  if (tables.length !== there.size || !tables.every(({ name }) => there.has(name))) return undefined
  // Objects are those that no table shapes: all of them are as they were.
  const objects = new Set(known.objects.map((object) => hashOf({ ...object })))
  if (!part.objects.every((object) => objects.has(hashOf({ ...object })))) return undefined
  if (known.objects.some(({ table }) => table !== undefined && changed.has(table))) return undefined
  if (!targetsHold(rest, old, now, changed)) return undefined
  const others = new Set([...rest.flatMap(namesOf), ...known.objects.map(({ name }) => name)])
  if (
    !namesHold(
      others,
      [...changed].flatMap((name) => namesOf(old.get(name) ?? nothing(name))),
      made.flatMap(namesOf),
    )
  )
    return undefined
  const owner = (reference: string): string => {
    const found = partOf(reference)
    if (found !== undefined && changed.has(found.owner)) return found.owner
    const whole = reference.slice(reference.indexOf(' ') + 1)
    return changed.has(whole) ? whole : ''
  }
  // What stays and hangs on a changed table: the foreign keys, whose targets hold.
  const kept = known.dependencies.filter(({ from }) => owner(from) === '')
  if (kept.some(({ from, to }) => owner(to) !== '' && !from.startsWith('constraint '))) return undefined
  const dependencies = [...kept, ...part.dependencies.filter(({ from }) => owner(from) !== '')]
  return {
    tables: tables.sort((a, b) => byText(a.name, b.name)),
    objects: known.objects,
    dependencies: dependencies.sort((a, b) => byText(a.from, b.from) || byText(a.to, b.to)),
  }
}

/** Foreign keys of tables that were not loaded still find what they point at. */
function targetsHold(
  rest: readonly Table[],
  old: ReadonlyMap<string, Table>,
  now: ReadonlyMap<string, Table>,
  changed: ReadonlySet<string>,
): boolean {
  for (const { constraints } of rest) {
    for (const { references } of constraints) {
      if (references === undefined || !changed.has(references.table)) continue
      const [before, after] = [old.get(references.table), now.get(references.table)]
      if (before === undefined || after === undefined || !equalData(unique(before), unique(after))) return false
      const seen = ({ columns }: Table) =>
        references.columns.map((name) => {
          const column = columns.find((each) => each.name === name)
          return column === undefined ? null : [column.type, column.collation ?? null]
        })
      if (!equalData(seen(before), seen(after))) return false
    }
  }
  return true
}

// Longer ones may have been cut to fit.
const LONGEST = 55

/** The server finds names that nobody gave; where two tables could have wanted the same one, the order decides. */
function namesHold(others: ReadonlySet<string>, before: readonly string[], after: readonly string[]): boolean {
  if ([...before, ...after].some((name) => name.length > LONGEST)) return false
  if (after.some((name) => others.has(name)) || new Set(after).size < after.length) return false
  const was = new Set(before)
  return ![...others].some((name) => /\d$/.test(name) && was.has(name.replace(/\d+$/, '')))
}
