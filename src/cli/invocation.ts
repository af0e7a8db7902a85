// What the command line asks for. A verb with nothing but common options is understood here; for the rest, see parse.ts.
import type { AnyCommand } from '../commands/command.ts'
import { isVerb, type Verb, verbs } from '../commands/index.ts'

/** The options every verb has. */
export interface Globals {
  json: boolean
  quiet: boolean
  color: boolean
  config?: string
  url?: string
}

/** A verb to run, or a text to show. */
export type Invocation =
  | { kind: 'run'; verb: Verb; command: AnyCommand; input: Record<string, unknown>; globals: Globals }
  | { kind: 'text'; text: string; exitCode: 0 | 2 }

/**
 * `godwit upgrade --json` and the like, without the parser: loading that takes longer than the query which finds out that
 * nothing is to be done. Undefined: it is not that plain.
 */
export async function plainInvocation(args: readonly string[]): Promise<Invocation | undefined> {
  const [verb, ...rest] = args
  if (verb === undefined || !isVerb(verb)) return undefined
  const globals: Globals = { json: false, quiet: false, color: true }
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at]
    const value = rest[at + 1]
    if (word === '--json') globals.json = true
    else if (word === '--quiet' || word === '-q') globals.quiet = true
    else if (word === '--no-color') globals.color = false
    else if ((word === '--url' || word === '--config') && value !== undefined && !value.startsWith('-')) {
      if (word === '--url') globals.url = value
      else globals.config = value
      at++
    } else return undefined
  }
  const command: AnyCommand = await verbs[verb]()
  const needs = [...command.arguments, ...Object.values(command.flags)].some(({ required }) => required)
  if (needs) return undefined
  const defaults = Object.entries(command.flags).flatMap(([name, flag]) =>
    flag.default === true ? [[name, true]] : [],
  )
  return { kind: 'run', verb, command, input: Object.fromEntries(defaults), globals }
}
