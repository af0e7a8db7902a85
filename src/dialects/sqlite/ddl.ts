// Definitions as SQL text.
import { GodwitError } from '../../errors.ts'
import type { Column, Constraint, Index, IndexKey, Reference, SchemaObject, Table } from '../../schema/schema.ts'
import { isReserved } from './keywords.ts'
import { isOperator, lex } from './lexer.ts'
import { bare, identifier, identifiers, tableName } from './quote.ts'
import { columnExtra, constraintExtra, keyExtra, tableExtra, viewExtra } from './shapes.ts'

/** CREATE TABLE; `name` is the SQL name to use instead of the table's own. */
export function createTableText(table: Table, name = tableName(table.name)): string {
  const inline = table.constraints.filter((constraint) => isInline(constraint, table))
  const rest = table.constraints.filter((constraint) => !inline.includes(constraint))
  const lines = [
    ...table.columns.map((column) =>
      columnText(
        column,
        inline.filter(({ columns }) => columns[0] === column.name),
      ),
    ),
    ...rest.sort(byKind).map(constraintText),
  ]
  const { strict, withoutRowid } = tableExtra(table.extra)
  const options = [...(strict ? ['strict'] : []), ...(withoutRowid ? ['without rowid'] : [])].join(', ')
  return `create table ${name} (\n  ${lines.join(',\n  ')}\n)${options === '' ? '' : ` ${options}`}`
}

const KINDS: Constraint['type'][] = ['primary key', 'unique', 'foreign key', 'check', 'exclude']
const byKind = (a: Constraint, b: Constraint): number => KINDS.indexOf(a.type) - KINDS.indexOf(b.type)

/**
 * Whether a constraint is written behind its column: every primary key of one column (only there can it number itself,
 * and only there does DESC mean what it says), and what has no name and one column.
 */
function isInline(constraint: Constraint, table: Table): boolean {
  const { type, name, columns, extra } = constraint
  if (columns.length !== 1 || !table.columns.some((column) => column.name === columns[0])) return false
  const { keys, repeated } = constraintExtra(extra)
  const key = keys?.[0]
  if (type === 'primary key') return key?.collation === undefined
  if (name !== '' || repeated !== undefined) return false
  if (type === 'unique') {
    const first = table.constraints.find(
      (each) =>
        each.type === 'unique' && each.name === '' && each.columns[0] === columns[0] && each.columns.length === 1,
    )
    return key === undefined && first === constraint
  }
  return type === 'foreign key'
}

/** A column with the constraints that are written behind it. */
export function columnText(column: Column, constraints: readonly Constraint[] = []): string {
  const { notNullConflict, names = {} } = columnExtra(column.extra)
  const named = (clause: string): string => {
    const name = Object.hasOwn(names, clause) ? names[clause] : undefined
    return name === undefined ? '' : `constraint ${identifier(name)} `
  }
  const words = [identifier(column.name)]
  if (column.type !== '') words.push(typeSql(column.type))
  for (const constraint of constraints) {
    if (constraint.type === 'primary key') words.push(inlineKeyText(constraint, column))
  }
  if (!column.nullable) words.push(`${named('not null')}not null${conflictText(notNullConflict)}`)
  else if (Object.hasOwn(names, 'null')) words.push(`${named('null')}null`)
  if (column.collation !== undefined) words.push(`${named('collate')}collate ${identifier(column.collation)}`)
  if (column.default !== undefined) words.push(`${named('default')}default ${defaultSql(column.default)}`)
  if (column.generated !== undefined) {
    const { expression, stored } = column.generated
    words.push(`${named('as')}generated always as (${expression}) ${stored ? 'stored' : 'virtual'}`)
  }
  for (const constraint of constraints) {
    const prefix = nameText(constraint)
    if (constraint.type === 'unique')
      words.push(`${prefix}unique${conflictText(constraintExtra(constraint.extra).onConflict)}`)
    if (constraint.type === 'foreign key') words.push(`${prefix}${referenceText(constraint)}`)
    if (constraint.type === 'check') words.push(`${prefix}check (${constraint.expression ?? ''})`)
  }
  return words.join(' ')
}

function inlineKeyText(constraint: Constraint, column: Column): string {
  const { onConflict, keys } = constraintExtra(constraint.extra)
  const order = keys?.[0]?.descending ? ' desc' : ''
  const numbered = column.identity === undefined ? '' : ' autoincrement'
  return `${nameText(constraint)}primary key${order}${conflictText(onConflict)}${numbered}`
}

function nameText({ name, extra }: Constraint): string {
  const own = name === '' ? constraintExtra(extra).repeated : name
  return own === undefined ? '' : `constraint ${identifier(own)} `
}
const conflictText = (conflict: string | undefined): string =>
  conflict === undefined ? '' : ` on conflict ${conflict}`

