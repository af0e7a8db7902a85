// The lines of a start: one for each outcome, worded so that they can be searched for.
import { isGodwitError } from '../errors.ts'
import { redact } from '../redact.ts'
import { ensuredWords, tenths } from '../runner/ensured-words.ts'
import type { RunnerEvent } from '../runner/events.ts'
import { VARIABLES } from './policy.ts'

/** Where the lines go: `console`, or anything with these methods (pino, winston, a framework's own). */
export interface Logger {
  info(line: string): void
  warn(line: string): void
  error(line: string): void
}

/** The writer of the lines. Passwords are taken out, and control characters cannot make lines of their own. */
export function linesFor(logger: Logger) {
  const safe = (line: string): string =>
    redact(line).replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
  const info = (line: string): void => logger.info(safe(line))
  const warn = (line: string): void => logger.warn(safe(line))
  const error = (line: string): void => logger.error(safe(line))
  let waiting = false
  const isWorthALine = tenths()
  // What a revision is called, for the line when it is done.
  const messages = new Map<string, string>()
  return {
    info,
    warn,
    skipped: () => info(`⏭️ ${VARIABLES.skip} is set - skipping database set-up`),
    current: () => info('✅ Database tables exist - skipping migrations'),
    others: () => info('✅ Database tables exist - another instance has run the migrations'),
    running: (found: Found, pending: number) => info(`📦 ${wordsOf(found, counted(pending))} Running migrations...`),
    partly: (steps: number, failed: number) =>
      warn(`⚠️ Migrations completed in part: ${counted(steps)} applied, ${failed} failed`),
    done: (steps: number, ms: number) =>
      info(`✅ Migrations completed successfully! (${counted(steps)}, ${Math.round(ms)} ms)`),
    manual(found: Found, pending: readonly string[]) {
      warn(`⚠️ ${wordsOf(found, `${counted(pending.length)}: ${pending.join(', ')}`)}`)
      if (!found.applied && found.tables > 0) warn('   To take it over as it is: godwit adopt')
      warn(`   To auto-run migrations on startup, set: ${VARIABLES.migrate}=true`)
      warn('   To run them now: godwit upgrade')
    },
    creating: () => warn('🔧 Creating database tables from the models...'),
    created(unseen: readonly { revision: string; message: string }[]) {
      warn('✅ Database tables created from the models; the history says they are at the head')
      if (unseen.length === 0) return
      warn('⚠️ Counted as done, though the models do not hold it: the SQL and code of')
      for (const { revision, message } of unseen) warn(`   ${revision}  ${message}`)
      warn('   Their rows, triggers and functions are missing: put them in by hand, or repair what failed and start')
      warn('   again with an empty database.')
    },
    seeded: (name: string, ms: number) => info(`✅ Seed ${name} completed (${Math.round(ms)} ms)`),
    seedEdited: (name: string) =>
      warn(`⚠️ Seed ${name} was changed after it ran; it is not run again (godwit seed --again ${name})`),
    step: (name: string) => info(`✅ ${name} completed`),
    stepFailed: (name: string, cause: unknown) => error(`❌ ${name} failed: ${messageOf(cause)} (going on)`),
    serving: () => warn('⚠️ Starting without migrations: the database may not fit this program'),
    failed(cause: unknown, during: 'migration' | 'initialization') {
      const what = during === 'migration' ? 'Migration failed' : 'Database initialization error'
      error(`❌ ${what}: ${messageOf(cause)}`)
      detail(cause)
    },
    /** What the runner tells, as far as a log wants to know. */
    event(event: RunnerEvent) {
      if (event.type === 'lock waiting' && !waited())
        info('⏳ Another instance is migrating - waiting for it to finish')
      if (event.type === 'step started') messages.set(event.revision, event.message)
      if (event.type === 'step finished')
        info(`   ✓ ${event.revision} ${messages.get(event.revision)} (${Math.round(event.duration)} ms)`)
      if (event.type === 'step failed') {
        error(`❌ ${event.revision} ${event.message} failed: ${messageOf(event.error)} (going on)`)
        detail(event.error)
      }
      if (event.type === 'retry')
        warn(`   ${event.revision}: ${event.reason}, trying again (${event.attempt}/${event.tries})`)
      if (event.type === 'ensured') info(`   ${event.revision}: ${ensuredWords(event)}`)
      if (event.type === 'backfill' && isWorthALine(event))
        info(`   ${event.revision}: filling ${event.table}.${event.column}: ${event.done} of about ${event.total} rows`)
      if (event.type === 'warning') warn(`   ${event.message}`)
    },
  }
  function detail(cause: unknown): void {
    if (!isGodwitError(cause)) return
    if (cause.why !== undefined) for (const line of cause.why.split('\n')) error(`   ${line}`)
    if (cause.fix !== undefined) error(`   → ${cause.fix}`)
  }
  function waited(): boolean {
    const before = waiting
    waiting = true
    return before
  }
}

export type Lines = ReturnType<typeof linesFor>

/** What a start found: whether any revision is applied, and where none is, how many tables there are. */
export interface Found {
  applied: boolean
  tables: number
}

function wordsOf({ applied, tables }: Found, behind: string): string {
  if (applied) return `Database is behind by ${behind}.`
  if (tables === 0) return 'Database tables not found.'
  return `Database has ${tables} ${tables === 1 ? 'table' : 'tables'}, and no history of migrations.`
}

const counted = (count: number): string => `${count} ${count === 1 ? 'revision' : 'revisions'}`

const messageOf = (cause: unknown): string =>
  isGodwitError(cause) ? `${cause.message} [${cause.code}]` : cause instanceof Error ? cause.message : String(cause)
