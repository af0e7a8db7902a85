// Path aliases of a tsconfig.json of which a part is missing: what can be read of it still counts.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'

interface Tsconfig {
  extends?: string | string[]
  compilerOptions?: { baseUrl?: string; paths?: Record<string, string[]> }
}

/** Folder by prefix, of the nearest tsconfig.json at or above a folder and of what it extends, as far as that is there. */
export function aliasesOf(folder: string): Record<string, string> {
  for (let at = folder; ; at = dirname(at)) {
    const file = join(at, 'tsconfig.json')
    if (existsSync(file)) return aliasesIn(file, new Set())
    if (at === dirname(at)) return {}
  }
}

function aliasesIn(file: string, seen: Set<string>): Record<string, string> {
  if (seen.has(file)) return {}
  seen.add(file)
  const config = readTsconfig(file)
  const { baseUrl = '.', paths = {} } = config?.compilerOptions ?? {}
  const inherited = [config?.extends ?? []].flat().flatMap((name) => {
    const found = locate(name, file)
    return found === undefined ? [] : Object.entries(aliasesIn(found, seen))
  })
  const own = Object.entries(paths).flatMap(([pattern, [target]]) =>
    target === undefined
      ? []
      : [[pattern.replace(/\/\*$/, ''), resolve(dirname(file), baseUrl, target.replace(/\/?\*$/, ''))]],
  )
  return Object.fromEntries([...inherited, ...own])
}

function locate(name: string, from: string): string | undefined {
  for (const candidate of [name, `${name}.json`, `${name}/tsconfig.json`]) {
    try {
      return createRequire(from).resolve(candidate)
    } catch {
      // Not under this name. That none is there is why we are here.
    }
  }
  return undefined
}

const TEXT = /("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g
const COMMA = /("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g

// JSON with comments and commas before closing brackets.
function readTsconfig(file: string): Tsconfig | undefined {
  try {
    const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '')
    return JSON.parse(text.replace(TEXT, '$1').replace(COMMA, '$1')) as Tsconfig
  } catch {
    return undefined
  }
}
