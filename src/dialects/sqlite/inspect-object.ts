// Views, triggers and virtual tables. A definition is what follows the name, so that a rename leaves it as it is.
import { qualify } from '../../schema/names.ts'
import type { SchemaObject } from '../../schema/schema.ts'
import { type Entry, unreadable } from './catalog.ts'
import { format } from './format.ts'
import { isOperator, isWord, lex, nameOf, type Token } from './lexer.ts'
import { splitList, takeGroup } from './parse.ts'
import { mentioned, type Relations, scopeOf } from './relations.ts'

/** Errors: BUG when the kept text does not look like what the engine keeps. */
export function readObject(entry: Entry, relations: Relations): SchemaObject {
  const sql = entry.sql ?? ''
  const name = qualify(entry.name)
  // Arguments of a virtual table are its module's business and may be anything.
  if (entry.type === 'table') return { type: 'virtual table', name, definition: virtualDefinition(sql) }
  const { tokens } = lex(sql)
  if (entry.type === 'view') return { type: 'view', name, ...viewDefinition(tokens, entry, relations) }
  const body = tokens.slice(afterName(tokens, 'trigger', entry))
  const scope = scopeOf(mentioned(body, relations), ['new', 'old'], 'keep')
  return { type: 'trigger', name, table: qualify(entry.table), definition: format(body, scope, 'trigger') }
}

// The engine keeps `CREATE VIEW name …`: IF NOT EXISTS, TEMP and the database's name are gone.
function afterName(tokens: readonly Token[], word: string, entry: Entry): number {
  const at = tokens.findIndex((token) => isWord(token, word))
  if (at < 0 || at > 2) throw unreadable(entry.type, entry.name)
  return isOperator(tokens[at + 2], '.') ? at + 4 : at + 2
}

function viewDefinition(
  tokens: readonly Token[],
  entry: Entry,
  relations: Relations,
): Pick<SchemaObject, 'definition' | 'extra'> {
  const cursor = { tokens, at: afterName(tokens, 'view', entry) }
  const columns = isOperator(tokens[cursor.at], '(')
    ? splitList(takeGroup(cursor)).map(([column]) => (column === undefined ? '' : nameOf(column)))
    : []
  if (!isWord(tokens[cursor.at], 'as')) throw unreadable('view', entry.name)
  const body = tokens.slice(cursor.at + 1)
  const definition = format(body, scopeOf(mentioned(body, relations), columns, 'keep'), 'query')
  return columns.length === 0 ? { definition } : { definition, extra: { columns } }
}

function virtualDefinition(sql: string): string {
  const using = /^\s*create\s+virtual\s+table\b/i.exec(sql)
  const { tokens } = lex(sql)
  const at = tokens.findIndex((token, index) => index > 2 && isWord(token, 'using'))
  const module = tokens[at + 1]
  if (using === null || module === undefined || at < 0) return sql
  const rest = sql.slice(module.end).trim()
  if (!rest.startsWith('(')) return `using ${module.text}`
  return `using ${module.text}(${splitArguments(rest.slice(1, rest.lastIndexOf(')'))).join(', ')})`
}

// Arguments are kept as written: a module may be particular about blanks. Only the blanks around them are ours.
function splitArguments(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let quote = ''
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    if (quote !== '') {
      if (character === quote) quote = ''
    } else if (character === "'" || character === '"' || character === '`') quote = character
    else if (character === '(') depth++
    else if (character === ')') depth--
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(from, at))
      from = at + 1
    }
  }
  parts.push(text.slice(from))
  return parts.map((part) => part.trim().replace(/\s*\n\s*/g, ' ')).filter((part) => part !== '')
}
