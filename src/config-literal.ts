// Reads a configuration without running it, where it is plain: literals, process.env.NAME, sql(…) and drizzle(…).
// Starting a TypeScript loader costs more than everything else that `upgrade` does when nothing is pending.
import { readModule } from './revisions/literal.ts'
import { type Token, tokenize } from './revisions/tokens.ts'
import { drizzle } from './sources/drizzle.ts'
import { sql } from './sources/sql.ts'

const SOURCES = new Map<string, (...parameters: never[]) => unknown>([
  ['drizzle', drizzle],
  ['sql', sql],
])

/** The configuration in this text; undefined: it has code of its own and has to be run. */
export function readPlainConfig(text: string, env: Record<string, string | undefined>): unknown {
  const tokens = simplified(tokenize(text), env)
  return readModule(tokens, (object, method, parameters) => {
    const make = object === 'source' ? SOURCES.get(method) : undefined
    if (make === undefined) throw new Error('Only tokens that were put there call a source.')
    return make(...(parameters as never[]))
  })
}

// Rewrites what a configuration may hold beyond the literals of a revision file into words that the reader knows.
function simplified(tokens: readonly Token[], env: Record<string, string | undefined>): Token[] {
  const result: Token[] = []
  const text = (at: number): string | undefined => tokens[at]?.text
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]
    if (token === undefined) break
    const put = (type: Token['type'], word: string): void => {
      result.push({ type, text: word, value: undefined, start: token.start, newline: token.newline })
    }
    if (
      token.type === 'name' &&
      text(at - 1) === 'default' &&
      (token.text === 'config' || token.text === 'defineConfig')
    ) {
      put('name', 'revision')
    } else if (
      token.type === 'name' &&
      token.text === 'process' &&
      text(at + 1) === '.' &&
      text(at + 2) === 'env' &&
      text(at + 3) === '.'
    ) {
      const value = env[text(at + 4) ?? '']
      const fallback = text(at + 5) === '?' && text(at + 6) === '?'
      at += fallback ? 6 : 4
      if (!fallback && text(at + 1) === '!') at++
      // With a fallback, a variable that is not set leaves the word behind `??` to stand for it.
      if (value !== undefined) {
        result.push({ type: 'string', text: "''", value, start: token.start, newline: token.newline })
        if (fallback) at++
      } else if (!fallback) put('name', 'undefined')
    } else if (token.type === 'name' && SOURCES.has(token.text) && text(at + 1) === '(' && text(at - 1) !== '.') {
      put('name', 'source')
      put('punctuation', '.')
      put('name', token.text)
    } else result.push(token)
  }
  return result
}
