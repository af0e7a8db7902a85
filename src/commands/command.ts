// What a verb is: one declaration that feeds the terminal, the library, the web page and the reference documentation.
import type { Context } from './context.ts'

/** A value that comes after the verb: `upgrade [target]`. */
export interface Argument {
  name: string
  summary: string
  required?: boolean
  /** Takes all that follow. */
  many?: boolean
}

/** An option. Names are camelCase here and kebab-case in the terminal; booleans that default to true become `--no-…`. */
export interface Flag {
  /** `boolean`: present or not. `text`: one value. `list`: may be given several times. `number`: a whole number. */
  type: 'boolean' | 'text' | 'list' | 'number'
  summary: string
  /** One letter, as in `-m`. */
  short?: string
  /** What stands for the value in the help: `<value>`. */
  value?: string
  choices?: readonly string[]
  required?: boolean
  default?: boolean
}

export type Flags = Record<string, Flag>

type FlagValue<F extends Flag> = F['type'] extends 'boolean'
  ? boolean
  : F['type'] extends 'list'
    ? readonly string[]
    : F['type'] extends 'number'
      ? number
      : F extends { choices: readonly (infer Choice extends string)[] }
        ? Choice
        : string

type ArgumentValue<A extends Argument> = A extends { many: true } ? readonly string[] : string

/** What `run` gets and what the library's methods take: every flag and argument by its name. */
export type InputOf<A extends readonly Argument[], F extends Flags> = {
  [K in keyof F as F[K] extends { required: true } ? K : never]: FlagValue<F[K]>
} & {
  [K in keyof F as F[K] extends { required: true } ? never : K]?: FlagValue<F[K]> | undefined
} & {
  [One in A[number] as One extends { required: true } ? One['name'] : never]: ArgumentValue<One>
} & {
  [One in A[number] as One extends { required: true } ? never : One['name']]?: ArgumentValue<One> | undefined
}

/** A line to copy, and what it does. */
export interface Example {
  line: string
  does: string
}

/** A verb. `run` returns its report, plain JSON, and throws coded errors. */
export interface Command<A extends readonly Argument[], F extends Flags, Report> {
  name: string
  summary: string
  /** A paragraph or two for `--help` and the reference. */
  description: string
  examples: readonly Example[]
  arguments: A
  flags: F
  /** What it changes: nothing, files of the project, or the database. */
  writes: 'nothing' | 'files' | 'database'
  run(context: Context, input: InputOf<A, F>): Promise<Report>
  /** 3: something is pending or differs, and the caller wants to know by the exit code; 1: what was looked at is broken. Default 0. */
  outcome?(report: Report, input: InputOf<A, F>): 0 | 1 | 3
}

/** Declares a verb; the types of its input follow from its arguments and flags. */
export function command<const A extends readonly Argument[], const F extends Flags, Report>(
  declaration: Command<A, F, Report>,
): Command<A, F, Report> {
  return declaration
}

/** Any verb, for those who treat all alike (help, documentation, the terminal). */
export interface AnyCommand {
  name: string
  summary: string
  description: string
  examples: readonly Example[]
  arguments: readonly Argument[]
  flags: Flags
  writes: 'nothing' | 'files' | 'database'
  run(context: Context, input: never): Promise<unknown>
  outcome?(report: never, input: never): 0 | 1 | 3
}

/** `dryRun` as the terminal writes it: `dry-run`. */
export const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
