// Keys and constraints, from their lines in what SHOW CREATE TABLE prints.
import { qualify } from '../../../schema/names.ts'
import type { Constraint, Index, IndexKey, Reference, ReferenceAction } from '../../../schema/schema.ts'
import { nameOf, stringValue } from '../lexer.ts'
import type { ConstraintExtra, IndexExtra, IndexKeyExtra, Options } from '../shapes.ts'
import { closing, find, inside, isWord, items, type Part, slice, source } from './parts.ts'

const METHODS = new Set(['FULLTEXT', 'SPATIAL', 'VECTOR'])

/** What a line is, or undefined for a column. */
export type Line = { index: Index } | { constraint: Constraint } | { period: string }

/** Reads a line that is no column. */
export function readLine(part: Part, unqualified: (expression: string) => string): Line {
  if (isWord(part, 0, 'PERIOD')) return { period: source(slice(part, 2)) }
  if (isWord(part, 0, 'PRIMARY')) return { constraint: primaryKey(part) }
  if (isWord(part, 0, 'CONSTRAINT')) return { constraint: constraint(part, unqualified) }
  return { index: index(part, unqualified) }
}

function index(part: Part, unqualified: (expression: string) => string): Index {
  const first = part.tokens[0]?.text.toUpperCase() ?? ''
  const named = find(part, 0, ({ kind }) => kind === 'quoted')
  const token = part.tokens[named]
  const { method, comment, extra } = suffix(slice(part, closing(part, named + 1) + 1))
  const own = METHODS.has(first) ? first.toLowerCase() : method
  return {
    name: token === undefined ? '' : nameOf(token),
    unique: first === 'UNIQUE',
    keys: items(inside(part, named + 1)).map((item) => key(item, unqualified)),
    ...(own !== undefined && { method: own }),
    ...(comment !== undefined && { comment }),
    ...(Object.keys(extra).length > 0 && { extra }),
  }
}

function key(part: Part, unqualified: (expression: string) => string): IndexKey {
  const token = part.tokens[0]
  const last = part.tokens.length - 1
  const descending = isWord(part, last, 'DESC')
  if (token === undefined || token.kind !== 'quoted') {
    const end = closing(part, 0)
    return { expression: unqualified(source(slice(part, 1, end))), ...(descending && { descending: true }) }
  }
  const extra: IndexKeyExtra = {}
  if (part.tokens[1]?.text === '(') extra.length = Number(part.tokens[2]?.text)
  if (isWord(part, 1, 'WITHOUT')) extra.withoutOverlaps = true
  return {
    column: nameOf(token),
    ...(descending && { descending: true }),
    ...(Object.keys(extra).length > 0 && { extra }),
  }
}

function suffix(part: Part): { method?: string; comment?: string; extra: IndexExtra } {
  const extra: IndexExtra = {}
  let comment: string | undefined
  let method: string | undefined
  const next = (at: number): string => part.tokens[at]?.text ?? ''
  for (let at = 0; at < part.tokens.length; at++) {
    const token = part.tokens[at]
    if (token === undefined || token.kind === 'versioned') continue
    const word = token.text.toUpperCase()
    if (word === 'USING') {
      const using = next(++at).toLowerCase()
      if (using === 'btree') extra.using = using
      else method = using
    } else if (word === 'COMMENT') comment = stringValue(next(++at))
    else if (word === 'IGNORED' || word === 'INVISIBLE') extra.hidden = true
    else if (word === 'WITH') {
      const parser = part.tokens[at + 2]
      extra.parser = parser === undefined ? '' : nameOf(parser)
      at += 2
    } else if (next(at + 1) === '=') {
      const options: Options = { ...extra.options, [nameOf(token)]: next(at + 2) }
      extra.options = options
      at += 2
    }
  }
  return { ...(method !== undefined && { method }), ...(comment !== undefined && { comment }), extra }
}

function primaryKey(part: Part): Constraint {
  const keys = items(inside(part, 2)).map((item) => key(item, (text) => text))
  const { comment, extra: own } = suffix(slice(part, closing(part, 2) + 1))
  const extra: ConstraintExtra = {}
  if (keys.some((each) => each.descending || each.extra !== undefined)) {
    extra.keys = keys.map((each) => ({
      column: each.column ?? '',
      ...(each.extra?.length !== undefined && { length: Number(each.extra.length) }),
      ...(each.descending && { descending: true as const }),
      ...(each.extra?.withoutOverlaps === true && { withoutOverlaps: true as const }),
    }))
  }
  if (own.using !== undefined) extra.using = own.using
  if (own.options !== undefined) extra.options = own.options
  return {
    name: 'PRIMARY',
    type: 'primary key',
    columns: keys.map((each) => each.column ?? ''),
    ...(comment !== undefined && { comment }),
    ...(Object.keys(extra).length > 0 && { extra }),
  }
}

function constraint(part: Part, unqualified: (expression: string) => string): Constraint {
  const token = part.tokens[1]
  const name = token === undefined ? '' : nameOf(token)
  if (isWord(part, 2, 'CHECK')) {
    const expression = unqualified(source(inside(part, 3)))
    const notEnforced = isWord(part, find(part, closing(part, 3) + 1, ({ text }) => text === 'ENFORCED') - 1, 'NOT')
    return { name, type: 'check', columns: [], expression, ...(notEnforced && { extra: { notEnforced: true } }) }
  }
  const references = find(part, 2, ({ text }) => text === 'REFERENCES')
  const columns = names(inside(part, 4))
  return { name, type: 'foreign key', columns, references: reference(slice(part, references + 1)) }
}

const names = (part: Part): string[] => part.tokens.filter(({ kind }) => kind === 'quoted').map(nameOf)

function reference(part: Part): Reference {
  const open = part.tokens.findIndex(({ text, kind }) => kind === 'symbol' && text === '(')
  const [first, second] = names(slice(part, 0, open))
  const onDelete = action(part, 'DELETE')
  const onUpdate = action(part, 'UPDATE')
  return {
    table: second === undefined ? qualify(first ?? '') : qualify(second, first),
    columns: names(inside(part, open)),
    ...(onDelete !== undefined && { onDelete }),
    ...(onUpdate !== undefined && { onUpdate }),
  }
}

// RESTRICT and NO ACTION are one and the same to this engine, and the flavours disagree which of them goes without saying.
function action(part: Part, event: 'DELETE' | 'UPDATE'): ReferenceAction | undefined {
  const at = part.tokens.findIndex(
    ({ kind, text }, index) => kind === 'word' && text === 'ON' && isWord(part, index + 1, event),
  )
  if (at < 0) return undefined
  if (isWord(part, at + 2, 'CASCADE')) return 'cascade'
  if (isWord(part, at + 2, 'SET')) return isWord(part, at + 3, 'NULL') ? 'set null' : 'set default'
  return undefined
}
