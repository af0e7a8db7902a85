// Slices of a printed definition: tokens with their text, split at commas and parentheses.
import { type Token, tokenAt, tokens } from '../lexer.ts'

/** A run of tokens of one text. */
export interface Part {
  text: string
  tokens: readonly Token[]
}

/** A whole text as a part. */
export const partOf = (text: string): Part => ({ text, tokens: tokens(text) })

/** A run of the part's tokens. */
export const slice = ({ text, tokens: list }: Part, from: number, to?: number): Part => ({
  text,
  tokens: list.slice(from, to),
})

/** The text from the first to the last token, as it was written. */
export function source({ text, tokens: list }: Part): string {
  const first = list[0]
  const last = list.at(-1)
  return first === undefined || last === undefined ? '' : text.slice(first.start, last.end)
}

/** The same with every run of blanks as one. */
export function collapsed(text: string): string {
  let result = ''
  for (let at = 0; at < text.length; ) {
    const token = tokenAt(text, at)
    result += token.kind === 'space' ? ' ' : token.kind === 'versioned' ? '' : token.text
    at = token.end
  }
  return result.trim()
}

/** Whether the token at this place is the word, whatever its case. */
export const isWord = (part: Part, at: number, word: string): boolean => {
  const token = part.tokens[at]
  return token?.kind === 'word' && token.text.toUpperCase() === word
}

const isSymbol = (token: Token | undefined, symbol: string): boolean =>
  token?.kind === 'symbol' && token.text === symbol

/** Place of the parenthesis that closes the one at `open`; the end of the part if it is never closed. */
export function closing(part: Part, open: number): number {
  let depth = 0
  for (let at = open; at < part.tokens.length; at++) {
    if (isSymbol(part.tokens[at], '(')) depth++
    else if (isSymbol(part.tokens[at], ')') && --depth === 0) return at
  }
  return part.tokens.length
}

/** The parts between commas outside of parentheses. */
export function items(part: Part): Part[] {
  const list: Part[] = []
  let depth = 0
  let from = 0
  part.tokens.forEach((token, at) => {
    if (isSymbol(token, '(')) depth++
    else if (isSymbol(token, ')')) depth--
    else if (depth === 0 && isSymbol(token, ',')) {
      list.push(slice(part, from, at))
      from = at + 1
    }
  })
  if (from < part.tokens.length) list.push(slice(part, from))
  return list
}

/** The inside of the parentheses that open at `open`. */
export const inside = (part: Part, open: number): Part => slice(part, open + 1, closing(part, open))

/** Place of the first of these signs or words outside of parentheses, from `at` on; the end if there is none. */
export function find(part: Part, at: number, matches: (token: Token) => boolean): number {
  let depth = 0
  for (let index = at; index < part.tokens.length; index++) {
    const token = part.tokens[index]
    if (token === undefined) break
    if (isSymbol(token, '(')) depth++
    else if (isSymbol(token, ')')) depth--
    else if (depth === 0 && matches(token)) return index
  }
  return part.tokens.length
}
