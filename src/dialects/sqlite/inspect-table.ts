// One table: columns from the pragma, everything else from its text.
import { qualify } from '../../schema/names.ts'
import type { Column, Constraint, Index, IndexKey, Reference, ReferenceAction, Table } from '../../schema/schema.ts'
import { type ColumnRow, type IndexRow, type Relation as RelationRow, unreadable } from './catalog.ts'
import { byName, groupBy } from './collections.ts'
import { format, type NameScope } from './format.ts'
import { isOperator, isWord, lex, nameOf, type Token } from './lexer.ts'
import {
  type ParsedColumn,
  type ParsedConstraint,
  type ParsedTable,
  parseTable,
  splitList,
  takeGroup,
} from './parse.ts'
import type { Relations } from './relations.ts'
import { conflictFrom } from './shapes.ts'

export interface TableSource {
  sql: string
  relation: RelationRow
  columns: readonly ColumnRow[]
  indexes: readonly IndexRow[]
  indexTexts: ReadonlyMap<string, string>
  relations: Relations
}

/** Errors: BUG when the text and the pragma tell different columns. */
export function readTable(source: TableSource): Table {
  const { sql, relation, columns } = source
  const parsed = parseTable(sql)
  if (parsed === null || parsed.columns.length !== columns.length) throw unreadable('table', relation.name)
  const names = new Map(columns.map(({ name }) => [name.toLowerCase(), name]))
  const scope = tableScope(relation.name, names.keys())
  const extra = {
    ...(relation.strict ? { strict: true } : {}),
    ...(relation.wr ? { withoutRowid: true } : {}),
  }
  return {
    name: qualify(relation.name),
    columns: columns.map((row, index) => readColumn(row, parsed.columns[index]!, parsed, scope)),
    constraints: readConstraints(source, parsed, names, scope),
    indexes: readIndexes(source, scope),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  }
}

/** Inside a table's own text a double-quoted word is one of its columns or else a string. */
export function tableScope(table: string, columns: Iterable<string>): NameScope {
  const known = new Set([...columns, table.toLowerCase(), 'rowid', 'oid', '_rowid_'])
  return { has: (name) => known.has(name), unknown: 'string' }
}

const NO_NAMES: NameScope = { has: () => false, unknown: 'keep' }
// The words that are values; any other bare word behind DEFAULT is a string, in the case it is written in.
const VALUE_WORDS = new Set(['null', 'true', 'false', 'current_date', 'current_time', 'current_timestamp'])

/** A default in its one spelling, without brackets around. */
export function defaultText(text: string): string {
  const { tokens } = lex(text)
  const [first] = tokens
  if (tokens.length === 1 && first?.kind === 'word' && !VALUE_WORDS.has(first.text.toLowerCase())) return first.text
  return format(tokens, NO_NAMES)
}

/** The declared type in its one spelling: lower case, single blanks. */
export const typeText = (type: string): string => type.trim().replace(/\s+/g, ' ').toLowerCase()

function readColumn(row: ColumnRow, parsed: ParsedColumn, table: ParsedTable, scope: NameScope): Column {
  const column: Column = { name: row.name, type: typeText(row.type), nullable: row.notnull === 0 }
  if (row.dflt_value !== null) column.default = defaultText(row.dflt_value)
  if (parsed.generated !== undefined) {
    column.generated = { expression: format(parsed.generated.expression, scope), stored: row.hidden === 3 }
  }
  const numbered = table.constraints.some(
    ({ autoincrement, keys }) => autoincrement && keys[0]?.name.toLowerCase() === row.name.toLowerCase(),
  )
  if (numbered) column.identity = { kind: 'auto increment' }
  if (parsed.collation !== undefined) column.collation = parsed.collation.toLowerCase()
  const notNullConflict = conflictFrom(parsed.notNullConflict)
  const extra = {
    ...(notNullConflict === undefined ? {} : { notNullConflict }),
    ...(parsed.names.size === 0 ? {} : { names: Object.fromEntries(parsed.names) }),
  }
  if (Object.keys(extra).length > 0) column.extra = extra
  return column
}

function readConstraints(
  { relation, indexes, relations }: TableSource,
  parsed: ParsedTable,
  columns: ReadonlyMap<string, string>,
  scope: NameScope,
): Constraint[] {
  // A primary key without an index is the rowid itself: order and collation mean nothing there.
  const keyHasIndex = relation.wr === 1 || indexes.some(({ origin }) => origin === 'pk')
  const list: Constraint[] = []
  const unnamed = new Set<string>()
  for (const source of parsed.constraints) {
    const constraint = readConstraint(source, { columns, scope, relations, keyHasIndex })
    if (constraint.name === '') {
      // The engine makes one of two equal unnamed constraints, and so do we.
      const shape = JSON.stringify(constraint)
      if (unnamed.has(shape)) continue
      unnamed.add(shape)
    }
    list.push(constraint)
  }
  return distinctNames(list.sort(byNameAndShape))
}

