// Every failure a user can meet: what happened, why, and what to run next.

/** Exit codes: 1 failure, 2 wrong usage, 3 pending or different, 4 refused for safety, 5 lock not obtained, 6 in doubt, 70 a bug of ours. */
export type ExitCode = 1 | 2 | 3 | 4 | 5 | 6 | 70

/** The one table of codes. `docs/reference/errors.md` holds exactly these (a test compares the two). */
export const CODES = {
  // configuration and usage
  USAGE: 2,
  CONFIG_NOT_FOUND: 2,
  CONFIG_INVALID: 2,
  CONFIG_UNTRUSTED: 4,
  URL_MISSING: 2,
  URL_INVALID: 2,
  DIALECT_UNKNOWN: 2,
  DRIVER_MISSING: 2,
  DECISION_NEEDED: 2,
  STATE_INVALID: 2,
  // models and SQL text
  SOURCE_MISSING: 2,
  SOURCE_FAILED: 1,
  SQL_SYNTAX: 1,
  SQL_UNSUPPORTED: 1,
  // revisions
  FOLDER_MISSING: 2,
  FOLDER_NOT_WRITABLE: 1,
  REVISION_INVALID: 1,
  REVISION_UNKNOWN: 2,
  REVISION_AMBIGUOUS: 2,
  REVISION_DUPLICATE: 1,
  REVISION_PARENT_MISSING: 1,
  REVISION_CYCLE: 1,
  REVISION_EDITED: 1,
  REVISION_MISSING: 1,
  REVISION_IRREVERSIBLE: 4,
  REVISION_FAILED: 1,
  REVISIONS_FAILED: 1,
  HEADS_SEVERAL: 1,
  MERGE_CONFLICT: 4,
  PROOF_FAILED: 1,
  // databases
  CONNECTION_REFUSED: 1,
  CONNECTION_LOST: 1,
  CONNECTION_FAILED: 1,
  DATABASE_MISSING: 1,
  ACCESS_DENIED: 1,
  PERMISSION_DENIED: 1,
  DATABASE_READ_ONLY: 1,
  DATABASE_IN_USE: 5,
  DATABASE_FULL: 1,
  STATEMENT_FAILED: 1,
  OBJECT_EXISTS: 1,
  FOREIGN_KEY_FAILED: 1,
  TYPE_CONFLICT: 1,
  SHADOW_FAILED: 1,
  // running
  PROJECT_MISMATCH: 4,
  DATABASE_NOT_EMPTY: 4,
  DATA_LOSS: 4,
  ENSURE_DIFFERENT: 4,
  ADOPT_DIFFERENT: 4,
  HISTORY_EXISTS: 4,
  HISTORY_UNTRUSTED: 4,
  LOCK_TIMEOUT: 5,
  POOL_TOO_SMALL: 5,
  STATEMENT_LOCK_TIMEOUT: 5,
  IN_DOUBT: 6,
  HALF_DONE: 4,
  HALF_UNDONE: 4,
  INTERRUPTED: 1,
  NOT_UP_TO_DATE: 3,
  // backups
  BACKUP_FAILED: 1,
  BACKUP_INVALID: 1,
  BACKUP_MISMATCH: 4,
  RESTORE_FAILED: 1,
  TOOL_MISSING: 1,
  // at start-up
  SEED_INVALID: 1,
  SEED_FAILED: 1,
  STEP_FAILED: 1,
  PASSWORD_REFUSED: 4,
  BUG: 70,
} as const satisfies Record<string, ExitCode>

export type ErrorCode = keyof typeof CODES

/** Where in a text something went wrong. Line and column start at 1. */
export interface Place {
  file?: string
  line?: number
  column?: number
  /** The line of text itself, for the caret. */
  text?: string
}

/** What a GodwitError says beside its message. */
export interface ErrorDetails {
  /** Why it happened, in a sentence or two. */
  why?: string
  /** What to do or to run next. */
  fix?: string
  place?: Place
  /** Facts for machines. */
  data?: Record<string, unknown>
  /** What it comes from: `underlying` of the error. */
  cause?: unknown
}

/** The one error class. `message` says what happened; it never holds a password or row data. */
export class GodwitError extends Error {
  declare readonly name: 'GodwitError'
  declare readonly code: ErrorCode
  declare readonly why?: string
  declare readonly fix?: string
  declare readonly place?: Place
  declare readonly data?: Record<string, unknown>
  /** The driver's own error, for a debugger. Not `cause`: Node would print it, and it may hold SQL or row data. */
  declare readonly underlying: unknown

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message)
    const { cause, ...said } = details
    // Not enumerable: whoever does not catch it reads our words, and not these keys once more.
    for (const [key, value] of Object.entries({ name: 'GodwitError', code, ...said })) {
      if (value !== undefined) Object.defineProperty(this, key, { value, enumerable: false })
    }
    causes.set(this, cause)
    const stack = this.stack ?? ''
    Object.defineProperty(this, 'stack', { value: told(this, stack), writable: true, enumerable: false })
  }

  get exitCode(): ExitCode {
    return CODES[this.code]
  }

  toJSON(): Record<string, unknown> {
    const { code, message, why, fix, place, data } = this
    return { code, message, why, fix, place, data }
  }
}

const causes = new WeakMap<GodwitError, unknown>()
Object.defineProperty(GodwitError.prototype, 'underlying', {
  get(this: GodwitError) {
    return causes.get(this)
  },
})

const OWN = new URL('.', import.meta.url).href
const OWN_PATH = OWN.startsWith('file:') ? decodeURIComponent(new URL(OWN).pathname) : OWN

/**
 * What an uncaught one prints: what happened, why, and what to do, then where the program called us. A bug of ours keeps
 * all its frames.
 */
function told({ code, message, why, fix, place }: GodwitError, stack: string): string {
  const frames = stack.split('\n').filter((line) => /^\s+at /u.test(line))
  const theirs = frames.filter(
    (line) => !/node:|\(native|<anonymous>/u.test(line) && !line.includes(OWN) && !line.includes(OWN_PATH),
  )
  const at = [place?.file, place?.line, place?.column].filter((part) => part !== undefined).join(':')
  return [
    `GodwitError: ${code}: ${message}`,
    ...(why === undefined ? [] : [`  ${why.replaceAll('\n', '\n  ')}`]),
    ...(at === '' ? [] : [`  in ${at}`]),
    ...(fix === undefined ? [] : [`→ ${fix.replaceAll('\n', '\n  ')}`]),
    ...(code === 'BUG' ? frames : theirs),
  ].join('\n')
}

/** What an error says beside its message, for another one that says more. */
export const detailsOf = ({ why, fix, place, data, underlying }: GodwitError): ErrorDetails => ({
  ...(why !== undefined && { why }),
  ...(fix !== undefined && { fix }),
  ...(place !== undefined && { place }),
  ...(data !== undefined && { data }),
  cause: underlying,
})

/** True for our own, coded errors: everything else that reaches the top is a bug. */
export const isGodwitError = (error: unknown): error is GodwitError =>
  error instanceof GodwitError ||
  // Of another copy of this package: a linked one, or one that the configuration imported.
  (error instanceof Error &&
    error.name === 'GodwitError' &&
    'code' in error &&
    Object.hasOwn(CODES, String(error.code)))
