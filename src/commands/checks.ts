// What `verify` collects: one line for each thing it looked at.
import { isGodwitError } from '../errors.ts'

/** One thing that was looked at. */
export interface Check {
  /** What it belongs to: `environment`, `configuration`, `revisions`, `start-up`, `database`, `privileges`, `shadow`, `pending`. */
  about: string
  /** `unknown`: it could not be looked at, because of something that failed before. */
  state: 'ok' | 'warning' | 'failed' | 'unknown'
  message: string
  /** What to do. */
  fix?: string
  /** The error's code, where it is one. */
  code?: string
}

/** Adds what a check came to. A coded error is what it has to say; anything else is a bug and passes. */
export interface Checks {
  add(about: string, state: Check['state'], message: string, fix?: string): void
  /** Runs a check; undefined where it failed, which is noted. */
  attempt<Value>(about: string, work: () => Promise<Value> | Value): Promise<Value | undefined>
}

/** Collects them into a list. */
export function collector(list: Check[]): Checks {
  return {
    add: (about, state, message, fix) => void list.push({ about, state, message, ...(fix !== undefined && { fix }) }),
    async attempt(about, work) {
      try {
        return await work()
      } catch (error) {
        if (!isGodwitError(error)) throw error
        const { code, message, why, fix } = error
        list.push({
          about,
          state: 'failed',
          message: why === undefined ? message : `${message} ${why}`,
          ...(fix !== undefined && { fix }),
          code,
        })
        return undefined
      }
    },
  }
}
