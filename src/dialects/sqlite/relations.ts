// What a text can mention: tables, views and virtual tables with their columns, found without regard to case.
import { qualify, ref } from '../../schema/names.ts'
import type { ColumnRow, Entry, Relation as RelationRow } from './catalog.ts'
import type { NameScope } from './format.ts'
import { nameOf, type Token } from './lexer.ts'

export interface Relation {
  name: string
  /** As in `table users`. */
  ref: string
  kind: 'table' | 'view' | 'virtual table'
  /** Real spelling by lower-case name. */
  columns: ReadonlyMap<string, string>
}

/** All relations by lower-case name. */
export type Relations = ReadonlyMap<string, Relation>

export function relationsOf(
  entries: readonly Entry[],
  kinds: ReadonlyMap<string, RelationRow>,
  columns: ReadonlyMap<string, readonly ColumnRow[]>,
  viewColumns: ReadonlyMap<string, readonly { name: string }[]>,
): Relations {
  const relations = new Map<string, Relation>()
  for (const { type, name } of entries) {
    if (type !== 'table' && type !== 'view') continue
    const kind = kinds.get(name)?.type === 'virtual' ? 'virtual table' : type
    const own = columns.get(name) ?? viewColumns.get(name) ?? []
    relations.set(name.toLowerCase(), {
      name,
      kind,
      ref: ref(kind, qualify(name)),
      columns: new Map(own.map((column) => [column.name.toLowerCase(), column.name])),
    })
  }
  return relations
}

/** The relations that these tokens mention; a conservative answer: any word that is the name of one. */
export function mentioned(tokens: readonly Token[], relations: Relations): Set<Relation> {
  const found = new Set<Relation>()
  for (const token of tokens) {
    if (token.kind !== 'word' && token.kind !== 'quoted' && token.kind !== 'string') continue
    const relation = relations.get(nameOf(token).toLowerCase())
    if (relation !== undefined) found.add(relation)
  }
  return found
}

/** The names that a double-quoted word can mean in a text about these relations. */
export function scopeOf(found: Iterable<Relation>, more: readonly string[], unknown: NameScope['unknown']): NameScope {
  const names = new Set(more.map((name) => name.toLowerCase()))
  for (const relation of found) {
    names.add(relation.name.toLowerCase())
    for (const column of relation.columns.keys()) names.add(column)
  }
  return { has: (name) => names.has(name), unknown }
}