const byNameAndShape = (a: Constraint, b: Constraint): number =>
  byName(a, b) || (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)

// A name is an identity everywhere else: who comes second is known by its shape, and keeps the name beside it.
function distinctNames(sorted: readonly Constraint[]): Constraint[] {
  const seen = new Set<string>()
  return sorted
    .map((constraint) => {
      const { name, extra } = constraint
      if (name === '' || !seen.has(name)) {
        seen.add(name)
        return constraint
      }
      return { ...constraint, name: '', extra: { ...extra, repeated: name } }
    })
    .sort(byNameAndShape)
}

interface ConstraintContext {
  /** Real spelling by lower-case name. */
  columns: ReadonlyMap<string, string>
  scope: NameScope
  relations: Relations
  keyHasIndex: boolean
}

function readConstraint(source: ParsedConstraint, context: ConstraintContext): Constraint {
  const { name, type, keys, conflict, expression, reference } = source
  const { columns, scope } = context
  const onConflict = conflictFrom(conflict)
  const plain = type === 'foreign key' || (type === 'primary key' && !context.keyHasIndex)
  const keyExtras = keys.map(({ collation, descending }) => ({
    ...(collation === undefined ? {} : { collation: collation.toLowerCase() }),
    ...(descending ? { descending } : {}),
  }))
  const extra = {
    ...(onConflict === undefined ? {} : { onConflict }),
    ...(plain || keyExtras.every((item) => Object.keys(item).length === 0) ? {} : { keys: keyExtras }),
    ...(reference?.deferrable === undefined ? {} : { deferrable: reference.deferrable }),
    ...(reference?.match === undefined ? {} : { match: reference.match }),
  }
  return {
    name,
    type,
    columns:
      expression === undefined
        ? keys.map((key) => columns.get(key.name.toLowerCase()) ?? key.name)
        : columnsIn(expression, columns),
    ...(expression === undefined ? {} : { expression: format(expression, scope) }),
    ...(reference === undefined ? {} : { references: readReference(reference, context.relations) }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  }
}

function columnsIn(tokens: readonly Token[], columns: ReadonlyMap<string, string>): string[] {
  const found = new Set<string>()
  for (const token of tokens) {
    if (token.kind !== 'word' && token.kind !== 'quoted') continue
    const real = columns.get(nameOf(token).toLowerCase())
    if (real !== undefined) found.add(real)
  }
  return [...found].sort()
}

const ACTIONS: readonly string[] = ['cascade', 'restrict', 'set null', 'set default']
const actionOf = (text: string | undefined): ReferenceAction | undefined =>
  text !== undefined && ACTIONS.includes(text) ? (text as ReferenceAction) : undefined

function readReference(source: NonNullable<ParsedConstraint['reference']>, relations: Relations): Reference {
  const target = relations.get(source.table.toLowerCase())
  const onDelete = actionOf(source.onDelete)
  const onUpdate = actionOf(source.onUpdate)
  return {
    table: qualify(target?.name ?? source.table),
    columns: source.columns.map((name) => target?.columns.get(name.toLowerCase()) ?? name),
    ...(onDelete === undefined ? {} : { onDelete }),
    ...(onUpdate === undefined ? {} : { onUpdate }),
  }
}

function readIndexes({ indexes, indexTexts }: TableSource, scope: NameScope): Index[] {
  const list: Index[] = []
  for (const [name, rows] of groupBy(indexes, ({ index }) => index)) {
    const text = indexTexts.get(name)
    if (rows[0]?.origin !== 'c' || text === undefined) continue
    const { tokens } = lex(text)
    const open = tokens.findIndex((token, index) => isOperator(token, '(') && isWord(tokens[index - 2], 'on'))
    const cursor = { tokens, at: open }
    const items = splitList(takeGroup(cursor))
    const where = isWord(tokens[cursor.at], 'where') ? format(tokens.slice(cursor.at + 1), scope) : undefined
    list.push({
      name,
      unique: isWord(tokens[1], 'unique'),
      keys: rows.map((row, index) => readKey(row, items[index] ?? [], scope)),
      ...(where === undefined ? {} : { where }),
    })
  }
  return list.sort(byName)
}

function readKey(row: IndexRow, item: Token[], scope: NameScope): IndexKey {
  const ordered = isWord(item.at(-1), 'asc') || isWord(item.at(-1), 'desc')
  const tokens = ordered ? item.slice(0, -1) : item
  const descending = row.desc === 1 ? { descending: true } : {}
  if (row.cid < 0 || row.name === null) return { expression: format(tokens, scope), ...descending }
  const collation = isWord(tokens.at(-2), 'collate') ? nameOf(tokens.at(-1)!).toLowerCase() : undefined
  return { column: row.name, ...descending, ...(collation === undefined ? {} : { extra: { collation } }) }
}
