// Follows the blocks of a stored program, so that the semicolons inside it do not end the statement.
import type { Token } from './lexer.ts'

/** Words that open a block where a statement can begin; anywhere else they are functions, options or loops' heads. */
const OPENERS = new Set(['IF', 'WHILE', 'LOOP', 'REPEAT', 'FOR'])
const BEFORE_STATEMENT = new Set([';', 'BEGIN', 'THEN', 'ELSE', 'DO', 'LOOP', 'REPEAT', ':', 'ATOMIC'])
/** What may follow END: it belongs to it and opens nothing. */
const CLOSERS = new Set(['IF', 'CASE', 'LOOP', 'WHILE', 'REPEAT', 'FOR'])
const PROGRAMS = new Set(['PROCEDURE', 'FUNCTION', 'TRIGGER', 'EVENT', 'PACKAGE'])
const OTHERS = new Set(['TABLE', 'VIEW', 'INDEX', 'DATABASE', 'SCHEMA', 'USER', 'ROLE', 'SEQUENCE', 'SERVER'])
const BODY_WORDS = new Set('SELECT INSERT UPDATE DELETE SET RETURN CALL REPLACE WITH SIGNAL DECLARE'.split(' '))
/** After these, BEGIN and END are names: neither is reserved. */
const BEFORE_NAME = new Set(['.', 'AS', ',', '('])

/** The state of one statement: hand it every token, and ask at a semicolon whether the statement ends there. */
export interface Nesting {
  take(token: Token): void
  /** True: the statement ends here. False: the semicolon belongs to a block. */
  semicolon(): boolean
}

type Block = 'statements' | 'expression'

/** Starts at the first token of a statement. */
export function nesting(): Nesting {
  let kind: 'unknown' | 'plain' | 'routine' | 'program' = 'unknown'
  let words = 0
  let first = ''
  const open: Block[] = []
  let parentheses = 0
  let parametersDone = false
  let inBody = false
  let closing = false
  let previous = ''
  let beforePrevious = ''

  /** Finds out what the statement is by its first words. */
  function head(word: string): void {
    words++
    if (words === 1) {
      first = word
      if (OPENERS.has(word) || word === 'CASE') {
        kind = 'program'
        inBody = true
        open.push('statements')
      } else if (word !== 'CREATE' && word !== 'ALTER' && word !== 'BEGIN') kind = 'plain'
    } else if (first === 'BEGIN') {
      kind = word === 'NOT' ? 'program' : 'plain'
      inBody = true
      open.push('statements')
    } else if (word === 'PROCEDURE' || word === 'FUNCTION') kind = 'routine'
    else if (PROGRAMS.has(word)) kind = 'program'
    else if (OTHERS.has(word)) kind = 'plain'
  }

  /** The body of a routine has no sign in front of it; a trigger's comes after FOR EACH ROW and its order. */
  function startsBody(): boolean {
    if (inBody || parentheses > 0) return false
    if (kind === 'routine') return parametersDone
    return previous === 'ROW' || beforePrevious === 'FOLLOWS' || beforePrevious === 'PRECEDES'
  }

  function body(word: string): void {
    if (closing) {
      closing = false
      if (CLOSERS.has(word)) return
    }
    if (BEFORE_NAME.has(previous) && word !== 'CASE') return
    const inExpression = open.at(-1) === 'expression'
    const starts = !inExpression && (BEFORE_STATEMENT.has(previous) || startsBody())
    if (word === 'END') {
      open.pop()
      closing = true
    } else if (word === 'CASE') {
      open.push(starts ? 'statements' : 'expression')
      inBody ||= starts
    } else if (word === 'BEGIN' || (starts && OPENERS.has(word))) {
      open.push('statements')
      inBody = true
    } else if (BODY_WORDS.has(word) && parametersDone && previous !== 'CHARACTER' && previous !== 'RETURNS') {
      inBody = true
    }
  }

  function sign(symbol: string): void {
    closing = false
    if (symbol === '(') parentheses++
    else if (symbol === ')' && parentheses > 0) {
      parentheses--
      parametersDone ||= parentheses === 0
    }
  }

  return {
    take(token) {
      if (token.kind === 'versioned' || kind === 'plain') return
      const word = token.kind === 'word'
      const text = word ? token.text.toUpperCase() : token.kind === 'symbol' ? token.text : ''
      if (kind === 'unknown') {
        if (word) head(text)
      } else if (word) body(text)
      else sign(text)
      beforePrevious = previous
      previous = text
    },
    semicolon() {
      closing = false
      beforePrevious = previous
      previous = ';'
      return open.length === 0
    },
  }
}
