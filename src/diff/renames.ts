// Renames that someone decided: reading them, writing them, and turning them into operations.
import { GodwitError } from '../errors.ts'
import { applyAll } from '../operations/index.ts'
import type { Operation } from '../operations/operation.ts'
import { byText } from '../schema/json.ts'
import { objectRef, qualify, splitName } from '../schema/names.ts'
import type { Schema, SchemaObject } from '../schema/schema.ts'

/**
 * A decided rename. `kind` is table, column, constraint, index, value (a label of an enum) or the type of an object. `from`
 * is a path as the old schema knows it, `to` one as the new schema does: `users.name` to `people.full_name`.
 */
export interface Rename {
  kind: string
  from: string
  to: string
}

/**
 * Reads `a=b` (a table), `t.c=t.d` (a column) or `kind:a=b` (`index:`, `constraint:`, `view:`, `value:mood.sad=mood.blue` …).
 * Parts that hold dots, equal signs or quotes are written in double quotes. Errors: USAGE.
 */
export function parseRename(text: string): Rename {
  const [, prefix, rest = ''] = /^(?:([a-z][a-z ]*):)?(.*)$/s.exec(text) ?? []
  const sides = splitOutsideQuotes(rest)
  const [from, to] = sides.map((side) => side.trim())
  if (sides.length !== 2 || from === undefined || to === undefined || from === '' || to === '') {
    throw new GodwitError('USAGE', `The rename ${JSON.stringify(text)} cannot be read.`, {
      why: 'A rename is written old=new.',
      fix: 'For example: users=people, users.name=users.full_name, index:old_idx=new_idx, value:mood.sad=mood.blue.',
    })
  }
  const kind = prefix ?? (splitName(from).length > 1 ? 'column' : 'table')
  return { kind, from: spelled(kind, from), to: spelled(kind, to) }
}

/** The text that `parseRename` reads back. */
export function formatRename({ kind, from, to }: Rename): string {
  const parts = pathOf(kind, from).length
  const isPlain = (kind === 'table' && parts === 1) || (kind === 'column' && parts > 1)
  return `${isPlain ? '' : `${kind}:`}${guarded(kind, from)}=${guarded(kind, to)}`
}

/**
 * The operations of decided renames, in an order that works (a chain a=b, b=c is untangled). With `to`, the new names have to
 * exist there. Errors: USAGE where a name is not there, or taken.
 */
export function renameOperations(from: Schema, renames: readonly Rename[], to?: Schema): Operation[] {
  const operations: Operation[] = []
  let current = from
  // Tables first, so that the paths of their parts are known under both names.
  let waiting = renames.toSorted((a, b) => Number(b.kind === 'table') - Number(a.kind === 'table') || byPath(a, b))
  const tables = new Map<string, string>()
  const decided = new Map(renames.flatMap((each) => (each.kind === 'table' ? [[each.from, each.to] as const] : [])))
  while (waiting.length > 0) {
    const later: Rename[] = []
    for (const rename of waiting) {
      const operation = operationOf(current, rename, tables)
      if (to !== undefined && find(to, rename.kind, rename.to, decided) === undefined) throw unknown(rename, 'to')
      // Its new name is still held by something that is to be renamed as well.
      const isBlocked = find(current, rename.kind, rename.to, tables) !== undefined
      if (
        isBlocked &&
        waiting.some((each) => each !== rename && each.kind === rename.kind && each.from === rename.to)
      ) {
        later.push(rename)
        continue
      }
      if (isBlocked) throw taken(rename)
      if (rename.kind === 'table') tables.set(rename.from, rename.to)
      operations.push(operation)
      current = applyAll(current, [operation])
    }
    if (later.length === waiting.length) throw taken(later[0] ?? renames[0]!)
    waiting = later
  }
  return operations
}

/** Refuses renames of what the old schema does not have, before anybody is asked about others. Errors: USAGE. */
export function refuseUnknown(schema: Schema, renames: readonly Rename[]): void {
  const former = new Map(renames.flatMap((each) => (each.kind === 'table' ? [[each.to, each.from] as const] : [])))
  for (const rename of renames) {
    const { kind, from } = rename
    if ((find(schema, kind, from, new Map()) ?? find(schema, kind, from, former)) === undefined) {
      throw unknown(rename, 'from')
    }
  }
}

const byPath = (a: Rename, b: Rename): number => byText(`${a.kind} ${a.from}`, `${b.kind} ${b.from}`)

