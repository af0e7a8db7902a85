// Where in a file of the project a loader or the engine stopped: its line, for the caret.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Place } from './errors.ts'

/** Why a module could not be loaded, in one line, and where. `syntax`: it is no program at all. */
export interface ModuleFailure {
  message: string
  syntax: boolean
  place: Place
}

/** Reads what an import threw. `text`: what was loaded, where that is not the file on the disk. */
export function moduleFailure(error: unknown, file: string, text?: string): ModuleFailure {
  const whole = error instanceof Error ? error.message : String(error)
  // The compiler inside jiti ends its message with `file:line:column`, of the file itself or of one that it imports.
  const compiled = /^ParseError: ([\s\S]*?)\s*\n\s*(.*):(\d+):(\d+)\s*$/.exec(whole)
  if (compiled !== null) {
    const [, message = '', found = file, line, column] = compiled
    const own = resolve(found) === resolve(file)
    const place = linePlace(own ? text : undefined, own ? file : found, Number(line), Number(column) + 1)
    return { message: message.trim(), syntax: true, place }
  }
  const message = whole.split('\n', 1)[0]?.trim() ?? ''
  return { message, syntax: error instanceof SyntaxError, place: stackPlace(error, file, text) }
}

const OURS = dirname(fileURLToPath(import.meta.url))

/** Which file an import that failed was about: the first of the project that the error names, else the first of these. */
export function failedFile(error: unknown, files: readonly string[]): string {
  const text = error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error)
  const named = [...text.matchAll(/(?:file:\/\/)?((?:\/|\b[A-Za-z]:[\\/])[^\s'"()?:]+\.[cm]?[jt]sx?)/g)]
  const isOfProject = (path: string): boolean =>
    !path.includes('node_modules') && !path.startsWith(OURS) && existsSync(path)
  return named.map(([, path = '']) => path).find(isOfProject) ?? files[0] ?? ''
}

// A frame of the stack names the file by its path or its URL, which may have a version behind it.
function stackPlace(error: unknown, file: string, text: string | undefined): Place {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const path = resolve(file)
  for (let at = stack.indexOf(path); at >= 0; at = stack.indexOf(path, at + 1)) {
    const position = /^(?:\?[\w.=&]+)?:(\d+):(\d+)/.exec(stack.slice(at + path.length))
    if (position !== null) return linePlace(text, file, Number(position[1]), Number(position[2]))
  }
  return { file }
}

function linePlace(text: string | undefined, file: string, line: number, column: number): Place {
  const found = (text ?? readFileSync(file, 'utf8')).split(/\r\n|\r|\n/)[line - 1]
  // What compiles a module may put code of its own before the first line.
  const at = found !== undefined && column > found.length + 1 ? {} : { column }
  return { file, line, ...at, ...(found !== undefined && { text: found }) }
}

const WORD = /[^\s{}()[\]<>:;,.=?&|+\-*/!'"`]+/gu
const LANGUAGE = 'as async await const default export false from import let new null process env return satisfies true'

/**
 * The same place with every quoted text starred out, and every word that is neither of the language nor one of these: in a
 * configuration it may be a password, and one line does not say where a text begins.
 */
export function withoutSecrets(place: Place, known: readonly string[]): Place {
  if (place.text === undefined) return place
  const shown = new Set([...LANGUAGE.split(' '), ...known])
  const hidden = place.text
    .replace(
      /(['"`])((?:\\.|(?!\1).)*)(\1|$)/g,
      (_, quote: string, inside: string, end: string) => quote + '*'.repeat(inside.length) + end,
    )
    .replace(WORD, (word) => (shown.has(word) ? word : '*'.repeat(word.length)))
  return { ...place, text: hidden }
}
