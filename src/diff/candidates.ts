// What may have been renamed: pairs of something gone and something new, with how likely each pair is. A person decides.
import { canonicalColumn, canonicalObject } from '../schema/canonical.ts'
import { byText, equalData, stableText } from '../schema/json.ts'
import { objectRef, ref, unqualify } from '../schema/names.ts'
import type { Column, Schema, SchemaObject, Table } from '../schema/schema.ts'
import type { Rename } from './renames.ts'
import { nameSimilarity } from './similarity.ts'
import type { Traits } from './traits.ts'

/** A possible rename. `score` runs from 0 to 1. */
export interface RenameCandidate extends Rename {
  score: number
}

/**
 * Pairs below this are not worth a question beside better ones: not even the type of a column or most of a table's columns
 * agree.
 */
const WORTH_ASKING = 0.4
/** A shared column is enough for a table that would go with all its rows, where there is nothing likelier. */
const LAST_RESORT = 0.2
/** Beyond this many pairs of one kind only those of the very same shape are looked at. */
const MANY = 40_000

/**
 * Possible renames, likeliest first. Columns of a table that may itself be renamed have paths `old.c` to `new.d`.
 * Constraints and indexes are not among them: `diff` finds those by their shape, without asking.
 */
export function renameCandidates(from: Schema, to: Schema, traits: Traits): RenameCandidate[] {
  const found: RenameCandidate[] = []
  const offer = (kind: string, path: string, target: string, score: number): void => {
    if (score >= WORTH_ASKING) found.push({ kind, from: path, to: target, score: Math.round(score * 1000) / 1000 })
  }
  const before = new Map(from.tables.map((table) => [table.name, table]))
  const after = new Map(to.tables.map((table) => [table.name, table]))
  const gone = from.tables.filter(({ name }) => !after.has(name))
  const added = to.tables.filter(({ name }) => !before.has(name))
  const tables = pairs(gone, added, tableShape).map(([old, next]) => ({ old, next, score: tableScore(old, next) }))
  for (const { old, next, score } of atLeastOne(tables)) {
    offer('table', old.name, next.name, score)
    if (score >= WORTH_ASKING) columnCandidates(old, next, traits, offer)
  }
  for (const old of from.tables) {
    const next = after.get(old.name)
    if (next !== undefined && !equalData(old.columns, next.columns)) columnCandidates(old, next, traits, offer)
  }
  objectCandidates(from, to, traits, offer)
  return found.sort(
    (a, b) => b.score - a.score || byText(a.kind, b.kind) || byText(a.from, b.from) || byText(a.to, b.to),
  )
}

type Offer = (kind: string, from: string, to: string, score: number) => void

function pairs<T>(gone: readonly T[], added: readonly T[], shape: (thing: T) => string): [T, T][] {
  if (gone.length * added.length <= MANY) return gone.flatMap((old) => added.map((next): [T, T] => [old, next]))
  const byShape = groupBy(added, shape)
  return gone.flatMap((old) => (byShape.get(shape(old)) ?? []).map((next): [T, T] => [old, next]))
}

const tableShape = (table: Table): string => table.columns.map(columnSignature).sort(byText).join('\0')
const columnSignature = ({ name, type }: Column): string => `${name} ${type}`

/** Half the columns (name and type, or at least the name), half the table's own name; equal columns are strong evidence. */
function tableScore(old: Table, next: Table): number {
  const [a, b] = [old.columns.map(columnSignature), new Set(next.columns.map(columnSignature))]
  const names = new Set(next.columns.map(({ name }) => name))
  const shared = a.filter((signature) => b.has(signature)).length
  const sharedNames = old.columns.filter(({ name }) => names.has(name)).length
  const all = Math.max(old.columns.length, next.columns.length, 1)
  const byName = nameSimilarity(unqualify(old.name).name, unqualify(next.name).name)
  return 0.65 * ((0.75 * shared + 0.25 * sharedNames) / all) + 0.35 * byName
}

function columnCandidates(old: Table, next: Table, traits: Traits, offer: Offer): void {
  const before = new Set(old.columns.map(({ name }) => name))
  const after = new Set(next.columns.map(({ name }) => name))
  const gone = old.columns.filter(({ name }) => !after.has(name))
  const added = next.columns.filter(({ name }) => !before.has(name))
  const place = (table: Table, column: Column): number => table.columns.indexOf(column)
  // Whether the values would come along.
  const isKept = (from: Column, to: Column): boolean =>
    traits.converts?.(from.type, to.type) !== false && traits.alterColumn(from, { ...to, name: from.name }, old)
  const isAlone = aloneAtTheirPlace(old, next)
  for (const [from, to] of pairs(gone, added, (column) => stableText({ ...canonicalColumn(column), name: '' }))) {
    const isSame = equalData({ ...canonicalColumn(from), name: '' }, { ...canonicalColumn(to), name: '' })
    // With another type, either the names have to be alike or the place has to be the same one.
    const byType = from.type === to.type ? 0.4 : isKept(from, to) ? (isAlone(from, to) ? 0.4 : 0.2) : 0
    const score =
      byType +
      (isSame ? 0.15 : 0) +
      (place(old, from) === place(next, to) ? 0.05 : 0) +
      0.4 * nameSimilarity(from.name, to.name)
    offer('column', pathOf('column', old.name, from.name), pathOf('column', next.name, to.name), score)
  }
}

