// Names that are longer than the server keeps: it cuts them without a word, and two may become one.
import { tokens } from '../../schema/tokens.ts'

const KEPT = 63

/** What the server keeps of a name: whole characters. */
function cut(name: string): string {
  let kept = ''
  let size = 0
  for (const char of name) {
    size += Buffer.byteLength(char)
    if (size > KEPT) break
    kept += char
  }
  return kept
}

/** What to do where a message speaks of a name that is taken, and the statements hold a longer one that becomes it. */
export function cutHint(message: string, statements: readonly string[]): string | undefined {
  const spoken = [...message.matchAll(/"((?:[^"]|"")*)"/gu)]
    .map(([, name = '']) => name.replaceAll('""', '"'))
    .filter((name) => Buffer.byteLength(name) > KEPT - 4)
  if (spoken.length === 0) return undefined
  const names = new Set<string>()
  let isCut = false
  for (const { kind, value } of statements.flatMap(tokens)) {
    if (kind !== 'quoted' && kind !== 'word') continue
    const name = kind === 'word' ? value.toLowerCase() : value
    if (Buffer.byteLength(name) < KEPT - 4 || !spoken.includes(cut(name))) continue
    names.add(name)
    if (cut(name) !== name) isCut = true
  }
  if (!isCut) return undefined
  const list = [...names].map((name) => `"${name}"`)
  const [first = ''] = list
  if (list.length === 1)
    return `The server keeps 63 bytes of a name, and what it keeps of ${first} is taken: give it another name.`
  return `The server keeps 63 bytes of a name, and these become one: ${list.join(' and ')}. Give each of them a name of its own in the models.`
}
