// One run of the command line, from arguments to exit code.
import type { Event } from '../commands/context.ts'
import { execute } from '../commands/execute.ts'
import { type GodwitError, isGodwitError } from '../errors.ts'
import { redact, redactForeign } from '../redact.ts'
import { version } from '../version.ts'
import { type Globals, type Invocation, plainInvocation } from './invocation.ts'
import { toJson } from './json.ts'
import { createTerminal } from './terminal.ts'
import { createUi, type Ui } from './text/ui.ts'
import type { Screen } from './watch.ts'

/** Runs it and returns the exit code. Throws nothing. */
export async function run(args: readonly string[], signal?: AbortSignal): Promise<number> {
  // Before the arguments are understood: good enough to print a usage error the way that was asked for.
  const early = { json: args.includes('--json'), color: !args.includes('--no-color') }
  let invocation: Invocation
  try {
    invocation = (await plainInvocation(args)) ?? (await (await import('./parse.ts')).parse(args, version))
  } catch (error) {
    return fail(error, early.json, createUi(early.color && colorful(process.stderr)))
  }
  if (invocation.kind === 'text') {
    process.stdout.write(invocation.text)
    return invocation.exitCode
  }
  return runVerb(invocation, signal)
}

type VerbInvocation = Extract<Invocation, { kind: 'run' }>

async function runVerb({ verb, command, input, globals }: VerbInvocation, signal?: AbortSignal): Promise<number> {
  const terminal = createTerminal(globals)
  const screen = input.watch === true ? await watched(globals) : undefined
  const emit = (event: Event): void => {
    if (event.type === 'looked') {
      terminal.end()
      screen?.(event.report as never, event.changed)
    } else terminal.show(event)
  }
  try {
    const report = await execute(command, input, {
      ...(globals.config !== undefined && { config: globals.config }),
      ...(globals.url !== undefined && { url: globals.url }),
      ...(signal !== undefined && { signal }),
      ...(terminal.ask !== undefined && { ask: terminal.ask }),
      emit,
    })
    terminal.end()
    // Who watched has seen it.
    if (screen === undefined) await print(verb, report, globals)
    return command.outcome?.(report as never, input as never) ?? 0
  } catch (error) {
    terminal.end()
    return fail(error, globals.json, createUi(globals.color && colorful(process.stderr)))
  }
}

async function watched(globals: Globals): Promise<Screen> {
  const { screenOn } = await import('./watch.ts')
  const { stdout } = process
  return screenOn(stdout, globals, () => createUi(globals.color && colorful(stdout)))
}

async function print(verb: VerbInvocation['verb'], report: unknown, globals: Globals): Promise<void> {
  if (globals.json) {
    if (!globals.quiet) process.stdout.write(`${toJson(report)}\n`)
    return
  }
  const { writers } = await import('./text/index.ts')
  const { clean, cleanLines } = await import('./text/ui.ts')
  const write = await writers[verb]()
  const text = write(report as never, createUi(globals.color && colorful(process.stdout)))
  if (typeof text === 'string') {
    if (!globals.quiet && text !== '') process.stdout.write(`${text}\n`)
    return
  }
  // A script for a pipe is left as it is; on a screen its names must not steer the terminal.
  if (text.script !== '') {
    process.stdout.write(process.stdout.isTTY ? text.script.split('\n').map(clean).join('\n') : text.script)
    if (!text.script.endsWith('\n')) process.stdout.write('\n')
  }
  if (text.notes !== undefined && text.notes !== '' && !globals.quiet)
    process.stderr.write(`${cleanLines(text.notes)}\n`)
}

async function fail(error: unknown, json: boolean, ui: Ui): Promise<number> {
  if (json) {
    const body = isGodwitError(error) ? error.toJSON() : { code: 'BUG', message: redactForeign(String(error)) }
    process.stdout.write(`${toJson({ error: body })}\n`)
  } else {
    const { bugText, errorText } = await import('./text/error.ts')
    const coded = isGodwitError(error) && error.code !== 'BUG'
    process.stderr.write(`${redact(coded ? errorText(error as GodwitError, ui) : bugText(error, version, ui))}\n`)
  }
  return isGodwitError(error) ? error.exitCode : 70
}

/** Whether a stream shows colours: a terminal that NO_COLOR does not silence, or FORCE_COLOR. */
function colorful(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0') return true
  return stream.isTTY === true && TERM !== 'dumb'
}
