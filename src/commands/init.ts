// `init`: sets a project up: configuration, folder of revisions, and the first revision where there are models.
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { findConfig } from '../config.ts'
import { dialectNames, exampleUrl, lackingPackages } from '../dialects/index.ts'
import { GodwitError, isGodwitError } from '../errors.ts'
import { checkInside } from '../project-root.ts'
import { type Detected, detectModels } from '../sources/detect.ts'
import { command } from './command.ts'
import type { Context } from './context.ts'
import { shortPath, type Written } from './files.ts'
import { migrate } from './migrate.ts'

/** What to do next: a line to copy, and what it does. */
export interface Next {
  line: string
  does: string
}

export interface InitReport {
  /** The configuration file, and whether it was written now. */
  config: { file: string; created: boolean }
  folder: { path: string; created: boolean }
  /** The models that were found. */
  models?: Detected
  /** Where the database's URL was found. */
  url?: 'environment' | '.env' | 'configuration' | '--url'
  first?: Written
  /** Packages that are needed and not installed, as npm takes them. */
  missing: string[]
  /** Why no first revision was written, where there are models. */
  skipped?: { code: string; message: string }
  next: Next[]
}

/** Writes only what is missing: a second run changes nothing. */
export const init = command({
  name: 'init',
  summary: 'set the project up',
  description: `Looks at the project (package.json, models, .env), writes godwit.config.ts and the folder of revisions, and the first
revision where there are models. What exists already is left alone.`,
  examples: [
    { line: 'godwit init', does: 'look at the project and set it up' },
    { line: 'godwit init --no-first', does: 'without the first revision' },
    { line: `godwit init --dialect ${dialectNames.at(-1)}`, does: 'where no URL and no model tells the database' },
  ],
  arguments: [],
  flags: {
    folder: { type: 'text', value: 'folder', summary: 'folder of the revisions (default: ./migrations)' },
    dialect: { type: 'text', value: 'name', choices: dialectNames, summary: 'the database, where nothing tells it' },
    first: { type: 'boolean', default: true, summary: 'do not write the first revision' },
  },
  writes: 'files',
  async run(context, input): Promise<InitReport> {
    const existing = findConfig(context.cwd)
    const models = detectModels(context.cwd)
    // Before the configuration is read: that brings .env into the environment.
    const outside = await urlOutside(context)
    const before = existing === undefined ? undefined : await context.config()
    const url = outside ?? (before?.url === undefined ? undefined : 'configuration')
    const created = existing === undefined
    const file = existing ?? (await writeConfig(context, { ...input, models, url: url !== undefined }))
    const folder = before?.folder ?? join(context.cwd, await folderFor(context, input.folder))
    checkInside(folder, dirname(file))
    const fresh = !existsSync(folder)
    await makeFolder(folder)
    const report: InitReport = {
      config: { file: shortPath(context, file), created },
      folder: { path: shortPath(context, folder), created: fresh },
      ...(models !== undefined && { models }),
      ...(url !== undefined && { url }),
      missing: [],
      next: [],
    }
    const { url: known, dialect } = await context.reopen({ config: file }).config()
    report.missing = [
      ...lackingPackages(known, dialect ?? models?.dialect),
      ...(models?.source === 'drizzle' && !isInstalled(context.cwd, 'drizzle-orm') ? ['drizzle-orm'] : []),
    ]
    const { readFolder } = await import('../revisions/index.ts')
    const revisions = (await readFolder(folder)).files.length
    if (input.first !== false && models !== undefined && revisions === 0) {
      Object.assign(report, await firstRevision(context, file))
    }
    report.next = nextSteps(report, {
      dialect: dialect ?? models?.dialect,
      models: models !== undefined || Boolean(before?.sources.length),
      revisions,
    })
    return report
  },
})

// Models are loaded from where they lie: the project's own copy is what counts.
function isInstalled(directory: string, name: string): boolean {
  try {
    createRequire(join(directory, 'package.json')).resolve(name)
    return true
  } catch {
    return false
  }
}

async function urlOutside(context: Context): Promise<'environment' | '.env' | undefined> {
  if (process.env.DATABASE_URL) return 'environment'
  const dotEnv = await readFile(join(context.cwd, '.env'), 'utf8').catch(() => '')
  return /^\s*(?:export\s+)?DATABASE_URL\s*=\s*\S/m.test(dotEnv) ? '.env' : undefined
}

