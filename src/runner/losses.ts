// What data operations would throw away, in words for the person who has to agree. Pure.
import type { Narrowing } from '../operations/narrowing.ts'
import type { Operation } from '../operations/operation.ts'
import { ref } from '../schema/names.ts'
import type { Loss } from './reports.ts'

const DESTROYS = /\b(drop\s+(?:table|column|schema|database|materialized\s+view)|truncate|delete\s+from)\b/i
const SQL_NOISE = /'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\//g

/** Tables and columns whose data would go, values that become others, and hand-written SQL that says it deletes. Pure. */
export function losses(operations: readonly Operation[], narrowings: readonly Narrowing[]): Omit<Loss, 'revision'>[] {
  // What these operations make themselves holds nothing that anybody would miss.
  const fresh = new Set<string>()
  return operations.flatMap((operation, at) => {
    if (operation.kind === 'createTable') fresh.add(operation.table.name)
    const loss = lossOf(operation, fresh)
    const altered = narrowings.filter((each) => each.operation === at && each.outcome === 'alters')
    return [
      ...(loss === undefined ? [] : [loss]),
      ...altered.map(({ what, message, probe }) => ({ what, message, probe })),
    ]
  })
}

function lossOf(operation: Operation, fresh: ReadonlySet<string>): Omit<Loss, 'revision'> | undefined {
  switch (operation.kind) {
    case 'dropTable': {
      const { name } = operation.table
      return fresh.has(name) ? undefined : { what: ref('table', name), message: `table ${name} with all its rows` }
    }
    case 'dropColumn': {
      const { table, column } = operation
      if (column.generated !== undefined || fresh.has(table)) return undefined
      return { what: ref('column', table, column.name), message: `column ${table}.${column.name} with all its values` }
    }
    case 'alterColumn': {
      const { table, from, to } = operation
      if (from.generated !== undefined || to.generated === undefined) return undefined
      return {
        what: ref('column', table, from.name),
        message: `the values of ${table}.${from.name}: it becomes generated`,
      }
    }
    case 'sql': {
      const found = DESTROYS.exec(operation.up.replace(SQL_NOISE, (noise) => noise.replace(/[^\n]/g, ' ')))
      if (found === null) return undefined
      const [word] = found
      const line = lineAt(operation.up, found.index)
      return {
        what: 'sql',
        message: `SQL with ${word.replace(/\s+/g, ' ').toLowerCase()}: ${line.slice(0, 80)}`,
      }
    }
    default:
      return undefined
  }
}

function lineAt(text: string, offset: number): string {
  const end = text.indexOf('\n', offset)
  return text.slice(text.lastIndexOf('\n', offset) + 1, end < 0 ? undefined : end).trim()
}
