// Reads CREATE TABLE as the engine keeps it: everything that no pragma tells (names, checks, conflict clauses, …).
import { isOperator, isWord, lex, nameOf, type Token } from './lexer.ts'

/** A key column of PRIMARY KEY or UNIQUE. */
export interface ParsedKey {
  name: string
  collation?: string
  descending?: boolean
}

/** The target of REFERENCES with everything that follows it. */
export interface ParsedReference {
  table: string
  columns: string[]
  onDelete?: string
  onUpdate?: string
  match?: string
  /** As in `deferrable initially deferred`. */
  deferrable?: string
}

export interface ParsedConstraint {
  name: string
  type: 'primary key' | 'unique' | 'check' | 'foreign key'
  keys: ParsedKey[]
  /** Written behind a column. */
  inline: boolean
  autoincrement?: boolean
  conflict?: string
  expression?: Token[]
  reference?: ParsedReference
}

export interface ParsedColumn {
  name: string
  notNullConflict?: string
  collation?: string
  generated?: { expression: Token[]; stored: boolean }
  /** Names given to clauses that are no constraints of the model: `not null`, `default`, `collate`, `null`, `as`. */
  names: Map<string, string>
}

export interface ParsedTable {
  columns: ParsedColumn[]
  constraints: ParsedConstraint[]
}

/** A position in a list of tokens, with the small questions a parser asks. */
export interface Cursor {
  readonly tokens: readonly Token[]
  at: number
}

export const peek = (cursor: Cursor, ahead = 0): Token | undefined => cursor.tokens[cursor.at + ahead]

/** Steps over the word if it comes next. */
export function takeWord(cursor: Cursor, ...words: string[]): boolean {
  if (!words.every((word, index) => isWord(peek(cursor, index), word))) return false
  cursor.at += words.length
  return true
}

export function takeOperator(cursor: Cursor, operator: string): boolean {
  if (!isOperator(peek(cursor), operator)) return false
  cursor.at++
  return true
}

/** The next token as a name; empty at the end. */
export function takeName(cursor: Cursor): string {
  const token = peek(cursor)
  cursor.at++
  return token === undefined ? '' : nameOf(token)
}

/** The tokens inside the brackets that open next, without them; the cursor ends behind them. */
export function takeGroup(cursor: Cursor): Token[] {
  const from = cursor.at + 1
  let depth = 0
  for (; cursor.at < cursor.tokens.length; cursor.at++) {
    if (isOperator(peek(cursor), '(')) depth++
    if (isOperator(peek(cursor), ')') && --depth === 0) break
  }
  return cursor.tokens.slice(from, cursor.at++)
}

/** Cuts at the commas that stand outside of brackets. */
export function splitList(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]]
  let depth = 0
  for (const token of tokens) {
    if (isOperator(token, '(')) depth++
    if (isOperator(token, ')')) depth--
    if (depth === 0 && isOperator(token, ',')) parts.push([])
    else parts.at(-1)?.push(token)
  }
  return parts
}

/** Reads the text of a table. Null where it is none (the engine would not keep such a text). */
export function parseTable(sql: string): ParsedTable | null {
  const { tokens } = lex(sql)
  const open = tokens.findIndex((token) => isOperator(token, '('))
  if (open < 0) return null
  const body = takeGroup({ tokens, at: open })
  const table: ParsedTable = { columns: [], constraints: [] }
  for (const part of splitList(body)) {
    const cursor: Cursor = { tokens: part, at: 0 }
    if (!startsTableConstraint(cursor)) parseColumn(cursor, table)
    // The grammar lets commas between table constraints go.
    else while (cursor.at < part.length) parseTableConstraint(cursor, table)
  }
  return table
}

function startsTableConstraint(cursor: Cursor): boolean {
  const next = peek(cursor, 1)
  const first = peek(cursor)
  if (isWord(first, 'primary')) return isWord(next, 'key')
  if (isWord(first, 'unique') || isWord(first, 'check')) return isOperator(next, '(')
  return isWord(first, 'constraint') || isWord(first, 'foreign')
}

function parseTableConstraint(cursor: Cursor, table: ParsedTable): void {
  const name = takeWord(cursor, 'constraint') ? takeName(cursor) : ''
  const base = { name, inline: false }
  if (takeWord(cursor, 'primary', 'key')) {
    table.constraints.push({ ...base, type: 'primary key', ...keyGroup(takeGroup(cursor)), ...conflict(cursor) })
  } else if (takeWord(cursor, 'unique')) {
    table.constraints.push({ ...base, type: 'unique', ...keyGroup(takeGroup(cursor)), ...conflict(cursor) })
  } else if (takeWord(cursor, 'check')) {
    table.constraints.push({ ...base, type: 'check', keys: [], expression: takeGroup(cursor), ...conflict(cursor) })
  } else if (takeWord(cursor, 'foreign', 'key')) {
    const keys = splitList(takeGroup(cursor)).map(parseKey)
    takeWord(cursor, 'references')
    table.constraints.push({ ...base, type: 'foreign key', keys, reference: parseReference(cursor) })
  } else if (name === '') {
    cursor.at++
  }
}

// AUTOINCREMENT may stand inside the brackets of a table's PRIMARY KEY.
function keyGroup(tokens: Token[]): { keys: ParsedKey[]; autoincrement?: boolean } {
  const autoincrement = isWord(tokens.at(-1), 'autoincrement')
  const keys = splitList(autoincrement ? tokens.slice(0, -1) : tokens).map(parseKey)
  return autoincrement ? { keys, autoincrement } : { keys }
}

