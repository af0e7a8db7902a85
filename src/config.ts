// The configuration: godwit.config.*, .env, environment and flags, validated into one value.
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { dialectNameOf, isFileUrl, withoutDriver } from './dialects/index.ts'
import { GodwitError } from './errors.ts'
import { moduleFailure, withoutSecrets } from './place.ts'
import { checkTrusted, projectRoot } from './project-root.ts'
import { redactForeign, rememberSecrets } from './redact.ts'
import type { Source } from './sources/source.ts'

/** What `godwit.config.ts` exports. Everything is optional: without a file the environment has to name the database. */
export interface ConfigInput {
  /** The database. Absent: DATABASE_URL of the environment or of `.env`. */
  url?: string | undefined
  /** The models: `sql('schema.sql')`, `drizzle('src/schema.ts')`, or several of them. */
  source?: Source | readonly Source[] | undefined
  /** Folder of the revision files, relative to the configuration. Default `./migrations`. */
  revisions?: string | undefined
  /** Folder of the seed files, relative to the configuration. Default `./seeds`. */
  seeds?: string | undefined
  /** A server for the shadow database, instead of the embedded engine. */
  shadow?: string | undefined
  /** The dialect's name, where there is no URL to tell it (writing revisions without a database). */
  dialect?: string | undefined
  /** Seconds to wait for another runner to finish. Default 60; 0: one try. */
  lockWait?: number | undefined
  /** Milliseconds one statement may wait for a lock before it is tried again. */
  lockTimeout?: number | undefined
  /** Format of new revision files. Default `ts`. */
  format?: 'ts' | 'sql' | undefined
  /** Grants and default privileges are part of the schema too. Default: they are left alone. */
  grants?: boolean | undefined
  /**
   * What belongs to somebody else, by name: `legacy_*`, `audit.*`. It is compared with nothing, and neither made, changed
   * nor dropped; what stands on it (a view of it, a foreign key to it) is left alone with it. `!name` takes back what a
   * pattern before it says. Tables in which other migration tools keep their books are ignored from the start.
   */
  ignore?: readonly string[] | undefined
}

/** The one value that everything else reads. Paths are absolute. */
export interface Config {
  /** Folder that relative paths start from: the configuration file's, else the working directory. */
  directory: string
  /** The configuration file, if there is one. */
  file?: string
  url?: string
  sources: readonly Source[]
  /** Folder of the revision files. */
  folder: string
  /** Folder of the seed files; it need not exist. */
  seeds: string
  shadow?: string
  dialect?: string
  lockWait?: number
  lockTimeout?: number
  format: 'ts' | 'sql'
  /** Grants and default privileges are part of the schema. */
  grants: boolean
  /** Names of tables and objects that are left alone, with `*` and `?`. */
  ignore: readonly string[]
  /** Folder for cached snapshots and replays. */
  cache: string
}

/** Where `loadConfig` looks and what overrules. */
export interface ConfigRequest {
  /** Default: the working directory. */
  cwd?: string
  /** A file, or the input itself (from the library). Absent: the nearest godwit.config.* at or above `cwd`. */
  config?: string | ConfigInput
  /** Overrules the configured URL. */
  url?: string
  /** Default `process.env`; values of `.env` that are missing in it are added, as `node --env-file` does. */
  env?: Record<string, string | undefined>
}

/** File names that are looked for, in this order. */
export const CONFIG_FILES: readonly string[] = ['ts', 'mts', 'js', 'mjs', 'json'].map((end) => `godwit.config.${end}`)

/** Types the configuration: `export default config({ … })`. It returns its argument. */
export const config = (input: ConfigInput): ConfigInput => input

/** The same as `config`, under the name other tools use. */
export const defineConfig = config

/**
 * Finds, reads and validates the configuration. A URL given here beats the file's, that beats DATABASE_URL.
 * Errors: CONFIG_NOT_FOUND (a file was named and is not there), CONFIG_UNTRUSTED, CONFIG_INVALID.
 */
