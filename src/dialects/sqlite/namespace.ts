// Tables, views, virtual tables and indexes share one namespace in which case does not count, and triggers another. A name
// that one thing gives up and another one takes has to be given up first, wherever the diff has put the two.
import type { Operation } from '../../operations/operation.ts'
import type { SchemaObject } from '../../schema/schema.ts'
import { bare } from './quote.ts'

type Names = readonly string[]

/** The names an operation takes, as keys. */
export function taken(operation: Operation): Names {
  switch (operation.kind) {
    case 'createTable':
      return [relation(operation.table.name), ...operation.table.indexes.map(({ name }) => index(name))]
    case 'createIndex':
      return [index(operation.index.name)]
    case 'createObject':
      return [object(operation.object)]
    default:
      return []
  }
}

/** The names an operation gives up. */
export function freed(operation: Operation): Names {
  switch (operation.kind) {
    case 'dropTable':
      return [relation(operation.table.name), ...operation.table.indexes.map(({ name }) => index(name))]
    case 'dropIndex':
      return [index(operation.index.name)]
    case 'dropObject':
      return [object(operation.object)]
    default:
      return []
  }
}

const relation = (qualified: string): string => `relation ${bare(qualified).toLowerCase()}`
const index = (name: string): string => `relation ${name.toLowerCase()}`
const object = ({ type, name }: SchemaObject): string =>
  type === 'trigger' ? `trigger ${bare(name).toLowerCase()}` : relation(name)
