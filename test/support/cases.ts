// The format of test/cases/<dialect>/<feature>.case: one text file with sections, which anybody can write.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

declare module 'vitest' {
  interface ProvidedContext {
    /** Set by `-u` (vitest.config.ts). */
    updateCases: boolean
  }
}

/** A section begins with a line `-- name` that says nothing else. */
const SECTIONS = ['before', 'after', 'renames', 'rows', 'expect', 'expect down', 'up', 'down'] as const
export type Section = (typeof SECTIONS)[number]

export interface Case {
  file: string
  dialect: string
  name: string
  /** Oldest major version of a server that can run it (`-- requires 15` above the first section). */
  requires?: number
  /** Grants and default privileges are read too (`-- with grants` above the first section). */
  grants?: true
  sections: Map<Section, string>
}

/** A query and the rows it must return. */
export interface Expectation {
  query: string
  rows: unknown
}

/** All cases of a folder, by name. */
export function readCases(folder: string): Case[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.case'))
    .sort()
    .map((path) => parseCase(join(folder, path), readFileSync(join(folder, path), 'utf8')))
}

/** Reads one file. `before` may be missing (nothing), so may `after`; both missing is a mistake. */
export function parseCase(file: string, text: string): Case {
  const sections = new Map<Section, string>()
  let name: Section | undefined
  let lines: string[] = []
  let requires: number | undefined
  let grants = false
  const close = (): void => {
    if (name !== undefined) sections.set(name, lines.join('\n').trim())
    lines = []
  }
  for (const line of text.split('\n')) {
    const next = SECTIONS.find((section) => line.trim() === `-- ${section}`)
    if (next !== undefined) {
      if (sections.has(next)) throw new Error(`${file}: the section "${next}" is there twice`)
      close()
      name = next
      sections.set(next, '')
    } else if (name === undefined) {
      const major = /^-- requires (\d+)$/.exec(line.trim())?.[1]
      if (major !== undefined) requires = Number(major)
      else if (line.trim() === '-- with grants') grants = true
      else if (line.trim() !== '' && !line.startsWith('--')) throw new Error(`${file}: text before the first section`)
    } else lines.push(line)
  }
  close()
  if (!sections.has('before') && !sections.has('after')) throw new Error(`${file}: neither "before" nor "after"`)
  return {
    file,
    dialect: basename(dirname(file)),
    name: basename(file, '.case'),
    sections,
    ...(requires !== undefined && { requires }),
    ...(grants && { grants }),
  }
}

/** Lines `query => JSON`; lines that begin with `--` are comments. */
export function parseExpectations(text: string | undefined): Expectation[] {
  return (text ?? '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('--'))
    .map((line) => {
      const at = line.lastIndexOf(' => ')
      if (at < 0) throw new Error(`an expectation is written "query => [rows]": ${line}`)
      return { query: line.slice(0, at), rows: JSON.parse(line.slice(at + 4)) }
    })
}

/** Writes the golden sections of a case anew and leaves everything else as it is. */
export function updateCase(source: Case, golden: { up: string; down: string }): void {
  const text = readFileSync(source.file, 'utf8')
  const kept = text.split(/^-- (?:up|down)\s*$/m)[0]?.trimEnd() ?? ''
  writeFileSync(source.file, `${kept}\n\n-- up\n${golden.up.trim()}\n\n-- down\n${golden.down.trim()}\n`)
}