export async function loadConfig(request: ConfigRequest = {}): Promise<Config> {
  const cwd = resolve(request.cwd ?? process.cwd())
  const env = request.env ?? process.env
  const file = typeof request.config === 'object' ? undefined : findConfig(cwd, request.config)
  const directory = file === undefined ? cwd : dirname(file)
  readDotEnv(directory, env)
  const input =
    typeof request.config === 'object' ? request.config : file === undefined ? {} : await readInput(file, env)
  return resolved(isPlain(input) ? input : await validated(input, file), { directory, env, file, url: request.url })
}

const TYPES = new Map(
  Object.entries({ url: 'string', revisions: 'string', seeds: 'string', lockWait: 'number', lockTimeout: 'number' }),
)

// What can be seen to be right at a glance. Everything else is for the validator, whose loading takes longer than the rest.
function isPlain(input: unknown): input is ConfigInput {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return false
  return Object.entries(input).every(([key, value]) => {
    if (key === 'ignore')
      return (
        Array.isArray(value) && value.every((each) => typeof each === 'string' && /^!?[\w*]+(?:\.[\w*]+)?$/.test(each))
      )
    if (key === 'source') return isSource(value) || (Array.isArray(value) && value.length > 0 && value.every(isSource))
    if (typeof value !== TYPES.get(key)) return false
    if (key === 'url') return /^[a-z][a-z0-9+]*:/i.test(String(value))
    return typeof value === 'number' ? Number.isFinite(value) && value >= 0 : value !== ''
  })
}

const isSource = (value: unknown): value is Source =>
  typeof value === 'object' && value !== null && 'ddl' in value && typeof value.ddl === 'function'

async function validated(input: unknown, file: string | undefined): Promise<ConfigInput> {
  const { isValid, explainInvalid } = await import('./config-schema.ts')
  if (isValid(input)) return input
  throw explainInvalid(input, file)
}

function resolved(
  input: ConfigInput,
  at: { directory: string; env: Record<string, string | undefined>; file: string | undefined; url: string | undefined },
): Config {
  const { source, revisions = './migrations', seeds = './seeds', format = 'ts', grants = false, ignore = [] } = input
  const named = [at.url, input.url, at.env.DATABASE_URL].find((each) => each !== undefined && each !== '')
  const url = named === undefined ? undefined : withoutDriver(named)
  refuseOther(input.dialect, url)
  for (const secret of [at.url, input.url, input.shadow, at.env.DATABASE_URL]) rememberSecrets(secret)
  return {
    directory: at.directory,
    sources: source === undefined ? [] : Array.isArray(source) ? source : [source as Source],
    folder: resolve(at.directory, revisions),
    seeds: resolve(at.directory, seeds),
    format,
    grants,
    ignore,
    cache: cacheFolder(at.directory, at.env),
    ...(at.file !== undefined && { file: at.file }),
    ...(url !== undefined && { url }),
    ...(input.shadow !== undefined && { shadow: withoutDriver(input.shadow) }),
    ...(input.dialect !== undefined && { dialect: input.dialect }),
    ...(input.lockWait !== undefined && { lockWait: input.lockWait }),
    ...(input.lockTimeout !== undefined && { lockTimeout: input.lockTimeout }),
  }
}

// The revisions were written for that dialect: on another database they would fail half way, or worse, not fail.
function refuseOther(dialect: string | undefined, url: string | undefined): void {
  const found = url === undefined ? undefined : dialectNameOf(url)
  if (dialect === undefined || found === undefined || found === dialect) return
  throw new GodwitError('CONFIG_INVALID', `The URL is of ${found}, and the configuration is for ${dialect}.`, {
    why: `It says dialect: '${dialect}', and so does what it names: models and revisions.`,
    fix: 'Correct `dialect` or the URL. A configuration that chooses by DATABASE_URL does not see --url: set the variable.',
    data: { key: 'dialect', dialect, url: found },
  })
}

