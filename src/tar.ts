// One header of a tar archive. An archive may have been in other hands: a header that is more than a plain file or folder
// in its place is none.

/** Everything in an archive is a multiple of this. */
export const BLOCK = 512

/** What a header says. */
export interface TarHeader {
  name: string
  bytes: number
  isFolder: boolean
}

/** What lies behind so many bytes begins here. */
export const padded = (bytes: number): number => Math.ceil(bytes / BLOCK) * BLOCK

/** The sum of the header's bytes, its own field taken as blanks. */
export const headerSum = (header: Uint8Array): number =>
  header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0)

/**
 * Reads a header of POSIX.1-1988 (ustar). Undefined: it is none, its checksum is wrong, its size is no size, or it names a
 * link, a device or a place outside of the archive.
 */
export function readHeader(block: Uint8Array): TarHeader | undefined {
  const header = Buffer.from(block.buffer, block.byteOffset, block.byteLength)
  const text = (from: number, to: number): string => header.toString('utf8', from, to).replace(/\0.*$/s, '')
  if (header.length < BLOCK || header.toString('latin1', 257, 262) !== 'ustar') return undefined
  if (octal(text(148, 156)) !== headerSum(header)) return undefined
  const binary = (header[124] ?? 0) >= 0x80
  const bytes = binary ? Number(header.readBigUInt64BE(128)) : octal(text(124, 136))
  const type = text(156, 157)
  const isFolder = type === '5'
  if (bytes === undefined || !Number.isSafeInteger(bytes) || !['', '0', '5'].includes(type)) return undefined
  const name = [text(345, 500), text(0, 100)].filter((part) => part !== '').join('/')
  if (name === '' || name.includes('\\') || name.split('/').includes('..')) return undefined
  return { name, bytes, isFolder }
}

const octal = (text: string): number | undefined =>
  /^ *[0-7]+ *$/.test(text) ? Number.parseInt(text.trim(), 8) : undefined
