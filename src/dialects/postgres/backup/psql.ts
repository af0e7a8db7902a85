// What psql is fed. It runs programs of this machine on behalf of its input (`\!`, `\copy … to program`), and a dump may
// have been in other hands: psql is told to take no such command before it sees a byte of it.
import { randomBytes } from 'node:crypto'
import { GodwitError } from '../../../errors.ts'
import type { Tool } from '../../tools.ts'

/** The first releases that know `\restrict` (CVE-2025-8714), by major version; from 18 on all of them. */
const CONFINED: ReadonlyMap<number, number> = new Map([
  [13, 22],
  [14, 19],
  [15, 14],
  [16, 10],
  [17, 6],
])

/** Errors: TOOL_MISSING for a psql that cannot be kept from running commands. */
export function checkConfined({ version: [major = 0, minor = 0] }: Tool): void {
  if (major >= 18 || minor >= (CONFINED.get(major) ?? Number.POSITIVE_INFINITY)) return
  throw new GodwitError('TOOL_MISSING', `psql ${major}.${minor} cannot be used to restore.`, {
    why: 'It cannot be kept from running commands of this machine that a changed dump may hold (CVE-2025-8714).',
    fix: 'Install psql 13.22, 14.19, 15.14, 16.10, 17.6, 18 or later and put it first on the PATH.',
    data: { tool: 'psql', version: `${major}.${minor}` },
  })
}

/** Enough for the comments at the head of a dump, and for its last line. */
const HEAD = 4096
const TAIL = 512
const OPENING = /^(?:(?:--[^\n]*)?\r?\n)*(\\restrict ([A-Za-z0-9]+)\r?\n)/

/**
 * Everything that psql reads: a `\restrict` of ours, the statements, and the dump without the pair of its own at its head
 * and its end, which psql would refuse. Any other command in it ends psql with an error.
 */
export async function* confined(
  before: string,
  content: AsyncIterable<Uint8Array>,
  after: string,
): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`\\restrict ${randomBytes(32).toString('hex')}\n${before}`)
  let held = Buffer.alloc(0)
  let token: string | undefined
  let isHead = true
  for await (const chunk of content) {
    held = Buffer.concat([held, chunk])
    if (isHead && held.length < HEAD) continue
    if (isHead) [held, token] = opened(held)
    isHead = false
    if (held.length > TAIL) {
      yield held.subarray(0, held.length - TAIL)
      held = held.subarray(held.length - TAIL)
    }
  }
  if (isHead) [held, token] = opened(held)
  const end = held.toString('latin1')
  const closing = token === undefined ? -1 : end.lastIndexOf(`\n\\unrestrict ${token}`)
  const isLast = closing >= 0 && end.slice(closing).trim() === `\\unrestrict ${token}`
  yield isLast ? held.subarray(0, closing) : held
  yield Buffer.from(after)
}

function opened(head: Buffer): [rest: Buffer<ArrayBuffer>, token: string | undefined] {
  const [found, line = '', token] = OPENING.exec(head.toString('latin1', 0, HEAD)) ?? []
  if (found === undefined) return [Buffer.from(head), undefined]
  const start = found.length - line.length
  return [Buffer.concat([head.subarray(0, start), head.subarray(found.length)]), token]
}
