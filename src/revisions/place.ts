// From an offset in a text to a line and column for people.
import type { Place } from '../errors.ts'

/** Line and column (from 1) of a UTF-16 offset, with the line itself for the caret. */
export function placeAt(text: string, offset: number, file?: string): Place {
  const start = Math.max(text.lastIndexOf('\n', Math.max(offset, 0) - 1), text.lastIndexOf('\r', offset - 1)) + 1
  const rest = text.slice(start)
  const end = rest.search(/[\r\n]/)
  return {
    ...(file !== undefined && { file }),
    line: lineOf(text, start),
    column: offset - start + 1,
    text: end < 0 ? rest : rest.slice(0, end),
  }
}

const BREAK = /\r\n|\r|\n/g

/** The line (from 1) that begins at this offset. */
function lineOf(text: string, start: number): number {
  let line = 1
  BREAK.lastIndex = 0
  while (BREAK.test(text) && BREAK.lastIndex <= start) line++
  return line
}
