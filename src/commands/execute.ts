// Runs one verb: makes its context, closes it, and lets no password out in an error.
import { type ErrorDetails, GodwitError, isGodwitError } from '../errors.ts'
import { redact, redactValue } from '../redact.ts'
import type { AnyCommand } from './command.ts'
import { type ContextOptions, createContext, type Resources } from './context.ts'

/** The verb's report. Errors: coded ones, free of passwords; anything else is a bug and passes as it is. */
export async function execute(
  command: AnyCommand,
  input: unknown,
  options: ContextOptions,
  resources?: Resources,
): Promise<unknown> {
  const context = createContext(options, resources)
  let report: unknown
  try {
    report = await command.run(context, input as never)
  } catch (error) {
    // What failed first is what is told: a failing close would hide it.
    await context.close().catch(() => {})
    throw isGodwitError(error) ? redacted(error) : error
  }
  await context.close()
  return report
}

function redacted(error: GodwitError): GodwitError {
  const { code, message, why, fix, place, data, underlying: cause } = error
  const details: ErrorDetails = { cause }
  if (why !== undefined) details.why = redact(why)
  if (fix !== undefined) details.fix = redact(fix)
  if (place !== undefined) details.place = redactValue(place) as NonNullable<typeof place>
  if (data !== undefined) details.data = redactValue(data) as NonNullable<typeof data>
  const clean = new GodwitError(code, redact(message), details)
  if (error.stack !== undefined) clean.stack = redact(error.stack)
  return clean
}
