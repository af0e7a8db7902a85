// Which differences may be nothing but spelling: texts that the engine prints, and could print otherwise when it reads them again.
import type { Traits } from '../diff/index.ts'
import type { Operation } from '../operations/operation.ts'
import { objectRef, ref } from '../schema/names.ts'
import type { Schema } from '../schema/schema.ts'

// A value, with the name of its type at most: however often it is read and printed, it stays as it is.
const LITERAL = /^(?:\d+|true|false|'(?:[^'\\]|'')*'(?:::[a-z]+(?: [a-z]+)*)?)$/
/** Whether a default is the same however often it is read and printed. */
export const isLiteral = (text: string | undefined): boolean => text === undefined || LITERAL.test(text)

/** The refs of things whose two sides differ in a text: only then can spelling be the reason. */
export function differingTexts(operations: readonly Operation[]): string[] {
  const dropped = new Set<string>()
  const again = (created: string, reference: string): string[] => (dropped.has(created) ? [reference] : [])
  return operations.flatMap((operation): string[] => {
    switch (operation.kind) {
      case 'alterColumn': {
        const { from, to, table } = operation
        const defaults = from.default !== to.default && ![from.default, to.default].every(isLiteral)
        const texts = defaults || from.generated?.expression !== to.generated?.expression
        return texts ? [ref('table', table)] : []
      }
      case 'alterTable':
      case 'alterConstraint':
      case 'alterIndex':
        return [ref('table', operation.table)]
      case 'alterObject':
        return [objectRef(operation.to)]
      case 'dropObject':
        dropped.add(objectRef(operation.object))
        return []
      case 'createObject':
        return again(objectRef(operation.object), objectRef(operation.object))
      case 'dropConstraint':
        dropped.add(ref('constraint', operation.table, operation.constraint.name))
        return []
      case 'addConstraint':
        return again(ref('constraint', operation.table, operation.constraint.name), ref('table', operation.table))
      case 'dropIndex':
        dropped.add(ref('index', operation.table, operation.index.name))
        return []
      case 'createIndex':
        return again(ref('index', operation.table, operation.index.name), ref('table', operation.table))
      case 'dropColumn':
        dropped.add(ref('column', operation.table, operation.column.name))
        return []
      case 'addColumn':
        return again(ref('column', operation.table, operation.column.name), ref('table', operation.table))
      default:
        return []
    }
  })
}

/** A shadow is empty: nothing that it prints can be broken as what lives for years can. */
export const withStateOf =
  ({ withState }: Traits) =>
  (printed: Schema, live: Schema): Schema => {
    if (withState === undefined) return printed
    const known = new Map(live.tables.map((table) => [table.name, table]))
    const tables = printed.tables.map((table) => {
      const other = known.get(table.name)
      return other === undefined ? table : withState(table, other)
    })
    return { ...printed, tables }
  }
