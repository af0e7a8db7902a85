// What a start may do to the database, from options and environment.
import { type Environment, flag, VARIABLES } from '../switches.ts'

export { type Environment, environmentOf, isProduction, VARIABLES } from '../switches.ts'

/** `migrate`: bring it to the head. `check`: look, and say what is pending. `skip`: not even look. */
export type Policy = 'migrate' | 'check' | 'skip'

/**
 * The policy. SKIP_DB_INIT beats everything: it is what an operator sets in an emergency. Then what the program says,
 * then AUTO_MIGRATE_ON_STARTUP; unset means `check`. Errors: CONFIG_INVALID (neither yes nor no).
 */
export function policyOf(env: Environment, said?: Policy): Policy {
  if (flag(env, VARIABLES.skip) === true) return 'skip'
  const wanted = flag(env, VARIABLES.migrate)
  return said ?? (wanted === true ? 'migrate' : 'check')
}
