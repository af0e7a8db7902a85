// The reference page of the verbs, from their declarations: docs/reference/commands.md is this text.
import { type AnyCommand, type Argument, type Flag, kebab } from '../commands/command.ts'
import { verbNames, verbs } from '../commands/index.ts'
import { globalFlags } from './parse.ts'

const WRITES = { nothing: 'Changes nothing.', files: 'Writes files of the project.', database: 'Changes the database.' }

/** The whole page, in Markdown. A test holds the committed page to it. */
export async function commandsPage(): Promise<string> {
  const sections: string[] = []
  for (const name of verbNames) sections.push(section(await verbs[name]()))
  return `${[intro, ...sections].join('\n\n')}\n`
}

const intro = `# Commands

<!-- Generated from the declarations in src/commands by \`npm run docs\`. -->

Every verb is also a method of the library, with the same names: \`(await godwit()).upgrade({ target: 'head' })\`. What it returns is
what \`--json\` prints. Errors and exit codes are in [errors.md](errors.md).

Options of every verb:

${rows(globalFlags.map(({ flags, summary }) => [`\`${flags}\``, summary]))}`

function section(command: AnyCommand): string {
  const { name, summary, description, examples, writes } = command
  const usage = ['godwit', name, ...command.arguments.map(argumentText)].join(' ')
  const options = [
    ...command.arguments.map((one) => [`\`${argumentText(one)}\``, one.summary]),
    ...Object.entries(command.flags).map(([flag, declaration]) => [
      `\`${flagText(flag, declaration)}\``,
      flagSummary(declaration),
    ]),
  ]
  const widest = Math.max(...examples.map(({ line }) => line.length))
  const lines = examples.map(({ line, does }) => `${line.padEnd(widest)}  # ${does}`)
  return [
    `## ${name}`,
    `\`${usage}\`: ${summary}. ${WRITES[writes]}`,
    description,
    ...(options.length === 0 ? [] : [rows(options)]),
    `\`\`\`sh\n${lines.join('\n')}\n\`\`\``,
  ].join('\n\n')
}

const argumentText = ({ name, required, many }: Argument): string => {
  const shown = many ? `${name}...` : name
  return required ? `<${shown}>` : `[${shown}]`
}

function flagText(name: string, { type, short, value, default: on }: Flag): string {
  const long = type === 'boolean' && on === true ? `--no-${kebab(name)}` : `--${kebab(name)}`
  return `${short === undefined ? '' : `-${short}, `}${long}${type === 'boolean' ? '' : ` <${value ?? 'value'}>`}`
}

const flagSummary = ({ summary, required, choices }: Flag): string =>
  [summary, choices && `one of: ${choices.join(', ')}`, required && 'required'].filter(Boolean).join('; ')

function rows(list: readonly (readonly string[])[]): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|')
  return `| option | what it does |\n|---|---|\n${list.map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n')}`
}
