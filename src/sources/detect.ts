// Looks at a project for models that a source can read. Reads files only; nothing of the project is run.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readDrizzleConfig } from './drizzle-config.ts'

/** Models that were found, and how a configuration would name them. */
export interface Detected {
  /** The source's function: `drizzle('./src/schema.ts')`. */
  source: 'drizzle' | 'sql'
  paths: string[]
  /** Dialect name, where the models tell. */
  dialect?: string
  /** How columns without a name of their own are called, where a configuration of Drizzle says so. */
  casing?: string
  /** What that configuration leaves alone, as patterns of `ignore`. */
  ignore?: string[]
  /** The file that told. */
  evidence: string
}

const FOLDERS = [
  'src/db',
  'src/lib/db',
  'src/server/db',
  'src/database',
  'src',
  'db',
  'lib/db',
  'app/db',
  'server/db',
  'database',
  'drizzle',
  '.',
]
const SQL_FILES = [
  'schema.sql',
  'db/schema.sql',
  'database/schema.sql',
  'sql/schema.sql',
  'src/schema.sql',
  'src/db/schema.sql',
]
// What the file's imports say about the database.
const CORES: readonly (readonly [RegExp, string])[] = [
  [/drizzle-orm\/pg-core/, 'postgres'],
  [/drizzle-orm\/sqlite-core/, 'sqlite'],
  [/drizzle-orm\/mysql-core/, 'mysql'],
]
/** The models of the project in this folder, the surest evidence first; undefined: none were found. */
export function detectModels(directory: string): Detected | undefined {
  return fromDrizzleConfig(directory) ?? fromDrizzleFiles(directory) ?? fromSqlFiles(directory)
}

function fromDrizzleConfig(directory: string): Detected | undefined {
  const found = readDrizzleConfig(directory)
  if (found === undefined) return undefined
  const { file, schema, dialect, casing, ignore } = found
  return {
    ...detected('drizzle', schema.map(relativePath), file, dialect),
    ...(casing !== undefined && { casing }),
    ...(ignore.length > 0 && { ignore }),
  }
}

function fromDrizzleFiles(directory: string): Detected | undefined {
  for (const folder of FOLDERS) {
    for (const name of [
      'schema.ts',
      'schema/index.ts',
      'schema.js',
      'schema.mjs',
      'schemas.ts',
      'tables.ts',
      'models.ts',
      'models.js',
    ]) {
      const file = join(folder, name)
      const text = read(join(directory, file))
      // An index that only gathers the others says nothing of its own: they do.
      const behind = text === undefined ? [] : gathered(join(directory, file), text)
      const told = [text ?? '', ...behind].find((each) => each.includes('drizzle-orm'))
      if (told === undefined) continue
      const dialect = CORES.find(([pattern]) => pattern.test(told))?.[1]
      return detected('drizzle', [relativePath(file)], relativePath(file), dialect)
    }
  }
  return undefined
}

/** The texts of the files that this one exports again. */
function gathered(file: string, text: string): string[] {
  return [...text.matchAll(/\bexport\s[^'"`;]*?from\s*['"](\.[^'"]+)['"]/g)].flatMap(([, target = '']) => {
    const path = join(dirname(file), target)
    const found = [path, `${path}.ts`, `${path}.js`, path.replace(/\.js$/, '.ts'), join(path, 'index.ts')].map(read)
    return found.find((each) => each !== undefined) ?? []
  })
}

function fromSqlFiles(directory: string): Detected | undefined {
  const found = SQL_FILES.find((path) => read(join(directory, path)) !== undefined)
  return found === undefined ? undefined : detected('sql', [relativePath(found)], found)
}

const detected = (source: Detected['source'], paths: string[], evidence: string, dialect?: string): Detected => ({
  source,
  paths,
  evidence,
  ...(dialect !== undefined && { dialect }),
})

const relativePath = (path: string): string =>
  path.startsWith('!')
    ? `!${relativePath(path.slice(1))}`
    : /^(?:\.{0,2}\/)/.test(path)
      ? path
      : `./${path.replaceAll('\\', '/')}`

function read(file: string): string | undefined {
  try {
    return existsSync(file) && statSync(file).isFile() ? readFileSync(file, 'utf8') : undefined
  } catch {
    return undefined
  }
}
