// Objects whose whole definition is the server's own text: made from it, and made anew when it changes.
import { GodwitError } from '../../../../errors.ts'
import type { SchemaObject } from '../../../../schema/schema.ts'
import { type Draft, statement } from '../draft.ts'
import { NONE } from '../facts.ts'
import { named } from '../names.ts'
import { bareRename, type Family, objectComment, plainDrop, plainRename, sameBut } from './family.ts'

/** The text the server printed. Errors: BUG where an object of such a type has none. */
export function definitionOf({ type, name, definition }: SchemaObject): string {
  if (definition === undefined) throw new GodwitError('BUG', `The ${type} ${name} has no definition.`)
  return definition
}

/** CREATE, and the ALTER statements that belong to the definition of some types. */
export function definitionStatements(object: SchemaObject): Draft[] {
  return definitionOf(object)
    .split(/;\n(?=ALTER )/u)
    .map((sql) => statement(sql.replace(/;\s*$/u, ''), NONE))
}

const base: Family = {
  create: (object) => [...definitionStatements(object), ...objectComment(object, object.comment)],
  drop: plainDrop,
  alter: (from, to) => objectComment(to, to.comment, from.comment),
  rename: () => [],
  inPlace: (from, to) => sameBut(from, to),
}

/** A type of object that has a namespace and a definition. */
export const defined = (type: string): Family => ({ ...base, rename: ({ from, to }) => plainRename(type, from, to) })

/** Base types: the one place where CASCADE cannot be avoided, because the type and its functions hold each other. */
export const baseTypeFamily: Family = {
  ...defined('base type'),
  drop: (object) => [
    statement(`drop type ${named(object.name)} cascade`, NONE, {
      note: 'The type goes together with the functions that read and write it; all else that used it has gone before.',
    }),
  ],
}

/** A type of object that has a definition and no namespace. */
export const definedBare = (type: string): Family => ({ ...base, rename: ({ from, to }) => bareRename(type, from, to) })

/** A type of object that has a definition and no name that could change: casts, access methods. */
export const definedFixed: Family = base
