// One column, from its line in what SHOW CREATE TABLE prints.
import type { Column } from '../../../schema/schema.ts'
import { nameOf, stringValue, type Token } from '../lexer.ts'
import type { ColumnExtra, Options } from '../shapes.ts'
import { closing, collapsed, find, inside, isWord, type Part, slice, source } from './parts.ts'

/** What is true for the whole table or database. */
export interface ColumnContext {
  /** Collation of the table. */
  collation: string
  /** Collation of a character set that names none. */
  defaultCollations: ReadonlyMap<string, string>
  /** JSON is longtext with a check here. */
  jsonIsText: boolean
  /** Takes our own database's name out of an expression. */
  unqualified(expression: string): string
}

const ATTRIBUTES = new Set(
  'CHARACTER CHARSET COLLATE GENERATED AS NOT NULL DEFAULT ON AUTO_INCREMENT COMMENT CHECK INVISIBLE WITHOUT WITH COMPRESSED SRID COLUMN_FORMAT STORAGE VIRTUAL STORED PERSISTENT REF_SYSTEM_ID'.split(
    ' ',
  ),
)
const isAttribute = (token: Token): boolean =>
  token.kind === 'versioned' ||
  token.kind === 'quoted' ||
  (token.kind === 'word' && ATTRIBUTES.has(token.text.toUpperCase()))

/** Widths that a plain integer type gets by itself; other widths are kept, for servers that keep them. */
const WIDTHS: ReadonlyMap<string, string> = new Map([
  ['tinyint(4)', 'tinyint'],
  ['tinyint(3) unsigned', 'tinyint unsigned'],
  ['smallint(6)', 'smallint'],
  ['smallint(5) unsigned', 'smallint unsigned'],
  ['mediumint(9)', 'mediumint'],
  ['mediumint(8) unsigned', 'mediumint unsigned'],
  ['int(11)', 'int'],
  ['int(10) unsigned', 'int unsigned'],
  ['bigint(20)', 'bigint'],
  ['bigint(20) unsigned', 'bigint unsigned'],
  ['year(4)', 'year'],
])

/** The type without a display width that says nothing. */
export const plainType = (type: string): string => WIDTHS.get(type) ?? type

/** Reads a column. */
export function readColumn(part: Part, context: ColumnContext): Column {
  const typeEnd = find(part, 1, isAttribute)
  const type = plainType(collapsed(source(slice(part, 1, typeEnd))))
  const name = part.tokens[0] === undefined ? '' : nameOf(part.tokens[0])
  const found = attributes(slice(part, typeEnd), context)
  const { charset, collation: named, extra, ...rest } = found
  const collation = named ?? (charset === undefined ? undefined : (context.defaultCollations.get(charset) ?? charset))
  const column: Column = { name, type, ...rest }
  const effective = collation ?? context.collation
  if (context.jsonIsText && isJson(column, effective, extra)) {
    column.type = 'json'
    delete extra.check
  } else if (collation !== undefined && collation !== context.collation) column.collation = collation
  if (Object.keys(extra).length > 0) column.extra = extra
  return column
}

const isJson = ({ name, type }: Column, collation: string, { check }: ColumnExtra): boolean =>
  type === 'longtext' && collation === 'utf8mb4_bin' && check === `json_valid(\`${name.replaceAll('`', '``')}\`)`

type Found = Omit<Column, 'name' | 'type' | 'collation' | 'extra'> & {
  charset?: string
  collation?: string
  extra: ColumnExtra
}

function attributes(part: Part, { unqualified }: ColumnContext): Found {
  const found: Found = { nullable: true, extra: {} }
  const { extra } = found
  const next = (at: number): string => part.tokens[at]?.text ?? ''
  for (let at = 0; at < part.tokens.length; at++) {
    const token = part.tokens[at]
    if (token === undefined || token.kind === 'versioned') continue
    if (token.kind === 'quoted') {
      // An option of the storage engine: `name`=value.
      const options: Options = { ...extra.options, [nameOf(token)]: next(at + 2) }
      extra.options = options
      at += 2
      continue
    }
    switch (token.text.toUpperCase()) {
      case 'CHARACTER':
        found.charset = next(at + 2)
        at += 2
        break
      case 'COLLATE':
        found.collation = next(++at)
        break
      case 'NOT':
        found.nullable = false
        at++
        break
      case 'GENERATED': {
        if (isWord(part, at + 3, 'ROW')) {
          extra.period = isWord(part, at + 4, 'START') ? 'start' : 'end'
          found.nullable = false
          at += 4
          break
        }
        const open = find(part, at, (each) => each.text === 'AS') + 1
        const end = closing(part, open)
        const stored = isWord(part, end + 1, 'STORED') || isWord(part, end + 1, 'PERSISTENT')
        found.generated = { expression: unqualified(source(inside(part, open))), stored }
        at = end + 1
        break
      }
      case 'DEFAULT': {
        const end = find(part, at + 1, isAttribute)
        // The word itself is an attribute too: NULL.
        const stop = end === at + 1 ? at + 2 : end
        const text = unqualified(source(slice(part, at + 1, stop)))
        if (text.toUpperCase() !== 'NULL') found.default = text
        at = stop - 1
        break
      }
      case 'ON': {
        const end = find(part, at + 2, isAttribute)
        extra.onUpdate = source(slice(part, at + 2, end))
        at = end - 1
        break
      }
      case 'AUTO_INCREMENT':
        found.identity = { kind: 'auto increment' }
        break
      case 'COMMENT':
        found.comment = stringValue(next(++at))
        break
      case 'CHECK':
        extra.check = unqualified(source(inside(part, at + 1)))
        at = closing(part, at + 1)
        break
      case 'INVISIBLE':
        extra.invisible = true
        break
      case 'WITHOUT':
        extra.unversioned = true
        at += 2
        break
      case 'COMPRESSED': {
        const method = next(at + 1) === '=' ? next(at + 2) : ''
        extra.compressed = method
        if (method !== '') at += 2
        break
      }
      case 'SRID':
        extra.srid = next(++at)
        break
      case 'COLUMN_FORMAT':
      case 'STORAGE':
        extra.options = { ...extra.options, [token.text.toUpperCase()]: next(++at) }
        break
    }
  }
  return found
}
