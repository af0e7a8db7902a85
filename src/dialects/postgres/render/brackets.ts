// Expressions that need brackets get exactly one pair.
import { tokens } from '../../../schema/tokens.ts'

/** The expression in brackets; as it is where it stands in brackets already. */
export const bracketed = (expression: string): string => (isBracketed(expression) ? expression : `(${expression})`)

function isBracketed(expression: string): boolean {
  if (!expression.startsWith('(') || !expression.endsWith(')')) return false
  let depth = 0
  let left = expression.length
  for (const { kind, text } of tokens(expression)) {
    left -= text.length
    if (kind !== 'symbol') continue
    if (text === '(') depth++
    if (text === ')') depth--
    if (depth === 0) return left === 0
  }
  return false
}