// Somebody else's migrations stay theirs.
async function folderFor(context: Context, asked: string | undefined): Promise<string> {
  if (asked !== undefined) return asked
  const { readFolder } = await import('../revisions/index.ts')
  for (const candidate of ['./migrations', './godwit/migrations']) {
    const path = join(context.cwd, candidate)
    const names = await readdir(path).catch(() => [])
    const ours = await readFolder(path).then(
      ({ files }) => files.length > 0,
      () => false,
    )
    if (names.every((name) => name.startsWith('.')) || ours) return candidate
  }
  return './godwit/revisions'
}

interface Chosen {
  folder?: string | undefined
  dialect?: string | undefined
  models: Detected | undefined
  url: boolean
}

async function writeConfig(context: Context, { folder, dialect, models, url }: Chosen): Promise<string> {
  const named = dialect ?? (url ? undefined : models?.dialect)
  const options = models?.casing === undefined ? '' : `, { casing: ${quote(models.casing)} }`
  const source = models === undefined ? undefined : `${models.source}(${listOf(models.paths)}${options})`
  const lines = [
    '  // The database: set DATABASE_URL in the environment or in .env.',
    '  url: process.env.DATABASE_URL,',
    ...(named === undefined ? [] : [`  dialect: ${quote(named)},`]),
    ...(source === undefined
      ? [
          "  // The models: sql('./schema.sql') or drizzle('./src/schema.ts'), imported from 'godwit'.",
          '  // source: …,',
        ]
      : [`  source: ${source},`]),
    `  revisions: ${quote(await folderFor(context, folder))},`,
    ...(models?.ignore === undefined
      ? []
      : [`  // As ${models.evidence} says it.`, `  ignore: [${models.ignore.map(quote).join(', ')}],`]),
  ]
  const imports = models === undefined ? 'config' : `config, ${models.source}`
  const text = `import { ${imports} } from 'godwit'\n\nexport default config({\n${lines.join('\n')}\n})\n`
  const file = join(context.cwd, 'godwit.config.ts')
  try {
    await writeFile(file, text, { flag: 'wx' })
  } catch (cause) {
    throw notWritable(file, cause)
  }
  return file
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
  } catch (cause) {
    throw notWritable(folder, cause)
  }
}

const notWritable = (path: string, cause: unknown): GodwitError =>
  new GodwitError('FOLDER_NOT_WRITABLE', `${path} could not be written.`, {
    why: cause instanceof Error ? cause.message : String(cause),
    fix: 'Check that the folder may be written to, then run `godwit init` again: it goes on where it stopped.',
    cause,
  })

const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
const listOf = (paths: readonly string[]): string => {
  const [only] = paths
  return paths.length === 1 && only !== undefined ? quote(only) : `[${paths.map(quote).join(', ')}]`
}

/** The first revision. What stands in its way is told and does not undo the rest. */
async function firstRevision(context: Context, config: string): Promise<Pick<InitReport, 'first' | 'skipped'>> {
  const inner = context.reopen({ config })
  try {
    const { written } = await migrate.run(inner, { message: 'first revision' })
    return written === undefined ? {} : { first: written }
  } catch (error) {
    if (!isGodwitError(error)) throw error
    return { skipped: { code: error.code, message: [error.message, error.fix].filter(Boolean).join(' ') } }
  } finally {
    await inner.close()
  }
}

function nextSteps(
  { url, first, missing }: InitReport,
  known: { dialect: string | undefined; models: boolean; revisions: number },
): Next[] {
  const steps: Next[] = []
  if (missing.length > 0) steps.push({ line: `npm install ${missing.join(' ')}`, does: 'what is not there yet' })
  if (url === undefined) {
    const line = known.dialect === undefined ? 'DATABASE_URL=…' : `DATABASE_URL=${exampleUrl(known.dialect)}`
    steps.push({ line: `echo ${line} >> .env`, does: 'say where the database is' })
  }
  if (!known.models) steps.push({ line: 'godwit.config.ts', does: 'name the models as `source`' })
  if (first === undefined && known.revisions === 0) {
    steps.push({ line: 'godwit migrate -m "first revision"', does: 'write the first revision from the models' })
  }
  steps.push({ line: 'godwit upgrade', does: 'apply what is pending' })
  if (first !== undefined) {
    steps.push({ line: 'godwit adopt', does: 'before that, where the database has tables already' })
  }
  return steps
}
