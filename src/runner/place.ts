// Where in a revision's file a statement stands.
import type { Place } from '../errors.ts'
import { placeAt, type Revision } from '../revisions/index.ts'
import type { Item } from './step.ts'

/** Where in the revision's file the statement stands; for hand-written SQL down to the character. */
export function placeOf(revision: Revision, item: Item | undefined, offset?: number): Place {
  const { file, text } = revision
  if (item?.type !== 'statement' || item.source === undefined) return { file }
  const { text: source, offset: start } = item.source
  // The caret belongs on the statement's first word, not on a comment before it.
  const lead = /^(?:\s+|--[^\n]*\n|\/\*[\s\S]*?\*\/)*/.exec(source.slice(start))?.[0].length ?? 0
  const at = start + (offset ?? lead)
  const section = sectionStart(revision, source)
  if (section !== undefined) return placeAt(text, section + at, file)
  const { line: _, ...within } = placeAt(source, at, file)
  return within
}

// The SQL as it stands in the file. A string that is written with escapes is not found, and then only the file is named.
function sectionStart({ text, lines, file }: Revision, source: string): number | undefined {
  if (source === '') return undefined
  const first = text.indexOf(source)
  if (first < 0 || !file.endsWith('.sql') || lines === undefined) {
    return first >= 0 && text.indexOf(source, first + 1) < 0 ? first : undefined
  }
  for (const line of [lines.up, lines.down]) {
    if (line === undefined) continue
    let at = 0
    for (let left = line - 1; left > 0; left--) at = text.indexOf('\n', at) + 1
    if (text.startsWith(source, at)) return at
    const indented = /^[ \t]*/.exec(text.slice(at))?.[0].length ?? 0
    if (text.startsWith(source, at + indented)) return at + indented
  }
  return first
}
