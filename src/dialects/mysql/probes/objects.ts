// Whether a view, a routine, a trigger or an event has been made, and is like this.
import { unqualify } from '../../../schema/names.ts'
import type { SchemaObject } from '../../../schema/schema.ts'
import { literal } from '../quote.ts'
import { shape, type TriggerExtra } from '../shapes.ts'
import { bytes, type Check, exists, inTable, nameLiteral, reversed } from './check.ts'
import { hasRelation } from './tables.ts'

const stripped = (column: string): string =>
  `replace(${column}, concat('\`', replace(database(), '\`', '\`\`'), '\`.'), '')`

// The catalogue prints the character set of a literal in one view and not in the other.
const INTRODUCERS = ['_utf8mb3', '_utf8mb4', '_latin1']
const bare = (sql: string): string =>
  INTRODUCERS.reduce((text, word) => `replace(${text}, ${literal(`${word}'`)}, '''')`, sql)

/** Whether there is an object of this type and name. */
export const objectExists = ({ type, name }: Pick<SchemaObject, 'type' | 'name'>): string => {
  const { name: plain } = unqualify(name)
  switch (type) {
    case 'function':
    case 'procedure':
      return exists('routines', [
        'routine_schema = database()',
        `routine_type = '${type.toUpperCase()}'`,
        `routine_name = ${nameLiteral(plain)}`,
      ])
    case 'trigger':
      return exists('triggers', ['trigger_schema = database()', bytes('trigger_name', name)])
    case 'event':
      return exists('events', ['event_schema = database()', `event_name = ${nameLiteral(plain)}`])
    default:
      return hasRelation(name)
  }
}

/** Whether an object is there with this text. */
export function objectIs(object: SchemaObject): string {
  const { type, name, definition = '' } = object
  const { name: plain } = unqualify(name)
  const body = (column: string): string =>
    `cast(${column} as binary) = cast(right(${literal(definition)}, char_length(${column})) as binary)`
  switch (type) {
    case 'view':
      return exists('views', [
        ...inTable(name),
        bytes(
          bare(stripped('view_definition')),
          INTRODUCERS.reduce((text, word) => text.replaceAll(`${word}'`, "'"), definition),
        ),
      ])
    case 'function':
    case 'procedure':
      return exists('routines', [
        'routine_schema = database()',
        `routine_type = '${type.toUpperCase()}'`,
        `routine_name = ${nameLiteral(plain)}`,
        body('routine_definition'),
      ])
    case 'trigger': {
      const { timing = 'before', event = '' } = shape<TriggerExtra>(object.extra)
      return exists('triggers', [
        'trigger_schema = database()',
        bytes('trigger_name', name),
        `action_timing = '${timing}'`,
        `event_manipulation = ${literal(event)}`,
        bytes('trim(action_statement)', definition),
      ])
    }
    case 'event':
      return exists('events', [
        'event_schema = database()',
        `event_name = ${nameLiteral(plain)}`,
        body('trim(event_definition)'),
      ])
    default:
      return hasRelation(name)
  }
}

/** Creating an object. */
export const objectCreated = (object: SchemaObject): Check => ({
  done: objectIs(object),
  absent: `not ${objectExists(object)}`,
})

/** Dropping an object. */
export const objectDropped = (object: SchemaObject): Check =>
  reversed({ done: objectExists(object), absent: `not ${objectExists(object)}` })
