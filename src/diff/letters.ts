// Names that differ in nothing but capitals, where the engine takes them for one: nobody need be asked about these.
import { objectRef, ref } from '../schema/names.ts'
import type { Schema, SchemaObject, Table } from '../schema/schema.ts'
import type { Rename } from './renames.ts'
import type { Traits } from './traits.ts'

/** The renames that are certain: two such names cannot stand side by side, so the thing is the same one. */
export function caseRenames(from: Schema, to: Schema, { foldsCase }: Traits): Rename[] {
  if (foldsCase !== true) return []
  const renames: Rename[] = []
  for (const [old, next] of matched(from.tables, to.tables, ({ name }) => name)) {
    if (old.name !== next.name) renames.push({ kind: 'table', from: old.name, to: next.name })
    for (const [one, other] of matched(old.columns, next.columns, ({ name }) => name)) {
      if (one.name !== other.name) renames.push(columnRename(old, one.name, next, other.name))
    }
  }
  for (const [old, next] of matched(from.objects, to.objects, objectRef)) {
    const [a, b] = [objectRef(old), objectRef(next)]
    const isOwn = a !== b && old.type === next.type && !sameTable(old, next)
    if (isOwn) renames.push({ kind: old.type, from: a.slice(old.type.length + 1), to: b.slice(old.type.length + 1) })
  }
  return renames
}

const columnRename = (old: Table, from: string, next: Table, to: string): Rename => ({
  kind: 'column',
  from: ref('column', old.name, from).slice('column '.length),
  to: ref('column', next.name, to).slice('column '.length),
})

// A trigger whose table gets another name, and not itself, goes along with it.
const sameTable = (old: SchemaObject, next: SchemaObject): boolean =>
  old.table !== undefined && old.name === next.name && old.table !== next.table

/** Those of one name, however it is written; exact names first, and only where there is one on either side. */
function matched<T>(from: readonly T[], to: readonly T[], nameOf: (thing: T) => string): [T, T][] {
  const after = new Map(to.map((thing) => [nameOf(thing), thing]))
  const before = new Set(from.map(nameOf))
  const gone = from.filter((thing) => !after.has(nameOf(thing)))
  const added = to.filter((thing) => !before.has(nameOf(thing)))
  const fold = (thing: T): string => nameOf(thing).toLowerCase()
  const found: [T, T][] = from.flatMap((thing) => {
    const same = after.get(nameOf(thing))
    return same === undefined ? [] : [[thing, same] as [T, T]]
  })
  for (const old of gone) {
    const next = added.filter((each) => fold(each) === fold(old))
    const [only] = next
    if (only !== undefined && next.length === 1 && gone.filter((each) => fold(each) === fold(old)).length === 1) {
      found.push([old, only])
    }
  }
  return found
}
