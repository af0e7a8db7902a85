// Functions, procedures and aggregates: replaced in place where the server lets the signature stay.
import type { SchemaObject } from '../../../../schema/schema.ts'
import { tokens } from '../../../../schema/tokens.ts'
import type { RoutineExtra } from '../../shapes.ts'
import { type Context, statement } from '../draft.ts'
import { NONE } from '../facts.ts'
import { named } from '../names.ts'
import { objectExtra } from '../shape.ts'
import { definitionOf } from './definitions.ts'
import { type Family, objectComment, plainDrop, plainRename, sameBut } from './family.ts'

const routineExtra = (object: SchemaObject): RoutineExtra => objectExtra(object)

/** An argument without its default, and whether it has one. */
interface Argument {
  text: string
  optional: boolean
}

/** Splits `a integer, b text DEFAULT 'x,y'::text` at the commas between arguments. */
function argumentsOf(text: string): Argument[] {
  const list: Argument[] = []
  let [current, depth, optional] = ['', 0, false]
  const finish = (): void => {
    if (current.trim() !== '') list.push({ text: current.trim(), optional })
    current = ''
    optional = false
  }
  for (const token of tokens(text)) {
    if (token.kind === 'symbol' && '(['.includes(token.text)) depth++
    if (token.kind === 'symbol' && ')]'.includes(token.text)) depth--
    if (token.kind === 'symbol' && token.text === ',' && depth === 0) finish()
    else if (token.kind === 'word' && token.text === 'DEFAULT' && depth === 0) optional = true
    else if (!optional) current += token.text
  }
  finish()
  return list
}

// CREATE OR REPLACE refuses another result, other argument names, and taking a default away.
function keepsSignature(from: SchemaObject, to: SchemaObject): boolean {
  const [before, after] = [routineExtra(from), routineExtra(to)]
  if (before.returns !== after.returns) return false
  const [old, next] = [argumentsOf(before.arguments), argumentsOf(after.arguments)]
  return (
    old.length === next.length &&
    old.every(({ text, optional }, at) => text === next[at]?.text && (!optional || next[at]?.optional === true))
  )
}

// A base type and the functions that read and write it need each other: the server drops them together or not at all.
function goesWithType(object: SchemaObject, { operations }: Context): boolean {
  const signature = `${object.name} ${routineExtra(object).returns ?? ''}`
  return operations.some(
    (operation) =>
      operation.kind === 'dropObject' &&
      operation.object.type === 'base type' &&
      signature.includes(named(operation.object.name)),
  )
}

const routine = (type: string): Family => ({
  create: (object) => [statement(definitionOf(object).trimEnd(), NONE), ...objectComment(object, object.comment)],
  drop: (object, context) => (goesWithType(object, context) ? [] : plainDrop(object)),
  alter: (from, to) => [
    ...(from.definition === to.definition ? [] : [statement(definitionOf(to).trimEnd(), NONE)]),
    ...objectComment(to, to.comment, from.comment),
  ],
  rename: ({ from, to }) => plainRename(type, from, to),
  inPlace: keepsSignature,
})

export const functionFamily: Family = routine('function')
export const procedureFamily: Family = routine('procedure')

/** Aggregates have no text that replaces: only their comment changes in place. */
export const aggregateFamily: Family = {
  ...routine('aggregate'),
  inPlace: (from, to) => sameBut(from, to),
}
