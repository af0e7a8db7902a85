// A type that cannot be changed in place is made anew: the old one steps aside, columns move over with their values.
import { GodwitError } from '../../../../errors.ts'
import { applyAll } from '../../../../operations/index.ts'
import { qualify, unqualify } from '../../../../schema/names.ts'
import type { Column, Schema, SchemaObject, Table } from '../../../../schema/schema.ts'
import { identifier } from '../../quote.ts'
import { type Context, clause, type Draft, PHASE, statement } from '../draft.ts'
import { EXCLUSIVE_REWRITE, NONE } from '../facts.ts'
import { named, ownName } from '../names.ts'
import { columnExtra } from '../shape.ts'
import { type Family, target } from './family.ts'
import { grantsOn } from './grants.ts'

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

/**
 * Renames the old type aside, makes the new one, moves every column over through `convert`, and drops the old one.
 * Comments and grants of the type are put back. What else depends on the type has been taken out by the diff.
 */
export function rebuild(
  from: SchemaObject,
  to: SchemaObject,
  context: Context,
  family: Family,
  convert: (column: string, type: string, array: boolean) => string,
): Draft[] {
  const schema = schemaNow(context)
  const aside = asideName(to.name)
  const moved = columnsOfType(schema, to.name).flatMap((typed) => moveColumn(typed, context, convert))
  return [
    statement(`alter ${target(from)} rename to ${identifier(aside)}`, NONE, {
      note: `${named(to.name)} cannot be changed in place: it is made anew and its columns move over.`,
    }),
    ...family.create(to, context),
    ...moved,
    statement(`drop ${target({ type: to.type, name: qualify(aside, unqualify(to.name).namespace) })}`, NONE),
    ...grantsOn(schema, to),
  ]
}

function moveColumn(
  { table, column, array }: TypedColumn,
  context: Context,
  convert: (column: string, type: string, array: boolean) => string,
): Draft[] {
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

function asideName(type: string): string {
  const own = Buffer.from(ownName(type))
    .subarray(0, 48)
    .toString('utf8')
    .replace(/\uFFFD+$/u, '')
  return `godwit_${own}_old`
}
