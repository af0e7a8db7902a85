// What `verify` sees without a database: environment, configuration, revision files, the application's entry.
import { amount } from '../amount.ts'
import type { Config } from '../config.ts'
import { isGodwitError } from '../errors.ts'
import type { Folder, Graph } from '../revisions/index.ts'
import { environmentOf, flag, isProduction, VARIABLES } from '../switches.ts'
import type { Checks } from './checks.ts'
import type { Context } from './context.ts'
import { shortPath } from './files.ts'

/** What the database's checks want to know. */
export interface ProjectFacts {
  config?: Config
  /** Present where the files can be read and their graph is sound. */
  graph?: Graph
  production: boolean
  /** What AUTO_MIGRATE_ON_STARTUP says. */
  migrates?: boolean
}

/** All of it, in the order in which a reader would look. */
export async function checkProject(context: Context, checks: Checks): Promise<ProjectFacts> {
  // `.env` is read with the configuration: what is there before is the environment's own.
  const before = process.env.DATABASE_URL
  const config = await checks.attempt('configuration', () => context.config())
  checkUrl(checks, config, before)
  const migrates = await checkSwitches(checks)
  if (config !== undefined) checkConfig(context, checks, config)
  const graph = config === undefined ? undefined : await checkRevisions(context, checks, config)
  await checkEntry(checks, config?.directory ?? context.cwd)
  return {
    production: isProduction(environmentOf(process.env)),
    ...(config !== undefined && { config }),
    ...(graph !== undefined && { graph }),
    ...(migrates !== undefined && { migrates }),
  }
}

function checkUrl(checks: Checks, config: Config | undefined, before: string | undefined): void {
  const url = config?.url
  if (config === undefined) checks.add('environment', 'unknown', 'DATABASE_URL: the configuration cannot be read')
  else if (url === undefined)
    checks.add(
      'environment',
      'failed',
      'DATABASE_URL is not set, and nothing else names a database',
      'Set DATABASE_URL in the environment or in .env.',
    )
  else checks.add('environment', 'ok', `the database's URL comes from ${sourceOf(url, before)}`)
}

const sourceOf = (url: string, before: string | undefined): string =>
  url === before
    ? 'the environment'
    : url === process.env.DATABASE_URL
      ? '.env'
      : 'the configuration or --url; DATABASE_URL is not used'

async function checkSwitches(checks: Checks): Promise<boolean | undefined> {
  const { env } = process
  const migrates = await checks.attempt('environment', () => {
    const said = flag(env, VARIABLES.migrate)
    const name = VARIABLES.migrate
    if (said === true) checks.add('environment', 'ok', `${name} is true: a start applies what is pending`)
    else if (said === false)
      checks.add('environment', 'ok', `${name} is false: run \`godwit upgrade\` before each deployment`)
    else
      checks.add(
        'environment',
        'warning',
        `${name} is not set: a start applies nothing, and says what is pending`,
        `Set ${name}=true to migrate at start-up, or false to say that a deployment does it.`,
      )
    return said
  })
  await checks.attempt('environment', () => {
    if (flag(env, VARIABLES.skip) !== true) return
    checks.add(
      'environment',
      'warning',
      `${VARIABLES.skip} is set: a start does nothing at all with the database`,
      `Remove ${VARIABLES.skip} when the emergency is over.`,
    )
  })
  checks.add('environment', 'ok', `seeds and steps see the environment "${environmentOf(env)}"`)
  return migrates
}

function checkConfig(context: Context, checks: Checks, { file, sources }: Config): void {
  if (file !== undefined) checks.add('configuration', 'ok', shortPath(context, file))
  else
    checks.add(
      'configuration',
      'warning',
      'there is no godwit.config file: the defaults hold',
      '`godwit init` writes one.',
    )
  if (sources.length > 0) checks.add('configuration', 'ok', 'models are configured')
  else
    checks.add(
      'configuration',
      'warning',
      'no models are configured: revisions have to be written by hand',
      "Name them: `source: drizzle('./src/schema.ts')` or `sql('./schema.sql')`.",
    )
}

async function checkRevisions(context: Context, checks: Checks, config: Config): Promise<Graph | undefined> {
  const folder = await checks.attempt('revisions', () => context.folder())
  if (folder === undefined) return undefined
  const path = shortPath(context, folder.path)
  if (!folder.exists) {
    checks.add(
      'revisions',
      'failed',
      `there is no folder ${path}`,
      'Check `revisions` of the configuration, or run `godwit init`.',
    )
    return undefined
  }
  if (folder.files.length === 0) {
    const first = config.sources.length > 0 ? 'migrate -m "first revision"' : 'revision -m "first revision"'
    checks.add('revisions', 'warning', `${path} is empty`, `Write the first one: \`godwit ${first}\`.`)
  } else checks.add('revisions', 'ok', `${path} holds ${amount(folder.files.length, 'revision')}`)
  await checkFiles(context, checks, folder)
  return checks.attempt('revisions', () => checkGraph(checks, folder))
}

/** Reads every file as an upgrade would, and its way down: a broken one should not wait for the day it is needed. */
async function checkFiles(context: Context, checks: Checks, folder: Folder): Promise<void> {
  const { load } = await import('../revisions/index.ts')
  const { readable } = await import('../runner/index.ts')
  // Without a dialect the SQL inside cannot be read; the URL's own check says why there is none.
  const dialect = await context.dialect().catch((error: unknown) => {
    if (isGodwitError(error)) return undefined
    throw error
  })
  let broken = 0
  for (const file of folder.files) {
    const read = await checks.attempt('revisions', async () => {
      const revision = await load(file)
      if (dialect !== undefined) await readable(dialect, revision)
      return true
    })
    if (read === undefined) broken++
  }
  if (broken === 0 && folder.files.length > 0) checks.add('revisions', 'ok', 'each of them can be read, up and down')
}

async function checkGraph(checks: Checks, folder: Folder): Promise<Graph> {
  const { graphOf, headsOf } = await import('../revisions/index.ts')
  const graph = graphOf(folder.files)
  const heads = headsOf(graph)
  if (heads.length > 1)
    checks.add(
      'revisions',
      'failed',
      `there are ${heads.length} heads: ${heads.join(', ')}`,
      'Join them: `godwit merge`.',
    )
  else if (heads[0] !== undefined) checks.add('revisions', 'ok', `one head: ${heads[0]}`)
  return graph
}

async function checkEntry(checks: Checks, directory: string): Promise<void> {
  const { findEntry } = await import('./entry.ts')
  const { file, told, hook, call = 'startup()' } = findEntry(directory)
  if (file === undefined) {
    checks.add(
      'start-up',
      'warning',
      "the application's entry file was not found",
      'Name it in package.json, as `main` or in `scripts.start`, so that it can be looked at.',
    )
  } else if (hook === undefined) {
    checks.add(
      'start-up',
      'warning',
      `${file} (by ${told}) and what it imports do not call startup()`,
      "Call `await startup()` of 'godwit' before the application listens; or leave it, where a deployment runs `godwit upgrade`.",
    )
  } else
    checks.add(
      'start-up',
      'ok',
      hook === file ? `${file} calls ${call}` : `${file} imports ${hook}, which calls ${call}`,
    )
}
