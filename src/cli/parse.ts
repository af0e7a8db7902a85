// From the command line to a verb and its input: commander, fed by the declarations.
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { type AnyCommand, type Flag, kebab } from '../commands/command.ts'
import { isVerb, verbNames, verbs } from '../commands/index.ts'
import { GodwitError } from '../errors.ts'
import type { Invocation } from './invocation.ts'
import { peerOption, peerVerb } from './peers.ts'

/** The options every verb has, for the parser and the reference documentation. */
export const globalFlags: readonly { flags: string; summary: string }[] = [
  { flags: '--json', summary: 'print the report as JSON' },
  { flags: '--config <file>', summary: 'the configuration file (default: the nearest godwit.config.*)' },
  { flags: '--url <url>', summary: 'the database (default: `url` of the configuration, then DATABASE_URL)' },
  { flags: '-q, --quiet', summary: 'print nothing but errors and scripts' },
  { flags: '--no-color', summary: 'no colours (also: NO_COLOR=1)' },
]

/** Understands the arguments (without node and script). Errors: USAGE, with the nearest known word. */
export async function parse(args: readonly string[], version: string): Promise<Invocation> {
  const wanted = firstWord(args)
  // One verb's module is loaded; all of them only where help or a suggestion needs their names.
  const justVersion = args.length === 1 && /^(?:-V|--version)$/.test(args[0] ?? '')
  const needed = wanted !== undefined && isVerb(wanted) ? [wanted] : justVersion ? [] : verbNames
  const output: string[] = []
  let invocation: Invocation | undefined

  const program = new Command('godwit')
    .description(
      'Schema migrations for TypeScript: generated from your models, proved both ways, safe on a live database.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [verb]', 'help for a verb')
    .exitOverride()
    .configureOutput({ writeOut: (text) => output.push(text), writeErr: () => {} })
    .configureHelp({ showGlobalOptions: true, commandUsage })
    .addHelpText('after', firstHelp)
  for (const { flags, summary } of globalFlags) program.option(flags, summary)

  for (const name of needed) {
    const command: AnyCommand = await verbs[name]()
    const sub = declare(program, command)
    sub.action(() => {
      const {
        json = false,
        quiet = false,
        color,
        config,
        url,
        ...flags
      } = sub.optsWithGlobals<Record<string, unknown>>()
      const input: Record<string, unknown> = flags
      command.arguments.forEach(({ name }, index) => {
        if (sub.processedArgs[index] !== undefined) input[name] = sub.processedArgs[index]
      })
      invocation = {
        kind: 'run',
        verb: name,
        command,
        input,
        globals: {
          json: json === true,
          quiet: quiet === true,
          color: color !== false,
          ...(typeof config === 'string' && { config }),
          ...(typeof url === 'string' && { url }),
        },
      }
    })
  }

  try {
    await program.parseAsync(args.length === 0 ? ['--help'] : [...args], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0 || error.code === 'commander.help')
      return { kind: 'text', text: output.join(''), exitCode: 0 }
    throw usageError(error, wanted, args)
  }
  return invocation ?? { kind: 'text', text: output.join(''), exitCode: 0 }
}

const VALUED = new Set(['--config', '--url'])

/** The first word that is no option and no option's value. */
function firstWord(args: readonly string[]): string | undefined {
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? ''
    if (VALUED.has(word)) at++
    else if (!word.startsWith('-')) return word === 'help' ? undefined : word
  }
  return undefined
}

function declare(program: Command, command: AnyCommand): Command {
  const sub = program
    .command(command.name)
    .summary(command.summary)
    .description(flowing(command.description))
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', examplesText(command))
  for (const { name, summary, required, many } of command.arguments) {
    const shown = many ? `${name}...` : name
    sub.addArgument(new Argument(required ? `<${shown}>` : `[${shown}]`, summary))
  }
  for (const [name, flag] of Object.entries(command.flags)) sub.addOption(option(name, flag))
  return sub
}

