// The file of a backup: a tar archive of the compressed dump, its manifest and their checksums, which any tar opens.
// It is written under another name and renamed at the end: a file with the right name is a whole one.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { BLOCK, headerSum, padded, readHeader } from '../../tar.ts'

/** Read and written at a time. */
const CHUNK = 1 << 18

/** What became of an entry. */
export interface Written {
  bytes: number
  /** SHA-256, hexadecimal. */
  sha256: string
}

/** An archive under way. */
export interface Archive {
  /** Adds one entry; its length need not be known before. */
  add(name: string, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Written>
  /** Gives the file its name. */
  finish(): Promise<void>
  /** Takes the unfinished file away. */
  discard(): Promise<void>
}

/** Begins one. Nobody but its owner may read the file: it holds everything. */
export async function createArchive(path: string, made: Date): Promise<Archive> {
  const partial = `${path}.${process.pid}.partial`
  const handle = await open(partial, 'wx', 0o600)
  let end = 0
  let closed = false
  const close = async (): Promise<void> => {
    if (!closed) await handle.close()
    closed = true
  }
  return {
    async add(name, content) {
      const start = end
      const hash = createHash('sha256')
      let bytes = 0
      for await (const chunk of content) {
        await writeAll(handle, chunk, start + BLOCK + bytes)
        hash.update(chunk)
        bytes += chunk.byteLength
      }
      await writeAll(handle, headerOf(name, bytes, made), start)
      end = start + BLOCK + padded(bytes)
      return { bytes, sha256: hash.digest('hex') }
    },
    async finish() {
      // Two empty blocks end a tar archive; they also fill the last entry's block.
      await handle.truncate(end + 2 * BLOCK)
      await handle.sync()
      await close()
      await rename(partial, path)
    },
    async discard() {
      await close()
      await rm(partial, { force: true })
    },
  }
}

async function writeAll(handle: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  let done = 0
  while (done < chunk.byteLength) {
    const { bytesWritten } = await handle.write(chunk, done, chunk.byteLength - done, position + done)
    done += bytesWritten
  }
}

/** The header of POSIX.1-1988 (ustar). From 8 GiB on the length is binary, as GNU and BSD tar write it. */
function headerOf(name: string, bytes: number, made: Date): Buffer {
  const header = Buffer.alloc(BLOCK)
  const octal = (value: number, at: number, length: number): void => {
    header.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1')
  }
  header.write(name, 0, 100, 'utf8')
  octal(0o600, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  if (bytes < 8 ** 11) octal(bytes, 124, 12)
  else {
    header.writeUInt8(0x80, 124)
    header.writeBigUInt64BE(BigInt(bytes), 128)
  }
  octal(Math.floor(made.getTime() / 1000), 136, 12)
  header.write('0', 156, 'latin1')
  header.write('ustar\0', 257, 'latin1')
  header.write('00', 263, 'latin1')
  octal(headerSum(header), 148, 7)
  return header
}

/** Where an entry lies in its file. */
export interface Entry {
  name: string
  start: number
  bytes: number
}

/**
 * The entries; undefined where the file is no tar archive, ends too early, or holds anything but plain files.
 * Errors: those of reading.
 */
export async function entriesOf(path: string): Promise<Entry[] | undefined> {
  const found = await stat(path)
  // To open a pipe is to wait for somebody at its other end.
  if (!found.isFile()) return undefined
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    const entries: Entry[] = []
    for (let at = 0; ; ) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(BLOCK), 0, BLOCK, at)
      if (bytesRead < BLOCK) return undefined
      if (buffer.every((byte) => byte === 0)) return entries
      const header = readHeader(buffer)
      if (header === undefined || header.isFolder || at + BLOCK + header.bytes > size) return undefined
      // We write three: a name that comes twice is somebody else's work.
      if (entries.some(({ name }) => name === header.name)) return undefined
      const { name, bytes } = header
      entries.push({ name, start: at + BLOCK, bytes })
      at += BLOCK + padded(bytes)
    }
  } finally {
    await handle.close()
  }
}

/** The content of an entry. */
export async function* contentOf(path: string, { start, bytes }: Entry): AsyncGenerator<Buffer> {
  if (bytes === 0) return
  for await (const chunk of createReadStream(path, { start, end: start + bytes - 1, highWaterMark: CHUNK })) {
    yield chunk
  }
}

/** The SHA-256 of an entry, hexadecimal. `progress` is told how many bytes are read. */
export async function hashOf(path: string, entry: Entry, progress?: (done: number) => void): Promise<string> {
  const hash = createHash('sha256')
  let done = 0
  for await (const chunk of contentOf(path, entry)) {
    hash.update(chunk)
    done += chunk.byteLength
    progress?.(done)
  }
  return hash.digest('hex')
}

/** A small entry as text. */
export async function textOf(path: string, entry: Entry): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of contentOf(path, entry)) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
