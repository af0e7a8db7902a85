// What a start works on: the database, the revisions and the seeds, from configuration or from a bundle.
import { type Config, type ConfigInput, loadConfig } from '../config.ts'
import type { Connection, Connector, Dialect } from '../dialects/dialect.ts'
import { connectorOf, dialectNamed, dialectOf, reading, withoutDriver } from '../dialects/index.ts'
import { GodwitError } from '../errors.ts'
import { isUnencoded, rememberSecrets } from '../redact.ts'
import { type Folder, readFolder } from '../revisions/folder.ts'
import { type Bundle, folderOfBundle, seedsOfBundle, withBundle } from '../runner/bundle.ts'
import { readSeeds, type SeedFile } from '../runner/seed.ts'
import { urlInvalid } from '../url.ts'
import type { Environment } from './policy.ts'

/** Where a start finds its things. */
export interface Where {
  /** The configuration, or its file. Absent: the nearest godwit.config.*, or with a bundle none at all. */
  config?: string | ConfigInput
  /** Overrules the configured URL; without any, DATABASE_URL. */
  url?: string
  cwd?: string
  /** The module that `godwit bundle` wrote: revisions and seeds come from it, and no file is read. */
  bundle?: Bundle
  /** An open connection to work on; it stays open. */
  connection?: Connection
}

/** The same, found. */
export interface Project {
  url: string
  folder: Folder
  seeds: readonly SeedFile[]
  /** Opens sessions and reads the history. */
  connector: Connector
  /** Everything else, loaded when there is something to do. */
  dialect(): Promise<Dialect>
  /** Absent with a bundle: there are no models at run time. */
  config?: Config
  lockWait?: number
  lockTimeout?: number
}

/** Reads configuration, revisions and seeds. Errors: CONFIG_…, URL_…, DIALECT_UNKNOWN, FOLDER_MISSING, REVISION_INVALID, SEED_INVALID. */
export async function projectOf(where: Where, env: Environment): Promise<Project> {
  const { bundle } = where
  const input = typeof where.config === 'object' ? where.config : {}
  const bundled = bundle !== undefined && typeof where.config !== 'string'
  const config = bundled ? undefined : await loadConfig({ ...where, env })
  const { lockWait, lockTimeout, dialect: named, grants } = config ?? input
  const url = checked(
    where.connection !== undefined,
    config?.url ?? [where.url, input.url, env.DATABASE_URL].find((each) => each !== undefined && each !== ''),
  )
  const folder = bundle === undefined ? await readFolder(config?.folder ?? '') : folderOfBundle(bundle)
  if (!folder.exists) {
    throw new GodwitError('FOLDER_MISSING', `There is no folder of revisions at ${folder.path}.`, {
      why: 'Without it nobody can say what the database should be.',
      fix: 'Ship it with the program, or pass the module that `godwit bundle` writes as `bundle`.',
    })
  }
  return {
    url,
    folder,
    seeds: bundle === undefined ? readSeeds(config?.seeds ?? '') : seedsOfBundle(bundle),
    connector: await connectorOf(url),
    async dialect() {
      const whole = reading(await (named === undefined ? dialectOf(url) : dialectNamed(named)), { grants })
      return bundle === undefined ? whole : withBundle(whole, bundle)
    },
    ...(config !== undefined && { config }),
    ...(lockWait !== undefined && { lockWait: lockWait * 1000 }),
    ...(lockTimeout !== undefined && { lockTimeout }),
  }
}

function checked(hasConnection: boolean, url: string | undefined): string {
  if (url === undefined) {
    throw new GodwitError('URL_MISSING', 'No database is named.', {
      why: `Neither \`url\` nor the configuration nor DATABASE_URL says which.${hasConnection ? ' An open `connection` does not tell: where it breaks off, the database is asked again by its URL.' : ''}`,
      fix: 'Set DATABASE_URL, or pass `url` to startup().',
    })
  }
  rememberSecrets(url)
  if (!isUnencoded(url)) return withoutDriver(url)
  throw urlInvalid(url, 'The database URL cannot be read: its password holds an @, a / or a #.', {
    why: 'These characters mean something in a URL, so that a part of the password would be taken for the host.',
    fix: 'Write them percent-encoded: %40 for @, %2F for /, %23 for #.',
  })
}
