// The header of a revision in TypeScript, read without running it. Listing a folder loads this and no more.
import { GodwitError, type Place } from '../errors.ts'
import { NotLiteral, objectStart, properties, readLiteral } from './literal.ts'
import { placeAt } from './place.ts'
import type { RevisionHeader } from './revision.ts'
import { type Token, tokenize } from './tokens.ts'

const ID = /^[a-z0-9_]{1,64}$/
/** What a revision looks like, for messages. */
export const FORM =
  "A revision is `export default revision({ id: '…', parents: ['…'], message: '…', operations: […] })`."

/** Id, parents and message, which have to be written as plain literals. Errors: REVISION_INVALID. */
export function readTypescriptHeader(
  text: string,
  file: string,
  tokens: readonly Token[] = tokenize(text),
): RevisionHeader {
  const start = objectStart(tokens)
  if (start === undefined) {
    throw invalid(
      file,
      'it has no `export default revision({ … })`',
      { file, line: 1 },
      `${FORM} Helpers belong into a file whose name begins with _.`,
    )
  }
  const found = properties(tokens, start)
  const read = <Value>(name: string, is: (value: unknown) => value is Value, what: string): Value => {
    const range = found.get(name)
    if (range === undefined) throw invalid(file, `it has no ${name}`, placeAt(text, tokens[start]?.start ?? 0, file))
    const value = literalIn(tokens, range)
    if (!is(value))
      throw invalid(file, `its ${name} must be ${what}`, placeAt(text, tokens[range.from]?.start ?? 0, file))
    return value
  }
  return {
    id: read('id', isId, '1 to 64 of a-z, 0-9 and _, written as a plain string'),
    parents: read('parents', isIds, 'a list of revision ids, written as plain strings'),
    message: read('message', isText, 'a plain string'),
    file,
  }
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isId = (value: unknown): value is string => isText(value) && ID.test(value)
const isIds = (value: unknown): value is string[] => Array.isArray(value) && value.every(isId)

function literalIn(tokens: readonly Token[], { from, to }: { from: number; to: number }): unknown {
  try {
    const { value, next } = readLiteral(tokens, from)
    return next === to ? value : undefined
  } catch (error) {
    if (error instanceof NotLiteral) return undefined
    throw error
  }
}

/** A file that is none. */
export const invalid = (file: string, problem: string, place: Place, fix: string = FORM): GodwitError =>
  new GodwitError('REVISION_INVALID', `The revision file ${file} is not valid: ${problem}.`, { fix, place })
