// The version of this package, read from package.json when it is asked for.
import { readFileSync } from 'node:fs'

/** As in package.json; empty inside a bundle, which has no package.json beside it. */
export const version: string = read()

function read(): string {
  try {
    const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
    const { name, version } = JSON.parse(text) as { name?: string; version?: string }
    return name === 'godwit' ? (version ?? '') : ''
  } catch {
    return ''
  }
}
