// One spelling for expressions and definitions, so that blanks, comments, keyword case and needless quotes are never a
// difference. The engine keeps the author's text as it is, so this is where "the database's own spelling" is made.
import { isKeyword, isReserved } from './keywords.ts'
import { isOperator, isWord, nameOf, type Token } from './lexer.ts'
import { identifier } from './quote.ts'

/**
 * Which double-quoted words are names. Where they are not, old engines read them as strings (the "misfeature" of
 * sqlite.org/quirks.html#dblquote): `unknown` says whether to write them so or to keep them as they are.
 */
export interface NameScope {
  has(lowerCaseName: string): boolean
  unknown: 'string' | 'keep'
}

/** `line`: all on one line. `query`: a line for each clause. `trigger`: a line for each statement of the body. */
export type Layout = 'line' | 'query' | 'trigger'

/** The text of these tokens in the one spelling. */
export function format(tokens: readonly Token[], scope: NameScope, layout: Layout = 'line'): string {
  let text = ''
  let depth = 0
  let inBody = false
  tokens.forEach((token, index) => {
    const before = tokens[index - 1]
    const after = tokens[index + 1]
    if (isOperator(token, ')')) depth--
    if (layout === 'trigger' && !inBody && depth === 0 && isWord(token, 'begin')) {
      inBody = true
      text += '\nbegin'
    } else if (layout === 'trigger' && inBody && (isWord(before, 'begin') || before?.kind === 'semicolon')) {
      text += index === tokens.length - 1 ? '\nend' : `\n  ${spell(token, before, after, scope)}`
    } else {
      const gap =
        before === undefined || !hasGap(tokens, index)
          ? ''
          : layout === 'query' && depth === 0 && opensClause(token, before)
            ? '\n'
            : ' '
      text += gap + spell(token, before, after, scope)
    }
    if (isOperator(token, '(')) depth++
  })
  return text
}

// Words after which a double-quoted word can only be a name.
const BEFORE_NAME = new Set(['as', 'from', 'join', 'into', 'update', 'table', 'collate'])

function spell(token: Token, before: Token | undefined, after: Token | undefined, scope: NameScope): string {
  if (token.kind === 'word') return isOperator(before, '.') || isOperator(after, '.') ? token.text : fold(token.text)
  if (token.kind !== 'quoted') return token.text
  const name = nameOf(token)
  const surely =
    !token.text.startsWith('"') ||
    isOperator(before, '.') ||
    isOperator(after, '.') ||
    isOperator(after, '(') ||
    (before?.kind === 'word' && BEFORE_NAME.has(before.text.toLowerCase())) ||
    scope.has(name.toLowerCase())
  if (surely) return identifier(name)
  return scope.unknown === 'string' ? `'${name.replaceAll("'", "''")}'` : token.text
}

// Words that may also be names are folded only when they are written as keywords are: all in one case.
function fold(word: string): string {
  const lower = word.toLowerCase()
  if (isReserved(lower)) return lower
  return isKeyword(lower) && word === word.toUpperCase() ? lower : word
}

// Keywords that are called like functions.
const CALLED = new Set(['cast', 'raise', 'replace', 'like', 'glob', 'if'])
// Keywords after which an expression is complete, so that a sign after them is binary.
const VALUES = new Set([
  'end',
  'null',
  'true',
  'false',
  'current_date',
  'current_time',
  'current_timestamp',
  'isnull',
  'notnull',
])
const SIGNS = new Set(['-', '+', '~'])

function hasGap(tokens: readonly Token[], index: number): boolean {
  const token = tokens[index]!
  const before = tokens[index - 1]!
  if (token.kind === 'semicolon') return false
  if (token.kind === 'operator' && (token.text === ',' || token.text === ')' || token.text === '.')) return false
  if (isOperator(before, '(') || isOperator(before, '.')) return false
  if (isSign(tokens, index - 1)) return false
  if (!isOperator(token, '(')) return true
  if (before.kind === 'quoted') return false
  if (before.kind !== 'word') return true
  const word = before.text.toLowerCase()
  return isKeyword(word) && !CALLED.has(word)
}

function isSign(tokens: readonly Token[], index: number): boolean {
  const token = tokens[index]
  if (token?.kind !== 'operator' || !SIGNS.has(token.text)) return false
  const before = tokens[index - 1]
  if (before === undefined) return true
  if (before.kind === 'operator')
    return before.text !== ')' && !(before.text === '*' && isOperator(tokens[index - 2], '.'))
  return before.kind === 'word' && isReserved(before.text.toLowerCase()) && !VALUES.has(before.text.toLowerCase())
}

const CLAUSES = new Set(
  'select from where group having order limit union except intersect window values join natural left right full inner cross'.split(
    ' ',
  ),
)
const JOINS = new Set(['natural', 'left', 'right', 'full', 'outer', 'inner', 'cross'])

function opensClause(token: Token, before: Token): boolean {
  if (token.kind !== 'word' || !CLAUSES.has(token.text.toLowerCase())) return false
  if (before.kind !== 'word') return !(before.kind === 'operator' && before.text !== ')' && before.text !== '*')
  const word = before.text.toLowerCase()
  return !JOINS.has(word) && word !== 'distinct' && !(word === 'as' && isWord(token, 'select'))
}
