// Tables whose checks and generated columns name the table itself, as in `check (users.age > 21)`.
import type { Table } from '../../schema/schema.ts'
import { isOperator, lex, nameOf } from './lexer.ts'
import { bare, identifier } from './quote.ts'

/** The table with its own name replaced by another one in its texts; the same object where none of them names it. */
export function renamedItself(table: Table, to: string): Table {
  const own = bare(table.name).toLowerCase()
  let changed = false
  const rewrite = (text: string): string => {
    const next = replaceQualifier(text, own, to)
    changed ||= next !== text
    return next
  }
  const renamed: Table = {
    ...table,
    columns: table.columns.map((column) =>
      column.generated === undefined
        ? column
        : { ...column, generated: { ...column.generated, expression: rewrite(column.generated.expression) } },
    ),
    constraints: table.constraints.map((constraint) =>
      constraint.expression === undefined ? constraint : { ...constraint, expression: rewrite(constraint.expression) },
    ),
  }
  return changed ? renamed : table
}

function replaceQualifier(text: string, own: string, to: string): string {
  const { tokens } = lex(text)
  let result = ''
  let from = 0
  tokens.forEach((token, index) => {
    if (token.kind !== 'word' && token.kind !== 'quoted') return
    if (nameOf(token).toLowerCase() !== own || !isOperator(tokens[index + 1], '.')) return
    result += text.slice(from, token.start) + identifier(to)
    from = token.end
  })
  return result + text.slice(from)
}
