// What hand-written SQL throws away, read by this database's own lexer: quotes, comments and optional words cannot hide it.
import { isGodwitError } from '../../errors.ts'
import {
  columnGoes,
  type Destruction,
  partly,
  type Retyping,
  rowsGo,
  tableGoes,
  withoutOwn,
} from '../../operations/destruction.ts'
import { ref } from '../../schema/names.ts'
import { nameAt } from './evidence.ts'
import { closing, find, isWord, items, type Part, partOf, slice, source } from './inspect/parts.ts'
import { nameOf, stringValue } from './lexer.ts'
import { splitText } from './split.ts'

/** Errors: none; what cannot be read destroys nothing, because it cannot be run. */
export async function destroys(text: string): Promise<Destruction[]> {
  const made = new Set<string>()
  return statementsOf(text).flatMap(({ sql, offset }) => {
    const found = withoutOwn(inStatement(sql, offset), made)
    const own = madeBy(partOf(sql))
    if (own !== undefined) made.add(ref('table', own))
    return found
  })
}

function inStatement(sql: string, offset: number): Destruction[] {
  const whole = partOf(sql)
  const part: Part = { ...whole, tokens: whole.tokens.filter(({ kind }) => kind !== 'versioned') }
  switch (part.tokens[0]?.text.toUpperCase()) {
    case 'DROP':
      return dropped(part, offset)
    case 'TRUNCATE': {
      const table = nameAt(part, isWord(part, 1, 'TABLE') ? 2 : 1)
      return table === undefined ? [] : [rowsGo(table.name, offset)]
    }
    case 'ALTER':
      return altered(part, offset)
    case 'CREATE':
      return replaced(part, offset)
    case 'PREPARE':
    case 'EXECUTE':
      return part.tokens.flatMap(({ kind, text }) =>
        kind === 'string' ? inStatement(stringValue(text), offset).map((each) => ({ ...each, offset })) : [],
      )
    default:
      return changedRows(part, offset)
  }
}

function madeBy(part: Part): string | undefined {
  if (!isWord(part, 0, 'CREATE')) return undefined
  const temporary = isWord(part, 1, 'TEMPORARY')
  const at = temporary ? 2 : 1
  if (!isWord(part, at, 'TABLE')) return undefined
  const conditional = isWord(part, at + 1, 'IF')
  return conditional && !temporary ? undefined : nameAt(part, conditional ? at + 4 : at + 1)?.name
}

/** MODIFY and CHANGE: the server converts by itself, and rounds. */
export async function retypes(text: string): Promise<Retyping[]> {
  return statementsOf(text).flatMap(({ sql }) => {
    const part = partOf(sql)
    const table = tableAltered(part)
    if (table === undefined) return []
    return items(slice(part, table.next)).flatMap((clause): Retyping[] => {
      const changes = isWord(clause, 0, 'CHANGE')
      if (!changes && !isWord(clause, 0, 'MODIFY')) return []
      let at = isWord(clause, 1, 'COLUMN') ? 2 : 1
      if (isWord(clause, at, 'IF')) at += 2
      const column = clause.tokens[at]
      const from = at + (changes ? 2 : 1)
      const [open, sign] = [clause.tokens[from + 1]?.text === '(', 'UNSIGNED']
      let to = open ? closing(clause, from + 1) + 1 : from + 1
      while (isWord(clause, to, sign) || isWord(clause, to, 'PRECISION') || isWord(clause, to, 'VARYING')) to++
      const type = source(slice(clause, from, to))
      return column === undefined || type === '' ? [] : [{ table: table.name, column: nameOf(column), type }]
    })
  })
}

function statementsOf(text: string) {
  try {
    return splitText(text)
  } catch (error) {
    if (isGodwitError(error)) return []
    throw error
  }
}

/** The table of ALTER TABLE, and the place behind its name. */
function tableAltered(part: Part): { name: string; next: number } | undefined {
  if (!isWord(part, 0, 'ALTER')) return undefined
  const at = part.tokens.findIndex((_, index) => index < 4 && isWord(part, index, 'TABLE'))
  return at < 0 ? undefined : nameAt(part, isWord(part, at + 1, 'IF') ? at + 3 : at + 1)
}

function dropped(part: Part, offset: number): Destruction[] {
  const at = isWord(part, 1, 'TEMPORARY') ? 0 : 1
  if (isWord(part, at, 'DATABASE') || isWord(part, at, 'SCHEMA')) return [partly('a database', source(part), offset)]
  if (!isWord(part, at, 'TABLE') && !isWord(part, at, 'TABLES')) return []
  const from = isWord(part, at + 1, 'IF') ? at + 3 : at + 1
  return items(slice(part, from)).flatMap((each) => {
    const table = nameAt(each, 0)
    return table === undefined ? [] : [tableGoes(table.name, offset)]
  })
}

/** What may follow DROP in ALTER TABLE and is no column. */
const PARTS = new Set('INDEX KEY PRIMARY FOREIGN CONSTRAINT CHECK PERIOD'.split(' '))

