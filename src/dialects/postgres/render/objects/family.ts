// What render knows about one type of object, and the words that most types share.
import { qualify, unqualify } from '../../../../schema/names.ts'
import type { SchemaObject } from '../../../../schema/schema.ts'
import { identifier } from '../../quote.ts'
import { comment } from '../comments.ts'
import { type Context, type Draft, statement } from '../draft.ts'
import { EXCLUSIVE, NONE } from '../facts.ts'
import { beside, named, namespaceOf, operatorName, ownName, routineName, splitTail } from '../names.ts'
import { same } from '../shape.ts'

/** One type of object: how it is made, dropped, renamed, and what can be changed in place. */
export interface Family {
  create(object: SchemaObject, context: Context): Draft[]
  drop(object: SchemaObject, context: Context): Draft[]
  alter(from: SchemaObject, to: SchemaObject, context: Context): Draft[]
  rename(rename: { from: string; to: string; table?: string }): Draft[]
  /** Whether `alter` leads from the one to the other. */
  inPlace(from: SchemaObject, to: SchemaObject): boolean
  /** Whether `alter` has to see the schema before: the columns of a type that is made anew. */
  needsSchema?(from: SchemaObject, to: SchemaObject): boolean
  /** Whether what depends on the object is in the way of `alter`, or of the way back. */
  disturbs?(from: SchemaObject, to: SchemaObject): boolean
}

/** The object behind DROP, ALTER and COMMENT ON: `view public.v`, `trigger touch on public.users`. */
export function target(object: Pick<SchemaObject, 'type' | 'name' | 'table'>): string {
  return `${word(object.type)} ${targetName(object)}`
}

const TYPES: ReadonlySet<string> = new Set(['enum', 'composite', 'range', 'base type'])
const word = (type: string): string => (TYPES.has(type) ? 'type' : type)
const UNQUALIFIED: ReadonlySet<string> = new Set([
  'schema',
  'extension',
  'language',
  'access method',
  'event trigger',
  'publication',
  'foreign data wrapper',
  'server',
])

function targetName({ type, name, table }: Pick<SchemaObject, 'type' | 'name' | 'table'>): string {
  if (type === 'index' && table !== undefined) return beside(table, name)
  if (table !== undefined) return `${identifier(ownOr(name))} on ${named(table)}`
  if (UNQUALIFIED.has(type)) return identifier(ownOr(name))
  switch (type) {
    case 'function':
    case 'procedure':
    case 'aggregate':
      return routineName(name)
    case 'operator':
      return operatorName(name)
    case 'cast':
      return name
    case 'operator class':
    case 'operator family': {
      const { name: own, tail } = splitTail(name)
      return `${named(own)}${tail}`
    }
    case 'user mapping': {
      const { name: user, tail } = splitTail(name)
      return `for ${user}${tail}`
    }
    default:
      return named(name)
  }
}

// Names that live on a table or in no namespace are bare: a dot in them is theirs.
const ownOr = (name: string): string => (name.startsWith('"') && name.endsWith('"') ? ownName(name) : name)

/** COMMENT ON the object, where the two sides differ. */
export const objectComment = (object: SchemaObject, to: string | undefined, from?: string): Draft[] =>
  comment(target(object), to, from)

/** DROP, never CASCADE. */
export const plainDrop = (object: SchemaObject): Draft[] => [
  statement(`drop ${target(object)}`, object.table === undefined ? NONE : EXCLUSIVE),
]

/** RENAME and SET SCHEMA of an object that has a namespace. Arguments behind the name are the same on both sides. */
export function plainRename(type: string, from: string, to: string): Draft[] {
  const [old, next] = [splitTail(from), splitTail(to)]
  const drafts: Draft[] = []
  let at = from
  if (namespaceOf(old.name) !== namespaceOf(next.name)) {
    const space = namespaceOf(next.name)
    drafts.push(statement(`alter ${target({ type, name: at })} set schema ${identifier(space)}`, NONE))
    at = `${qualify(ownName(old.name), unqualify(next.name).namespace)}${old.tail}`
  }
  if (ownName(old.name) !== ownName(next.name)) {
    drafts.push(statement(`alter ${target({ type, name: at })} rename to ${identifier(ownName(next.name))}`, NONE))
  }
  return drafts
}

/** RENAME of an object that has no namespace. */
export const bareRename = (type: string, from: string, to: string): Draft[] => [
  statement(`alter ${target({ type, name: from })} rename to ${identifier(ownOr(to))}`, NONE),
]

/** Whether two objects differ in nothing but the comment and the named fields of `extra`. */
export function sameBut(from: SchemaObject, to: SchemaObject, ...fields: string[]): boolean {
  const rest = ({ comment: _comment, extra, ...own }: SchemaObject) => ({
    ...own,
    extra: Object.fromEntries(Object.entries(extra ?? {}).filter(([key]) => !fields.includes(key))),
  })
  return same(rest(from), rest(to))
}
