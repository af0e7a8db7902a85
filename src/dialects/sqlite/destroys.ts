// What hand-written SQL throws away, read by this database's own lexer: quotes, comments and optional words cannot hide it.
import { isGodwitError } from '../../errors.ts'
import { columnGoes, type Destruction, partly, rowsGo, tableGoes, withoutOwn } from '../../operations/destruction.ts'
import { qualify, ref } from '../../schema/names.ts'
import { isOperator, isWord, lex, nameOf, type Token } from './lexer.ts'
import { parseTable, splitList } from './parse.ts'
import { splitText } from './split.ts'

/** Errors: none; what cannot be read destroys nothing, because it cannot be run. */
export async function destroys(text: string): Promise<Destruction[]> {
  try {
    const statements = splitText(text).map(({ sql, offset }) => ({ sql, offset, tokens: lex(sql).tokens }))
    const anew = remade(statements)
    const own = new Set<string>()
    return statements.flatMap((each) => {
      const name = madeBy(each.tokens)
      if (name !== undefined) own.add(ref('table', name))
      return withoutOwn(inStatement(each), own).map((found) => {
        const keeps = anew.get(found.what?.toLowerCase() ?? '')
        return keeps === undefined ? found : { ...found, keeps }
      })
    })
  } catch (error) {
    if (isGodwitError(error)) return []
    throw error
  }
}

function madeBy(tokens: readonly Token[]): string | undefined {
  if (!isWord(tokens[0], 'create')) return undefined
  const temporary = isTemporary(tokens[1])
  const at = temporary ? 2 : 1
  if (!isWord(tokens[at], 'table')) return undefined
  const behind = afterCondition(tokens, at + 1)
  return behind > at + 1 && !temporary ? undefined : tableAt(tokens, behind)?.name
}

interface Statement {
  sql: string
  offset: number
  tokens: readonly Token[]
}

/**
 * Tables that are made anew, as this database changes what ALTER TABLE cannot: another one is created and filled, the
 * old one dropped, and the new one takes its name (sqlite.org/lang_altertable.html). By ref, the columns it has then.
 */
function remade(statements: readonly Statement[]): Map<string, string[]> {
  const created = new Map<string, string[]>()
  const found = new Map<string, string[]>()
  for (const { sql, tokens } of statements) {
    if (isWord(tokens[0], 'create')) {
      const at = tokens.findIndex((token) => isWord(token, 'table'))
      const named = at < 0 ? undefined : tableAt(tokens, afterCondition(tokens, at + 1))
      const columns = named === undefined ? undefined : parseTable(sql)?.columns.map(({ name }) => name)
      if (named !== undefined && columns !== undefined) created.set(named.name.toLowerCase(), columns)
    }
    if (!isWord(tokens[0], 'alter')) continue
    const from = tableAt(tokens, 2)
    if (from === undefined || !isWord(tokens[from.next], 'rename') || !isWord(tokens[from.next + 1], 'to')) continue
    const columns = created.get(from.name.toLowerCase())
    const to = tableAt(tokens, from.next + 2)
    if (columns !== undefined && to !== undefined) found.set(ref('table', to.name).toLowerCase(), columns)
  }
  return found
}

function inStatement({ sql, offset, tokens }: Statement): Destruction[] {
  const [first, second] = tokens
  if (isWord(first, 'drop')) {
    const at = afterCondition(tokens, 2)
    if (!isWord(second, 'table') || isTemporary(tokens[at])) return []
    const table = tableAt(tokens, at)
    return table === undefined ? [] : [tableGoes(table.name, offset)]
  }
  if (isWord(first, 'alter')) {
    const table = tableAt(tokens, 2)
    if (table === undefined || !isWord(tokens[table.next], 'drop')) return []
    const at =
      isWord(tokens[table.next + 1], 'column') && tokens.length > table.next + 2 ? table.next + 2 : table.next + 1
    const column = tokens[at]
    // `drop constraint` is of newer versions, and drops no value.
    return column === undefined || (isWord(column, 'constraint') && tokens.length > at + 1)
      ? []
      : [columnGoes(table.name, nameOf(column), offset)]
  }
  // What it holds runs later, or never.
  if (isWord(first, 'create') || isWord(first, 'pragma')) return []
  return changedRows(tokens, sql, offset)
}

/** DELETE, REPLACE and UPDATE … SET x = NULL, alone or behind WITH. */
function changedRows(tokens: readonly Token[], sql: string, offset: number): Destruction[] {
  return tokens.flatMap((token, at): Destruction[] => {
    if (at > 0 && !isOperator(tokens[at - 1], ')')) return []
    if (isWord(token, 'delete') && isWord(tokens[at + 1], 'from')) {
      const table = tableAt(tokens, at + 2)
      if (table === undefined || isTemporary(tokens[at + 2])) return []
      return [table.next >= tokens.length ? rowsGo(table.name, offset) : partly(`rows of ${table.name}`, sql, offset)]
    }
    const replaces = isWord(token, 'replace') && isWord(tokens[at + 1], 'into')
    const or = (isWord(token, 'insert') || isWord(token, 'update')) && isWord(tokens[at + 1], 'or')
    if (replaces || (or && isWord(tokens[at + 2], 'replace'))) return [partly('rows that are replaced', sql, offset)]
    return isWord(token, 'update') ? emptied(tokens, or ? at + 3 : at + 1, sql, offset) : []
  })
}

function emptied(tokens: readonly Token[], at: number, sql: string, offset: number): Destruction[] {
  const table = tableAt(tokens, at)
  const set = tokens.findIndex((token, index) => index > at && isWord(token, 'set'))
  if (table === undefined || set < 0) return []
  const end = tokens.findIndex(
    (token, index) => index > set && (isWord(token, 'where') || isWord(token, 'from') || isWord(token, 'returning')),
  )
  return splitList(tokens.slice(set + 1, end < 0 ? undefined : end)).flatMap((each): Destruction[] => {
    const [target, equals, value, more] = each
    if (target === undefined || !isOperator(equals, '=') || !isWord(value, 'null') || more !== undefined) return []
    const column = nameOf(target)
    if (end >= 0) return [partly(`values of ${table.name}.${column}`, sql, offset)]
    return [{ what: ref('column', table.name, column), message: `all values of ${table.name}.${column}`, offset }]
  })
}

const isTemporary = (token: Token | undefined): boolean =>
  token !== undefined && ['temp', 'temporary'].includes(nameOf(token).toLowerCase())

const afterCondition = (tokens: readonly Token[], at: number): number => {
  const exists = tokens.findIndex((token, index) => index >= at && index < at + 3 && isWord(token, 'exists'))
  return exists < 0 ? at : exists + 1
}

/** A table's name, perhaps with the database it is in, and the place behind it. */
function tableAt(tokens: readonly Token[], at: number): { name: string; next: number } | undefined {
  const token = tokens[at]
  if (token === undefined || !['word', 'quoted', 'string'].includes(token.kind)) return undefined
  const second = tokens[at + 2]
  return isOperator(tokens[at + 1], '.') && second !== undefined
    ? { name: qualify(nameOf(second)), next: at + 3 }
    : { name: qualify(nameOf(token)), next: at + 1 }
}