function operationOf(schema: Schema, rename: Rename, tables: ReadonlyMap<string, string>): Operation {
  const { kind, from, to } = rename
  const found = find(schema, kind, from, tables)
  if (found === undefined) throw unknown(rename, 'from')
  const name = lastPart(kind, to)
  switch (kind) {
    case 'table':
      return { kind: 'renameTable', from, to }
    case 'column':
      return { kind: 'renameColumn', table: found.owner, from: found.name, to: name }
    case 'constraint':
      return { kind: 'renameConstraint', table: found.owner, from: found.name, to: name }
    case 'index':
      if (found.object === undefined) return { kind: 'renameIndex', table: found.owner, from: found.name, to: name }
      return renameOfObject(found.object, name)
    case 'value':
      return { kind: 'renameValue', type: found.object?.type ?? 'enum', name: found.owner, from: found.name, to: name }
    default:
      return renameOfObject(found.object ?? { type: kind, name: from }, found.object?.table === undefined ? to : name)
  }
}

const renameOfObject = ({ type, name, table }: SchemaObject, to: string): Operation => ({
  kind: 'renameObject',
  type,
  from: name,
  to,
  ...(table !== undefined && { table }),
})

interface Found {
  owner: string
  name: string
  object?: SchemaObject
}

/** Finds what a path means. A table that is renamed as well may be called by either name. */
function find(schema: Schema, kind: string, path: string, tables: ReadonlyMap<string, string>): Found | undefined {
  if (kind === 'table') return schema.tables.some(({ name }) => name === path) ? { owner: path, name: path } : undefined
  const parts = pathOf(kind, path)
  const name = parts.at(-1) ?? path
  const stated = ownerOf(path)
  const owner = stated === undefined ? undefined : (tables.get(stated) ?? stated)
  if (kind === 'value') {
    const object = schema.objects.find((each) => each.name === owner && each.values?.includes(name))
    return object && { owner: object.name, name, object }
  }
  if (kind === 'column' || kind === 'constraint' || kind === 'index') {
    const holds = (list: readonly { name: string }[]): boolean => list.some((each) => each.name === name)
    const table = schema.tables.find(
      (each) =>
        (owner === undefined ? kind === 'index' : each.name === owner) &&
        holds(kind === 'column' ? each.columns : kind === 'constraint' ? each.constraints : each.indexes),
    )
    if (table !== undefined || kind !== 'index') return table && { owner: table.name, name }
  }
  const moved = owner === undefined ? path : `${owner}.${path.slice((stated?.length ?? 0) + 1)}`
  const object = schema.objects.find((each) => {
    if (each.type !== kind) return false
    const own = objectRef(each).slice(kind.length + 1)
    return own === path || own === moved
  })
  return object && { owner: object.table ?? object.name, name: object.name, object }
}

function unknown(rename: Rename, side: 'from' | 'to'): GodwitError {
  return new GodwitError('USAGE', `The rename ${formatRename(rename)} names something that is not there.`, {
    why: `There is no ${rename.kind} ${rename[side]} in the ${side === 'from' ? 'old' : 'new'} schema.`,
    fix:
      rename.kind === 'table'
        ? 'Write it as old=new, with names as they are in the database before and in the models after; a column with its table: users.name=users.full_name.'
        : 'Write it as old=new, with names as they are in the database before and in the models after.',
  })
}

function taken(rename: Rename): GodwitError {
  return new GodwitError('USAGE', `The rename ${formatRename(rename)} leads to a name that is taken.`, {
    why: `The ${rename.kind} ${rename.to} is in the old schema already. Two things cannot swap names in one step.`,
    fix: 'Rename by way of a name that is free, in two revisions.',
  })
}

const PARTS = new Set(['table', 'column', 'constraint', 'index', 'value'])

/** The parts of a path; without a routine's argument types, which may hold dots of their own. */
const pathOf = (kind: string, path: string): string[] =>
  splitName(PARTS.has(kind) ? path : path.replace(/\([\s\S]*$/, ''))
const lastPart = (kind: string, path: string): string => pathOf(kind, path).at(-1) ?? path

/** A path as the schema spells it: quoted where `qualify` quotes, and nowhere else. */
const spelled = (kind: string, path: string): string =>
  !PARTS.has(kind) && path.includes('(')
    ? path
    : pathOf(kind, path)
        .map((part) => qualify(part))
        .join('.')

/** Everything before the last part, as it is written. */
function ownerOf(path: string): string | undefined {
  let quoted = false
  for (let at = path.length - 1; at > 0; at--) {
    if (path[at] === '"') quoted = !quoted
    else if (path[at] === '.' && !quoted) return path.slice(0, at)
  }
  return undefined
}

/** Splits at equal signs outside of double quotes. */
function splitOutsideQuotes(text: string): string[] {
  const sides = ['']
  let quoted = false
  for (const char of text) {
    if (char === '"') quoted = !quoted
    if (char === '=' && !quoted) sides.push('')
    else sides.push((sides.pop() ?? '') + char)
  }
  return sides
}

/** Quotes a path's parts where `=`, a blank or a leading prefix would be misread. */
function guarded(kind: string, path: string): string {
  if (!PARTS.has(kind) && path.includes('(')) return path
  return pathOf(kind, path)
    .map((part) => (/[=:"\s.]/.test(part) ? `"${part.replaceAll('"', '""')}"` : qualify(part)))
    .join('.')
}
