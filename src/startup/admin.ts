// The administrator: made once, with a password that comes from the environment and is never shown.
import { GodwitError } from '../errors.ts'
import type { Row } from '../runner/seed.ts'
import { hashPassword } from './password.ts'
import { isProduction } from './policy.ts'
import type { Step, StepDatabase } from './steps.ts'

/** What the administrator is. */
export interface AdminOptions {
  /** Default `users`. */
  table?: string
  /** The row without the password. Default `{ username: 'admin' }`. */
  row?: Row
  /** The column that tells whether it exists. Default: the first one of `row`. */
  by?: string
  /** Default `password_hash`. */
  passwordColumn?: string
  /** The environment variable of the password. Default `ADMIN_PASSWORD`. */
  variable?: string
  /** Used where the variable is not set, but never in production. */
  developmentPassword?: string
  /** Default: scrypt (`hashPassword`). */
  hash?: (password: string) => Promise<string> | string
  /** Default `process.env`. */
  env?: Readonly<Record<string, string | undefined>>
}

// NIST SP 800-63B asks for 15 where a password is all there is; 12 is what most policies accept for one.
const SHORTEST = 12
const KNOWN =
  /^(admin|administrator|root|password|passw0rd|changeme|change-me|secret|default|letmein|welcome|qwerty|test)[\d!@#$._-]*$/i

/**
 * A step that makes the administrator where there is none; one that is there is left alone, whatever its password.
 * Errors: PASSWORD_REFUSED (none is given; in production also a short one or one that everybody knows).
 */
export function adminUser(options: AdminOptions = {}): Step & Required<Pick<Step, 'check'>> {
  const { table = 'users', row = { username: 'admin' }, passwordColumn = 'password_hash' } = options
  const by = options.by ?? Object.keys(row)[0] ?? 'username'
  return {
    name: 'Admin user',
    async check(database) {
      try {
        passwordFor(options, database.environment)
      } catch (refusal) {
        // Who is there needs no password. A table that cannot be asked is not there yet.
        if (!(await exists(database, table, by, row).catch(() => false))) throw refusal
      }
    },
    async run(database) {
      if (await exists(database, table, by, row)) return
      const password = passwordFor(options, database.environment)
      const hash = await (options.hash ?? hashPassword)(password)
      if (await database.ensure(table, { ...row, [passwordColumn]: hash }, [by])) {
        database.log(`✅ Admin user ${JSON.stringify(String(row[by]))} created`)
      }
    },
  }
}

// Hashing is slow on purpose: not at every start.
async function exists(database: StepDatabase, table: string, by: string, row: Row): Promise<boolean> {
  return database.exists(table, { [by]: row[by] ?? null })
}

/** The password, if it may be used here. */
function passwordFor(
  { variable = 'ADMIN_PASSWORD', developmentPassword, env = process.env }: AdminOptions,
  environment: string,
): string {
  const given = env[variable]
  const production = isProduction(environment)
  const refused = (message: string): GodwitError =>
    new GodwitError('PASSWORD_REFUSED', message, {
      fix: `Set ${variable} to a password of at least ${SHORTEST} characters that nobody can guess, for example: openssl rand -base64 18`,
      data: { variable, environment },
    })
  if (given === undefined || given === '') {
    if (!production && developmentPassword !== undefined) return developmentPassword
    throw refused(`The administrator has no password: ${variable} is not set.`)
  }
  if (!production) return given
  if (given === developmentPassword)
    throw refused(`${variable} is the password for development, and this is production.`)
  if (KNOWN.test(given)) throw refused(`${variable} is a password that everybody knows, and this is production.`)
  if ([...given].length < SHORTEST) throw refused(`${variable} is too short for production.`)
  return given
}
