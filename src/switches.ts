// The variables of the environment that say what a start may do.
import { GodwitError } from './errors.ts'

export type Environment = Record<string, string | undefined>

/** The names of the variables. */
export const VARIABLES = { migrate: 'AUTO_MIGRATE_ON_STARTUP', skip: 'SKIP_DB_INIT' } as const

const YES = new Set(['true', '1', 'yes', 'on'])
const NO = new Set(['false', '0', 'no', 'off'])

/** Yes, no, or not said. Errors: CONFIG_INVALID (neither). */
export function flag(env: Environment, name: string): boolean | undefined {
  const value = env[name]?.trim().toLowerCase() ?? ''
  if (value === '') return undefined
  if (YES.has(value)) return true
  if (NO.has(value)) return false
  throw new GodwitError('CONFIG_INVALID', `The environment variable ${name} is ${JSON.stringify(env[name])}.`, {
    why: 'It says neither yes nor no, and guessing could migrate a database that nobody wanted to touch.',
    fix: `Set ${name} to true or false, or remove it.`,
    data: { variable: name },
  })
}

/** The environment's name for seeds and steps: what the program says, GODWIT_ENV, NODE_ENV, else `development`. */
export const environmentOf = (env: Environment, said?: string): string =>
  [said, env.GODWIT_ENV, env.NODE_ENV].find((name) => name !== undefined && name !== '') ?? 'development'

/** Whether this is where real users are: passwords are judged by it. */
export const isProduction = (environment: string): boolean => /^prod/i.test(environment)
