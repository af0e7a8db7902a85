// Enums: values added where they belong, renamed, and the type made anew where a value goes or moves.
import type { Operation } from '../../../../operations/operation.ts'
import type { SchemaObject } from '../../../../schema/schema.ts'
import { type Token, tokens } from '../../../../schema/tokens.ts'
import { dollar, identifier, literal } from '../../quote.ts'
import { type Context, type Draft, statement } from '../draft.ts'
import { NONE } from '../facts.ts'
import { named, ownName } from '../names.ts'
import { objectComment } from './family.ts'
import { columnsOfType, rebuild, schemaNow } from './rebuild.ts'

/** CREATE TYPE … AS ENUM. */
export function createEnum(object: SchemaObject): Draft[] {
  const values = (object.values ?? []).map((value) => literal(value))
  return [
    statement(`create type ${named(object.name)} as enum (${values.join(', ')})`, NONE),
    ...objectComment(object, object.comment),
  ]
}

/** ADD VALUE for each new one, in an order in which its neighbour exists; undefined where values go or move. */
export function addedValues(from: SchemaObject, to: SchemaObject, context: Context): Draft[] | undefined {
  const standing = [...(from.values ?? [])]
  const wanted = to.values ?? []
  const kept = wanted.filter((value) => standing.includes(value))
  if (kept.join('\0') !== standing.join('\0')) return undefined
  return wanted.flatMap((value, at) => {
    if (standing.includes(value)) return []
    const next = wanted.slice(at + 1).find((other) => standing.includes(other))
    standing.push(value)
    const before = next === undefined ? '' : ` before ${literal(next)}`
    const used = context.around.some((operation) => mentions(operation, to.name, value))
    return [addValue(to.name, value, `${before}`, used)]
  })
}

// A value that is used before the transaction that added it has ended is an error (55P04): it gets a transaction of its own.
function addValue(type: string, value: string, place: string, apart: boolean): Draft {
  const sql = `alter type ${named(type)} add value ${literal(value)}${place}`
  if (!apart) return statement(sql, NONE)
  const probe = {
    sql: `select case when exists (
  select from pg_catalog.pg_enum where enumtypid = to_regtype(${literal(named(type))}) and enumlabel = ${literal(value)}
) then 'done' else 'absent' end as state`,
  }
  return statement(sql, NONE, {
    transactional: false,
    probe,
    note: 'A new value can be used only after the transaction that adds it.',
  })
}

/**
 * Whether an operation may use the label: a text holds it, alone or as a part of what becomes several (`'{a,b}'`, `'(a,1)'`),
 * or something that is no plain text becomes the type.
 */
function mentions(operation: Operation, type: string, value: string): boolean {
  if (operation.kind === 'run') return true
  if (operation.kind === 'alterObject' && operation.to.type === 'enum') return false
  if (operation.kind === 'createObject' && operation.object.type === 'enum') return false
  const own = ownName(type)
  const found = (part: unknown): boolean => {
    if (typeof part === 'string') {
      return (part.includes('::') && becomes(part, own)) || tokens(part).some((token) => holds(token, value))
    }
    return typeof part === 'object' && part !== null && Object.values(part).some(found)
  }
  return found(operation)
}

function holds({ kind, text }: Token, value: string): boolean {
  if (kind !== 'string') return false
  // Quotes and backslashes are doubled, or put before what they protect, in as many ways as there are kinds of text.
  const plain = (each: string): string => each.replaceAll(/['"\\]/gu, '')
  const [whole, part] = [plain(text), plain(value)]
  for (let at = whole.indexOf(part); at >= 0 && part !== ''; at = whole.indexOf(part, at + 1)) {
    const [before = '', after = ''] = [whole[at - 1], whole[at + part.length]]
    if (!WORD.test(before) && !WORD.test(after)) return true
  }
  return part === ''
}

const WORD = /[\p{L}\p{N}_]/u

/** Whether anything but a plain text is cast to the type. */
function becomes(text: string, type: string): boolean {
  const list = tokens(text).filter(({ kind }) => kind !== 'space' && kind !== 'comment')
  return list.some((token, at) => {
    if (token.text !== ':' || list[at + 1]?.text !== ':') return false
    const to = [list[at + 2], list[at + 4]].map((each) => each?.value.toLowerCase())
    return list[at - 1]?.kind !== 'string' && to.includes(type.toLowerCase())
  })
}

/** The type made anew. Rows that still hold a value that goes are named before anything is touched. */
export function rebuildEnum(from: SchemaObject, to: SchemaObject, context: Context): Draft[] {
  const gone = (from.values ?? []).filter((value) => !(to.values ?? []).includes(value))
  const columns = columnsOfType(schemaNow(context), to.name)
  return [
    ...(gone.length === 0
      ? []
      : columns.map(({ table, column, array }) => guard(table.name, column.name, to.name, gone, array))),
    ...rebuild(from, to, context, (column, type, array) => `${column}::text${array ? '[]' : ''}::${type}`),
  ]
}

function guard(table: string, column: string, type: string, gone: readonly string[], array: boolean): Draft {
  const values = gone.map((value) => literal(value)).join(', ')
  const name = identifier(column)
  const test = array ? `${name}::text[] && array[${values}]` : `${name}::text in (${values})`
  const message = `Rows of ${named(table)}.${name} still hold a value that is removed from ${named(type)}: ${gone.join(', ')}`
  const body = `begin if exists (select from ${named(table)} where ${test}) then raise exception using message = ${literal(message)}, errcode = 'check_violation'; end if; end`
  return statement(`do ${dollar(body)}`, { lock: 'ACCESS SHARE', scans: true })
}

/** ALTER TYPE … RENAME VALUE: rows follow. */
export const renameValue = (type: string, from: string, to: string): Draft[] => [
  statement(`alter type ${named(type)} rename value ${literal(from)} to ${literal(to)}`, NONE),
]
