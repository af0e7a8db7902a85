// A type that cannot be changed in place is made anew: the old one steps aside, columns move over with their values. So are
// the types that are made of it; and what else names them goes before, and comes back after.
import { GodwitError } from '../../../../errors.ts'
import { applyAll } from '../../../../operations/index.ts'
import { qualify, unqualify } from '../../../../schema/names.ts'
import type { Column, Schema, SchemaObject, Table } from '../../../../schema/schema.ts'
import { multirangeName } from '../../inspect/types.ts'
import { identifier } from '../../quote.ts'
import type { CompositeExtra, DomainExtra, RangeExtra } from '../../shapes.ts'
import { type Context, clause, type Draft, PHASE, statement } from '../draft.ts'
import { EXCLUSIVE_REWRITE, NONE } from '../facts.ts'
import { named, ownName } from '../names.ts'
import { both, noteRights, putRightsBack, thingsOf } from '../rights.ts'
import { columnExtra, objectExtra } from '../shape.ts'
import { displaced } from './displaced.ts'
import { target } from './family.ts'
import { grantsOn } from './grants.ts'
import { typesOver } from './types-over.ts'

/** A column of the type, or of an array of it. */
export interface TypedColumn {
  table: Table
  column: Column
  array: boolean
}

/** The columns of a type in a schema; those that only follow a parent's are left out. */
export function columnsOfType(schema: Schema, type: string): TypedColumn[] {
  const text = named(type)
  return schema.tables.flatMap((table) =>
    table.columns
      .filter((column) => column.type === text || column.type === `${text}[]`)
      .filter((column) => !columnExtra(column).inherited)
      .map((column) => ({ table, column, array: column.type.endsWith('[]') })),
  )
}

/** The schema just before the operation at hand. Errors: BUG where `needsSchema` was not heeded. */
export function schemaNow({ before, operations, position }: Context): Schema {
  if (before === undefined) throw new GodwitError('BUG', 'A type is made anew without the schema before.')
  return applyAll(before, operations.slice(0, position))
}

/** How a value of the old type becomes one of the new: an SQL expression over an expression. */
export type Convert = (value: string, type: string, array: boolean) => string

/**
 * Renames the old type aside, makes the new one, moves every column over through `convert`, and drops the old one; the
 * types that are made of it go along. Comments and grants are put back. What else depends on the types has been taken out
 * by the diff; on the way back it is still there, and steps aside here.
 */
export function rebuild(from: SchemaObject, to: SchemaObject, context: Context, convert: Convert): Draft[] {
  const schema = schemaNow(context)
  const over = typesOver(schema, from)
  const types = [from, ...over]
  const others = displaced(schema, types, context)
  const carry = carrying(from, over, convert)
  // A range brings a second type along, whose values move over like its own.
  const seconds = types.flatMap((type) => (type.type === 'range' ? [multirangeOf(type)] : []))
  const moved = [...types.map(({ name }) => name), ...seconds]
    .flatMap((name) => columnsOfType(schema, name))
    .flatMap((typed) => moveColumn(typed, context, carry))
  const things = [...both(thingsOf(from), thingsOf(to)), ...[...over, ...others.objects].flatMap(thingsOf)]
  return [
    ...noteRights(things),
    ...others.go,
    ...types.map((type, at) =>
      statement(`alter ${target(type)} rename to ${identifier(asideName(type.name))}`, NONE, {
        ...(at === 0 && {
          note: `${named(to.name)} cannot be changed in place: it is made anew and its columns move over.`,
        }),
      }),
    ),
    // With it goes the one function of its name that takes no value of the old type.
    ...seconds.flatMap((name) => [
      statement(`alter function ${named(name)}() rename to ${identifier(asideName(name))}`, NONE),
      statement(`alter type ${named(name)} rename to ${identifier(asideName(name))}`, NONE),
    ]),
    ...[to, ...over].flatMap((object) => context.cell({ kind: 'createObject', object })),
    ...moved,
    ...types
      .toReversed()
      .map((type) => statement(`drop ${target({ type: type.type, name: asideOf(type.name) })}`, NONE)),
    ...types.flatMap((type) => grantsOn(schema, type)),
    ...others.comeBack,
    ...putRightsBack(things),
  ]
}

/** The conversion for every type that is made anew. Elements of an array, and ranges, go by way of text. */
function carrying(from: SchemaObject, over: readonly SchemaObject[], convert: Convert): Convert {
  const made = new Map(over.map((type) => [named(type.name), type]))
  const carry: Convert = (value, type, array) => {
    if (type === named(from.name) || type === `${named(from.name)}[]`) return convert(value, type, array)
    const object = made.get(type)
    if (object?.type === 'domain') {
      const { base } = objectExtra<DomainExtra>(object)
      return `${carry(value, base, base.endsWith('[]'))}::${type}`
    }
    if (object?.type === 'composite') {
      const fields = objectExtra<CompositeExtra>(object).attributes.map((each) => {
        const field = `(${value}).${identifier(each.name)}`
        const name = each.type.replace(/\[\]$/u, '')
        return name === named(from.name) || made.has(name) ? carry(field, each.type, each.type.endsWith('[]')) : field
      })
      return `case when ${value}::text <> '' then row(${fields.join(', ')})::${type} end`
    }
    return `${value}::text${array ? '[]' : ''}::${type}`
  }
  return carry
}

function moveColumn({ table, column, array }: TypedColumn, context: Context, convert: Convert): Draft[] {
  const name = identifier(column.name)
  const alter = `alter table ${named(table.name)}`
  const byDefault = defaultAfter(table.name, column, context)
  return [
    ...(column.default === undefined
      ? []
      : [clause(alter, PHASE.drop, `alter column ${name} drop default`, EXCLUSIVE_REWRITE)]),
    clause(
      alter,
      PHASE.type,
      `alter column ${name} type ${column.type} using ${convert(name, column.type, array)}`,
      EXCLUSIVE_REWRITE,
    ),
    ...(byDefault === undefined ? [] : [clause(alter, PHASE.other, `alter column ${name} set default ${byDefault}`)]),
    ...stored(alter, column),
  ]
}

// Said again: the new type is stored in its own way.
function stored(alter: string, column: Column): Draft[] {
  const { storage, compression } = columnExtra(column)
  const say = (sql: string): Draft => clause(alter, PHASE.other, `alter column ${identifier(column.name)} ${sql}`)
  return [
    ...(storage === undefined ? [] : [say(`set storage ${storage}`)]),
    ...(compression === undefined ? [] : [say(`set compression ${compression}`)]),
  ]
}

// The old default may hold what the new type lacks: if a later operation changes it, its text counts.
function defaultAfter(table: string, column: Column, { operations, position }: Context): string | undefined {
  for (const operation of operations.slice(position + 1)) {
    if (operation.kind === 'alterColumn' && operation.table === table && operation.to.name === column.name) {
      return column.default === undefined ? undefined : operation.to.default
    }
    if (operation.kind === 'dropColumn' && operation.table === table && operation.column.name === column.name)
      return undefined
  }
  return column.default
}

/** The type of lists of a range. */
export function multirangeOf(range: SchemaObject): string {
  const { namespace, name } = unqualify(range.name)
  return objectExtra<RangeExtra>(range).multirange ?? qualify(multirangeName(name), namespace)
}

const asideOf = (type: string): string => qualify(asideName(type), unqualify(type).namespace)

function asideName(type: string): string {
  const own = Buffer.from(ownName(type))
    .subarray(0, 48)
    .toString('utf8')
    .replace(/\uFFFD+$/u, '')
  return `godwit_${own}_old`
}