interface Scored<T> {
  old: T
  next: T
  score: number
}

/** Whether one column went and one came behind the same column that stayed. */
function aloneAtTheirPlace(old: Table, next: Table): (from: Column, to: Column) => boolean {
  const places = (table: Table, other: Table): Map<Column, string> => {
    const stays = new Set(other.columns.map(({ name }) => name))
    let before = ''
    return new Map(
      table.columns.flatMap((column): [Column, string][] => {
        if (!stays.has(column.name)) return [[column, before]]
        before = column.name
        return []
      }),
    )
  }
  const [gone, added] = [places(old, next), places(next, old)]
  const count = (all: Map<Column, string>, place: string): number =>
    [...all.values()].filter((at) => at === place).length
  return (from, to) => {
    const place = gone.get(from) ?? ''
    return place === added.get(to) && count(gone, place) === 1 && count(added, place) === 1
  }
}

/** Where no pair of a thing is worth a question, the best with what nobody else is likelier to have become is. */
function atLeastOne<T>(scored: readonly Scored<T>[]): Scored<T>[] {
  const likely = scored.filter(({ score }) => score >= WORTH_ASKING)
  const settled = new Set(likely.flatMap(({ old, next }) => [old, next]))
  const best = new Map<T, Scored<T>>()
  for (const each of scored) {
    if (each.score < LAST_RESORT || settled.has(each.old) || settled.has(each.next)) continue
    if (each.score > (best.get(each.old)?.score ?? -1)) best.set(each.old, each)
  }
  return [...likely, ...[...best.values()].map((each) => ({ ...each, score: WORTH_ASKING }))]
}

function objectCandidates(from: Schema, to: Schema, traits: Traits, offer: Offer): void {
  const before = new Map(from.objects.map((object) => [objectRef(object), object]))
  const after = new Map(to.objects.map((object) => [objectRef(object), object]))
  const isAsked = (object: SchemaObject): boolean => !traits.implicit?.(object)
  const gone = from.objects.filter((object) => !after.has(objectRef(object)) && isAsked(object))
  const added = groupBy(
    to.objects.filter((object) => !before.has(objectRef(object)) && isAsked(object)),
    homeOf,
  )
  for (const [home, list] of groupBy(gone, homeOf)) {
    for (const [old, next] of pairs(list, added.get(home) ?? [], objectShape)) {
      const score = objectScore(old, next)
      offer(old.type, objectRef(old).slice(old.type.length + 1), objectRef(next).slice(next.type.length + 1), score)
    }
  }
  for (const [reference, old] of before) {
    const next = after.get(reference)
    if (old.values === undefined || next?.values === undefined || equalData(old.values, next.values)) continue
    valueCandidates(old, old.values, next.values, offer)
  }
}

const homeOf = (object: SchemaObject): string => `${object.type}\0${object.table ?? ''}`
const objectShape = (object: SchemaObject): string =>
  stableText({ ...canonicalObject(object), name: '', definition: bodyOf(object) })

// A definition names its object: without that name, two of the same body read the same.
const bodyOf = ({ definition, name }: SchemaObject): string =>
  (definition ?? '').replaceAll(unqualify(name).name.replace(/\([\s\S]*$/, ''), '')

function objectScore(old: SchemaObject, next: SchemaObject): number {
  const body = objectShape(old) === objectShape(next) ? 0.6 : 0
  const values = next.values?.filter((value) => old.values?.includes(value)).length ?? 0
  const labels =
    old.values === undefined ? 0 : (0.5 * values) / Math.max(old.values.length, next.values?.length ?? 0, 1)
  return Math.max(body, labels) + 0.4 * nameSimilarity(unqualify(old.name).name, unqualify(next.name).name)
}

/** Labels: the same place in the list is the best evidence. */
function valueCandidates(object: SchemaObject, old: readonly string[], next: readonly string[], offer: Offer): void {
  const gone = old.filter((value) => !next.includes(value))
  const added = next.filter((value) => !old.includes(value))
  for (const from of gone) {
    for (const to of added) {
      const samePlace = old.indexOf(from) === next.indexOf(to) && old.length === next.length
      const score = (samePlace ? 0.5 : 0.1) + 0.5 * nameSimilarity(from, to)
      offer('value', pathOf('value', object.name, from), pathOf('value', object.name, to), score)
    }
  }
}

const pathOf = (kind: string, owner: string, name: string): string => ref(kind, owner, name).slice(kind.length + 1)

function groupBy<T>(list: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of list) {
    const group = groups.get(key(item))
    if (group === undefined) groups.set(key(item), [item])
    else group.push(item)
  }
  return groups
}
