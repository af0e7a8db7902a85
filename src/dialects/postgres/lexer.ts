// Tells code from quoted text and comments, without knowing any grammar. Linear in the length of the text.

/** The text with comments and everything quoted blanked out, line breaks kept: positions stay the same. */
export function mask(text: string): string {
  let out = ''
  let from = 0
  for (const [start, end] of hidden(text)) {
    out += text.slice(from, start) + text.slice(start, end).replace(/[^\n]/g, ' ')
    from = end
  }
  return out + text.slice(from)
}

/** Where the first word or sign of the text begins: after blanks and comments. */
export function skipBlank(text: string): number {
  let at = 0
  for (;;) {
    const blank = /\S/g
    blank.lastIndex = at
    const found = blank.exec(text)
    if (found === null) return text.length
    at = found.index
    if (text.startsWith('--', at)) at = lineEnd(text, at)
    else if (text.startsWith('/*', at)) at = commentEnd(text, at)
    else return at
  }
}

function* hidden(text: string): Generator<[start: number, end: number]> {
  const start = /'|"|--|\/\*|\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/g
  for (let match = start.exec(text); match !== null; match = start.exec(text)) {
    const at = match.index
    const [mark] = match
    // `a$b$c` is one identifier.
    if (mark.startsWith('$') && at > 0 && /[\w\u0080-\uffff$]/.test(text[at - 1] ?? '')) {
      start.lastIndex = at + 1
      continue
    }
    const end = endOf(text, at, mark)
    yield [at, end]
    start.lastIndex = end
  }
}

function endOf(text: string, at: number, mark: string): number {
  if (mark === '--') return lineEnd(text, at)
  if (mark === '/*') return commentEnd(text, at)
  if (mark.startsWith('$')) {
    const close = text.indexOf(mark, at + mark.length)
    return close < 0 ? text.length : close + mark.length
  }
  const escapes = mark === "'" && /[eE]/.test(text[at - 1] ?? '') && !/[\w$]/.test(text[at - 2] ?? '')
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\' && escapes) i++
    else if (text[i] === mark) {
      if (text[i + 1] !== mark) return i + 1
      i++
    }
  }
  return text.length
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
}

// Comments nest here, other than in C.
function commentEnd(text: string, at: number): number {
  const mark = /\/\*|\*\//g
  mark.lastIndex = at + 2
  let depth = 1
  for (let match = mark.exec(text); match !== null; match = mark.exec(text)) {
    depth += match[0] === '/*' ? 1 : -1
    if (depth === 0) return mark.lastIndex
  }
  return text.length
}
