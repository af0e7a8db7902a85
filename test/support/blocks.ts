// The fenced blocks of a Markdown page.

export interface Block {
  /** The word after the fence, and what follows it: `sh setup` is a block for people, which a test prepares in its own way. */
  kind: string
  text: string
  /** Where it begins in the page, from 1. */
  line: number
}

/** All blocks in order. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = []
  let open: Block | undefined
  for (const [at, line] of page.split('\n').entries()) {
    const fence = /^```(.*)$/.exec(line)
    if (fence === null) {
      if (open !== undefined) open.text += `${line}\n`
    } else if (open === undefined) open = { kind: (fence[1] ?? '').trim(), text: '', line: at + 2 }
    else {
      blocks.push(open)
      open = undefined
    }
  }
  return blocks
}