function parseKey(tokens: Token[]): ParsedKey {
  const cursor: Cursor = { tokens, at: 0 }
  const key: ParsedKey = { name: takeName(cursor) }
  if (takeWord(cursor, 'collate')) key.collation = takeName(cursor)
  if (takeWord(cursor, 'desc')) key.descending = true
  return key
}

function conflict(cursor: Cursor): { conflict?: string } {
  return takeWord(cursor, 'on', 'conflict') ? { conflict: takeName(cursor).toLowerCase() } : {}
}

function parseReference(cursor: Cursor): ParsedReference {
  const reference: ParsedReference = { table: takeName(cursor), columns: [] }
  if (isOperator(peek(cursor), '(')) reference.columns = splitList(takeGroup(cursor)).map((part) => parseKey(part).name)
  for (;;) {
    if (takeWord(cursor, 'on', 'delete')) reference.onDelete = parseAction(cursor)
    else if (takeWord(cursor, 'on', 'update')) reference.onUpdate = parseAction(cursor)
    else if (takeWord(cursor, 'on', 'insert')) parseAction(cursor)
    else if (takeWord(cursor, 'match')) reference.match = takeName(cursor).toLowerCase()
    else if (isWord(peek(cursor), 'deferrable') || isWord(peek(cursor, 1), 'deferrable')) {
      reference.deferrable = parseDeferrable(cursor)
    } else return reference
  }
}

function parseAction(cursor: Cursor): string {
  const first = takeName(cursor).toLowerCase()
  return first === 'set' || first === 'no' ? `${first} ${takeName(cursor).toLowerCase()}` : first
}

function parseDeferrable(cursor: Cursor): string {
  let text = takeWord(cursor, 'not') ? 'not deferrable' : 'deferrable'
  cursor.at++
  if (takeWord(cursor, 'initially')) text += ` initially ${takeName(cursor).toLowerCase()}`
  return text
}

const COLUMN_CLAUSES = new Set(
  'constraint primary not null unique check default collate references as deferrable'.split(' '),
)

function startsColumnClause(cursor: Cursor): boolean {
  const token = peek(cursor)
  if (token?.kind !== 'word') return false
  return (
    COLUMN_CLAUSES.has(token.text.toLowerCase()) || (isWord(token, 'generated') && isWord(peek(cursor, 1), 'always'))
  )
}

function parseColumn(cursor: Cursor, table: ParsedTable): void {
  const column: ParsedColumn = { name: takeName(cursor), names: new Map() }
  table.columns.push(column)
  while (cursor.at < cursor.tokens.length && !startsColumnClause(cursor)) {
    if (isOperator(peek(cursor), '(')) takeGroup(cursor)
    else cursor.at++
  }
  let name = ''
  const keep = (type: ParsedConstraint['type'], rest: Partial<ParsedConstraint>) =>
    table.constraints.push({ name, type, inline: true, keys: [{ name: column.name }], ...rest })
  const named = (clause: string) => {
    if (name !== '') column.names.set(clause, name)
  }
  while (cursor.at < cursor.tokens.length) {
    if (takeWord(cursor, 'constraint')) {
      name = takeName(cursor)
      continue
    }
    if (takeWord(cursor, 'primary', 'key')) {
      const descending = takeWord(cursor, 'desc')
      if (!descending) takeWord(cursor, 'asc')
      const clause = conflict(cursor)
      const autoincrement = takeWord(cursor, 'autoincrement')
      const key: ParsedKey = descending ? { name: column.name, descending } : { name: column.name }
      keep('primary key', { keys: [key], ...clause, ...(autoincrement ? { autoincrement } : {}) })
    } else if (takeWord(cursor, 'not', 'null')) {
      const clause = conflict(cursor).conflict
      if (clause !== undefined) column.notNullConflict = clause
      named('not null')
    } else if (takeWord(cursor, 'null')) {
      conflict(cursor)
      named('null')
    } else if (takeWord(cursor, 'unique')) {
      keep('unique', conflict(cursor))
    } else if (takeWord(cursor, 'check')) {
      keep('check', { keys: [], expression: takeGroup(cursor), ...conflict(cursor) })
    } else if (takeWord(cursor, 'default')) {
      if (isOperator(peek(cursor), '(')) takeGroup(cursor)
      else cursor.at += isOperator(peek(cursor), '-') || isOperator(peek(cursor), '+') ? 2 : 1
      named('default')
    } else if (takeWord(cursor, 'collate')) {
      column.collation = takeName(cursor)
      named('collate')
    } else if (takeWord(cursor, 'references')) {
      keep('foreign key', { reference: parseReference(cursor) })
    } else if (isWord(peek(cursor), 'deferrable') || isWord(peek(cursor, 1), 'deferrable')) {
      // The clause may stand apart from its REFERENCES.
      const last = table.constraints.at(-1)?.reference
      const text = parseDeferrable(cursor)
      if (last !== undefined) last.deferrable = text
      continue
    } else if (takeWord(cursor, 'generated', 'always') || isWord(peek(cursor), 'as')) {
      takeWord(cursor, 'as')
      const expression = takeGroup(cursor)
      const stored = takeWord(cursor, 'stored')
      if (!stored) takeWord(cursor, 'virtual')
      column.generated = { expression, stored }
      named('as')
    } else cursor.at++
    name = ''
  }
}
