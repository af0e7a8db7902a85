// What a drizzle.config says, read from its text: nothing of the project is run.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The settings that have a counterpart here. */
export interface DrizzleConfig {
  /** The file, from the project's folder. */
  file: string
  schema: string[]
  dialect?: string
  casing?: 'snake_case' | 'camelCase'
  /** What it leaves alone, as patterns of `ignore`. */
  ignore: string[]
}

const ENDINGS = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs', 'json']
const DIALECTS = new Map([
  ['postgresql', 'postgres'],
  ['pg', 'postgres'],
  ['sqlite', 'sqlite'],
  ['turso', 'sqlite'],
  ['libsql', 'sqlite'],
  ['better-sqlite', 'sqlite'],
  ['mysql', 'mysql'],
  ['mysql2', 'mysql'],
])

/** The configuration of drizzle-kit in this folder: by its own name, else as a script names it, else by a name much like its own. */
export function readDrizzleConfig(directory: string): DrizzleConfig | undefined {
  const names = new Set([
    ...ENDINGS.map((end) => `drizzle.config.${end}`),
    ...namedByScripts(directory),
    ...alike(directory),
  ])
  for (const file of names) {
    if (!existsSync(join(directory, file))) continue
    const found = parse(readFileSync(join(directory, file), 'utf8'), file)
    if (found !== undefined) return found
  }
  return undefined
}

// `drizzle-kit push --config=src/drizzle.ts`
function namedByScripts(directory: string): string[] {
  try {
    const { scripts = {} }: { scripts?: Record<string, string> } = JSON.parse(
      readFileSync(join(directory, 'package.json'), 'utf8'),
    )
    const calls = Object.values(scripts).filter((script) => script.includes('drizzle-kit'))
    return calls.flatMap((script) =>
      [...script.matchAll(/--config[=\s]+["']?([^\s"']+)/g)].map(([, path = '']) => path),
    )
  } catch {
    // No package.json, or one that npm could not read either.
    return []
  }
}

function alike(directory: string): string[] {
  const isOne = (name: string): boolean => /^drizzle[\w.-]*\.(?:[cm]?[jt]s|json)$/.test(name) && /config/.test(name)
  return existsSync(directory) ? readdirSync(directory).filter(isOne).sort() : []
}

function parse(source: string, file: string): DrizzleConfig | undefined {
  // A text holds what looks like a comment: `./src/**/*.ts`.
  const text = source.replace(
    /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
    '$1',
  )
  const own = /["']?\bmigrations["']?\s*:\s*\{([^}]*)\}/.exec(text)
  const rest = own === null ? text : text.replace(own[0], '')
  const schema = textsOf(rest, 'schema')
  if (schema.length === 0) return undefined
  const [named = ''] = [...textsOf(rest, 'dialect'), ...textsOf(rest, 'driver')]
  const dialect = DIALECTS.get(named)
  const [casing] = textsOf(rest, 'casing')
  const ignore = [
    ...ignoredBy(textsOf(rest, 'tablesFilter'), textsOf(rest, 'schemaFilter')),
    ...bookOf(own?.[1] ?? '', dialect),
  ]
  return {
    file,
    schema,
    ...(dialect !== undefined && { dialect }),
    ...((casing === 'snake_case' || casing === 'camelCase') && { casing }),
    ignore,
  }
}

/** The texts of a setting: one, or a list. */
function textsOf(text: string, key: string): string[] {
  const value = new RegExp(`["']?\\b${key}["']?\\s*:\\s*(\\[[^\\]]*\\]|(["'\`])(?:(?!\\2).)+\\2)`).exec(text)?.[1] ?? ''
  return [...value.matchAll(/(["'`])((?:(?!\1).)+)\1/g)].map((match) => match[2] ?? '')
}

// Both say what is one's own, and `ignore` says what is not.
function ignoredBy(tables: readonly string[], schemas: readonly string[]): string[] {
  const ignore: string[] = []
  if (schemas.length > 0) {
    ignore.push(...(schemas.includes('public') ? [] : ['*']), '*.*')
    ignore.push(...schemas.filter((schema) => schema !== 'public').map((schema) => `!${schema}.*`))
  }
  // With one that is taken out, drizzle-kit takes every other table for its own.
  const out = tables.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1))
  if (out.length > 0) ignore.push(...out.flatMap((pattern) => [pattern, `*.${pattern}`]))
  else if (tables.length > 0) {
    const spaces = schemas.length === 0 ? [] : schemas.filter((schema) => schema !== 'public')
    ignore.push('*', ...spaces.map((schema) => `${schema}.*`))
    ignore.push(
      ...tables.map((pattern) => `!${pattern}`),
      ...spaces.flatMap((schema) => tables.map((pattern) => `!${schema}.${pattern}`)),
    )
  }
  return [...new Set(ignore)]
}

// Under its usual name its table is known; under another one nothing tells it.
function bookOf(migrations: string, dialect: string | undefined): string[] {
  const [table = '__drizzle_migrations'] = textsOf(migrations, 'table')
  if (table === '__drizzle_migrations') return []
  const [schema = 'drizzle'] = textsOf(migrations, 'schema')
  return [dialect === 'postgres' && schema !== 'public' ? `${schema}.${table}` : table]
}
