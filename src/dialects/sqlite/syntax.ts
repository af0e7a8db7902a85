// Where a syntax error is: the engine names the word, not the place, so it is asked with ever longer beginnings.
import type { Database } from './drivers.ts'
import { lex } from './lexer.ts'
import { splitText } from './split.ts'

const NEAR = /^near "(.*)": syntax error$/s

/** UTF-16 offset of the word at which the parser stopped; undefined where it cannot be found. Nothing is executed. */
export function syntaxOffset(database: Database, sql: string, message: string): number | undefined {
  const word = NEAR.exec(message)?.[1]
  if (word === undefined) return undefined
  try {
    for (const statement of splitText(sql)) {
      // The semicolon that ends it may be the word.
      const text = `${statement.sql};`
      if (problemOf(database, text) !== message) continue
      for (const token of lex(text).tokens) {
        if (token.text !== word) continue
        // Cut behind the right word the parser says the same; behind an earlier one it asks for more.
        if (problemOf(database, text.slice(0, token.end)) === message) return statement.offset + token.start
      }
    }
  } catch {
    // The text cannot even be split: its own error says more.
  }
  return undefined
}

// EXPLAIN compiles a statement without running it; pragmas are the exception.
function problemOf(database: Database, sql: string): string | undefined {
  if (/^pragma\b/i.test(sql)) return undefined
  try {
    database.all(`explain ${sql}`, [])
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : undefined
  }
}