/** Lines of a paragraph joined: the terminal's width breaks them, not the source's. */
export const flowing = (text: string): string => text.replace(/(?<!\n)\n(?!\n)/g, ' ')

function option(name: string, flag: Flag): Option {
  const long = flag.type === 'boolean' && flag.default === true ? `--no-${kebab(name)}` : `--${kebab(name)}`
  const value = flag.type === 'boolean' ? '' : ` <${flag.value ?? 'value'}>`
  const made = new Option(`${flag.short === undefined ? '' : `-${flag.short}, `}${long}${value}`, flag.summary)
  if (flag.choices !== undefined) made.choices(flag.choices)
  if (flag.required) made.makeOptionMandatory()
  if (flag.type === 'list') {
    made.argParser((one: string, before: readonly string[] | undefined) => [...(before ?? []), one])
  } else if (flag.type === 'number') {
    made.argParser((text: string) => {
      if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It has to be a whole number.')
      return Number(text)
    })
  }
  return made
}

const commandUsage = (command: Command): string => {
  const path = command.parent === null ? 'godwit' : `godwit ${command.name()}`
  const rest = command.parent === null ? '<verb> [options]' : command.usage()
  return `${path} ${rest}`
}

/** The examples as they stand under the help. */
export function examplesText({ examples }: Pick<AnyCommand, 'examples'>): string {
  if (examples.length === 0) return ''
  const widest = Math.max(...examples.map(({ line }) => line.length))
  return `\nExamples:\n${examples.map(({ line, does }) => `  ${line.padEnd(widest)}  ${does}`).join('\n')}\n`
}

const firstHelp = `
Examples:
  godwit init                    set the project up
  godwit migrate -m "add posts"  write the next revision from the models
  godwit upgrade                 bring the database to the latest revision
  godwit status                  where the database is, and what is pending

Exit codes: 0 done, 1 failure, 2 wrong usage, 3 pending or different, 4 refused for safety,
5 lock not obtained in time, 6 in doubt (run \`godwit resolve\`), 70 a bug of ours.
`

/** Commander's words as one of our errors. */
function usageError(error: CommanderError, verb: string | undefined, args: readonly string[]): GodwitError {
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n')
  const meant = /\(Did you mean (.*)\?\)/.exec(rest.join(' '))?.[1]
  const help = verb !== undefined && isVerb(verb) ? `godwit ${verb} --help` : 'godwit --help'
  const what = `${first.charAt(0).toUpperCase()}${first.slice(1)}`.replace(/\.?$/, '.')
  const here = answerFor(error, verb, args)
  if (here !== undefined) return new GodwitError('USAGE', what, { fix: `${here} See \`${help}\`.` })
  return new GodwitError('USAGE', what, {
    fix: meant === undefined ? `See \`${help}\`.` : `Did you mean ${meant.replace(/^one of /, '')}? See \`${help}\`.`,
  })
}

// Who comes from another tool is told what it is called here.
function answerFor(
  { code, message }: CommanderError,
  verb: string | undefined,
  args: readonly string[],
): string | undefined {
  if (code === 'commander.unknownCommand') return peerVerb(verb ?? '')
  if (code === 'commander.unknownOption') return peerOption(/'(-[^']*)'/.exec(message)?.[1] ?? '')
  const written =
    'Here `migrate` writes a revision from the models (-m says what it is), and `godwit upgrade` applies it.'
  if (code === 'commander.missingMandatoryOptionValue' && verb === 'migrate') return written
  if (code !== 'commander.excessArguments' && code !== 'commander.missingMandatoryOptionValue') return undefined
  // `migrate deploy`, `migrate dev`: two words there, one here.
  const next = args[args.indexOf(verb ?? '') + 1] ?? ''
  return verb === 'migrate' || verb === 'seed' ? peerVerb(next) : undefined
}