/** A constraint as it stands in the list of a table. Errors: SQL_UNSUPPORTED for a kind that this database lacks. */
export function constraintText(constraint: Constraint): string {
  const { type, columns, expression } = constraint
  const { onConflict, keys } = constraintExtra(constraint.extra)
  const prefix = nameText(constraint)
  switch (type) {
    case 'primary key':
    case 'unique': {
      const list = columns.map((column, index) => `${identifier(column)}${keyText(keyExtra(keys?.[index]))}`)
      return `${prefix}${type} (${list.join(', ')})${conflictText(onConflict)}`
    }
    case 'check':
      return `${prefix}check (${expression ?? ''})${conflictText(onConflict)}`
    case 'foreign key':
      return `${prefix}foreign key (${identifiers(columns)}) ${referenceText(constraint)}`
    default:
      throw unsupported(`${type} constraints`)
  }
}

const keyText = ({ collation, descending }: { collation?: string; descending?: boolean }): string =>
  `${collation === undefined ? '' : ` collate ${identifier(collation)}`}${descending ? ' desc' : ''}`

function referenceText(constraint: Constraint): string {
  const reference: Reference = constraint.references ?? { table: '', columns: [] }
  const { deferrable, match } = constraintExtra(constraint.extra)
  const words = [`references ${tableName(reference.table)}`]
  if (reference.columns.length > 0) words.push(`(${identifiers(reference.columns)})`)
  if (reference.onUpdate !== undefined) words.push(`on update ${reference.onUpdate}`)
  if (reference.onDelete !== undefined) words.push(`on delete ${reference.onDelete}`)
  if (match !== undefined) words.push(`match ${identifier(match)}`)
  if (deferrable !== undefined) words.push(deferrable)
  return words.join(' ')
}

// Types are free text here: what could be read as something else is quoted as a whole.
const TYPE = /^[a-z_][a-z0-9_]*(?: [a-z_][a-z0-9_]*)* ?(?:\( ?[+-]?\w+(?:\.\w+)? ?(?:, ?[+-]?\w+(?:\.\w+)? ?)?\))?$/i

function typeSql(type: string): string {
  const words = type.toLowerCase().match(/[a-z_][a-z0-9_]*/g) ?? []
  const plain = TYPE.test(type) && !words.some((word) => isReserved(word) || word === 'generated')
  return plain ? type : `"${type.replaceAll('"', '""')}"`
}

/** Whether every row can get this default without evaluating anything. */
export function isConstant(expression: string): boolean {
  const { tokens } = lex(expression)
  const signed = isOperator(tokens[0], '-') || isOperator(tokens[0], '+')
  const [value] = signed ? tokens.slice(1) : tokens
  if (value === undefined || tokens.length !== (signed ? 2 : 1)) return false
  if (signed) return value.kind === 'number'
  if (value.kind === 'word') return !/^current_/i.test(value.text)
  return value.kind === 'number' || value.kind === 'string' || value.kind === 'blob' || value.kind === 'quoted'
}

function defaultSql(expression: string): string {
  return isConstant(expression) || /^current_(?:date|time|timestamp)$/i.test(expression)
    ? expression
    : `(${expression})`
}

/** CREATE INDEX. */
export function createIndexText(table: string, index: Index): string {
  const keys = index.keys.map(indexKeyText).join(', ')
  const where = index.where === undefined ? '' : ` where ${index.where}`
  return `create ${index.unique ? 'unique ' : ''}index ${identifier(index.name)} on ${tableName(table)} (${keys})${where}`
}

function indexKeyText({ column, expression, descending, extra }: IndexKey): string {
  const { collation } = keyExtra(extra)
  const key = column === undefined ? (expression ?? '') : identifier(column)
  return `${key}${keyText({ ...(collation === undefined ? {} : { collation }), ...(descending ? { descending } : {}) })}`
}

/** CREATE VIEW, TRIGGER or VIRTUAL TABLE. Errors: SQL_UNSUPPORTED for any other type of object. */
export function createObjectText(object: SchemaObject): string {
  const name = tableName(object.name)
  const definition = object.definition ?? ''
  if (object.type === 'view') {
    const { columns } = viewExtra(object.extra)
    return `create view ${name}${columns === undefined ? '' : ` (${identifiers(columns)})`} as\n${definition}`
  }
  if (object.type === 'trigger') return `create trigger ${name} ${definition}`
  if (object.type === 'virtual table') return `create virtual table ${name} ${definition}`
  throw unsupported(`objects of type "${object.type}"`)
}

/** DROP VIEW, TRIGGER or TABLE. Errors: SQL_UNSUPPORTED. */
export function dropObjectText(object: SchemaObject): string {
  const word = object.type === 'virtual table' ? 'table' : object.type
  if (word !== 'view' && word !== 'trigger' && word !== 'table') throw unsupported(`objects of type "${object.type}"`)
  return `drop ${word} ${identifier(bare(object.name))}`
}

/** What this database does not have. */
export const unsupported = (what: string): GodwitError =>
  new GodwitError('SQL_UNSUPPORTED', `SQLite has no ${what}.`, {
    fix: 'Leave the operation out, or write it with op.sql.',
  })
