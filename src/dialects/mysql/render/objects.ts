// Views, routines, triggers, events and sequences.

import { GodwitError } from '../../../errors.ts'
import type { SchemaObject } from '../../../schema/schema.ts'
import type { Flavor } from '../flavor.ts'
import { objectCreated, objectDropped, objectIs, relationRenamed, repeatable } from '../probes/index.ts'
import { identifier, path } from '../quote.ts'
import { type RoutineExtra, shape, type TriggerExtra, type ViewExtra } from '../shapes.ts'
import type { Whole } from './change.ts'

function words(object: SchemaObject, replace: boolean, definer?: string): string {
  const definedBy = definer === undefined ? '' : ` DEFINER=${definer}`
  const plain = replace ? 'CREATE OR REPLACE' : 'CREATE'
  const create = `${plain}${definedBy}`
  const { type, name, definition = '' } = object
  switch (type) {
    case 'view': {
      const { algorithm, security, check, columns } = shape<ViewExtra>(object.extra)
      return [
        plain,
        algorithm === undefined ? '' : `ALGORITHM=${algorithm.toUpperCase()}`,
        definedBy.trim(),
        security === undefined ? '' : 'SQL SECURITY INVOKER',
        `VIEW ${path(name)}${columns === undefined ? '' : ` (${columns})`} AS ${definition}`,
        check === undefined ? '' : `WITH ${check.toUpperCase()} CHECK OPTION`,
      ]
        .filter((part) => part !== '')
        .join(' ')
    }
    case 'function':
    case 'procedure': {
      const aggregate = shape<RoutineExtra>(object.extra).aggregate === true ? 'AGGREGATE ' : ''
      return `${create} ${aggregate}${type.toUpperCase()} ${path(name)}${definition.startsWith('(') ? '' : ' '}${definition}`
    }
    case 'trigger': {
      const { timing = 'before', event = 'insert', follows } = shape<TriggerExtra>(object.extra)
      const order = follows === undefined ? '' : ` FOLLOWS ${identifier(follows)}`
      const table = path(object.table ?? '')
      return `${create} TRIGGER ${identifier(name)} ${timing.toUpperCase()} ${event.toUpperCase()} ON ${table} FOR EACH ROW${order} ${definition}`
    }
    case 'event':
      return `${create} EVENT ${path(name)} ${definition}`
    case 'sequence':
      return `${plain} SEQUENCE ${path(name)} ${definition}`
    default:
      throw unknown(type)
  }
}

const unknown = (type: string): GodwitError =>
  new GodwitError('SQL_UNSUPPORTED', `This database has no objects of the type "${type}".`, {
    fix: 'Use view, function, procedure, trigger, event or sequence; for anything else write op.sql.',
  })

const dropWords = ({ type, name }: SchemaObject): string => {
  if (!['view', 'function', 'procedure', 'trigger', 'event', 'sequence'].includes(type)) throw unknown(type)
  return `DROP ${type.toUpperCase()} ${type === 'trigger' ? identifier(name) : path(name)}`
}

/** The words, and those without the definer where one was found: what is there tells nothing of what was asked for. */
const text = (object: SchemaObject, replace: boolean, definer: string | undefined): Pick<Whole, 'sql' | 'template'> =>
  definer === undefined
    ? { sql: words(object, replace) }
    : { sql: words(object, replace, definer), template: words(object, replace) }

/** Creates an object, with the definer that an earlier one had. */
export const createObject = (operation: number, object: SchemaObject, definer?: string): Whole => ({
  operation,
  ...text(object, false, definer),
  check: objectCreated(object),
})

/** Drops an object. */
export const dropObject = (operation: number, object: SchemaObject): Whole => ({
  operation,
  sql: dropWords(object),
  check: objectDropped(object),
  ...(object.type === 'sequence' && { losesData: true }),
})

/** Changes an object: in one statement where the server can replace it, otherwise it is gone for a moment. */
export function alterObject(
  operation: number,
  from: SchemaObject,
  to: SchemaObject,
  flavor: Flavor,
  definer?: string,
): Whole[] {
  const check = repeatable(objectIs(to))
  if (to.type === 'sequence') {
    return [{ operation, sql: `ALTER SEQUENCE ${path(to.name)} ${to.definition ?? ''}`, check: repeatable('false') }]
  }
  if (to.type === 'view' || flavor.createOrReplace) return [{ operation, ...text(to, true, definer), check }]
  return [dropObject(operation, from), createObject(operation, to, definer)]
}

/** Renames an object. What the server cannot rename is dropped and made again, for which its text must be known. */
export function renameObject(
  operation: number,
  { type, from, to }: { type: string; from: string; to: string },
  before: SchemaObject | undefined,
  definer?: string,
): Whole[] {
  if (type === 'view' || type === 'sequence') {
    return [{ operation, sql: `RENAME TABLE ${path(from)} TO ${path(to)}`, check: relationRenamed(from, to) }]
  }
  if (type === 'event') {
    const done = repeatable(objectDropped({ type, name: from }).done)
    return [{ operation, sql: `ALTER EVENT ${path(from)} RENAME TO ${path(to)}`, check: done }]
  }
  if (before === undefined) {
    throw new GodwitError('REVISION_INVALID', `There is no ${type} ${from} to rename.`, {
      why: 'The server cannot rename it: it is dropped and made again, for which its text is needed.',
      fix: 'Correct the name, or write the change with op.sql.',
    })
  }
  return [createObject(operation, { ...before, name: to }, definer), dropObject(operation, { ...before, name: from })]
}