/**
 * The nearest configuration file at or above a folder, no further than its project reaches; one that is named is taken as
 * it is. Errors: CONFIG_NOT_FOUND where `named` is given and missing, CONFIG_UNTRUSTED.
 */
export function findConfig(cwd: string, named?: string): string | undefined {
  if (named !== undefined) {
    const file = isAbsolute(named) ? named : resolve(cwd, named)
    if (existsSync(file)) return file
    throw new GodwitError('CONFIG_NOT_FOUND', `There is no configuration file at ${named}.`, {
      fix: 'Give the path of an existing file with --config, or run `godwit init` to write one.',
    })
  }
  const root = projectRoot(cwd)
  for (let folder = cwd; ; folder = dirname(folder)) {
    for (const name of CONFIG_FILES) {
      const file = join(folder, name)
      if (!existsSync(file)) continue
      checkTrusted(file, cwd)
      return file
    }
    if (folder === root || folder === dirname(folder)) return undefined
  }
}

// Only what is missing is added: the real environment wins, as everywhere else.
function readDotEnv(directory: string, env: Record<string, string | undefined>): void {
  const file = join(directory, '.env')
  if (!existsSync(file)) return
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new GodwitError('CONFIG_INVALID', 'The file .env cannot be read.', {
      fix: 'Give yourself the right to read it, or take it away and set the variables in the environment.',
      place: { file },
      cause,
    })
  }
  for (const [key, value] of Object.entries(parseEnv(text))) env[key] ??= anchored(value ?? '', directory)
}

// A database file lies where the line that names it says, whatever folder the command is run from.
function anchored(value: string, directory: string): string {
  const scheme = isFileUrl(value) && directory !== process.cwd() ? /^[a-z]+:/i.exec(value)?.[0] : undefined
  return scheme === undefined ? value : `${scheme}${join(directory, value.slice(scheme.length))}`
}

async function readInput(file: string, env: Record<string, string | undefined>): Promise<unknown> {
  if (file.endsWith('.json')) {
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as unknown
    } catch (cause) {
      throw new GodwitError('CONFIG_INVALID', `${basename(file)} is not valid JSON.`, {
        // V8 quotes the text around the error, and that may be the URL: only the position is shown.
        why: /position \d+(?: \(line \d+ column \d+\))?/.exec(String(cause))?.[0] ?? 'The text ends too early.',
        fix: 'Correct the file; comments and trailing commas are not allowed in JSON.',
        place: { file },
        cause,
      })
    }
  }
  const { readPlainConfig } = await import('./config-literal.ts')
  const plain = readPlainConfig(readFileSync(file, 'utf8'), env)
  if (plain !== undefined) return plain
  const { loadModule } = await import('./load.ts')
  const exports = await loadModule(file).catch(async (cause: unknown) => {
    if (cause instanceof GodwitError) throw cause
    const { message, syntax, place } = moduleFailure(cause, file)
    const { CONFIG_KEYS } = await import('./config-schema.ts')
    const name = syntax ? 'Syntax error' : cause instanceof Error ? cause.name : 'It throws'
    throw new GodwitError('CONFIG_INVALID', `${basename(file)} cannot be loaded.`, {
      why: redactForeign(`${name}: ${message}`),
      fix: 'Correct the file, or name another one with --config.',
      place: withoutSecrets(place, CONFIG_KEYS),
      cause,
    })
  })
  if (exports.default === undefined) {
    throw new GodwitError('CONFIG_INVALID', `${basename(file)} has no default export.`, {
      fix: 'End it with `export default config({ … })`.',
      place: { file },
    })
  }
  return exports.default
}

// Beside the other build caches of the project where it has any, else the user's cache folder.
function cacheFolder(directory: string, env: Record<string, string | undefined>): string {
  for (let folder = directory; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules'))) return join(folder, 'node_modules', '.cache', 'godwit')
    if (folder === dirname(folder)) break
  }
  return join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'godwit')
}