function altered(part: Part, offset: number): Destruction[] {
  const at = part.tokens.findIndex((_, index) => index < 4 && isWord(part, index, 'TABLE'))
  const table = tableAltered(part)
  if (table === undefined) return []
  const sql = source(part)
  const rows = (): Destruction => partly(`rows of ${table.name}`, sql, offset)
  const ignoring = part.tokens.slice(0, at).some(({ text }) => text.toUpperCase() === 'IGNORE')
  const found = items(slice(part, table.next)).flatMap((clause): Destruction[] => {
    const word = (index: number): string => {
      const token = clause.tokens[index]
      return token?.kind === 'word' ? token.text.toUpperCase() : ''
    }
    if (word(0) === 'TRUNCATE' || word(0) === 'DISCARD' || word(0) === 'EXCHANGE') return [rows()]
    if (word(0) !== 'DROP' || PARTS.has(word(1))) return []
    if (word(1) === 'PARTITION' || word(1) === 'SYSTEM') return [rows()]
    let name = word(1) === 'COLUMN' ? 2 : 1
    if (word(name) === 'IF') name += 2
    const token = clause.tokens[name]
    return token === undefined ? [] : [columnGoes(table.name, nameOf(token), offset)]
  })
  return ignoring && found.length === 0 ? [rows()] : found
}

/** CREATE OR REPLACE TABLE drops the one that is there. Everything else that CREATE holds runs later, or never. */
function replaced(part: Part, offset: number): Destruction[] {
  if (!isWord(part, 1, 'OR') || !isWord(part, 3, 'TABLE')) return []
  const table = nameAt(part, 4)
  return table === undefined ? [] : [tableGoes(table.name, offset)]
}

/** DELETE, REPLACE and UPDATE … SET x = NULL, alone, behind WITH, or in a compound statement. */
function changedRows(part: Part, offset: number): Destruction[] {
  const sql = source(part)
  return part.tokens.flatMap((token, at): Destruction[] => {
    if (token.kind !== 'word') return []
    const before = part.tokens[at - 1]
    const word = token.text.toUpperCase()
    if (!begins(before?.text.toUpperCase())) return nested(part, at, word, offset)
    if (word === 'DELETE') return deleted(part, at, offset)
    if (word === 'UPDATE') return emptied(part, at, offset)
    if (word === 'REPLACE') return [partly('rows that are replaced', sql, offset)]
    if (word === 'LOAD' && part.tokens.some((_, index) => isWord(part, index, 'REPLACE'))) {
      return [partly('rows that are replaced', sql, offset)]
    }
    return nested(part, at, word, offset)
  })
}

/** Whether a statement can begin behind this: at the start, behind WITH … ( … ), and inside of a block. */
const begins = (before: string | undefined): boolean =>
  before === undefined || [')', ';', 'BEGIN', 'THEN', 'ELSE', 'DO', 'LOOP', 'REPEAT', 'ATOMIC'].includes(before)

// Structure inside of a compound statement.
function nested(part: Part, at: number, word: string, offset: number): Destruction[] {
  if (at === 0 || !['DROP', 'TRUNCATE', 'ALTER'].includes(word)) return []
  if (!begins(part.tokens[at - 1]?.text.toUpperCase())) return []
  const end = find(part, at, ({ text }) => text === ';')
  const inner = slice(part, at, end)
  if (word === 'DROP') return dropped(inner, offset)
  if (word === 'ALTER') return altered(inner, offset)
  const table = nameAt(inner, isWord(inner, 1, 'TABLE') ? 2 : 1)
  return table === undefined ? [] : [rowsGo(table.name, offset)]
}

function deleted(part: Part, at: number, offset: number): Destruction[] {
  const end = find(part, at, ({ text }) => text === ';')
  const inner = slice(part, at, end)
  const from = inner.tokens.findIndex((_, index) => isWord(inner, index, 'FROM'))
  if (from < 0) return []
  const table = nameAt(inner, from + 1)
  // `delete from t`, and nothing that says which rows: all of them.
  if (table !== undefined && table.next >= inner.tokens.length && !multiple(inner, from))
    return [rowsGo(table.name, offset)]
  const names = from > 1 && multiple(inner, from) ? source(slice(inner, 1, from)) : (table?.name ?? '')
  return [partly(`rows of ${names}`, source(inner), offset)]
}

const MODIFIERS = new Set(['LOW_PRIORITY', 'QUICK', 'IGNORE', 'HISTORY'])
const multiple = (part: Part, from: number): boolean =>
  part.tokens.slice(1, from).some(({ text }) => !MODIFIERS.has(text.toUpperCase()))

function emptied(part: Part, at: number, offset: number): Destruction[] {
  const end = find(part, at, ({ text }) => text === ';')
  const inner = slice(part, at, end)
  const set = find(inner, 0, (token) => token.kind === 'word' && token.text.toUpperCase() === 'SET')
  const until = find(
    inner,
    set,
    ({ kind, text }) => kind === 'word' && ['WHERE', 'ORDER', 'LIMIT'].includes(text.toUpperCase()),
  )
  const [first, ...others] = slice(inner, 1, set).tokens.filter(({ text }) => !MODIFIERS.has(text.toUpperCase()))
  const table = first === undefined ? undefined : nameAt(inner, inner.tokens.indexOf(first))
  return items(slice(inner, set + 1, until)).flatMap((each): Destruction[] => {
    const equals = each.tokens.findIndex(({ text }) => text === '=')
    const value = each.tokens[equals + 1]?.text.toUpperCase()
    const target = each.tokens[equals - 1]
    if (target === undefined || each.tokens.length !== equals + 2 || (value !== 'NULL' && value !== 'DEFAULT'))
      return []
    const column = nameOf(target)
    if (table !== undefined && until === inner.tokens.length && table.next === set && others.length <= 2) {
      return [{ what: ref('column', table.name, column), message: `all values of ${table.name}.${column}`, offset }]
    }
    return [partly(`values of ${column}`, source(inner), offset)]
  })
}
